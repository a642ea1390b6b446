"""The truth as columns, as it stands in the database now."""

from datetime import date

import numpy as np
from django.db import connection

from safeguarding.kernel.periods import Month
from visits.models import Plan, VisitCut
from visits.rates.columns import fetch_columns
from visits.rates.dialect import day_number
from visits.rates.kernel import (
    OPEN_END,
    PLAN_TYPES,
    TYPE_BITS,
    Cells,
    Contacts,
    CutTable,
    Places,
    Plans,
    pack,
)
from visits.rules.rates import reference_order

_DAY_BITS = 22


def load_cuts(first: int, last: int) -> CutTable:
    rows = VisitCut.objects.filter(month__range=(first, last)).values_list(
        "plan_type", "month", "regime", "open_cut", "seen_cut", "anniversary_cut", "alternatives_collected"
    )
    return CutTable.of(rows, first, last)


def load_plans(last: int) -> Plans:
    """Plans that began by the end of the month `last`."""
    rows = fetch_columns(
        [
            "id",
            "child_id",
            *plan_columns("plan_type", "start_date", "end_date", "long_term"),
        ],
        "visits_plan",
        "start_date <= %s",
        [_date(Month(last).last_day)],
    )
    return plans_of(rows)


def plan_columns(plan_type: str, start: str, end: str, long_term: str) -> list[str]:
    """SQL for what `plans_of` wants of a plan after its id and its child's; each argument is SQL."""
    return [
        kind_of(plan_type),
        day_number(start),
        f"coalesce({day_number(end)}, {OPEN_END})",
        f"CASE WHEN {long_term} THEN 1 ELSE 0 END",
    ]


def plans_of(rows: np.ndarray) -> Plans:
    """Shape (plans, 6): plan id, child id, and `plan_columns`."""
    plan_id, child_id, plan_type, start, end, long_term = rows.T
    return Plans(
        plan_id, child_id, plan_type, start, end, long_term, _order(plan_id, child_id, plan_type, start)
    )


def load_places(plans: Plans) -> Places:
    plan_id, team_id, since, until = fetch_columns(
        ["plan_id", "team_id", day_number("from_date"), f"coalesce({day_number('until_date')}, {OPEN_END})"],
        "visits_planteam",
        "true",
        [],
    ).T
    # A plan recorded since the plans were read is in the queue, and is worked out from there.
    known = np.isin(plan_id, plans.plan_id)
    return Places(plan_id[known], team_id[known], since[known], until[known])


def load_contacts(table: CutTable) -> Contacts:
    """Visits that can count in the table's months."""
    if not (table.open_cut >= 0).any():
        return Contacts(*np.empty((3, 0), np.int64))
    first_day = date.fromordinal(int(table.seen_cut.min()) + 1)
    packed = fetch_columns(
        [packed_contact("child_id", "visit_date", "method")],
        "visits_visit",
        "child_seen AND status = 'completed' AND (method = 'face_to_face' OR authorised)"
        " AND visit_date BETWEEN %s AND %s",
        [_date(first_day), _date(Month(table.last).last_day)],
    )[:, 0]
    return contacts_of(packed)


def packed_contact(child: str, day: str, method: str) -> str:
    """SQL for one number that holds a contact; each argument is SQL. `contacts_of` takes it apart."""
    return (
        f"({child} << {_DAY_BITS + 1}) | ({day_number(day)} << 1)"
        f" | CASE WHEN {method} = 'face_to_face' THEN 1 ELSE 0 END"
    )


def contacts_of(packed: np.ndarray) -> Contacts:
    return Contacts(packed >> _DAY_BITS + 1, packed >> 1 & (1 << _DAY_BITS) - 1, packed & 1)


def load_cells(first: int, last: int) -> Cells:
    """The stored cells of these months, in order of key."""
    child_id, month, plan_type, plan_id, team_id, outcome = fetch_columns(
        ["child_id", "month", kind_of("plan_type"), "plan_id", "team_id", "outcome"],
        "visits_visitcell",
        "month BETWEEN %s AND %s",
        [first, last],
        id_column="child_id",
        rows_an_id=64,
    ).T
    key = pack(child_id, plan_type, month)
    order = np.argsort(key, kind="stable")
    return Cells(key[order], plan_id[order], team_id[order], outcome[order])


def _order(plan_id: np.ndarray, child_id: np.ndarray, plan_type: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Places by reference of plans that share child, type and start; 0 for all others."""
    order = np.zeros(len(plan_id), np.int64)
    if not len(plan_id):
        return order
    same = (child_id << TYPE_BITS | plan_type) << _DAY_BITS | start
    _, group, size = np.unique(same, return_inverse=True, return_counts=True)
    tied = np.flatnonzero(size[group] > 1)
    if len(tied):
        references = Plan.objects.in_bulk(plan_id[tied].tolist())
        by_reference = sorted(tied, key=lambda row: reference_order(references[int(plan_id[row])].plan_ref))
        order[by_reference] = np.arange(len(by_reference))
    return order


def kind_of(plan_type: str) -> str:
    """SQL for a plan type's place in PLAN_TYPES."""
    places = " ".join(f"WHEN '{name}' THEN {place}" for place, name in enumerate(PLAN_TYPES))
    return f"CASE {plan_type} {places} END"


def _date(day: date) -> object:
    return connection.ops.adapt_datefield_value(day)
