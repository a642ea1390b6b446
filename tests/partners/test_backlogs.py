"""The backlog register: counts that add up, corrections as later rows, as at a moment."""

from datetime import date, timedelta
from threading import Thread
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.models import AuditEvent
from partners.models import BacklogCount
from partners.selectors import backlogs as selectors
from partners.services import backlogs as services
from partners.services.base import OutOfReach
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from tests.partners.plans_world import DAY, NOW, World, add_backlog, add_plan, count, make_world

pytestmark = pytest.mark.django_db
START = date(2020, 5, 4)
NEXT = START + 14 * DAY
LATER = NOW + timedelta(days=3)


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def backlog(world):
    return add_backlog(add_plan(world), world.lead)


def code_of(act, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


def close(backlog, user, *, now=NOW, version=0):
    backlog.refresh_from_db()
    return services.close_backlog(
        user=user, backlog=backlog, reason="Cleared", expected_version=version or backlog.version, now=now
    )


class TestRegister:
    def test_added_once(self, world):
        plan, token = add_plan(world), uuid4()
        made = add_backlog(plan, world.lead, token=token)
        assert (made.organisation, made.national, made.unit) == (world.police, True, "cases")
        with pytest.raises(AlreadyDone):
            add_backlog(plan, world.lead, token=token)
        assert code_of(add_backlog, plan, world.lead) == "backlog_exists"
        assert code_of(add_backlog, plan, world.lead, kind="queues") == "unknown_kind"
        assert code_of(add_backlog, plan, world.lead, unit=" ") == "text_missing"

    def test_only_by_its_own_people(self, world, backlog):
        plan = backlog.organisation.recovery_plan
        for user in (world.other_lead, world.coordinator, world.auditor, world.board):
            with pytest.raises(OutOfReach):
                add_backlog(plan, user, name="Another")
            with pytest.raises(OutOfReach):
                count(backlog, user, START, 5, 1, 1)
            with pytest.raises(OutOfReach):
                close(backlog, user)

    def test_closed_from_tomorrow_and_counted_no_more(self, world, backlog):
        with pytest.raises(StaleEdit):
            close(backlog, world.lead, version=9)
        close(backlog, world.lead)
        assert len(selectors.backlogs_at(NOW)) == 1
        assert selectors.backlogs_at(NOW + DAY) == []
        assert code_of(count, backlog, world.lead, START, 5, 1, 1) == "backlog_closed"
        assert code_of(close, backlog, world.lead) == "backlog_closed"


class TestCounts:
    def test_stock_is_before_plus_in_less_out(self, world, backlog):
        row = count(backlog, world.lead, START, 40, 6, 4)
        assert (row.stock, row.period_end) == (42, NEXT - DAY)
        assert code_of(count, backlog, world.lead, NEXT, 42, 6, 4, 40) == "does_not_add_up"
        assert AuditEvent.objects.last().detail == {
            "period_end": "2020-05-17",
            "stock": 42,
            "corrects": False,
        }

    def test_the_database_refuses_it_too(self, world, backlog):
        numbers = {"before": 40, "came_in": 6, "went_out": 4, "stock": 40}
        with pytest.raises(IntegrityError), transaction.atomic():
            BacklogCount.objects.create(
                backlog=backlog, period_start=START, period_end=NEXT, at=NOW, by=world.lead, **numbers
            )
        count(backlog, world.lead, START, 40, 6, 4)
        for act in (lambda: BacklogCount.objects.update(stock=1), BacklogCount.objects.all().delete):
            with pytest.raises(DatabaseError), transaction.atomic():
                act()

    def test_periods_follow_each_other(self, world, backlog):
        count(backlog, world.lead, START, 40, 6, 4)
        assert code_of(count, backlog, world.lead, NEXT - DAY, 42, 1, 1) == "overlaps"
        assert code_of(count, backlog, world.lead, NEXT + DAY, 42, 1, 1) == "gap"
        assert code_of(count, backlog, world.lead, NEXT, 41, 1, 1) == "not_carried_over"
        assert code_of(count, backlog, world.lead, NEXT, 42, 1, 1, days=60) == "period_not_over"
        count(backlog, world.lead, NEXT, 42, 1, 1)

    def test_a_correction_is_a_later_row(self, world, backlog):
        count(backlog, world.lead, START, 40, 6, 4)
        assert code_of(count, backlog, world.lead, START, 40, 8, 4) == "already_counted"
        count(backlog, world.lead, START, 40, 8, 4, reason="Two were missed", now=LATER)
        assert BacklogCount.objects.count() == 2
        [then], [now] = selectors.backlogs_at(NOW), selectors.backlogs_at(LATER)
        assert (then.last.stock, now.last.stock) == (42, 44)
        assert len(now.counts) == 1
        # What follows begins with the corrected stock.
        assert code_of(count, backlog, world.lead, NEXT, 42, 1, 1) == "not_carried_over"
        count(backlog, world.lead, NEXT, 44, 1, 1)

    def test_the_same_form_twice_counts_once(self, world, backlog):
        token = uuid4()
        count(backlog, world.lead, START, 40, 6, 4, token=token)
        with pytest.raises(AlreadyDone):
            count(backlog, world.lead, START, 40, 6, 4, token=token)
        assert BacklogCount.objects.count() == 1

    def test_the_forecast_knows_what_was_counted_by_then(self, world, backlog):
        count(backlog, world.lead, START, 40, 0, 14, now=NOW)
        count(backlog, world.lead, NEXT, 26, 0, 14, now=LATER)
        [then], [now] = selectors.backlogs_at(NOW), selectors.backlogs_at(LATER)
        assert (then.forecast.outlook, now.forecast.outlook) == ("not_known", "shrinks")
        assert now.forecast.cleared_by == now.last.period_end + 12 * DAY


@pytest.mark.django_db(transaction=True)
def test_of_two_counts_of_a_period_at_once_one_stands(world, backlog):
    """The backlog's lock: without it both would find the period free."""
    from django.db import connection

    if connection.vendor != "postgresql":
        pytest.skip("row locks are PostgreSQL's")
    codes = []

    def try_it() -> None:
        try:
            count(backlog, world.lead, START, 40, 6, 4)
            codes.append("")
        except Refusal as refusal:
            codes.append(refusal.code)
        finally:
            connection.close()

    threads = [Thread(target=try_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["", *["already_counted"] * 3]
    assert BacklogCount.objects.count() == 1
