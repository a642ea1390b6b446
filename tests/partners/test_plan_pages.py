"""The pages of recovery plans: what they show to whom, and where errors stand."""

import csv
import io
import re
from datetime import date, timedelta
from html import unescape
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent
from partners.models import (
    BacklogCount,
    Dependency,
    Question,
    QuestionSet,
    RecoveryPlan,
    Return,
    ScenarioSet,
    Section,
    Service,
    Submission,
)
from tests.partners.factories import make_cycle, make_question_set, make_return
from tests.partners.plans_world import (
    DAY,
    NOW,
    TODAY,
    World,
    add_backlog,
    add_plan,
    add_service,
    answer,
    ask,
    count,
    make_world,
    set_level,
    stage,
)
from tests.people import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> World:
    return make_world()


def as_(user) -> Client:
    return sign_in(Client(), user)


def text_of(response) -> str:
    body = response.content.decode().split("<main", 1)[-1]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def page(user, name: str, *args, **query) -> str:
    response = as_(user).get(reverse(name, args=args), query)
    assert response.status_code == 200
    return text_of(response)


def on(name: str, day: date) -> dict[str, str]:
    return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


def errors_of(response) -> dict[str, list[str]]:
    assert response.status_code == 200
    return dict(response.context["form"].errors)


class TestRegister:
    def test_it_says_who_is_not_in_recovery_planning(self, world):
        plan = add_plan(world)
        shown = page(world.board, "recovery_plans")
        assert "Not all partners are into recovery planning Of concern" in shown
        assert "Police: Not started" in shown
        assert "Health: nothing on record" in shown
        stage(plan, world.lead, "preparing")
        other = add_plan(world, user=world.other_lead, organisation=world.health)
        stage(other, world.other_lead, "drafted")
        assert "All partners are into recovery planning Holds" in page(world.board, "recovery_plans")

    def test_a_draft_is_there_for_its_own_alone(self, world):
        plan = add_plan(world, submit=False, title="Secret title")
        add_service(plan, world.lead, "Secret service")
        add_backlog(plan, world.lead, name="Secret backlog")
        ask(plan, world.lead, world.health, what="Secret request")
        assert "Secret title" in page(world.lead, "recovery_plans")
        for user in (world.other_lead, world.coordinator, world.auditor, world.board):
            for name in ("recovery_plans", "service_commitments", "dependencies", "backlogs"):
                assert "Secret" not in page(user, name)
        for user in (world.coordinator, world.auditor):
            file = b"".join(as_(user).get(reverse("recovery_download")).streaming_content)
            assert b"Secret" not in file

    def test_a_past_day(self, world):
        plan = add_plan(world, now=NOW - 9 * DAY)
        stage(plan, world.lead, "agreed", on=TODAY - 9 * DAY, now=NOW - DAY)
        shown = page(world.board, "recovery_plans", **on("day", TODAY - 2 * DAY))
        assert "What was recorded later is left out" in shown
        assert "Police: Not started" in shown
        assert "Agreed by the organisation" in page(world.board, "recovery_plans")

    @pytest.mark.parametrize(
        "query", ["day_day=x", "day_day=31&day_month=2&day_year=2020", "day_year=9999", "day=1"]
    )
    def test_no_address_breaks_it(self, world, query):
        assert as_(world.board).get(f"{reverse('recovery_plans')}?{query}").status_code == 200

    def test_the_file_holds_the_rows_and_no_formula(self, world):
        plan = add_plan(world, title="=1+1")
        add_service(plan, world.lead, level="paused")
        ask(plan, world.lead, world.health)
        count(add_backlog(plan, world.lead), world.lead, TODAY - 20 * DAY, 40, 6, 4)
        response = as_(world.coordinator).get(reverse("recovery_download"))
        lines = b"".join(response.streaming_content).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(lines)))
        assert [row[0] for row in rows[1:]] == ["Plan", "Plan", "Service", "Dependency", "Backlog"]
        assert ["Plan", "Police", "'=1+1"] in [row[:3] for row in rows]
        assert rows[-1][1:7] == [
            "Police",
            "Hearings",
            "Family courts, national",
            "2020-06-08",
            "42",
            "cases",
        ]
        assert AuditEvent.objects.last().action == "plans.downloaded"

    def test_text_is_never_markup(self, world):
        plan = add_plan(world, title="<script>alert(1)</script>", remit="<b>x</b>")
        backlog = add_backlog(plan, world.lead, name="<i>y</i>", unit="<u>z</u>")
        for at in (30, 16):
            count(backlog, world.lead, TODAY - at * DAY, 5, 1, 1)
        for name, uid in (("recovery_plans", None), ("recovery_plan", plan.uid), ("backlog", backlog.uid)):
            body = as_(world.board).get(reverse(name, args=[uid] if uid else [])).content.decode()
            for mark in ("<script>alert", "<b>x", "<i>y", "<u>z"):
                assert mark not in body


class TestPlan:
    def test_from_starting_to_submitting(self, world):
        client = as_(world.lead)
        url = reverse("add_recovery_plan")
        form = {"organisation": str(world.police.uid), "title": "", "remit": "", "token": str(uuid4())}
        assert list(errors_of(client.post(url, form))) == ["title"]
        client.post(url, form | {"title": "Our recovery"})
        plan = RecoveryPlan.objects.get()
        submit = reverse("submit_recovery_plan", args=[plan.uid])
        shown = text_of(client.post(submit, {"version": plan.version}, follow=True))
        assert "Write what the plan covers before you submit it." in shown
        edit = reverse("edit_recovery_plan", args=[plan.uid])
        client.post(edit, {"title": "Our recovery", "remit": "All services", "version": 1})
        shown = text_of(client.post(submit, {"version": 2}, follow=True))
        assert "Plan submitted." in shown
        assert "All services" in page(world.other_lead, "recovery_plan", plan.uid)
        # Sent twice.
        shown = text_of(client.post(url, form | {"title": "Our recovery"}, follow=True))
        assert "already" in shown
        assert RecoveryPlan.objects.count() == 1

    def test_somebody_elses_organisation_is_no_choice(self, world):
        form = {"organisation": str(world.health.uid), "title": "X", "token": str(uuid4())}
        assert "organisation" in errors_of(as_(world.lead).post(reverse("add_recovery_plan"), form))

    def test_a_stale_edit_shows_both_texts(self, world):
        plan = add_plan(world)
        client = as_(world.lead)
        url = reverse("edit_recovery_plan", args=[plan.uid])
        old = plan.version
        client.post(url, {"title": "Theirs", "remit": "Their remit", "version": old})
        response = client.post(url, {"title": "Theirs", "remit": "My remit", "version": old})
        assert response.status_code == 409
        assert "Their remit" in text_of(response)
        assert "My remit" in text_of(response)
        plan.refresh_from_db()
        assert plan.remit == "Their remit"

    def test_a_stage_with_its_error_beside_the_day(self, world):
        plan = add_plan(world)
        client = as_(world.lead)
        url = reverse("change_plan_stage", args=[plan.uid])
        form = {"stage": "agreed", "reason": "", "version": plan.version}
        assert list(errors_of(client.post(url, form | on("from_date", TODAY + DAY)))) == ["from_date"]
        shown = text_of(client.post(url, form | on("from_date", TODAY), follow=True))
        assert "Stage recorded." in shown
        assert "Agreed by the organisation, from 15 June 2020" in shown
        response = client.post(url, form | {"stage": "drafted", "reason": "Why"} | on("from_date", TODAY))
        assert response.status_code == 409

    def test_others_read_it_and_change_nothing(self, world):
        plan = add_plan(world)
        for user in (world.other_lead, world.coordinator, world.board):
            shown = page(user, "recovery_plan", plan.uid)
            assert "Change the stage" not in shown
            assert "Add a service" not in shown


class TestServices:
    def test_a_planned_cut_flips_the_statement_until_it_is_given_up(self, world):
        other = add_plan(world, user=world.other_lead, organisation=world.health)
        add_service(other, world.other_lead, "Nursing")
        plan = add_plan(world)
        client = as_(world.lead)
        form = {
            "name": "Visits",
            "normal_level": "Each week",
            "level": "maintained",
            "reason": "",
            "token": str(uuid4()),
        } | on("from_date", TODAY)
        client.post(reverse("add_service_commitment", args=[plan.uid]), form)
        service = Service.objects.get(name="Visits")
        assert "No partner has plans to stop or reduce services Holds" in page(
            world.board, "service_commitments"
        )
        url = reverse("change_service_level", args=[service.uid])
        change = {"level": "reduced", "reason": "", "version": service.version} | on("from_date", TODAY + DAY)
        assert list(errors_of(client.post(url, change))) == ["reason"]
        client.post(url, change | {"reason": "Staff are ill"})
        shown = page(world.board, "service_commitments")
        assert "Police: Visits" in shown
        assert "Reduced from 16 June 2020" in shown
        row = service.levels.get(level="reduced").pk
        give_up = reverse("withdraw_planned_level", args=[service.uid])
        for bad in ("", "x", "²", "-1", "9" * 30, str(row + 999)):
            assert "no such planned change" in text_of(client.post(give_up, {"change": bad}, follow=True))
        client.post(give_up, {"change": row})
        assert "No partner has plans to stop or reduce services Holds" in page(
            world.board, "service_commitments"
        )

    def test_a_stale_level_shows_both(self, world):
        service = add_service(add_plan(world), world.lead)
        old = service.version
        set_level(service, world.lead, "paused")
        form = {"level": "changed", "reason": "Mine", "version": old} | on("from_date", TODAY)
        response = as_(world.lead).post(reverse("change_service_level", args=[service.uid]), form)
        assert response.status_code == 409
        assert "Paused from 15 June 2020" in text_of(response)
        assert "Mine" in text_of(response)

    def test_a_return_that_says_another_thing(self, world):
        """The coordinator sees it; the board only once the return is accepted; another partner never."""
        add_service(add_plan(world), world.lead, level="maintained")
        sent = _submitted(world, {"level": {"value": "paused"}})
        check = "The return says The register says Police Paused How do your services to children run?"
        assert check in page(world.coordinator, "service_commitments")
        assert check in page(world.lead, "service_commitments")
        for user in (world.board, world.other_lead):
            assert "No return that you may read" in page(user, "service_commitments")
        Return.objects.filter(pk=sent.pk).update(
            state="accepted", accepted_at=NOW, accepted_by=world.coordinator
        )
        assert check in page(world.board, "service_commitments")


def _submitted(world, answers: dict, question_set=None, *, organisation=None, number=1, at=NOW) -> Return:
    cycle = make_cycle(number, date(2020, 5, 4) + 14 * (number - 1) * DAY)
    made = make_return(
        organisation or world.police,
        cycle,
        question_set or make_question_set(),
        "submitted",
        submitted_at=at,
        submitted_by=world.lead,
    )
    empty = {
        "value": None,
        "non_answer": "",
        "non_answer_reason": "",
        "comment": "",
        "same_since_cycle": None,
    }
    Submission.objects.create(
        of_return=made,
        number=1,
        submitted_at=at,
        submitted_by=world.lead,
        answers={code: empty | given for code, given in answers.items()},
        counts={},
        worked_seconds=0,
    )
    return made


class TestDependencies:
    def test_asked_and_answered_from_the_other_side(self, world):
        plan = add_plan(world)
        client = as_(world.lead)
        form = {
            "on_organisation": str(world.health.uid),
            "what": "Assessments",
            "token": str(uuid4()),
        } | on("needed_by", TODAY - DAY)
        url = reverse("ask_dependency", args=[plan.uid])
        assert list(errors_of(client.post(url, form))) == ["needed_by"]
        client.post(url, form | on("needed_by", TODAY + DAY))
        asked = Dependency.objects.get()
        other = as_(world.other_lead)
        assert "What others rely on us for What Relies On" in page(world.other_lead, "dependencies")
        link = reverse("dependency", args=[asked.uid])
        answered = {"state": "refused", "answer": "", "version": 1}
        assert list(errors_of(other.post(link, answered))) == ["answer"]
        shown = text_of(other.post(link, answered | {"answer": "No nurses"}, follow=True))
        assert "Cannot be met" in shown
        assert "No nurses" in page(world.lead, "dependency", asked.uid)
        assert "Can your organisation meet this?" not in page(world.contributor, "dependency", asked.uid)

    def test_overdue_is_said_in_words(self, world):
        asked = ask(add_plan(world), world.lead, world.health, by=TODAY + DAY)
        with time_machine.travel(NOW + 2 * DAY, tick=False):
            assert "Overdue: not confirmed" in page(world.board, "recovery_plans")
            answer(asked, world.other_lead, now=NOW + 2 * DAY)
            assert "Every dependency is confirmed." in page(world.board, "recovery_plans")

    def test_a_stale_answer_shows_both(self, world):
        asked = ask(add_plan(world), world.lead, world.health)
        answer(asked, world.other_lead, "refused", "Theirs")
        form = {"state": "confirmed", "answer": "Mine", "version": 1}
        response = as_(world.other_lead).post(reverse("dependency", args=[asked.uid]), form)
        assert response.status_code == 409
        assert "Theirs" in text_of(response)
        assert "Mine" in text_of(response)


class TestBacklogs:
    def test_counted_to_a_forecast(self, world):
        plan = add_plan(world)
        client = as_(world.lead)
        form = {
            "kind": "courts",
            "name": "Hearings",
            "unit": "cases",
            "national": "national",
            "token": str(uuid4()),
        }
        shown = text_of(client.post(reverse("add_backlog", args=[plan.uid]), form, follow=True))
        assert "Not known: fewer than two periods are counted" in shown
        backlog = plan.organisation.backlogs.get()
        url = reverse("record_backlog_count", args=[backlog.uid])

        def counted(start, *numbers):
            names = ("before", "came_in", "went_out", "stock")
            typed = {name: str(number) for name, number in zip(names, numbers, strict=True)}
            days = on("period_start", start) | on("period_end", start + 13 * DAY)
            return client.post(
                url, days | typed | {"correction_reason": "", "token": str(uuid4())}, follow=True
            )

        first = date(2020, 5, 4)
        assert errors_of(counted(first, 40, 0, 14, 25)) == {
            "stock": ["40 before, 0 in and 14 out make 26, not 25. Check the four numbers"]
        }
        counted(first, 40, 0, 14, 26)
        shown = client.get(url)
        assert shown.context["form"]["before"].value() == 26
        body = counted(first + 14 * DAY, 26, 0, 14, 12)
        assert "At the present pace cleared by 12 June 2020" in text_of(body)
        assert "12 cases, as at 31 May 2020" in text_of(body)
        assert "<svg" in body.content.decode()
        assert " style=" not in body.content.decode()
        assert BacklogCount.objects.count() == 2
        assert "Family courts" in page(world.board, "backlogs")

    def test_queries_do_not_grow(self, world, django_assert_max_num_queries):
        plan = add_plan(world)
        for number in range(2):
            self.more(plan, world, number)
        client = as_(world.board)
        client.get(reverse("recovery_plans"))
        with django_assert_max_num_queries(40) as few:
            client.get(reverse("recovery_plans"))
        before = len(few)
        for number in range(2, 7):
            self.more(plan, world, number)
        with django_assert_max_num_queries(before):
            client.get(reverse("recovery_plans"))

    def more(self, plan, world, number: int) -> None:
        add_service(plan, world.lead, f"Service {number}", "paused")
        ask(plan, world.lead, world.health)
        backlog = add_backlog(plan, world.lead, name=f"Backlog {number}")
        count(backlog, world.lead, TODAY - 20 * DAY, 5, 2, 1)


class TestDemand:
    questions = (
        {
            "code": "demand_ready",
            "kind": "matrix",
            "text": "Could you meet each increase?",
            "table": {
                "rows": [{"value": f"up_{one}", "label": f"{one}% more"} for one in (10, 20, 30)],
                "columns": [
                    {
                        "value": "ready",
                        "label": "Could you meet it?",
                        "kind": "choice",
                        "options": [{"value": "yes", "label": "Yes"}, {"value": "no", "label": "No"}],
                    }
                ],
            },
        },
    )

    def question_set(self) -> QuestionSet:
        made = QuestionSet.objects.create(code="ready", version=1, name="Demand", created_at=NOW)
        section = Section.objects.create(
            question_set=made, position=1, code="demand", title="Demand", theme="demand"
        )
        for position, fields in enumerate(self.questions, 1):
            Question.objects.create(section=section, position=position, **fields)
        return made

    def test_side_by_side_and_who_says_nothing(self, world):
        ScenarioSet.objects.create(
            code="demand", effective_from=TODAY, name="Three", uplifts=[10, 20, 30], source="A report"
        )
        asked = self.question_set()
        _submitted(
            world, {"demand_ready": {"value": {"up_10": {"ready": "yes"}, "up_30": {"ready": "no"}}}}, asked
        )
        response = as_(world.coordinator).get(reverse("demand_scenarios"), {"baseline": "240"})
        shown = text_of(response)
        assert "Police Return of cycle 1 Yes Not answered No" in shown
        assert "Without a scenario Health" in shown
        for number in ("264", "288", "312"):
            assert number in shown

    @pytest.mark.parametrize(
        "query", ["baseline=x", "baseline=-1", "baseline=", "baseline=1e400", "baseline=NaN"]
    )
    def test_no_address_breaks_it(self, world, query):
        ScenarioSet.objects.create(
            code="demand", effective_from=TODAY, name="Three", uplifts=[10], source="A"
        )
        assert as_(world.board).get(f"{reverse('demand_scenarios')}?{query}").status_code == 200

    def test_without_a_set_it_says_so(self, world):
        assert "No set of scenarios is in force." in page(world.board, "demand_scenarios")


def test_what_was_planned_is_never_an_hour_off(world):
    """A past day ends at midnight in London, in summer an hour before UTC's."""
    plan = add_plan(world, now=NOW - 9 * DAY)
    midnight = (NOW - DAY).replace(hour=23, minute=30)
    stage(plan, world.lead, "agreed", on=TODAY - 9 * DAY, now=midnight)
    assert "Agreed by" not in page(world.board, "recovery_plans", **on("day", TODAY - DAY))
    assert "Agreed by" not in page(
        world.board, "recovery_plans", **on("day", TODAY - DAY - timedelta(days=1))
    )
