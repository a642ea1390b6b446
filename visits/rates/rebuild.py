"""Works out whole months from nothing and writes what differs from the stored cells and rates.

The reading and reckoning are done outside any transaction, under the lease, so that people go on
saving; what they save meanwhile stays in the queue and is drained afterwards. The difference is
written in one transaction that checks the fence: readers see the figures before or after it, never
a mix, and a worker that was overtaken writes nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db import transaction
from django.db.models import Min

from operations.facts import Held
from operations.services import confirm, extend, release, take
from safeguarding.kernel.periods import Month, last_complete_month
from visits.constants import RATES_LEASE
from visits.models import Plan, RatesState, StaleVisits, VisitCell, VisitRate
from visits.rates.columns import fetch_columns
from visits.rates.cuts import refresh_cuts
from visits.rates.kernel import work_out
from visits.rates.load import load_cells, load_contacts, load_cuts, load_places, load_plans
from visits.rates.store import batched
from visits.rates.tables import (
    ROWS_A_STATEMENT,
    compare,
    count_rates,
    load_rates,
    write_cells,
    write_rates,
)

# Longer than a step takes. A vanished holder is overtaken after it: with the sweep each minute, within two.
LEASE_SECONDS = 55
STEPS = (
    "Reading plans and teams",
    "Reading visits",
    "Working out",
    "Comparing with what is stored",
    "Writing",
)

Progress = Callable[[int, str], None]


@dataclass(frozen=True)
class Rebuilt:
    first: Month
    last: Month
    children: int
    visits: int
    cells: int
    cells_differing: int
    rates: int
    rates_differing: int


@contextmanager
def writing(owner: str, *, clock: Callable[[], datetime]) -> Iterator[Held]:
    """Holds the lease of the rates for work that spans transactions. Raises LeaseBusy."""
    with transaction.atomic():
        held = take(RATES_LEASE, owner, now=clock(), seconds=LEASE_SECONDS)
    try:
        yield held
    finally:
        release(held)


def rebuild(
    held: Held,
    *,
    as_of: date,
    clock: Callable[[], datetime],
    first: Month | None = None,
    last: Month | None = None,
    write: bool = True,
    progress: Progress = lambda step, name: None,
) -> Rebuilt | None:
    """Works out the months from `first` (None: of the first plan) to `last` (None: the last complete
    one as of `as_of`) for every child; with `write` False it only counts what differs.

    Returns None where there is nothing to work out: no plans, or, with `first` or `last` given, no
    such month among those that are kept already (drain first). Raises LeaseLost where another
    process took over meanwhile; then nothing was written.
    """
    started = clock()
    with transaction.atomic():
        confirm(held)
        kept = _months_to_keep(as_of, started, partly=bool(first or last))
    if kept is None:
        return None
    low, high = max(first or kept[0], kept[0]), min(last or kept[1], kept[1])
    if low > high:
        return None
    whole = (low, high) == kept

    def step(number: int) -> None:
        progress(number, STEPS[number])
        extend(held, now=clock(), seconds=LEASE_SECONDS)

    step(0)
    # Of these changes everything read from here on knows; later ones stay in the queue.
    seen = _queue()
    table = load_cuts(low.index, high.index)
    plans = load_plans(high.index)
    places = load_places(plans)
    step(1)
    contacts = load_contacts(table)
    step(2)
    cells = work_out(table, plans, places, contacts)
    step(3)
    stored = load_cells(low.index, high.index)
    gone, put = compare(stored, cells)
    if not write:
        # A child with a row in the queue has changed, and is not stored wrongly but not yet.
        waiting = np.unique(fetch_columns(["child_id"], "visits_stalevisits", "true", []))
        gone = gone[~np.isin(stored.child_id[gone], waiting)]
        put = put[~np.isin(cells.child_id[put], waiting)]
    rates = count_rates(cells if write else stored, table)
    stored_rates = load_rates(low.index, high.index)
    rates_gone, rates_put = compare(stored_rates, rates)
    result = Rebuilt(
        first=low,
        last=high,
        children=len(np.unique(plans.child_id)),
        visits=len(contacts.day),
        cells=len(cells.key),
        cells_differing=len(np.union1d(stored.key[gone], cells.key[put])),
        rates=len(rates.key),
        rates_differing=len(np.union1d(stored_rates.key[rates_gone], rates.key[rates_put])),
    )
    if write:
        step(4)
    with transaction.atomic():
        confirm(held)
        if write:
            write_cells(stored[gone], cells[put])
            write_rates(stored_rates[rates_gone], rates[rates_put], started)
        if whole:
            _note(result, low.index, high.index, seen, started, write=write)
    return result


def _months_to_keep(as_of: date, now: datetime, *, partly: bool) -> tuple[Month, Month] | None:
    """From the first plan's month to the last complete one, their cuts in step with the rules.
    To work out some months, those that are kept already."""
    state, _ = RatesState.objects.get_or_create(pk=1)
    if partly:
        if state.first_month is None or state.last_month is None:
            return None
        return Month(state.first_month), Month(state.last_month)
    start = Plan.objects.aggregate(start=Min("start_date"))["start"]
    last = last_complete_month(as_of)
    if start is None or Month.of(start) > last:
        return None
    refresh_cuts(state, Month.of(start), last, now)
    return Month.of(start), last


def _queue() -> np.ndarray:
    """Ids of the queue's rows that are committed now."""
    return fetch_columns(["id"], "visits_stalevisits", "true", [])[:, 0]


def _note(
    result: Rebuilt, first: int, last: int, seen: np.ndarray, started: datetime, *, write: bool
) -> None:
    """What the state says after every month was looked at."""
    changes: dict[str, object] = {}
    if write:
        for some in batched(seen.tolist(), ROWS_A_STATEMENT):
            StaleVisits.objects.filter(pk__in=some).delete()
        for model in (VisitCell, VisitRate):
            model.objects.exclude(month__range=(first, last)).delete()
        changes = {"first_month": first, "last_month": last, "current_at": started}
    if write or not (result.cells_differing or result.rates_differing):
        changes["verified_at"] = started
    RatesState.objects.filter(pk=1).update(**changes)
