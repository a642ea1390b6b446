"""Two people at once on one piece of the board's work, on PostgreSQL."""

from uuid import uuid4

import pytest

from accounts.models import AuditHead
from riskregister.models import Challenge, Decision, Escalation, History
from riskregister.services import challenges, decisions, escalations, signals
from riskregister.services.escalations import About
from safeguarding.kernel.errors import AlreadyDone, Refusal
from tests.riskregister.board_world import (
    DAY,
    NOW,
    TODAY,
    World,
    asked,
    decided,
    decision_draft,
    escalated,
    make_world,
    raised,
    signal_draft,
)
from tests.riskregister.factories import make_appetite, make_rating
from tests.visits.test_records_concurrency import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.concurrency,
    pytest.mark.postgres,
]


@pytest.fixture
def world() -> World:
    # As the migration leaves it; the flush between tests took it away.
    AuditHead.objects.get_or_create(pk=1)
    return make_world()


def codes(results: list[object]) -> list[str]:
    return sorted(one.code for one in results if isinstance(one, Refusal))


def test_of_two_who_answer_one_is_told(world):
    made = escalated(world)
    results = at_once(
        *(
            lambda user=user: escalations.answer(
                user=user, escalation=made, answer=f"By {user.name}", expected_version=1, now=NOW
            )
            for user in (world.board, world.second)
        )
    )
    assert codes(results) == ["wrong_state"]
    assert History.objects.filter(thing="escalation").count() == 2
    assert Escalation.objects.get().version == 2


def test_of_a_lead_and_a_deputy_who_answer_one_is_told(world):
    made = asked(world)
    results = at_once(
        *(
            lambda user=user: challenges.answer(
                user=user, challenge=made, answer=f"By {user.name}", expected_version=1, now=NOW
            )
            for user in (world.lead, world.deputy)
        )
    )
    assert codes(results) == ["wrong_state"]
    assert Challenge.objects.get().version == 2


def test_of_two_who_put_a_risk_before_the_board_one_is_told(world):
    results = at_once(lambda: escalated(world, world.coordinator), lambda: escalated(world, world.board))
    assert codes(results) == ["already_before_board"]
    assert Escalation.objects.count() == 1


def test_of_two_bells_one_proposes(world):
    make_appetite(highest_score=9)
    make_rating(world.risk, 4, 5, at=NOW - DAY)
    results = at_once(*(lambda: escalations.propose_escalations(NOW) for _ in range(2)))
    assert sorted(results) == [0, 1]
    assert Escalation.objects.count() == 1


def test_a_bell_and_a_person_at_once_are_one(world):
    make_appetite(highest_score=9)
    make_rating(world.risk, 4, 5, at=NOW - DAY)
    at_once(lambda: escalations.propose_escalations(NOW), lambda: escalated(world))
    assert Escalation.objects.count() == 1


def test_a_decision_is_not_confirmed_with_words_that_change_meanwhile(world):
    made = decided(world)
    results = at_once(
        lambda: decisions.confirm_decision(user=world.board, decision=made, expected_version=1, now=NOW),
        lambda: decisions.edit_decision(
            user=world.coordinator,
            decision=made,
            draft=decision_draft(title="Something else"),
            about=decisions.DecidedOn(),
            expected_version=1,
            now=NOW,
        ),
    )
    assert codes(results) in (["stale_edit"], ["wrong_state"])
    kept = Decision.objects.get()
    assert (kept.confirmed_at is None) is (kept.title == "Something else")


def test_a_form_sent_twice_at_once_is_one_threat(world):
    token = uuid4()
    results = at_once(
        *(
            lambda: signals.raise_signal(
                user=world.worker, draft=signal_draft(), organisation_id=None, token=token, now=NOW
            )
            for _ in range(2)
        )
    )
    assert sum(isinstance(one, AlreadyDone) for one in results) == 1


def test_of_two_who_look_at_a_threat_one_is_told(world):
    made = raised(world)
    results = at_once(
        *(
            lambda: signals.watch(
                user=world.coordinator,
                signal=made,
                reason="One more hospital",
                look_again_on=TODAY + 30 * DAY,
                expected_version=1,
                now=NOW,
            )
            for _ in range(2)
        )
    )
    assert codes(results) == ["stale_edit"]


def test_of_two_findings_of_one_check_one_goes_before_the_board(world):
    about = About(check_code="escalation_unanswered")
    results = at_once(*(lambda: escalated(world, about=about) for _ in range(2)))
    assert codes(results) == ["already_before_board"]
