"""Works out the cells of some children's months from the records and writes what differs.

One statement serves one visit, a day's import and a repair, on either database. It is idempotent:
a second run finds nothing different. Whoever calls holds the lease (visits.constants.RATES_LEASE).
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from visits.rates.dialect import by_code_point, rows_of
from visits.rates.store import Difference, delete_cells, put_cells, refresh_rates

# (child id, first month, last month), both months included.
Reach = tuple[int, int, int]
# A statement's parameters stay small, whatever is asked for.
CHILDREN_AT_ONCE = 5_000

_DIFFERENCE = """
WITH {scope},
open_plans AS (
    -- Every plan in the cohort at a month's end, the one that counts for the child first. A plan that
    -- began later than the one that counts cannot be in the cohort without it.
    SELECT p.id AS plan_id, p.child_id, p.plan_type, c.month, c.month_end, c.alternatives_collected,
        CASE WHEN p.long_term AND p.start_date <= c.anniversary_cut THEN 'long_term'
            ELSE 'standard' END AS regime,
        ROW_NUMBER() OVER (
            PARTITION BY p.child_id, p.plan_type, c.month ORDER BY p.start_date, {ref_order}
        ) AS place
    FROM scope s CROSS JOIN visits_plan p CROSS JOIN visits_visitcut c
    WHERE p.child_id = s.child_id AND c.plan_type = p.plan_type AND c.regime = 'standard'
        AND c.month BETWEEN s.first_month AND s.last_month
        AND p.start_date <= c.open_cut AND (p.end_date IS NULL OR p.end_date > c.month_end)
),
wanted AS MATERIALIZED (
    SELECT o.child_id, o.month, o.plan_type, o.plan_id, t.team_id,
        coalesce((
            SELECT max(CASE WHEN v.method = 'face_to_face' THEN 2
                WHEN o.alternatives_collected THEN 1 ELSE 0 END)
            FROM visits_visit v
            WHERE v.child_id = o.child_id AND v.visit_date BETWEEN c.seen_cut AND o.month_end
                AND v.child_seen AND v.status = 'completed' AND (v.method = 'face_to_face' OR v.authorised)
        ), 0) AS outcome
    FROM open_plans o CROSS JOIN visits_visitcut c CROSS JOIN visits_planteam t
    WHERE o.place = 1
        AND c.plan_type = o.plan_type AND c.month = o.month AND c.regime = o.regime
        AND t.plan_id = o.plan_id AND t.from_date <= o.month_end
        AND (t.until_date IS NULL OR t.until_date > o.month_end)
),
stored AS MATERIALIZED (
    SELECT x.child_id, x.month, x.plan_type, x.plan_id, x.team_id, x.outcome
    FROM scope s CROSS JOIN visits_visitcell x
    WHERE x.child_id = s.child_id AND x.month BETWEEN s.first_month AND s.last_month
)
SELECT w.child_id, w.month, w.plan_type, w.plan_id, w.team_id, w.outcome, x.team_id
FROM wanted w LEFT JOIN stored x
    ON x.child_id = w.child_id AND x.month = w.month AND x.plan_type = w.plan_type
WHERE x.child_id IS NULL OR x.plan_id <> w.plan_id OR x.team_id <> w.team_id OR x.outcome <> w.outcome
UNION ALL
SELECT x.child_id, x.month, x.plan_type, NULL, NULL, NULL, x.team_id
FROM stored x LEFT JOIN wanted w
    ON x.child_id = w.child_id AND x.month = w.month AND x.plan_type = w.plan_type
WHERE w.child_id IS NULL
"""


def recompute(scope: Iterable[Reach], now: datetime) -> int:
    """Brings cells and rates of these children's months in step with the records, which it reads as
    they are now; months without cuts have no cells. Returns how many cells were made, changed or removed.
    """
    reaches = merged(scope)
    changed = 0
    for start in range(0, len(reaches), CHILDREN_AT_ONCE):
        difference = _difference(reaches[start : start + CHILDREN_AT_ONCE])
        delete_cells(difference.gone)
        put_cells(difference.put)
        refresh_rates(difference.touched, now)
        changed += len(difference.gone) + len(difference.put)
    return changed


def merged(scope: Iterable[Reach]) -> list[Reach]:
    """The same months, each child's overlapping reaches made one, in order of child."""
    result: list[Reach] = []
    for child, first, last in sorted(scope):
        if result and result[-1][0] == child and first <= result[-1][2] + 1:
            result[-1] = (child, result[-1][1], max(last, result[-1][2]))
        else:
            result.append((child, first, last))
    return result


def _difference(reaches: list[Reach]) -> Difference:
    scope, params = rows_of(
        "scope", {"child_id": "bigint", "first_month": "int", "last_month": "int"}, reaches
    )
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCE.format(scope=scope, ref_order=by_code_point("p.ref_order")), params)
        rows = cursor.fetchall()
    difference = Difference([], [], set())
    for *cell, team_was in rows:
        if cell[3] is None:
            difference.gone.append(tuple(cell[:3]))
        else:
            difference.put.append(tuple(cell))
            difference.touched.add((cell[1], cell[2], cell[4]))
        if team_was is not None:
            difference.touched.add((cell[1], cell[2], team_was))
    return difference
