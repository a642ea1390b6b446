"""The pages of decisions: who does what there, what is refused beside which answer, both texts kept."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent
from tests.visits.decision_world import ANSWERS, TODAY, ask, authorised, decide, make_limits, renewed_once
from tests.visits.factories import make_plan, make_visit
from tests.visits.records_world import NOW, World, make_world, recorded
from tests.visits.test_records_pages import as_, text_of
from visits.constants import Method
from visits.models import DecisionMove, ManagementDecision, OversightRule, Plan, Visit
from visits.rules.decisions import Choice

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WHY = "Ask the health visitor first"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> World:
    make_limits()
    return make_world()


def url(name: str, made: ManagementDecision) -> str:
    return reverse(name, args=[made.uid])


def boxes(name: str, day) -> dict[str, str]:
    return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


def form_of(client: Client, address: str, **other) -> dict[str, str]:
    """What the page at `address` would send, filled in right, but for `other`."""
    form = client.get(address).context["form"]
    hidden = {
        name: str(form[name].value()) for name in ("token", "plan_uid", "version") if name in form.fields
    }
    return {
        **hidden,
        **boxes("due_on", TODAY + 3 * DAY),
        "alternative": "video",
        **boxes("covers_from", TODAY),
        **boxes("review_on", TODAY + 14 * DAY),
        **ANSWERS,
        **other,
    }


class TestAsking:
    def address(self, world):
        return reverse("ask_decision", args=[world.child.uid])

    def test_from_the_childs_page_with_the_due_visit_filled_in(self, world):
        client = as_(world.worker)
        page = client.get(reverse("child", args=[world.child.uid]))
        assert self.address(world) in page.content.decode()
        form = client.get(self.address(world)).context["form"]
        # Ten working days after the plan's start on 6 January.
        assert form["due_on"].value().isoformat() == "2020-01-20"
        response = client.post(self.address(world), form_of(client, self.address(world)))
        made = ManagementDecision.objects.get()
        assert response.url == url("decision", made)
        assert "Waiting for a manager" in text_of(client.get(response.url))

    def test_from_a_contact_with_its_day_filled_in(self, world):
        visit = recorded(world, method=Method.VIDEO)
        client = as_(world.worker)
        page = client.get(reverse("visit", args=[visit.uid])).content.decode()
        [address] = re.findall(r'href="([^"]*decisions/ask/[^"]*)"', page)
        assert client.get(address).context["form"]["covers_from"].value() == visit.visit_date

    def test_sent_twice_it_leads_to_the_first(self, world):
        client = as_(world.worker)
        form = form_of(client, self.address(world))
        first = client.post(self.address(world), form)
        second = client.post(self.address(world), form)
        assert first.url == second.url
        assert ManagementDecision.objects.count() == 1

    @pytest.mark.parametrize("name", ANSWERS)
    def test_an_empty_answer_is_asked_for_beside_it(self, world, name):
        client = as_(world.worker)
        response = client.post(self.address(world), form_of(client, self.address(world), **{name: " "}))
        assert list(response.context["form"].errors) == [name]
        assert not ManagementDecision.objects.exists()

    def test_a_plan_that_closed_meanwhile_keeps_what_was_typed(self, world):
        client = as_(world.worker)
        form = form_of(client, self.address(world))
        Plan.objects.update(end_date=TODAY)
        page = text_of(client.post(self.address(world), form))
        assert "This plan is not open today" in page
        assert ANSWERS["risk_based"] in page

    def test_without_an_open_plan_there_is_nothing_to_ask(self, world):
        Plan.objects.update(end_date=TODAY)
        assert "no open plan" in text_of(as_(world.worker).get(self.address(world)))

    def test_while_a_request_is_open_it_leads_there(self, world):
        made = ask(world)
        assert as_(world.worker).get(self.address(world)).url == url("decision", made)

    def test_a_form_that_came_too_late_names_the_open_request(self, world):
        client = as_(world.worker)
        form = form_of(client, self.address(world))
        ask(world, user=world.manager)
        assert "Another request for this plan is still open" in text_of(
            client.post(self.address(world), form)
        )

    def test_where_no_limit_is_on_record_it_says_so(self, world):
        OversightRule.objects.all().delete()
        client = as_(world.worker)
        response = client.get(self.address(world), follow=True)
        assert "Ask the administrator to load the rules" in text_of(response)

    @pytest.mark.parametrize("who", ["colleague", "stranger", "other_manager"])
    def test_another_teams_child_is_not_there(self, world, who):
        client = as_(getattr(world, who))
        assert client.get(self.address(world)).status_code == 404
        assert client.post(self.address(world), {}).status_code == 404

    def test_an_auditor_asks_for_nothing(self, world):
        assert as_(world.auditor).get(self.address(world)).status_code == 403


class TestRecord:
    def test_it_reads_as_a_document_and_the_look_is_on_the_trail(self, world):
        made = authorised(world)
        page = text_of(as_(world.worker).get(url("decision", made)))
        for text in ("Wanda Worker", "Mona Manager", "Child-centred", *ANSWERS.values()):
            assert text in page
        event = AuditEvent.objects.order_by("-pk").first()
        assert (event.action, event.detail) == ("child.viewed", {"page": "management decision"})

    def test_an_auditor_sees_a_code(self, world):
        made = authorised(world)
        page = as_(world.auditor).get(url("decision", made)).content.decode()
        assert "C-0001" not in page
        assert "AC-" in page

    @pytest.mark.parametrize("who", ["colleague", "stranger", "other_manager"])
    def test_a_stranger_finds_none(self, world, who):
        made = authorised(world)
        client = as_(getattr(world, who))
        for name in ("decide_decision", "resubmit_decision", "withdraw_decision", "renew_decision"):
            assert client.get(url(name, made)).status_code in (403, 404)
            assert client.post(url(name, made), {}).status_code in (403, 404)
        assert client.get(url("decision", made)).status_code == 404

    def test_it_says_what_time_has_made_of_it(self, world):
        made = authorised(world)
        client = as_(world.manager)
        with time_machine.travel(NOW + 15 * DAY, tick=False):
            page = text_of(as_(world.manager).get(url("decision", made)))
            assert "Lapsed after 10 April 2020" in page
            assert "Renew" in page
        again = renewed = None
        with time_machine.travel(NOW + 15 * DAY, tick=False):
            days = {"covers_from": TODAY + 15 * DAY, "review_on": TODAY + 20 * DAY}
            again = ask(world, renews=made, now=NOW + 15 * DAY, **days)
            renewed = decide(again, world.manager, now=NOW + 15 * DAY)
            page = text_of(as_(world.manager).get(url("decision", made)))
            assert "Superseded" in page
        assert url("decision", renewed) in client.get(url("decision", made)).content.decode()

    def test_retrospective_is_said(self, world):
        made = decide(ask(world, covers_from=TODAY - DAY), world.manager)
        assert "Retrospective" in text_of(as_(world.worker).get(url("decision", made)))

    def test_a_contact_of_the_deciders_own_is_listed_as_not_authorised(self, world):
        recorded(world, method=Method.TELEPHONE, visit_date=TODAY, recorded_by=world.manager)
        made = decide(ask(world), world.manager)
        page = text_of(as_(world.manager).get(url("decision", made)))
        assert "Who decided had a hand in this contact" in page
        assert "Not the video call asked for" in page

    def test_the_contact_leads_to_its_decision(self, world):
        visit = recorded(world, method=Method.VIDEO, visit_date=TODAY)
        made = authorised(world)
        page = as_(world.worker).get(reverse("visit", args=[visit.uid])).content.decode()
        assert url("decision", made) in page
        assert "By Mona Manager" in page


class TestPrice:
    def test_of_one_decision_does_not_grow_with_its_contacts(self, world):
        made = authorised(world)
        client = as_(world.manager)

        def price() -> int:
            with CaptureQueriesContext(connection) as context:
                assert client.get(url("decision", made)).status_code == 200
            return len(context)

        price()
        one = price()
        for _ in range(20):
            recorded(world, method=Method.VIDEO, visit_date=TODAY)
        assert price() == one
        assert one <= 24


class TestDeciding:
    def post(self, client, made, choice="authorise", note="", version=None):
        sent = {"choice": choice, "note": note, "version": version or made.version}
        return client.post(url("decide_decision", made), sent)

    def test_from_the_list_to_the_authorised_contact(self, world):
        visit = recorded(world, method=Method.VIDEO, visit_date=TODAY)
        made = ask(world)
        client = as_(world.manager)
        assert url("decision", made) in client.get(reverse("decisions")).content.decode()
        assert url("decide_decision", made) in client.get(url("decision", made)).content.decode()
        assert ANSWERS["contingency"] in text_of(client.get(url("decide_decision", made)))
        assert self.post(client, made).url == url("decision", made)
        visit.refresh_from_db()
        assert visit.authorised

    def test_who_asked_sees_why_not_and_cannot(self, world):
        made = ask(world, user=world.manager)
        client = as_(world.manager)
        page = text_of(client.get(url("decision", made)))
        assert "another manager must decide it" in page
        assert client.get(url("decide_decision", made)).status_code == 403
        assert "another manager must decide it" in text_of(self.post(client, made))
        assert ManagementDecision.objects.get().state == "asked"

    @pytest.mark.parametrize("choice", ["decline", "send_back"])
    def test_not_to_authorise_needs_a_reason(self, world, choice):
        made = ask(world)
        response = self.post(as_(world.manager), made, choice)
        assert list(response.context["form"].errors) == ["note"]
        assert self.post(as_(world.manager), made, choice, WHY).status_code == 302

    @pytest.mark.parametrize(
        ("choice", "version"), [("", "1"), ("x", "1"), ("authorise", ""), ("authorise", "x")]
    )
    def test_what_no_page_sent_is_refused(self, world, choice, version):
        made = ask(world)
        response = as_(world.manager).post(
            url("decide_decision", made), {"choice": choice, "note": "", "version": version}
        )
        assert response.status_code == 200
        assert ManagementDecision.objects.get().state == "asked"

    def test_the_second_of_two_managers_gets_both_texts(self, world):
        made = ask(world)
        self.post(as_(world.manager), made, "send_back", WHY)
        response = self.post(as_(world.second_manager), made, "decline", "Visit at the garden gate", 1)
        assert response.status_code == 409
        page = text_of(response)
        for text in ("Mona Manager", "Sent back", WHY, "Decline", "Visit at the garden gate"):
            assert text in page
        assert ManagementDecision.objects.get().state == "sent_back"

    def test_a_double_click_shows_the_first(self, world):
        made = ask(world)
        client = as_(world.manager)
        self.post(client, made, "decline", WHY)
        response = self.post(client, made, "decline", WHY, 1)
        assert response.url == url("decision", made)
        assert DecisionMove.objects.count() == 2

    def test_what_only_looks_like_a_double_click_is_told(self, world):
        made = ask(world)
        self.post(as_(world.manager), made, "decline", WHY)
        # The same words, but another person, or another choice of the same person.
        assert self.post(as_(world.second_manager), made, "decline", WHY, 1).status_code == 409
        assert self.post(as_(world.manager), made, "send_back", WHY, 1).status_code == 409

    def test_an_expired_request_is_refused_by_name(self, world):
        made = ask(world, review_on=TODAY)
        with time_machine.travel(NOW + DAY, tick=False):
            assert "ended on 27 March 2020" in text_of(self.post(as_(world.manager), made))

    def test_the_second_approver_is_told(self, world):
        before = renewed_once(world)
        later = NOW + 30 * DAY
        with time_machine.travel(later, tick=False):
            days = {"covers_from": later.date(), "review_on": later.date() + 10 * DAY}
            made = ask(world, renews=before, now=later, due_on=later.date(), **days)
            page = text_of(as_(world.manager).get(url("decide_decision", made)))
            assert "another manager then decides too" in page
            self.post(as_(world.manager), made)
            made.refresh_from_db()
            assert "You approved this decision first" in text_of(
                as_(world.manager).get(url("decision", made))
            )
            assert "second approver" in text_of(as_(world.second_manager).get(url("decide_decision", made)))
            self.post(as_(world.second_manager), made)
            made.refresh_from_db()
        assert (made.state, made.seconded_by) == ("authorised", world.second_manager)


class TestSentBack:
    def made(self, world) -> ManagementDecision:
        return decide(ask(world), world.manager, Choice.SEND_BACK, WHY)

    def test_it_is_changed_and_asked_again_and_both_texts_stay(self, world):
        made = self.made(world)
        client = as_(world.worker)
        address = url("resubmit_decision", made)
        assert WHY in text_of(client.get(address))
        sent = form_of(client, address, collaborative="The health visitor agrees", reason="She agrees")
        assert client.post(address, sent).url == url("decision", made)
        page = text_of(client.get(url("decision", made)))
        assert ANSWERS["collaborative"] in page
        assert "The health visitor agrees" in page

    def test_a_second_tab_shows_what_changed_meanwhile(self, world):
        made = self.made(world)
        client = as_(world.worker)
        address = url("resubmit_decision", made)
        first = form_of(client, address, risk_based="Text of the first tab")
        second = form_of(client, address, risk_based="Text of the second tab")
        client.post(address, first)
        response = client.post(address, second)
        assert response.status_code == 409
        page = text_of(response)
        assert "Text of the first tab" in page
        assert "Text of the second tab" in page
        assert ManagementDecision.objects.get().risk_based == "Text of the first tab"
        # The same again is a double click.
        assert client.post(address, first).url == url("decision", made)

    def test_withdrawing_says_why(self, world):
        made = self.made(world)
        client = as_(world.worker)
        sent = {"reason": "The family can be visited", "version": made.version}
        assert client.post(url("withdraw_decision", made), {**sent, "reason": ""}).status_code == 200
        assert client.post(url("withdraw_decision", made), sent).url == url("decision", made)
        assert "The family can be visited" in text_of(client.get(url("decision", made)))


class TestRenewing:
    def offered(self, world, made) -> set:
        page = as_(world.worker).get(url("renew_decision", made))
        assert page.status_code == 200
        return {plan.uid for plan in world.child.plans.all() if str(plan.uid) in page.content.decode()}

    def test_a_renewal_is_about_an_open_plan(self, world):
        made = authorised(world)
        first = made.plan
        care = make_plan(world.child, "CIC", TODAY, team=world.team)
        # A plan that will end is still open.
        Plan.objects.filter(pk=first.pk).update(end_date=TODAY + 30 * DAY)
        assert care.uid not in self.offered(world, made)
        Plan.objects.filter(pk=first.pk).update(end_date=TODAY)
        assert first.uid not in self.offered(world, made)

    def test_the_way_to_a_new_request_leads_to_the_renewal(self, world):
        made = authorised(world)
        client = as_(world.worker)
        asked = client.get(reverse("ask_decision", args=[world.child.uid]))
        assert asked.url == url("renew_decision", made)
        form = client.get(asked.url).context["form"]
        assert form["covers_from"].value() == made.review_on + DAY
        assert not form["child_centred"].value()
        sent = form_of(
            client, asked.url, **boxes("covers_from", made.review_on), **boxes("review_on", TODAY + 20 * DAY)
        )
        client.post(asked.url, sent)
        renewal = ManagementDecision.objects.exclude(pk=made.pk).get()
        assert (renewal.renews, renewal.renewal) == (made, 1)

    def test_after_a_visit_face_to_face_there_is_nothing_to_renew(self, world):
        made = authorised(world)
        make_visit(world.child, TODAY)
        client = as_(world.worker)
        assert client.get(url("renew_decision", made)).status_code == 403
        assert client.get(reverse("ask_decision", args=[world.child.uid])).status_code == 200


class TestList:
    @pytest.mark.parametrize(
        "show", ["", "waiting", "sent_back", "live", "lapsed", "retrospective", "all", "x"]
    )
    def test_every_choice_answers(self, world, show):
        authorised(world)
        for user in (world.manager, world.worker, world.auditor):
            response = as_(user).get(reverse("decisions"), {"show": show} if show else {})
            assert response.status_code == 200

    def test_it_holds_the_own_teams_and_is_on_the_trail(self, world):
        made = ask(world)
        address = url("decision", made)
        page = reverse("decisions") + "?show=all"
        assert address in as_(world.manager).get(page).content.decode()
        assert address not in as_(world.other_manager).get(page).content.decode()
        event = AuditEvent.objects.order_by("-pk").first()
        assert (event.action, event.detail["filters"]) == ("children.listed", {"decisions": "all"})

    def test_its_price_does_not_grow_with_the_rows(self, world):
        client = as_(world.manager)
        page = reverse("decisions") + "?show=all"

        def price() -> int:
            with CaptureQueriesContext(connection) as context:
                assert client.get(page).status_code == 200
            return len(context)

        ask(world)
        price()
        one = price()
        for _ in range(20):
            last = ManagementDecision.objects.order_by("-pk").first()
            last.pk, last.uid, last.state = None, uuid4(), "declined"
            last.decided_by, last.decided_at = world.manager, NOW
            last.save(force_insert=True)
        assert price() == one
        assert one <= 18

    def test_no_contact_is_changed_by_looking(self, world):
        recorded(world, method=Method.VIDEO)
        as_(world.manager).get(reverse("decisions"))
        assert not Visit.objects.filter(authorised=True).exists()
