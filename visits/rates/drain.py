"""Takes what changes have made stale and brings cells and rates in step, in one transaction.

Crash-safe: the rows of the queue go in the transaction that writes the figures, so a killed worker
leaves both as they were. Idempotent: drained twice, the second finds nothing different.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Min

from operations.services import lock
from safeguarding.kernel.periods import Month, last_complete_month
from visits.constants import RATES_LEASE
from visits.models import Plan, RatesState, StaleVisits
from visits.rates.cuts import children_between, refresh_cuts
from visits.rates.recompute import Reach, recompute

ROWS_AT_ONCE = 5_000
# With more rows waiting, or more child-months to look at, a rebuild is the shorter way.
REBUILD_ABOVE_ROWS = 20_000
REBUILD_ABOVE_CELLS = 400_000


@dataclass(frozen=True)
class Drained:
    rows: int
    cells_changed: int
    # Months that are complete since the last time, worked out for every child.
    months: int
    more_waiting: bool
    # Nothing was done: too much is stale for this way.
    rebuild_needed: bool = False


NOTHING_YET = Drained(0, 0, 0, False)
REBUILD_NEEDED = Drained(0, 0, 0, True, rebuild_needed=True)


def drain(*, as_of: date, now: datetime) -> Drained:
    """One step. Raises LeaseBusy while a rebuild is at work; the rows then wait for it."""
    with transaction.atomic():
        lock(RATES_LEASE, now=now)
        state, _ = RatesState.objects.get_or_create(pk=1)
        complete = last_complete_month(as_of)
        if state.first_month is None or state.last_month is None:
            begun = Plan.objects.filter(start_date__lte=complete.last_day).exists()
            return REBUILD_NEEDED if begun else _nothing_to_keep(now)
        rows = _take()
        more = len(rows) == ROWS_AT_ONCE
        first = _first_month(state.first_month, rows)
        last = max(state.last_month, complete.index)
        # Children of months whose rules changed join the queue.
        more |= refresh_cuts(state, Month(first), Month(last), now)
        if more and StaleVisits.objects.count() > REBUILD_ABOVE_ROWS:
            transaction.set_rollback(True)
            return REBUILD_NEEDED
        scope = [
            (child, max(low, first), min(high, last))
            for child, low, high in rows
            if low <= last and high >= first
        ]
        months = last - state.last_month
        if months:
            everybody = _children_between(state.last_month + 1, last)
            if len(everybody) * months > REBUILD_ABOVE_CELLS:
                transaction.set_rollback(True)
                return REBUILD_NEEDED
            scope += everybody
        changed = recompute(scope, now)
        state.first_month, state.last_month = first, last
        if not more:
            state.current_at = now
        state.save(update_fields=["first_month", "last_month", "current_at"])
    return Drained(len(rows), changed, months, more)


def _nothing_to_keep(now: datetime) -> Drained:
    # The first rebuild, once a plan's first month is over, asks no queue.
    StaleVisits.objects.all().delete()
    RatesState.objects.filter(pk=1).update(current_at=now)
    return NOTHING_YET


def _take() -> list[Reach]:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM visits_stalevisits"
            " WHERE id IN (SELECT id FROM visits_stalevisits ORDER BY id LIMIT %s)"
            " RETURNING child_id, first_month, last_month",
            [ROWS_AT_ONCE],
        )
        return cursor.fetchall()


def _first_month(kept: int, rows: list[Reach]) -> int:
    """The first month to keep: earlier than `kept` where a plan of one of these children began earlier."""
    early = {child for child, first, _ in rows if first < kept}
    if not early:
        return kept
    start = Plan.objects.filter(child__in=early).aggregate(start=Min("start_date"))["start"]
    return min(kept, Month.of(start).index) if start else kept


def _children_between(first: int, last: int) -> list[Reach]:
    select, params = children_between(first, last)
    with connection.cursor() as cursor:
        cursor.execute(select, params)
        return [(child, first, last) for (child,) in cursor.fetchall()]
