"""The pages of threats, escalations, challenges and decisions: what they show to whom, where errors stand,
and what is kept of what was typed."""

from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partners.constants import ConcernState
from riskregister.models import Challenge, Decision, Escalation, Risk, Signal
from riskregister.services import challenges
from riskregister.services.escalations import About
from tests.partners.concerns_world import concern_row
from tests.people import sign_in
from tests.riskregister.board_world import (
    DAY,
    NOW,
    TODAY,
    World,
    accepted,
    answered,
    asked,
    challenge_answered,
    confirmed,
    decided,
    escalated,
    make_world,
    proposed,
    raised,
)
from tests.riskregister.factories import make_risk
from tests.visits.test_records_pages import text_of

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


def get(user, name: str, *args, **query):
    return as_(user).get(reverse(name, args=args), query)


def page(user, name: str, *args, **query) -> str:
    return text_of(get(user, name, *args, **query))


def post(user, name: str, of=None, **answers):
    url = reverse(name, args=[of.uid] if of else [])
    version = {"version": of.version} if of else {"token": str(uuid4())}
    return as_(user).post(url, version | answers, follow=True)


def day(name: str, value) -> dict[str, str]:
    return {f"{name}_day": value.day, f"{name}_month": value.month, f"{name}_year": value.year}


def errors_of(response) -> list[str]:
    assert response.status_code == 200
    return list(response.context["form"].errors)


def signal_form(**other) -> dict[str, str]:
    right = {
        "title": "More babies with injuries",
        "what": "Three hospitals report more than usual",
        "source": "Hospital liaison",
        "confidence": "low",
        "theme": "sight",
    }
    return right | other


def decision_form(**other) -> dict[str, str]:
    right = {
        "title": "Two officers move",
        "kind": "agreed",
        "options": "Two, one or none",
        "reason": "Referrals wait",
        "childrens_rights": "Children are heard sooner",
        **day("decided_on", TODAY),
        **day("look_again_on", TODAY + 90 * DAY),
    }
    return right | other


class TestThreats:
    def test_a_partner_raises_its_own_and_the_coordinator_makes_it_a_risk(self, world):
        form = signal_form(organisation=str(world.police.uid))
        shown = text_of(post(world.lead, "raise_signal", **form))
        assert "Raised. The coordinator looks at it." in shown
        assert "Whose observation Moorland Police" in shown
        signal = Signal.objects.get()
        answers = {
            "token": str(uuid4()),
            "title": signal.title,
            "cause": "Fewer visits",
            "event": "Injuries are seen late",
            "consequence": "Babies are hurt again",
            "theme": "sight",
            "functions": ["a", "d"],
            "owner_organisation": str(world.health.uid),
        }
        shown = text_of(post(world.coordinator, "promote_signal", signal, **answers))
        assert "It is a draft on the register now." in shown
        risk = Risk.objects.get(signal=signal)
        assert f"Became the risk R-{risk.number:03d}: More babies with injuries" in shown
        assert risk.owner_organisation == world.health
        # A draft is not yet the partner's to see; that it became a risk is.
        assert "Became a risk" in page(world.lead, "signal", signal.uid)

    def test_a_worker_is_asked_for_no_organisation_and_sees_only_its_own(self, world):
        assert "organisation" not in get(world.worker, "raise_signal").context["form"].fields
        post(world.worker, "raise_signal", **signal_form(title="Of the worker"))
        raised(world, title="Of the coordinator")
        shown = page(world.worker, "signals")
        assert "Of the worker" in shown
        assert "Of the coordinator" not in shown

    @pytest.mark.parametrize("missing", ["title", "what", "source", "confidence", "theme"])
    def test_each_question_is_asked(self, world, missing):
        assert errors_of(post(world.worker, "raise_signal", **signal_form(**{missing: ""}))) == [missing]

    def test_a_partner_names_one_of_its_own(self, world):
        other = signal_form(organisation=str(world.health.uid))
        assert errors_of(post(world.lead, "raise_signal", **other)) == ["organisation"]

    def test_watched_and_dismissed(self, world):
        signal = raised(world, world.worker)
        answers = {"reason": "One more hospital", **day("look_again_on", TODAY + 30 * DAY)}
        shown = text_of(post(world.coordinator, "watch_signal", signal, **answers))
        assert "To be looked at again on 15 July 2020" in shown
        with time_machine.travel(NOW + 30 * DAY, tick=False):
            assert "To be looked at again since 15 July 2020" in page(world.coordinator, "signals")
        signal.refresh_from_db()
        post(world.coordinator, "dismiss_signal", signal, reason="One case only")
        assert "One case only" in page(world.worker, "signal", signal.uid)

    def test_a_form_opens_only_where_its_step_may_be_taken(self, world):
        signal = raised(world)
        post(world.coordinator, "dismiss_signal", signal, reason="One case only")
        assert get(world.coordinator, "promote_signal", signal.uid).status_code == 403


class TestEscalations:
    def form(self, world, **other) -> dict[str, str]:
        right = {
            "about": f"risk:{world.risk.uid}",
            "title": "Children are not seen",
            "reason": "Only the board can move staff",
            **day("answer_due_on", TODAY + 14 * DAY),
        }
        return right | other

    def test_put_before_the_board_and_answered(self, world):
        shown = text_of(post(world.coordinator, "escalate", **self.form(world)))
        assert "Put before the board. Its members are told." in shown
        assert "Answer owed by 29 June 2020" in shown
        made = Escalation.objects.get()
        shown = text_of(post(world.board, "answer_escalation", made, answer="Two officers move"))
        assert "Two officers move Bea Board, 15 June 2020 at 10:00am" in shown
        assert "Next look at what changed To be said from 13 September 2020" in shown

    def test_the_address_chooses_what_it_is_about(self, world):
        form = get(world.coordinator, "escalate", risk=world.risk.uid).context["form"]
        assert form["about"].value() == f"risk:{world.risk.uid}"
        assert form["title"].value() == "R-001: Children are not seen"
        made = get(world.board, "escalate", check="escalation_unanswered").context["form"]
        assert made["about"].value() == "check:escalation_unanswered"
        assert "check:made_up" not in dict(
            get(world.board, "escalate", check="made_up").context["form"].fields["about"].choices
        )

    def test_a_partner_is_offered_its_own_risks_only(self, world):
        choices = dict(get(world.lead, "escalate").context["form"].fields["about"].choices)
        assert list(choices) == ["", f"risk:{world.own_risk.uid}"]
        assert errors_of(post(world.lead, "escalate", **self.form(world))) == ["about"]

    @pytest.mark.parametrize(
        ("other", "field"),
        [
            ({"about": ""}, "about"),
            ({"title": ""}, "title"),
            ({"reason": ""}, "reason"),
            (day("answer_due_on", TODAY - DAY), "answer_due_on"),
            ({"answer_due_on_month": "13"}, "answer_due_on"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_question_and_nothing_is_lost(self, world, other, field):
        response = post(world.coordinator, "escalate", **self.form(world, **other))
        assert errors_of(response) == [field]
        assert other.get("reason") == "" or "Only the board can move staff" in response.content.decode()

    def test_overdue_is_said_in_the_list_and_on_the_page(self, world):
        made = escalated(world, answer_due_on=TODAY)
        concern_row(world.police, ConcernState.ESCALATED, by=world.coordinator, title="A concern", now=NOW)
        with time_machine.travel(NOW + DAY, tick=False):
            shown = page(world.board, "escalations")
            assert "Overdue: an answer was owed by 15 June 2020" in shown
            assert "A concern Concern of a partner" in shown
            assert "Overdue: an answer was owed by 15 June 2020" in page(world.board, "escalation", made.uid)

    def test_a_proposal_is_taken_up_or_declined(self, world):
        made = proposed(world)
        assert "Take it up" in page(world.coordinator, "escalation", made.uid)
        assert "Take it up" not in page(world.board, "escalation", made.uid)
        answers = day("answer_due_on", TODAY + 7 * DAY)
        shown = text_of(post(world.coordinator, "take_up_escalation", made, **answers))
        assert "Answer owed by 22 June 2020" in shown
        assert get(world.coordinator, "decline_escalation", made.uid).status_code == 403

    def test_who_put_it_before_the_board_is_not_offered_the_answer(self, world):
        made = escalated(world, world.board)
        assert "Answer for the board" not in page(world.board, "escalation", made.uid)
        assert "Answer for the board" in page(world.second, "escalation", made.uid)
        response = post(world.board, "answer_escalation", made, answer="Yes")
        assert "another board member must answer" in text_of(response)

    def test_other_partners_do_not_find_it(self, world):
        made = escalated(world, world.lead, about=About(risk=world.own_risk))
        assert get(world.lead, "escalation", made.uid).status_code == 200
        assert get(world.other_lead, "escalation", made.uid).status_code == 404

    def test_an_older_version_shows_both_texts(self, world):
        made = escalated(world)
        Escalation.objects.update(version=2, answer="")
        response = post(world.board, "answer_escalation", made, answer="Two officers move")
        assert response.status_code == 409
        assert "Two officers move" in text_of(response)
        assert "Waiting for the board" in text_of(response)

    def test_90_days_later(self, world):
        made = answered(world)
        assert "Say what changed for children" not in page(world.board, "escalation", made.uid)
        with time_machine.travel(NOW + 90 * DAY, tick=False):
            assert "Say what changed for children" in page(world.board, "escalation", made.uid)
            shown = text_of(
                post(world.board, "escalation_changed", made, changed="partly", how="Some are seen")
            )
            assert "Partly Some are seen Bea Board" in shown


class TestChallenges:
    def form(self, world, **other) -> dict[str, str]:
        right = {
            "asked_of": str(world.police.uid),
            "question": "Why did referrals fall?",
            **day("answer_due_on", TODAY + 14 * DAY),
        }
        return right | other

    def test_asked_answered_asked_again_and_accepted(self, world):
        post(world.board, "ask_challenge", **self.form(world, about=f"risk:{world.risk.uid}"))
        made = Challenge.objects.get()
        shown = text_of(post(world.lead, "answer_challenge", made, answer="Schools were closed"))
        assert "A board member says whether the answer holds." in shown
        made.refresh_from_db()
        answers = {"reason": "How many?", **day("answer_due_on", TODAY + 7 * DAY)}
        shown = text_of(post(world.second, "reopen_challenge", made, **answers))
        assert "Answer not accepted" in shown
        # What was said before stays to be read.
        assert "Schools were closed" in shown
        made.refresh_from_db()
        post(world.deputy, "answer_challenge", made, answer="30, now 12")
        made.refresh_from_db()
        assert "Answer accepted" in text_of(post(world.board, "accept_answer", made))

    def test_only_the_partners_lead_and_deputies_answer(self, world):
        made = asked(world)
        assert get(world.other_lead, "challenge", made.uid).status_code == 404
        assert get(world.other_lead, "answer_challenge", made.uid).status_code == 404
        assert post(world.other_lead, "answer_challenge", made, answer="x").status_code == 404
        assert get(world.contributor, "challenge", made.uid).status_code == 200
        assert get(world.contributor, "answer_challenge", made.uid).status_code == 404
        assert get(world.coordinator, "answer_challenge", made.uid).status_code == 403

    @pytest.mark.parametrize(
        ("other", "field"),
        [
            ({"asked_of": ""}, "asked_of"),
            ({"asked_of": "1"}, "asked_of"),
            ({"question": ""}, "question"),
            ({"about": "review:x:y"}, "about"),
            (day("answer_due_on", TODAY - DAY), "answer_due_on"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_question(self, world, other, field):
        assert errors_of(post(world.board, "ask_challenge", **self.form(world, **other))) == [field]

    def test_a_risk_of_another_partner_is_refused_beside_it(self, world):
        of_health = make_risk("Of health", organisation=world.health)
        response = post(world.board, "ask_challenge", **self.form(world, about=f"risk:{of_health.uid}"))
        assert errors_of(response) == ["about"]

    def test_the_list_counts_what_changed(self, world):
        made = accepted(world)
        challenges.say_what_changed(
            user=world.board,
            challenge=made,
            changed="yes",
            how="More referrals",
            expected_version=3,
            now=NOW + 90 * DAY,
        )
        asked(world, asked_of_id=world.health.pk)
        shown = page(world.board, "challenges")
        assert "2 asked. 1 looked at again after 90 days, of which 1 changed something for children." in shown
        assert "1 asked. 1 looked at again" in page(world.lead, "challenges")
        assert "Moorland Health" not in page(world.lead, "challenges")

    def test_names_no_question_in_the_title(self, world):
        made = asked(world)
        content = get(world.board, "challenge", made.uid).content.decode()
        assert "referrals" not in content.split("<title>")[1].split("</title>")[0]


class TestDecisions:
    def test_written_down_changed_confirmed(self, world):
        escalation = escalated(world)
        form = decision_form(risk=str(world.risk.uid), escalation=str(escalation.uid))
        shown = text_of(post(world.coordinator, "record_decision", **form))
        assert "Written down. A board member confirms it." in shown
        made = Decision.objects.get()
        assert (made.risk, made.escalation) == (world.risk, escalation)
        post(world.coordinator, "edit_board_decision", made, **decision_form(title="One officer moves"))
        made.refresh_from_db()
        shown = text_of(post(world.board, "confirm_board_decision", made))
        assert "Confirmed." in shown
        assert "Changed: what was decided, risk, escalation" in shown
        assert get(world.coordinator, "edit_board_decision", made.uid).status_code == 403

    def test_the_form_holds_what_was_written(self, world):
        made = decided(world, dissent="Health differed")
        form = get(world.coordinator, "edit_board_decision", made.uid).context["form"]
        assert form["dissent"].value() == "Health differed"
        assert form["decided_on"].value() == TODAY

    def test_written_down_afterwards_it_is_marked(self, world):
        made = decided(world, decided_on=TODAY - 5 * DAY)
        assert "Written down afterwards" in page(world.board, "board_decision", made.uid)
        assert "Written down afterwards" in page(world.board, "decisions_of_the_board")

    def test_a_new_one_names_the_old(self, world):
        made = confirmed(world)
        form = get(world.coordinator, "record_decision", instead_of=made.uid).context["form"]
        words = "Replaces the decision of 15 June 2020: Two officers move to the front door."
        assert form["reason"].value() == words
        assert get(world.coordinator, "record_decision", instead_of="x").status_code == 200

    def test_who_wrote_it_down_is_not_offered_to_confirm_it(self, world):
        made = decided(world)
        assert "Confirm it" in page(world.board, "board_decision", made.uid)
        assert "Confirm it" not in page(world.coordinator, "board_decision", made.uid)

    @pytest.mark.parametrize(
        "missing", ["title", "kind", "options", "reason", "childrens_rights", "decided_on_day"]
    )
    def test_each_question_is_asked(self, world, missing):
        response = post(world.coordinator, "record_decision", **decision_form(**{missing: ""}))
        assert errors_of(response) == [missing.removesuffix("_day")]

    def test_an_older_version_shows_both_texts(self, world):
        made = decided(world)
        Decision.objects.update(version=2, title="No officer moves")
        form = decision_form(title="One officer moves")
        response = post(world.coordinator, "edit_board_decision", made, **form)
        assert response.status_code == 409
        assert "No officer moves" in text_of(response)
        assert "One officer moves" in text_of(response)

    def test_looked_at_again(self, world):
        made = confirmed(world)
        with time_machine.travel(NOW + 90 * DAY, tick=False):
            assert made.title in page(world.board, "decisions_of_the_board", state="look_again")
            form = {"changed": "no", "how": "Nobody moved"}
            shown = text_of(post(world.board, "board_decision_changed", made, **form))
            assert "No Nobody moved" in shown


LISTS = ("signals", "escalations", "challenges", "decisions_of_the_board")


@pytest.mark.parametrize("name", LISTS)
def test_empty_lists_say_so_and_odd_filters_do_no_harm(world, name):
    assert "is listed here." in page(world.board, name)
    assert get(world.board, name, state="x'--", page="none").status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_queries_do_not_grow_with_rows(world, name):
    def fill() -> None:
        raised(world)
        escalated(world, about=About(risk=make_risk()))
        challenge_answered(world)
        decided(world)

    def queries() -> int:
        client = as_(world.board)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse(name)).status_code == 200
        return len(caught)

    fill()
    few = queries()
    for _ in range(4):
        fill()
    assert queries() <= few


def test_a_text_that_looks_like_markup_is_shown_as_text(world):
    made = escalated(world, title="<b>bold</b>", reason="<script>alert(1)</script>")
    content = get(world.board, "escalation", made.uid).content.decode()
    assert "<script>alert" not in content
    assert "&lt;b&gt;bold&lt;/b&gt;" in content


def test_services_and_pages_agree_on_what_may_be_done(world):
    """A button that is offered leads to a form that opens."""
    made = [
        ("signal", raised(world)),
        ("escalation", proposed(world)),
        ("escalation", answered(world, about=About(risk=world.own_risk))),
        ("challenge", asked(world)),
        ("challenge", challenge_answered(world)),
        ("challenge", accepted(world)),
        ("board_decision", decided(world)),
        ("board_decision", confirmed(world)),
    ]
    for user in (world.coordinator, world.board, world.second, world.lead, world.auditor):
        client = as_(user)
        for name, record in made:
            response = client.get(reverse(name, args=[record.uid]))
            for button in response.context["buttons"] if response.status_code == 200 else ():
                assert client.get(button["href"]).status_code == 200, (user.name, button)
