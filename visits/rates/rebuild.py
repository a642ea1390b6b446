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
from visits.constants import METHOD_VERSION, RATES_LEASE, Outcome
from visits.models import Plan, RatesState, StaleVisits, VisitCell, VisitRate
from visits.rates.columns import fetch_columns, insert_columns
from visits.rates.cuts import refresh_cuts
from visits.rates.kernel import PLAN_TYPES, TYPE_BITS, Cells, CutTable, work_out
from visits.rates.load import kind_of, load_cells, load_contacts, load_cuts, load_places, load_plans
from visits.rates.store import batched, delete_cells, delete_rates

# Longer than a step takes. A vanished holder is overtaken after it: with the sweep each minute, within two.
LEASE_SECONDS = 55
ROWS_A_STATEMENT = 20_000
STEPS = (
    "Reading plans and teams",
    "Reading visits",
    "Working out",
    "Comparing with what is stored",
    "Writing",
)

_TEAM_BITS = 40
_NOT_COLLECTED = -1
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


@dataclass(frozen=True)
class Rates:
    """Rows of rates in order of `key` (month, plan type, team)."""

    key: np.ndarray
    cohort: np.ndarray
    face_to_face: np.ndarray
    alternative: np.ndarray  # _NOT_COLLECTED where not collected
    # Whether this version of the method made the row.
    current: np.ndarray

    def __getitem__(self, chosen: np.ndarray) -> "Rates":
        return Rates(*(column[chosen] for column in vars(self).values()))


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
    gone, put = _compare(stored, cells)
    if not write:
        # A child with a row in the queue has changed, and is not stored wrongly but not yet.
        waiting = np.unique(fetch_columns(["child_id"], "visits_stalevisits", "true", []))
        gone = gone[~np.isin(stored.child_id[gone], waiting)]
        put = put[~np.isin(cells.child_id[put], waiting)]
    rates = count_rates(cells if write else stored, table)
    stored_rates = _load_rates(low.index, high.index)
    rates_gone, rates_put = _compare(stored_rates, rates)
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
            _write_cells(stored[gone], cells[put])
            _write_rates(stored_rates[rates_gone], rates[rates_put], started)
        if whole:
            _note(result, low.index, high.index, seen, started, write=write)
    return result


def _months_to_keep(as_of: date, now: datetime, *, partly: bool) -> tuple[Month, Month] | None:
    """From the first plan's month to the last complete one, their cuts in step with the rules.
    To work out some months, those that are kept already."""
    state, _ = RatesState.objects.get_or_create(pk=1)
    if partly:
        return (Month(state.first_month), Month(state.last_month)) if state.last_month else None
    start = Plan.objects.aggregate(start=Min("start_date"))["start"]
    last = last_complete_month(as_of)
    if start is None or Month.of(start) > last:
        return None
    refresh_cuts(state, Month.of(start), last, now)
    return Month.of(start), last


def _queue() -> np.ndarray:
    """Ids of the queue's rows that are committed now."""
    return fetch_columns(["id"], "visits_stalevisits", "true", [])[:, 0]


def _compare(stored: Cells | Rates, wanted: Cells | Rates) -> tuple[np.ndarray, np.ndarray]:
    """Places of stored rows that must go, and of wanted rows that must come; a changed row is in both."""
    common, in_stored, in_wanted = np.intersect1d(
        stored.key, wanted.key, assume_unique=True, return_indices=True
    )
    same = np.ones(len(common), bool)
    for before, after in zip(list(vars(stored).values())[1:], list(vars(wanted).values())[1:], strict=True):
        same &= before[in_stored] == after[in_wanted]
    gone = np.ones(len(stored.key), bool)
    gone[in_stored[same]] = False
    put = np.ones(len(wanted.key), bool)
    put[in_wanted[same]] = False
    return np.flatnonzero(gone), np.flatnonzero(put)


def count_rates(cells: Cells, table: CutTable) -> Rates:
    teams = np.flatnonzero(np.bincount(cells.team_id))
    team = np.zeros(int(teams.max(initial=0)) + 1, np.int64)
    team[teams] = np.arange(len(teams))
    # A point for every team of every month and type; most months of a large service have them all.
    point = ((cells.month - table.first) * len(PLAN_TYPES) + cells.plan_type) * max(len(teams), 1) + team[cells.team_id]
    cohort = np.bincount(point)
    found = np.flatnonzero(cohort)
    counts = {
        outcome: np.bincount(point[cells.outcome == outcome], minlength=len(cohort))[found]
        for outcome in (Outcome.ALTERNATIVE, Outcome.FACE_TO_FACE)
    }
    place, nth_team = np.divmod(found, max(len(teams), 1))
    month, plan_type = np.divmod(place, len(PLAN_TYPES))
    return Rates(
        key=_point(month + table.first, plan_type, teams[nth_team]),
        cohort=cohort[found],
        face_to_face=counts[Outcome.FACE_TO_FACE],
        alternative=np.where(table.collected[month], counts[Outcome.ALTERNATIVE], _NOT_COLLECTED),
        current=np.ones(len(found), bool),
    )


def _point(month: np.ndarray, plan_type: np.ndarray, team_id: np.ndarray) -> np.ndarray:
    return (month << TYPE_BITS | plan_type) << _TEAM_BITS | team_id


def _load_rates(first: int, last: int) -> Rates:
    """The stored rates of these months, in order of key."""
    version = METHOD_VERSION.replace("'", "''")
    month, plan_type, team_id, cohort, face_to_face, alternative, current = fetch_columns(
        [
            "month",
            kind_of("plan_type"),
            "team_id",
            "cohort",
            "face_to_face",
            f"coalesce(alternative, {_NOT_COLLECTED})",
            f"CASE WHEN method_version = '{version}' THEN 1 ELSE 0 END",
        ],
        "visits_visitrate",
        "month BETWEEN %s AND %s",
        [first, last],
        id_column="team_id",
        rows_an_id=1_000,
    ).T
    key = _point(month, plan_type, team_id)
    order = np.argsort(key)
    return Rates(
        key[order], cohort[order], face_to_face[order], alternative[order], current[order].astype(bool)
    )


def _write_cells(gone: Cells, put: Cells) -> None:
    keys = zip(gone.child_id.tolist(), gone.month.tolist(), _names(gone.plan_type), strict=True)
    for some in batched(keys, ROWS_A_STATEMENT):
        delete_cells(some)
    insert_columns(
        "visits_visitcell",
        [
            {
                "child_id": cells.child_id,
                "month": cells.month.astype(np.int32),
                "plan_type": name,
                "plan_id": cells.plan_id,
                "team_id": cells.team_id,
                "outcome": cells.outcome.astype(np.int16),
            }
            for name, cells in _by_type(put, put.plan_type)
        ],
    )


def _write_rates(gone: Rates, put: Rates, now: datetime) -> None:
    month, plan_type, team_id = points_of(gone.key)
    for some in batched(
        zip(month.tolist(), _names(plan_type), team_id.tolist(), strict=True), ROWS_A_STATEMENT
    ):
        delete_rates(some)
    batches = []
    for name, rates in _by_type(put, points_of(put.key)[1]):
        for collected in (True, False):
            some = rates[(rates.alternative != _NOT_COLLECTED) == collected]
            month, _, team_id = points_of(some.key)
            batches.append(
                {
                    "month": month.astype(np.int32),
                    "plan_type": name,
                    "team_id": team_id,
                    "cohort": some.cohort.astype(np.int32),
                    "face_to_face": some.face_to_face.astype(np.int32),
                    "alternative": some.alternative.astype(np.int32) if collected else None,
                    "method_version": METHOD_VERSION,
                    "computed_at": now,
                }
            )
    insert_columns("visits_visitrate", batches)


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


def points_of(key: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return (
        key >> _TEAM_BITS + TYPE_BITS,
        key >> _TEAM_BITS & (1 << TYPE_BITS) - 1,
        key & (1 << _TEAM_BITS) - 1,
    )


def _by_type(rows: Cells | Rates, plan_type: np.ndarray) -> Iterator[tuple[str, Cells | Rates]]:
    return ((name, rows[plan_type == place]) for place, name in enumerate(PLAN_TYPES))


def _names(plan_type: np.ndarray) -> list[str]:
    return np.array(PLAN_TYPES)[plan_type].tolist()
