"""Two schedulers, and a partner who answers at that moment, on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor, TimeoutError

import pytest
from django.db import connection, transaction

from accounts.models import AuditHead
from guidance.models import Acknowledgement, AcknowledgementReminder
from guidance.services.acknowledgement import acknowledge, remind
from tests.guidance.acknowledging_world import World, make_world
from tests.guidance.test_acknowledging_reminders import BEFORE_AT, BOARD_AT, DAY
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


@pytest.mark.parametrize("turn", range(3))
def test_schedulers_at_once_handle_each_step_once(world, turn):
    for _ in range(4):
        world.issued("police", "social_workers")
    counts = at_once(*[lambda: remind(now=BOARD_AT)] * 3)
    assert sorted(bool(one) for one in counts) == [False, False, True]
    # Of each piece: three steps of the lead, one of the deputy, and the board's three people.
    assert AcknowledgementReminder.objects.filter(organisation=world.police).count() == 4 * 7
    assert world.told(world.lead) == ["late"]
    assert world.told(world.board) == ["board"]


def test_the_constraint_holds_without_the_row_lock_too(world, monkeypatch):
    world.issued("police")
    monkeypatch.setattr(
        "django.db.models.query.QuerySet.select_for_update", lambda rows, *args, **kwargs: rows.all()
    )
    at_once(*[lambda: remind(now=BEFORE_AT)] * 3)
    assert AcknowledgementReminder.objects.count() == 1
    assert world.told(world.lead) == ["before"]


def test_what_is_answered_at_that_moment_owes_nothing_afterwards(world):
    """The scheduler waits for the partner's transaction, and then looks again."""
    of = world.issued("police")
    with transaction.atomic():
        acknowledge(user=world.lead, of=of, organisation=world.police, answer="read", now=BEFORE_AT - DAY)

        # On another connection, as the scheduler's worker has it.
        def ring():
            try:
                return remind(now=BEFORE_AT)
            finally:
                connection.close()

        ringing = ThreadPoolExecutor(1).submit(ring)
        with pytest.raises(TimeoutError):
            ringing.result(timeout=1)
    assert ringing.result(timeout=20) == {}
    assert world.told(world.lead) == []


@pytest.mark.parametrize("turn", range(3))
def test_a_button_pressed_twice_at_once_is_kept_once(world, turn):
    of = world.issued("police")
    given = {"user": world.lead, "of": of, "organisation": world.police, "now": BEFORE_AT}
    at_once(*[lambda: acknowledge(**given, answer="read")] * 3)
    assert Acknowledgement.objects.count() == 1
