"""The whole method over columns: every cell of every month from plans, teams, visits and cuts. Pure.

Days are ordinals less one (visits.rates.dialect.day_number), months Month indexes, plan types
places in PLAN_TYPES.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from visits.constants import Outcome, PlanType, Regime

PLAN_TYPES = PlanType.values
_REGIMES = Regime.values
_STANDARD, _LONG_TERM = _REGIMES.index(Regime.STANDARD), _REGIMES.index(Regime.LONG_TERM)
_NO_DAY = -1
_UNIX_EPOCH = 719_162
OPEN_END = np.iinfo(np.int32).max
# Bits of a cell's key: child | plan type | month.
MONTH_BITS = 17
_DAY_BITS = 22
TYPE_BITS = 2


@dataclass(frozen=True)
class CutTable:
    """The cuts of the months `first` to `last` as days. Shapes: open (types, months), seen (types,
    regimes, months), the others (months,). Where a month has no cuts, open is before every day."""

    first: int
    last: int
    open_cut: np.ndarray
    seen_cut: np.ndarray
    anniversary_cut: np.ndarray
    collected: np.ndarray

    @classmethod
    def of(cls, rows: Iterable[tuple], first: int, last: int) -> "CutTable":
        """`rows`: (plan type, month, regime, open_cut, seen_cut, anniversary_cut as dates, collected)."""
        months = last - first + 1
        table = cls(
            first,
            last,
            np.full((len(PLAN_TYPES), months), _NO_DAY),
            np.full((len(PLAN_TYPES), len(_REGIMES), months), OPEN_END, np.int64),
            np.full(months, _NO_DAY),
            np.zeros(months, bool),
        )
        for plan_type, month, regime, open_cut, seen_cut, anniversary_cut, collected in rows:
            place, kind = month - first, PLAN_TYPES.index(plan_type)
            table.open_cut[kind, place] = open_cut.toordinal() - 1
            table.seen_cut[kind, _REGIMES.index(regime), place] = seen_cut.toordinal() - 1
            table.anniversary_cut[place] = anniversary_cut.toordinal() - 1
            table.collected[place] = collected
        return table


@dataclass(frozen=True)
class Plans:
    """Columns of equal length. `order` settles which of two plans of one day comes first."""

    plan_id: np.ndarray
    child_id: np.ndarray
    plan_type: np.ndarray
    start: np.ndarray
    end: np.ndarray  # OPEN_END where open
    long_term: np.ndarray
    order: np.ndarray


@dataclass(frozen=True)
class Places:
    """Which team holds a plan from a day until (not on) a day (OPEN_END: still)."""

    plan_id: np.ndarray
    team_id: np.ndarray
    since: np.ndarray
    until: np.ndarray


@dataclass(frozen=True)
class Contacts:
    """Visits that count, in any order."""

    child_id: np.ndarray
    day: np.ndarray
    face_to_face: np.ndarray


@dataclass(frozen=True)
class Cells:
    """Cells in order of their key (`pack`)."""

    key: np.ndarray
    plan_id: np.ndarray
    team_id: np.ndarray
    outcome: np.ndarray

    @property
    def child_id(self) -> np.ndarray:
        return self.key >> (MONTH_BITS + TYPE_BITS)

    @property
    def plan_type(self) -> np.ndarray:
        return self.key >> MONTH_BITS & (1 << TYPE_BITS) - 1

    @property
    def month(self) -> np.ndarray:
        return self.key & (1 << MONTH_BITS) - 1

    def __getitem__(self, chosen: np.ndarray) -> "Cells":
        return Cells(self.key[chosen], self.plan_id[chosen], self.team_id[chosen], self.outcome[chosen])


def pack(child_id: np.ndarray, plan_type: np.ndarray, month: np.ndarray) -> np.ndarray:
    return (child_id << TYPE_BITS | plan_type) << MONTH_BITS | month


def work_out(table: CutTable, plans: Plans, places: Places, contacts: Contacts) -> Cells:
    """Every cell of the table's months."""
    children, child = np.unique(plans.child_id, return_inverse=True)
    group = child * len(PLAN_TYPES) + plans.plan_type
    sorted_plans = np.lexsort((plans.order, group << _DAY_BITS | plans.start))
    group, start = group[sorted_plans], plans.start[sorted_plans]
    own_first, own_last = _own_months(group, _month(start), _month_before(plans.end[sorted_plans]))

    # A plan's months, cut at its moves between teams: a month belongs to the team of its last day.
    row = _rows_of(places.plan_id, plans.plan_id[sorted_plans])
    in_order = np.argsort(row << _DAY_BITS | places.since)
    row = row[in_order]
    who, kind = np.divmod(group[row], len(PLAN_TYPES))
    low = np.maximum(np.maximum(own_first[row], _month(places.since[in_order])), table.first)
    low = np.maximum(low, table.first + _first_open(table, kind, start[row]))
    high = np.minimum(np.minimum(own_last[row], _month_before(places.until[in_order])), table.last)
    length = np.maximum(high - low + 1, 0)

    def each(of_place: np.ndarray) -> np.ndarray:
        return np.repeat(of_place, length)

    months = table.last - table.first + 1
    month = np.arange(int(length.sum())) + each(low - np.cumsum(length) + length - table.first)
    # Where to look in the table's lines of one plan type after another.
    rule = each(kind * months) + month
    began = each(start[row])
    seen_cut = table.seen_cut[:, _STANDARD].ravel()[rule]
    settled = np.flatnonzero(each(plans.long_term[sorted_plans][row].astype(bool)))
    settled = settled[began[settled] <= table.anniversary_cut[month[settled]]]
    seen_cut[settled] = table.seen_cut[:, _LONG_TERM].ravel()[rule[settled]]
    cells = Cells(
        key=each(pack(children[who], kind, np.full_like(kind, table.first))) + month,
        plan_id=each(plans.plan_id[sorted_plans][row]),
        team_id=each(places.team_id[in_order]),
        outcome=_outcomes(table, children, contacts, each(who), month, seen_cut),
    )
    # The cohort: of the child's open plans the one that began first decides.
    in_cohort = began <= table.open_cut.ravel()[rule]
    return cells if in_cohort.all() else cells[in_cohort]


def _first_open(table: CutTable, kind: np.ndarray, start: np.ndarray) -> np.ndarray:
    """The first of the table's months in which a plan that began then can be in the cohort. It need not
    stay there: a new rule may ask for more days."""
    first = np.empty_like(kind)
    for place in range(len(PLAN_TYPES)):
        chosen = kind == place
        first[chosen] = np.searchsorted(np.maximum.accumulate(table.open_cut[place]), start[chosen])
    return first


def _own_months(group: np.ndarray, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The months in which each plan counts for its child: those that no plan before it in the group
    (a child and type; plans in order of start) has open. Arrays sorted by group."""
    if not len(group):
        return first, last
    # A running maximum that begins anew in each group: each group's months lie above all before.
    step = int(last.max() - min(last.min(), first.min())) + 2
    lift = group * step
    before = np.maximum.accumulate(last + lift)
    taken = np.full(len(group), np.iinfo(np.int64).min)
    same = group[1:] == group[:-1]
    taken[1:][same] = (before[:-1] - lift[1:])[same]
    return np.maximum(first, taken + 1), last


def _outcomes(
    table: CutTable,
    children: np.ndarray,
    contacts: Contacts,
    who: np.ndarray,
    month: np.ndarray,
    seen_cut: np.ndarray,
) -> np.ndarray:
    """Of each cell: whether the child's last contact up to the month's end is from the window on."""
    # Days counted from the first that matters fit into two bytes.
    base = int(min(seen_cut.min(initial=OPEN_END), contacts.day.min(initial=OPEN_END))) - 1
    # A line of all children for each month, and one before for whatever was earlier.
    lines = table.last - table.first + 2
    child = _places_of(contacts.child_id, children)
    line = np.maximum(_month(contacts.day) - table.first + 1, 0)
    spot = (contacts.face_to_face * lines + line) * len(children) + child
    days = contacts.day - base
    known = (child >= 0) & (line < lines)
    if not known.all():
        spot, days = spot[known], days[known]
    kind = np.uint16 if days.max(initial=0) <= np.iinfo(np.uint16).max else np.uint32
    latest = np.zeros((2, lines, len(children)), kind)
    np.maximum.at(latest.reshape(-1), spot, days.astype(kind))
    for before in range(lines - 1):
        np.maximum(latest[:, before], latest[:, before + 1], out=latest[:, before + 1])
    others, faces = latest.reshape(2, -1)
    asked = (month + 1) * len(children) + who
    cut = seen_cut - base
    outcome = np.zeros(len(who), np.int16)
    outcome[(others[asked] >= cut) & table.collected[month]] = Outcome.ALTERNATIVE
    outcome[faces[asked] >= cut] = Outcome.FACE_TO_FACE
    return outcome


def _month(day: np.ndarray) -> np.ndarray:
    """Month indexes of days. Of many days of few years, by a table of those years."""
    if not len(day):
        return day
    low, high = int(day.min()), int(day.max())
    if high - low < len(day):
        return _months_of(np.arange(low, high + 1))[day - low]
    return _months_of(day)


def _months_of(day: np.ndarray) -> np.ndarray:
    return (day - _UNIX_EPOCH).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12


def _month_before(end: np.ndarray) -> np.ndarray:
    """The last month whose last day lies before `end` or, as no month ends before its own last day,
    the month before that of `end`; beyond every month where open."""
    open_end = end == OPEN_END
    return np.where(open_end, (1 << MONTH_BITS) - 1, _month(np.where(open_end, _UNIX_EPOCH, end)) - 1)


def _rows_of(wanted: np.ndarray, ids: np.ndarray) -> np.ndarray:
    order = np.argsort(ids)
    return order[np.searchsorted(ids, wanted, sorter=order)]


def _places_of(wanted: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """Where each wanted id is among the sorted `ids`; -1 where it is not."""
    if not len(ids) or not len(wanted):
        return np.full(len(wanted), -1)
    highest = max(int(ids[-1]), int(wanted.max()))
    # A table of all ids is quicker than searching, unless they are far apart.
    if highest < 8 * len(ids) + 1_000_000:
        table = np.full(highest + 1, -1)
        table[ids] = np.arange(len(ids))
        return table[wanted]
    place = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return np.where(ids[place] == wanted, place, -1)
