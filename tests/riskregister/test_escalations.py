"""Escalations: by people and by rule, their clock, the board's answer, and the look after 90 days."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent
from operations.models import Notification
from partners.constants import ConcernState
from partners.models import ConcernMove
from riskregister.history import story
from riskregister.models import Escalation
from riskregister.selectors.board_work import escalations_at, waiting_for
from riskregister.selectors.escalations import escalation_lines
from riskregister.services import board_clock, escalations
from riskregister.services.board_steps import OutOfReach
from riskregister.services.escalations import About
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from tests.partners.concerns_world import concern_row
from tests.people import person
from tests.riskregister.board_world import (
    DAY,
    NOW,
    TODAY,
    World,
    answered,
    escalated,
    make_world,
    proposed,
    raised,
)
from tests.riskregister.factories import make_acceptance, make_appetite, make_rating, make_risk

pytestmark = pytest.mark.django_db
HOUR = DAY / 24


@pytest.fixture
def world() -> World:
    return make_world()


def code_of(call, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refused:
        call(*args, **kwargs)
    return refused.value.code


def answer(world, made, *, user=None, version=None, now=NOW, words="Two officers move"):
    return escalations.answer(
        user=user or world.board,
        escalation=made,
        answer=words,
        expected_version=version or made.version,
        now=now,
    )


def look(world, made, *, now, changed="yes", user=None, how="Visits went up"):
    return escalations.say_what_changed(
        user=user or world.board,
        escalation=made,
        changed=changed,
        how=how,
        expected_version=made.version,
        now=now,
    )


def told(step: str) -> set[str]:
    return set(Notification.objects.filter(step=step).values_list("recipient__name", flat=True))


class TestByPeople:
    def test_of_a_risk_with_a_clock_and_the_board_is_told(self, world):
        made = escalated(world)
        assert (made.source, made.state, made.answer_due_on) == ("risk", "open", TODAY + 14 * DAY)
        assert AuditEvent.objects.get().action == "escalation.opened"
        assert told("opened") == {"Bea Board", "Ben Board"}
        assert "Children are not seen" not in str(Notification.objects.values("title", "text", "href"))

    def test_of_a_threat_and_of_a_check(self, world):
        of_signal = escalated(world, world.board, about=About(signal=raised(world)))
        of_check = escalated(world, about=About(check_code="escalation_unanswered"))
        assert [of_signal.source, of_check.source] == ["signal", "check"]
        assert code_of(escalated, world, about=About(signal=of_signal.signal)) == "already_before_board"
        assert (
            code_of(escalated, world, about=About(check_code=of_check.check_code)) == "already_before_board"
        )

    def test_a_partner_of_its_own_risks_only(self, world):
        assert escalated(world, world.lead, about=About(risk=world.own_risk)).risk == world.own_risk
        for about in (About(risk=world.risk), About(signal=raised(world)), About(check_code="x")):
            with pytest.raises(OutOfReach):
                escalated(world, world.lead, about=about)
        with pytest.raises(OutOfReach):
            escalated(world, world.other_lead, about=About(risk=world.own_risk))

    def test_sent_twice_it_is_one(self, world):
        token = uuid4()
        made = escalated(world, token=token)
        with pytest.raises(AlreadyDone) as done:
            escalated(world, token=token)
        assert done.value.outcome == str(made.uid)

    def test_before_the_board_once_at_a_time(self, world):
        escalated(world)
        assert code_of(escalated, world, world.board) == "already_before_board"

    def test_what_a_rule_proposed_is_taken_up_instead(self, world):
        proposed(world)
        with pytest.raises(Refusal, match="A rule has proposed"):
            escalated(world)

    def test_after_an_answer_it_may_come_again(self, world):
        answered(world)
        assert escalated(world, now=NOW + DAY).state == "open"

    @pytest.mark.parametrize(
        ("other", "code"),
        [
            ({"title": ""}, "text_missing"),
            ({"reason": " "}, "text_missing"),
            ({"answer_due_on": TODAY - DAY}, "answer_by_past"),
            ({"answer_due_on": TODAY + 93 * DAY}, "answer_by_too_late"),
        ],
    )
    def test_each_fault_is_named(self, world, other, code):
        assert code_of(escalated, world, **other) == code
        assert not Escalation.objects.exists()

    def test_only_of_an_open_risk(self, world):
        closed = make_risk("Closed", state="closed")
        assert code_of(escalated, world, about=About(risk=closed)) == "not_open"

    def test_the_database_keeps_it(self, world):
        made = escalated(world)
        with pytest.raises(ProtectedError):
            made.risk.delete()
        with pytest.raises(IntegrityError), transaction.atomic():
            Escalation.objects.filter(pk=made.pk).update(answer_due_on=None)


class TestAnswering:
    def test_in_words_by_a_board_member_and_who_asked_reads_it(self, world):
        made = answer(world, escalated(world), now=NOW + DAY)
        assert (made.state, made.answered_by, made.answer) == ("answered", world.board, "Two officers move")
        assert told("answered") == {"Cora Coordinator"}

    def test_not_by_who_put_it_before_the_board(self, world):
        made = escalated(world, world.board)
        assert code_of(answer, world, made) == "four_eyes"
        assert answer(world, made, user=world.second).answered_by == world.second

    def test_not_by_who_took_it_up(self, world):
        both = person("CO", "BM", name="Both")
        made = escalations.take_up(
            user=both, escalation=proposed(world), answer_due_on=TODAY, expected_version=1, now=NOW
        )
        assert code_of(answer, world, made, user=both) == "four_eyes"

    @pytest.mark.parametrize("who", ["coordinator", "lead", "auditor"])
    def test_not_by_others(self, world, who):
        assert code_of(answer, world, escalated(world), user=getattr(world, who)) == "not_your_act"

    def test_who_comes_second_is_told(self, world):
        made = escalated(world)
        answer(world, made)
        with pytest.raises(Refusal, match="has answered this escalation already"):
            answer(world, made, user=world.second, version=1)

    def test_an_older_version_is_told(self, world):
        made = escalated(world)
        Escalation.objects.filter(pk=made.pk).update(version=2)
        with pytest.raises(StaleEdit):
            answer(world, made, version=1)


class TestWhatChanged:
    def test_90_days_after_the_answer(self, world):
        made = answered(world)
        assert code_of(look, world, made, now=NOW + 89 * DAY) == "too_soon"
        seen = look(world, made, now=NOW + 90 * DAY)
        assert (seen.changed, seen.changed_how, seen.state) == ("yes", "Visits went up", "answered")
        assert code_of(look, world, seen, now=NOW + 91 * DAY) == "said_already"

    def test_too_early_is_asked_again(self, world):
        made = look(world, answered(world), now=NOW + 90 * DAY, changed="too_early")
        assert code_of(look, world, made, now=NOW + 100 * DAY) == "too_soon"
        assert look(world, made, now=NOW + 180 * DAY, changed="no").changed == "no"


class TestByRule:
    @pytest.fixture
    def above(self, world):
        make_appetite(highest_score=9)
        make_rating(world.risk, 4, 5, at=NOW - DAY)
        return world

    def test_an_open_risk_above_appetite_once(self, above):
        assert escalations.propose_escalations(NOW) == 1
        made = Escalation.objects.get()
        assert (made.source, made.state, made.raised_by, made.risk) == (
            "appetite",
            "proposed",
            None,
            above.risk,
        )
        assert made.reason == "The risk is rated 20. The board bears 9 at most for this theme."
        assert told("proposed") == {"Cora Coordinator"}
        # Rung again.
        assert escalations.propose_escalations(NOW + DAY) == 0
        assert Escalation.objects.count() == 1

    def test_not_at_the_appetite_itself(self, world):
        make_appetite(highest_score=12)
        make_rating(world.risk, 3, 4, at=NOW - DAY)
        assert escalations.propose_escalations(NOW) == 0

    def test_not_of_a_partners_own_risk_a_draft_or_a_closed_one(self, above):
        for risk in (above.own_risk, make_risk("Draft", state="draft"), make_risk("Shut", state="closed")):
            make_rating(risk, 5, 5, at=NOW - DAY)
        assert escalations.propose_escalations(NOW) == 1

    def test_not_while_a_person_has_put_it_before_the_board(self, above):
        escalated(above)
        assert escalations.propose_escalations(NOW) == 0

    def test_not_while_the_board_bears_it(self, above):
        make_acceptance(above.risk, asked_by=above.coordinator, approved_by=above.board, at=NOW - DAY)
        assert escalations.propose_escalations(NOW) == 0
        assert escalations.propose_escalations(NOW + 120 * DAY) == 1

    def test_what_was_declined_comes_back_only_with_a_new_rating(self, above):
        escalations.propose_escalations(NOW)
        made = Escalation.objects.get()
        escalations.decline(
            user=above.coordinator,
            escalation=made,
            reason="The board saw it last week",
            expected_version=1,
            now=NOW + HOUR,
        )
        assert escalations.propose_escalations(NOW + DAY) == 0
        make_rating(above.risk, 5, 5, at=NOW + 2 * DAY)
        assert escalations.propose_escalations(NOW + 3 * DAY) == 1

    def test_taken_up_it_goes_before_the_board(self, above):
        escalations.propose_escalations(NOW)
        made = escalations.take_up(
            user=above.coordinator,
            escalation=Escalation.objects.get(),
            answer_due_on=TODAY + 7 * DAY,
            expected_version=1,
            now=NOW,
        )
        assert (made.state, made.taken_by, made.answer_due_on) == (
            "open",
            above.coordinator,
            TODAY + 7 * DAY,
        )
        assert told("opened") == {"Bea Board", "Ben Board"}

    @pytest.mark.parametrize("who", ["board", "lead"])
    def test_taken_up_by_the_coordinator_only(self, above, who):
        escalations.propose_escalations(NOW)
        call = {
            "user": getattr(above, who),
            "escalation": Escalation.objects.get(),
            "expected_version": 1,
            "now": NOW,
        }
        assert code_of(escalations.take_up, answer_due_on=TODAY, **call) == "not_your_act"
        assert code_of(escalations.decline, reason="No", **call) == "not_your_act"

    def test_queries_do_not_grow_with_risks(self, above, django_assert_max_num_queries):
        for _ in range(20):
            make_rating(make_risk(), 2, 2, at=NOW - DAY)
        escalations.propose_escalations(NOW)
        with django_assert_max_num_queries(25):
            escalations.propose_escalations(NOW + DAY)


class TestClimbing:
    def test_overdue_tells_the_board_and_the_coordinator_once(self, world):
        escalated(world, answer_due_on=TODAY)
        assert board_clock.tell_of_overdue(NOW) == 0
        assert board_clock.tell_of_overdue(NOW + DAY) == 3
        assert told(f"late {TODAY}") == {"Bea Board", "Ben Board", "Cora Coordinator"}
        assert board_clock.tell_of_overdue(NOW + 2 * DAY) == 0

    def test_not_of_what_was_answered_or_only_proposed(self, world):
        answered(world)
        proposed(world)
        assert board_clock.tell_of_overdue(NOW + 60 * DAY) == 0


class TestReadAsAt:
    def test_a_later_answer_does_not_show(self, world):
        made = escalated(world)
        answer(world, made, now=NOW + DAY)
        before, after = escalations_at(NOW), escalations_at(NOW + DAY)
        assert (before[0].state, before[0].answered_at) == ("open", None)
        assert (after[0].state, after[0].answered_at) == ("answered", NOW + DAY)
        assert escalations_at(NOW - HOUR) == ()

    def test_a_later_look_does_not_show(self, world):
        look(world, answered(world), now=NOW + 90 * DAY)
        assert [one.changed for one in escalations_at(NOW + 89 * DAY)] == [""]
        assert [one.changed for one in escalations_at(NOW + 90 * DAY)] == ["yes"]

    def test_whose_it_is(self, world):
        escalated(world, world.lead, about=About(risk=world.own_risk))
        fact = escalations_at(NOW)[0]
        assert fact.organisation == "Moorland Police"
        assert (fact.ref.kind, fact.ref.uid) == ("escalation", str(fact.uid))

    def test_every_step_is_in_the_history(self, world):
        made = answer(world, escalated(world), now=NOW + DAY)
        assert [one.fields["state"] for one in story("escalation", made.uid)] == ["open", "answered"]
        assert [one.by for one in story("escalation", made.uid)] == ["Cora Coordinator", "Bea Board"]


class TestTheList:
    def test_a_concern_whose_answer_did_not_hold_is_no_longer_before_the_board(self, world):
        row = concern_row(world.police, ConcernState.ESCALATED, by=world.coordinator, now=NOW)
        assert len(escalation_lines(world.coordinator, at=NOW)) == 1
        for was, to in (("escalated", "answered"), ("answered", "triaged")):
            ConcernMove.objects.create(concern=row, from_state=was, to_state=to, at=NOW, by=world.coordinator)
        assert escalation_lines(world.coordinator, at=NOW) == []

    def test_concerns_before_the_board_stand_in_it_unanswered_first(self, world):
        concern_row(world.police, ConcernState.RAISED, by=world.lead, title="Not before the board", now=NOW)
        concern_row(
            world.police,
            ConcernState.ESCALATED,
            by=world.coordinator,
            title="Of the police",
            now=NOW - 20 * DAY,
        )
        answered(world, title="Answered", about=About(risk=world.own_risk))
        escalated(world, title="Open", answer_due_on=TODAY + 9 * DAY)
        lines = escalation_lines(world.board, at=NOW)
        assert [(one.title, one.source, one.overdue) for one in lines] == [
            ("Of the police", "concern", True),
            ("Open", "risk", False),
            ("Answered", "risk", False),
        ]
        assert [one.title for one in escalation_lines(world.board, at=NOW, state="overdue")] == [
            "Of the police"
        ]

    def test_a_partner_sees_its_own(self, world):
        own = escalated(world, world.lead, about=About(risk=world.own_risk), title="Own")
        escalated(world, title="Of the partnership")
        concern_row(world.health, ConcernState.ESCALATED, by=world.coordinator, now=NOW)
        assert [one.uid for one in escalation_lines(world.lead, at=NOW)] == [own.uid]
        assert [one.organisation for one in escalation_lines(world.other_lead, at=NOW)] == ["Moorland Health"]

    def test_queries_do_not_grow(self, world):
        def queries() -> int:
            with CaptureQueriesContext(connection) as caught:
                escalation_lines(world.board, at=NOW)
            return len(caught)

        escalated(world)
        few = queries()
        for _ in range(5):
            escalated(world, about=About(risk=make_risk()))
            concern_row(world.police, ConcernState.ESCALATED, by=world.coordinator, now=NOW)
        assert queries() <= few + 1


def test_what_waits_for_whom(world):
    proposed(world)
    escalated(world, about=About(risk=world.own_risk), answer_due_on=TODAY)
    raised(world)
    board = waiting_for(world.board, NOW + DAY)
    assert [(one.words, one.overdue) for one in board] == [
        ("1 escalation waits for the board’s answer", True)
    ]
    assert [one.words for one in waiting_for(world.coordinator, NOW)] == [
        "1 escalation that a rule proposes waits",
        "1 emerging threat is new",
    ]
    assert waiting_for(world.worker, NOW) == []
