"""Writes cells and rates. Rates are counted from the stored cells, so that they cannot drift from them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

from django.db import connection

from visits.constants import METHOD_VERSION
from visits.rates.dialect import rows_of

T = TypeVar("T")
Key = tuple[int, int, str]  # child id, month, plan type
Cell = tuple[int, int, str, int, int, int]  # the key, plan id, team id, outcome
Point = tuple[int, str, int]  # month, plan type, team id: one row of rates

_KEY = {"child_id": "bigint", "month": "int", "plan_type": "text"}
_CELL = _KEY | {"plan_id": "bigint", "team_id": "bigint", "outcome": "int"}
_POINT = {"month": "int", "plan_type": "text", "team_id": "bigint"}


@dataclass(frozen=True)
class Difference:
    """What separates the stored cells from what the records say."""

    gone: list[Key]
    # New ones, and those of which anything changed.
    put: list[Cell]
    # Rates that count a cell which differs, as it was or as it is.
    touched: set[Point]


def delete_cells(keys: Sequence[Key]) -> None:
    if not keys:
        return
    gone, params = rows_of("gone", _KEY, keys)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {gone} DELETE FROM visits_visitcell"
            " WHERE (child_id, month, plan_type) IN (SELECT child_id, month, plan_type FROM gone)",
            params,
        )


def delete_rates(points: Sequence[Point]) -> None:
    if not points:
        return
    gone, params = rows_of("gone", _POINT, points)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {gone} DELETE FROM visits_visitrate"
            " WHERE (month, plan_type, team_id) IN (SELECT month, plan_type, team_id FROM gone)",
            params,
        )


def batched(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of up to `size` rows each."""
    left = iter(rows)
    while some := list(islice(left, size)):
        yield some


def put_cells(cells: list[Cell]) -> None:
    if not cells:
        return
    names = ", ".join(_CELL)
    put, params = rows_of("put", _CELL, cells)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {put} INSERT INTO visits_visitcell ({names}) SELECT {names} FROM put WHERE true"
            " ON CONFLICT (child_id, month, plan_type) DO UPDATE"
            " SET plan_id = excluded.plan_id, team_id = excluded.team_id, outcome = excluded.outcome",
            params,
        )


def refresh_rates(points: set[Point], now: datetime) -> None:
    """Counts these rows of rates again; a row stands only where there is a cohort."""
    if not points:
        return
    # In order, so that the rows are always locked in the same one.
    touched, params = rows_of("touched", _POINT, sorted(points))
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {touched} DELETE FROM visits_visitrate"
            " WHERE (month, plan_type, team_id) IN (SELECT t.month, t.plan_type, t.team_id FROM touched t"
            "  WHERE NOT EXISTS (SELECT 1 FROM visits_visitcell x WHERE x.month = t.month"
            "   AND x.plan_type = t.plan_type AND x.team_id = t.team_id))",
            params,
        )
        cursor.execute(
            f"WITH {touched} INSERT INTO visits_visitrate"
            " (month, plan_type, team_id, cohort, face_to_face, alternative, method_version, computed_at)"
            " SELECT t.month, t.plan_type, t.team_id, count(*),"
            "  sum(CASE WHEN x.outcome = 2 THEN 1 ELSE 0 END), CASE WHEN c.alternatives_collected"
            "  THEN sum(CASE WHEN x.outcome = 1 THEN 1 ELSE 0 END) END, %s, %s"
            " FROM touched t CROSS JOIN visits_visitcut c CROSS JOIN visits_visitcell x"
            " WHERE c.plan_type = t.plan_type AND c.month = t.month AND c.regime = 'standard'"
            "  AND x.month = t.month AND x.plan_type = t.plan_type AND x.team_id = t.team_id"
            " GROUP BY t.month, t.plan_type, t.team_id, c.alternatives_collected"
            " ORDER BY t.month, t.plan_type, t.team_id"
            " ON CONFLICT (month, plan_type, team_id) DO UPDATE SET cohort = excluded.cohort,"
            "  face_to_face = excluded.face_to_face, alternative = excluded.alternative,"
            "  method_version = excluded.method_version, computed_at = excluded.computed_at",
            [*params, METHOD_VERSION, connection.ops.adapt_datetimefield_value(now)],
        )
