"""Keeps VisitCut in step with the rules: which months' dates moved is what is to be worked out anew."""

import hashlib
from collections.abc import Iterable
from dataclasses import astuple, fields

import holidays
from django.db import transaction

from safeguarding.kernel.periods import Month
from visits.analysis import Cut, cuts
from visits.models import AlternativeRecording, RatesState, VisitCut, VisitRule
from visits.rules import Interval

# Cuts reach beyond the months that are kept, so that a visit recorded today knows every month it can
# reach, also one that is computed while the visit is being saved. No rule is longer than 366 days.
MONTHS_AHEAD = 14

_NAMES = [field.name for field in fields(Cut)]


def refresh_cuts(state: RatesState, first: Month, last: Month) -> set[int]:
    """Brings the cuts from `first` to well beyond `last`, the months that are kept, in step with the
    rules of now, and `state` (saved here) with them. Returns the months whose dates moved, appeared or went.

    Cheap where nothing changed: it reads the rules and compares a digest. Call it under the lease.
    """
    intervals = [
        Interval(*row)
        for row in VisitRule.objects.order_by("pk").values_list(
            "plan_type", "regime", "interval", "unit", "effective_from", "effective_until"
        )
    ]
    collected = AlternativeRecording.objects.order_by("collected_from").values_list("collected_from", flat=True).first()
    last = last.plus(MONTHS_AHEAD)
    # The calendar is part of it: a new version of its library may know a new bank holiday.
    inputs = (holidays.__version__, first.index, last.index, collected, [astuple(interval) for interval in intervals])
    digest = hashlib.sha256(repr(inputs).encode()).hexdigest()
    if digest == state.cuts_digest:
        return set()
    wanted = {astuple(cut) for cut in cuts(intervals, collected, first, last)}
    stored = set(VisitCut.objects.values_list(*_NAMES))
    moved = wanted ^ stored
    months = {row[_NAMES.index("month")] for row in moved}
    with transaction.atomic():
        VisitCut.objects.filter(month__in=months).delete()
        VisitCut.objects.bulk_create(_rows(wanted, months), batch_size=500)
        state.cuts_digest = digest
        RatesState.objects.filter(pk=state.pk).update(cuts_digest=digest)
    return months


def _rows(wanted: Iterable[tuple], months: set[int]) -> list[VisitCut]:
    place = _NAMES.index("month")
    return [VisitCut(**dict(zip(_NAMES, row, strict=True))) for row in sorted(wanted) if row[place] in months]
