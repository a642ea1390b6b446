"""Stored cells and rates against worked-out ones: counting, comparing, and writing what differs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import numpy as np

from visits.constants import METHOD_VERSION, Outcome
from visits.rates.columns import Column, fetch_columns, insert_columns
from visits.rates.kernel import PLAN_TYPES, TYPE_BITS, Cells, CutTable
from visits.rates.load import kind_of
from visits.rates.store import batched, delete_cells, delete_rates

ROWS_A_STATEMENT = 20_000
_TEAM_BITS = 40
_NOT_COLLECTED = -1


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


Rows = TypeVar("Rows", Cells, Rates)


def compare(stored: Rows, wanted: Rows) -> tuple[np.ndarray, np.ndarray]:
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
    """The rates that these cells add up to."""
    teams = np.flatnonzero(np.bincount(cells.team_id))
    team = np.zeros(int(teams.max(initial=0)) + 1, np.int64)
    team[teams] = np.arange(len(teams))
    # A point for every team of every month and type; most months of a large service have them all.
    point = (cells.month - table.first) * len(PLAN_TYPES) + cells.plan_type
    point = point * max(len(teams), 1) + team[cells.team_id]
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


def load_rates(first: int, last: int) -> Rates:
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


def write_cells(gone: Cells, put: Cells) -> None:
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


def write_rates(gone: Rates, put: Rates, now: datetime) -> None:
    month, plan_type, team_id = points_of(gone.key)
    for some in batched(
        zip(month.tolist(), _names(plan_type), team_id.tolist(), strict=True), ROWS_A_STATEMENT
    ):
        delete_rates(some)
    batches: list[dict[str, Column]] = []
    for name, rates in _by_type(put, points_of(put.key)[1]):
        for collected in (True, False):
            part = rates[(rates.alternative != _NOT_COLLECTED) == collected]
            month, _, team_id = points_of(part.key)
            batches.append(
                {
                    "month": month.astype(np.int32),
                    "plan_type": name,
                    "team_id": team_id,
                    "cohort": part.cohort.astype(np.int32),
                    "face_to_face": part.face_to_face.astype(np.int32),
                    "alternative": part.alternative.astype(np.int32) if collected else None,
                    "method_version": METHOD_VERSION,
                    "computed_at": now,
                }
            )
    insert_columns("visits_visitrate", batches)


def points_of(key: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Month, place of the plan type in PLAN_TYPES, and team id."""
    return (
        key >> _TEAM_BITS + TYPE_BITS,
        key >> _TEAM_BITS & (1 << TYPE_BITS) - 1,
        key & (1 << _TEAM_BITS) - 1,
    )


def _by_type(rows: Rows, plan_type: np.ndarray) -> Iterator[tuple[str, Rows]]:
    return ((name, rows[plan_type == place]) for place, name in enumerate(PLAN_TYPES))


def _names(plan_type: np.ndarray) -> list[str]:
    return np.array(PLAN_TYPES)[plan_type].tolist()
