"""Keeps VisitCut in step with the rules: which months' dates moved is what is to be worked out anew."""

import hashlib
from collections.abc import Iterable
from dataclasses import astuple, fields
from datetime import date, datetime

import holidays
from django.db import connection, transaction

from safeguarding.kernel.periods import Month
from visits.analysis import Cut, cuts
from visits.models import AlternativeRecording, RatesState, VisitCut, VisitRate, VisitRule
from visits.rates.store import refresh_rates
from visits.rules.rates import Interval

# Cuts reach beyond the months that are kept, so that a visit recorded today knows every month it can
# reach, also one that is computed while the visit is being saved. No rule is longer than 366 days.
MONTHS_AHEAD = 14

_NAMES = [field.name for field in fields(Cut)]


def refresh_cuts(state: RatesState, first: Month, last: Month, now: datetime) -> bool:
    """Brings the cuts from `first` to well beyond `last` in step with the rules of now. Kept months
    whose dates moved are marked as stale for every child in them, so that a crash cannot forget them.
    Returns whether there are such months.

    Cheap where nothing changed: it reads the rules and compares a digest. Call it under the lease.
    """
    intervals, collected = rules_of_method()
    last = last.plus(MONTHS_AHEAD)
    # The calendar is part of it: a new version of its library may know a new bank holiday.
    inputs = (
        holidays.__version__,
        first.index,
        last.index,
        collected,
        [astuple(interval) for interval in intervals],
    )
    digest = hashlib.sha256(repr(inputs).encode()).hexdigest()
    if digest == state.cuts_digest:
        return False
    wanted = {astuple(cut) for cut in cuts(intervals, collected, first, last)}
    stored = set(VisitCut.objects.values_list(*_NAMES))
    moved = wanted ^ stored
    months = {row[_NAMES.index("month")] for row in moved}
    kept = months & set(range(state.first_month or 0, (state.last_month or -1) + 1))
    with transaction.atomic():
        VisitCut.objects.filter(month__in=months).delete()
        VisitCut.objects.bulk_create(_rows(wanted, months), batch_size=500)
        state.cuts_digest = digest
        RatesState.objects.filter(pk=state.pk).update(cuts_digest=digest)
        if kept:
            _mark_everybody(min(kept), max(kept), now)
            # "None" may have become "not collected" without any child's outcome changing.
            points = VisitRate.objects.filter(month__in=kept).values_list("month", "plan_type", "team_id")
            refresh_rates(set(points), now)
    return bool(kept)


def rules_of_method() -> tuple[list[Interval], date | None]:
    """Every interval, and since when alternatives are collected (None: never)."""
    rows = VisitRule.objects.order_by("pk").values_list(
        "plan_type", "regime", "interval", "unit", "effective_from", "effective_until"
    )
    since = AlternativeRecording.objects.order_by("collected_from").values_list("collected_from", flat=True)
    return [Interval(*row) for row in rows], since.first()


def children_between(first: int, last: int) -> tuple[str, list]:
    """SQL, and its parameters, for the id of every child with a plan or a cell in these months."""
    return (
        "SELECT child_id FROM visits_plan WHERE start_date <= %s AND (end_date IS NULL OR end_date > %s)"
        " UNION SELECT child_id FROM visits_visitcell WHERE month BETWEEN %s AND %s",
        [
            connection.ops.adapt_datefield_value(Month(last).last_day),
            connection.ops.adapt_datefield_value(Month(first).first_day),
            first,
            last,
        ],
    )


def _mark_everybody(first: int, last: int, now: datetime) -> None:
    children, params = children_between(first, last)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO visits_stalevisits (child_id, first_month, last_month, marked_at)"
            f" SELECT child_id, %s, %s, %s FROM ({children}) everybody",
            [first, last, connection.ops.adapt_datetimefield_value(now), *params],
        )


def _rows(wanted: Iterable[tuple], months: set[int]) -> list[VisitCut]:
    place = _NAMES.index("month")
    return [VisitCut(**dict(zip(_NAMES, row, strict=True))) for row in sorted(wanted) if row[place] in months]
