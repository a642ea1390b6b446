"""Two schedulers, two mail workers, and a partner who sends at that moment, on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor, TimeoutError

import pytest
from django.core import mail
from django.db import connection, transaction

from accounts.models import AuditHead
from operations.models import Notification
from operations.services import send_mails
from partners.models import Reminder
from partners.services.tracker import remind
from tests.partners.tracker_world import BEFORE_AT, BOARD_AT, DAY, World, make_world, submit
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
def test_two_schedulers_at_once_handle_each_step_once(world, turn):
    counts = at_once(*[lambda: remind(now=BOARD_AT)] * 3)
    assert sorted(bool(one) for one in counts) == [False, False, True]
    assert Reminder.objects.filter(of_return=world.of_police).count() == 6
    assert world.told(world.lead) == ["late"]
    assert world.told(world.chair) == ["board"]


def test_a_return_that_is_sent_at_that_moment_owes_nothing_afterwards(world):
    """The scheduler waits for the partner's transaction, and then looks again."""
    with transaction.atomic():
        submit(world.of_police, world.lead, BEFORE_AT - DAY)

        # On another connection, as the scheduler's worker has it.
        def ring():
            try:
                return remind(now=BEFORE_AT)
            finally:
                connection.close()

        pool = ThreadPoolExecutor(1)
        ringing = pool.submit(ring)
        with pytest.raises(TimeoutError):
            ringing.result(timeout=1)
    assert ringing.result(timeout=20) == {"before": 1}
    assert world.told(world.lead) == []
    assert world.told(world.other_lead) == ["before"]


@pytest.mark.parametrize("turn", range(3))
def test_two_mail_workers_at_once_send_each_once(world, turn):
    remind(now=BOARD_AT)
    owed = Notification.objects.count()
    done = at_once(*[lambda: send_mails(now=BOARD_AT)] * 3)
    assert sum(one.sent for one in done) == owed == len(mail.outbox)
    assert set(Notification.objects.values_list("mail_tries", "mail_state")) == {(1, "sent")}


def test_the_constraint_holds_without_the_row_lock_too(world, monkeypatch):
    monkeypatch.setattr(
        "django.db.models.query.QuerySet.select_for_update", lambda rows, *args, **kwargs: rows.all()
    )
    at_once(*[lambda: remind(now=BEFORE_AT)] * 3)
    assert Reminder.objects.count() == 2
    assert world.told(world.lead) == ["before"]
