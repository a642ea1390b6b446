"""Two people and two clicks at once on a concern and an action, on PostgreSQL. Each promise has a control
beside it that shows the loss which it keeps off."""

from threading import Barrier
from uuid import uuid4

import pytest
from django.db import transaction

from accounts.models import AuditEvent, AuditHead
from partners.constants import ActionState, ConcernState
from partners.models import Action, ActionMove, Concern, ConcernMove
from partners.services import actions, concerns
from safeguarding.kernel.errors import AlreadyDone, Refusal
from tests.partners.concerns_world import NOW, World, action_row, concern_row, draft, make_world
from tests.people import person
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


def take_up(world: World, concern: Concern, user, severity: str):
    return lambda: concerns.triage(
        user=user,
        concern=concern,
        expected_version=1,
        breadth="partner",
        severity=severity,
        owner=world.lead.uid,
        now=NOW,
    )


def test_of_several_who_triage_one_wins_and_the_others_are_told(world):
    second = person("CO", name="Second coordinator")
    concern = concern_row(world.police, by=world.lead)

    def declined() -> Concern:
        return concerns.decline(
            user=second, concern=concern, expected_version=1, reason="It is known", now=NOW
        )

    results = at_once(*[take_up(world, concern, world.coordinator, "high"), declined] * 4)
    assert codes(results) == ["move_not_allowed"] * 7
    assert ConcernMove.objects.count() == 2
    assert Concern.objects.get().version == 2
    assert AuditEvent.objects.count() == 1


def test_control_without_the_service_both_are_written(world):
    """What the lock and the rule keep off: two moves out of one state."""
    concern = concern_row(world.police, by=world.lead)
    read = Barrier(2)

    def blindly(to: str):
        def write() -> None:
            with transaction.atomic():
                row = Concern.objects.get(pk=concern.pk)
                read.wait(timeout=20)
                before, row.state = row.state, to
                row.save(update_fields=["state"])
                ConcernMove.objects.create(
                    concern=row, from_state=before, to_state=to, reason="x", at=NOW, by=world.coordinator
                )

        return write

    at_once(blindly(ConcernState.TRIAGED), blindly(ConcernState.DECLINED))
    assert ConcernMove.objects.filter(from_state="raised").count() == 2


def test_a_double_click_raises_one(world):
    token = uuid4()
    given = {"user": world.lead, "draft": draft(organisation=world.police.uid), "token": token, "now": NOW}
    results = at_once(*[lambda: concerns.raise_concern(**given) for _ in range(4)])
    assert sum(isinstance(one, AlreadyDone) for one in results) == 3
    assert Concern.objects.count() == AuditEvent.objects.count() == 1


def test_of_two_who_verify_one_is_told(world):
    action = action_row(world.police, world.lead, ActionState.DONE, owner=world.lead)
    results = at_once(
        *[
            lambda user=user: actions.verify(user=user, action=action, expected_version=1, now=NOW)
            for user in (world.coordinator, world.board)
        ]
    )
    assert codes(results) == ["move_not_allowed"]
    assert ActionMove.objects.filter(to_state=ActionState.VERIFIED).count() == 1


def test_verified_and_sent_back_at_once_is_one_of_both(world):
    action = action_row(world.police, world.lead, ActionState.DONE, owner=world.lead)
    results = at_once(
        lambda: actions.verify(user=world.board, action=action, expected_version=1, now=NOW),
        lambda: actions.reopen(
            user=world.coordinator, action=action, expected_version=1, reason="The list is of May", now=NOW
        ),
    )
    # Reopening what was just verified is told as a change that was not seen.
    assert codes(results) in (["move_not_allowed"], ["stale_edit"])
    assert Action.objects.get().version == 2


def test_two_moves_of_a_date_are_not_one_over_the_other(world):
    action = action_row(world.police, world.coordinator, owner=world.lead)
    results = at_once(
        *[
            lambda user=user, days=days: actions.slip(
                user=user,
                action=action,
                expected_version=1,
                due_on=action.due_on.replace(day=days),
                reason_code="staffing",
                reason="Two are ill",
                now=NOW,
            )
            for user, days in ((world.lead, 29), (world.coordinator, 30))
        ]
    )
    assert len(codes(results)) == 1
    assert action.slips.count() == 1
    assert Action.objects.get().due_on == action.slips.get().to_date
