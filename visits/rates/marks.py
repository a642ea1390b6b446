"""Puts on record, in the transaction of a change, which child's months it makes stale.

Each change appends rows; rows are never merged or updated here. A shared row "child X is stale"
could be drained by a job that does not yet see the change of a second, slower transaction, and that
change would be lost.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection, transaction

from safeguarding.kernel.periods import Month
from visits.models import StaleVisits, VisitCut
from visits.rates.cuts import MONTHS_AHEAD
from visits.rates.dialect import month_of
from visits.signals import visits_changed

# "Until whenever": beyond every month that is kept. The job cuts it down to those.
OPEN_END = 9999 * 12


def mark_stale_visits(child_id: int, dates: Iterable[date], now: datetime) -> None:
    """Marks the months that visits of these days can reach: of a corrected visit the old day and the
    new one. Call it in the change's transaction, for every visit that counts or counted."""
    StaleVisits.objects.bulk_create(
        StaleVisits(child_id=child_id, first_month=first, last_month=last, marked_at=now)
        for first, last in sorted({reach(day) for day in dates})
    )
    _ring_after_commit()


def mark_stale_plans(spans: Iterable[tuple[int, date, date | None]], now: datetime) -> None:
    """Marks, of each (child id, first day, last day), the months from the first day to the last (None: and
    all after): of a changed plan from the earlier start to the later end, of a move from its day on.
    Call it in the change's transaction."""
    StaleVisits.objects.bulk_create(
        StaleVisits(
            child_id=child_id,
            first_month=Month.of(first).index,
            last_month=Month.of(last).index if last else OPEN_END,
            marked_at=now,
        )
        for child_id, first, last in spans
    )
    _ring_after_commit()


def mark_stale_visits_of(select: str, params: list, now: datetime) -> int:
    """The same for many visits at once: `select` is SQL that yields child_id and visit_date of each
    visit added, and of each changed one twice, as it was and as it is. Returns the rows appended."""
    month = month_of("visit_date")
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO visits_stalevisits (child_id, first_month, last_month, marked_at)"
            " SELECT child_id, month, coalesce((SELECT max(c.month) FROM visits_visitcut c"
            f" WHERE c.month BETWEEN touched.month AND touched.month + {MONTHS_AHEAD}"
            f" AND c.seen_cut <= touched.latest), month + {MONTHS_AHEAD}), %s FROM"
            f" (SELECT child_id, {month} AS month, max(visit_date) AS latest FROM ({select}) changed"
            f" GROUP BY child_id, {month}) touched",
            [connection.ops.adapt_datetimefield_value(now), *params],
        )
        marked = cursor.rowcount
    _ring_after_commit()
    return marked


def mark_stale_plans_of(select: str, params: list, now: datetime) -> int:
    """The same for many plans: `select` is SQL that yields columns of the names child_id, first_day and
    last_day, the last day NULL for an open end. Returns the rows appended."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO visits_stalevisits (child_id, first_month, last_month, marked_at)"
            f" SELECT child_id, min({month_of('first_day')}),"
            f" max(coalesce({month_of('last_day')}, {OPEN_END})), %s"
            f" FROM ({select}) changed GROUP BY child_id",
            [connection.ops.adapt_datetimefield_value(now), *params],
        )
        marked = cursor.rowcount
    _ring_after_commit()
    return marked


def reach(day: date) -> tuple[int, int]:
    """The first and the last month that a visit of this day can count in."""
    first = Month.of(day).index
    last = (
        VisitCut.objects.filter(month__gte=first, month__lte=first + MONTHS_AHEAD, seen_cut__lte=day)
        .order_by("-month")
        .values_list("month", flat=True)
        .first()
    )
    # Without cuts (they may be on their way, in a transaction not yet seen): as far as any rule reaches.
    return first, first + MONTHS_AHEAD if last is None else last


def _ring_after_commit() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("a change and the mark of what it makes stale belong into one transaction")
    transaction.on_commit(lambda: visits_changed.send_robust(sender=None), robust=True)
