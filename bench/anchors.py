"""The same counts by other engines: what the product's own way is measured against.

Each returns {(month, plan type, team id): (cohort, face to face, alternative)}; alternatives of months
that do not collect them count as not visited.
"""

from pathlib import Path

import pandas as pd
from django.db import connection

Counts = dict[tuple[int, str, int], tuple[int, int, int]]

# One statement on the indexed tables: the plan of each child is elected on plan rows, and each cell
# asks the partial index of visits that count twice at most.
POSTGRES = """
WITH ordered AS MATERIALIZED (
    SELECT id, child_id, plan_type, start_date, long_term,
        extract(year FROM start_date)::int * 12 + extract(month FROM start_date)::int - 1 AS first_month,
        coalesce(extract(year FROM end_date)::int * 12 + extract(month FROM end_date)::int - 2, 99999)
            AS last_month,
        start_date AS s, ref_order
    FROM visits_plan
), own AS MATERIALIZED (
    SELECT *, greatest(first_month, 1 + coalesce(max(last_month) OVER (
        PARTITION BY child_id, plan_type ORDER BY start_date, ref_order COLLATE "C"
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) AS own_first
    FROM ordered
), cells AS MATERIALIZED (
    SELECT o.child_id, c.month, o.plan_type, o.id AS plan_id, t.team_id, c.month_end,
        c.alternatives_collected, CASE WHEN o.long_term AND o.start_date <= c.anniversary_cut
            THEN l.seen_cut ELSE c.seen_cut END AS seen_cut
    FROM own o
    JOIN visits_visitcut c ON c.plan_type = o.plan_type AND c.regime = 'standard'
        AND c.month BETWEEN greatest(o.own_first, %(first)s) AND least(o.last_month, %(last)s)
        AND o.start_date <= c.open_cut
    JOIN visits_visitcut l ON l.plan_type = c.plan_type AND l.month = c.month AND l.regime = 'long_term'
    JOIN visits_planteam t ON t.plan_id = o.id AND t.from_date <= c.month_end
        AND (t.until_date IS NULL OR t.until_date > c.month_end)
), outcomes AS MATERIALIZED (
    SELECT child_id, month, plan_type, plan_id, team_id, CASE
        WHEN EXISTS (SELECT 1 FROM visits_visit v WHERE v.child_id = cells.child_id
            AND v.visit_date BETWEEN cells.seen_cut AND cells.month_end AND v.method = 'face_to_face'
            AND v.child_seen AND v.status = 'completed'
            AND (v.method = 'face_to_face' OR v.authorised)) THEN 2
        WHEN alternatives_collected AND EXISTS (SELECT 1 FROM visits_visit v WHERE v.child_id = cells.child_id
            AND v.visit_date BETWEEN cells.seen_cut AND cells.month_end
            AND v.child_seen AND v.status = 'completed'
            AND (v.method = 'face_to_face' OR v.authorised)) THEN 1
        ELSE 0 END AS outcome
    FROM cells
)
"""
POSTGRES_COUNT = (
    POSTGRES
    + """SELECT month, plan_type, team_id, count(*), count(*) FILTER (WHERE outcome = 2),
    count(*) FILTER (WHERE outcome = 1) FROM outcomes GROUP BY 1, 2, 3"""
)
POSTGRES_STORE_CELLS = (
    "INSERT INTO visits_visitcell (child_id, month, plan_type, plan_id, team_id, outcome) "
    + POSTGRES
    + "SELECT child_id, month, plan_type, plan_id, team_id, outcome FROM outcomes"
)
POSTGRES_STORE_RATES = """
INSERT INTO visits_visitrate
    (month, plan_type, team_id, cohort, face_to_face, alternative, method_version, computed_at)
SELECT x.month, x.plan_type, x.team_id, count(*), count(*) FILTER (WHERE x.outcome = 2),
    CASE WHEN c.alternatives_collected THEN count(*) FILTER (WHERE x.outcome = 1) END, 'v1', now()
FROM visits_visitcell x JOIN visits_visitcut c
    ON c.month = x.month AND c.plan_type = x.plan_type AND c.regime = 'standard'
GROUP BY x.month, x.plan_type, x.team_id, c.alternatives_collected
"""

# Each child's last contact of each month, carried forward as far as the longest interval reaches.
DUCKDB = """
WITH maxima AS (
    SELECT child_id, month, max(day) FILTER (WHERE face) AS face, max(day) FILTER (WHERE NOT face) AS other
    FROM '{folder}/visits.parquet' GROUP BY child_id, month
), carried AS (
    SELECT child_id, month + lag AS month, max(face) AS face, max(other) AS other
    FROM maxima, range(0, 4) carry(lag) GROUP BY ALL
), own AS (
    SELECT *, greatest(first_month, 1 + coalesce(max(last_month) OVER (
        PARTITION BY child_id, plan_type ORDER BY start_day, ref_order
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) AS own_first
    FROM '{folder}/plans.parquet'
), cells AS (
    SELECT o.child_id, o.plan_type, o.start_day, o.long_term, t.team_id,
        unnest(range(greatest(own_first, t.first_month, {first}),
            least(o.last_month, t.last_month, {last}) + 1)) AS month
    FROM own o JOIN '{folder}/places.parquet' t ON t.plan_id = o.id
), joined AS (
    SELECT x.month, x.plan_type, x.team_id,
        CASE WHEN x.long_term AND x.start_day <= c.anniversary THEN c.seen_long ELSE c.seen END AS seen,
        r.face, CASE WHEN c.collected THEN r.other END AS other
    FROM cells x
    JOIN '{folder}/cuts.parquet' c
        ON c.month = x.month AND c.plan_type = x.plan_type AND x.start_day <= c.open
    LEFT JOIN carried r ON r.child_id = x.child_id AND r.month = x.month
)
SELECT month, plan_type, team_id, count(*), count(*) FILTER (WHERE face >= seen),
    count(*) FILTER (WHERE other >= seen AND NOT coalesce(face >= seen, false))
FROM joined GROUP BY ALL
"""

_DAY = "({} - DATE '0001-01-01')"
_MONTH = "(extract(year FROM {0})::int * 12 + extract(month FROM {0})::int - 1)"


def write_parquet(folder: Path, first: int, last: int) -> None:
    """The rows that count, as an analyst's extract would hold them; not part of any measurement."""
    start, end, since, until, visited = (
        _MONTH.format(name) for name in ("start_date", "end_date", "from_date", "until_date", "visit_date")
    )
    for name, query in {
        "visits": f"SELECT child_id, {_DAY.format('visit_date')} AS day, {visited} AS month,"
        " method = 'face_to_face' AS face FROM visits_visit WHERE child_seen AND status = 'completed'"
        " AND (method = 'face_to_face' OR authorised)",
        "plans": f"SELECT id, child_id, plan_type, {_DAY.format('start_date')} AS start_day, long_term,"
        f" ref_order, coalesce({_DAY.format('end_date')}, 9999999) AS end_day,"
        f" {start} AS first_month, coalesce({end} - 1, 99999) AS last_month FROM visits_plan",
        "places": f"SELECT plan_id, team_id, {_DAY.format('from_date')} AS since,"
        f" coalesce({_DAY.format('until_date')}, 9999999) AS until,"
        f" {since} AS first_month, coalesce({until} - 1, 99999) AS last_month FROM visits_planteam",
        "cuts": f"SELECT c.month, c.plan_type, {_DAY.format('c.month_end')} AS month_end,"
        f" {_DAY.format('c.open_cut')} AS open, {_DAY.format('c.seen_cut')} AS seen,"
        f" {_DAY.format('l.seen_cut')} AS seen_long, {_DAY.format('c.anniversary_cut')} AS anniversary,"
        " c.alternatives_collected AS collected FROM visits_visitcut c JOIN visits_visitcut l"
        " ON l.month = c.month AND l.plan_type = c.plan_type AND l.regime = 'long_term'"
        f" WHERE c.regime = 'standard' AND c.month BETWEEN {first} AND {last}",
    }.items():
        with connection.cursor() as cursor:
            cursor.execute(query)
            frame = pd.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description])
        for column in frame.select_dtypes("int64"):
            frame[column] = pd.to_numeric(frame[column], downcast="integer")
        frame.to_parquet(folder / f"{name}.parquet")


def by_postgres(first: int, last: int) -> Counts:
    with connection.cursor() as cursor:
        cursor.execute(POSTGRES_COUNT, {"first": first, "last": last})
        return {tuple(row[:3]): tuple(row[3:]) for row in cursor.fetchall()}


def by_duckdb(folder: Path, first: int, last: int) -> Counts:
    import duckdb

    with duckdb.connect() as database:
        rows = database.execute(DUCKDB.format(folder=folder, first=first, last=last)).fetchall()
    return {tuple(row[:3]): tuple(row[3:]) for row in rows}


def by_pandas(folder: Path, first: int, last: int) -> Counts:
    """What an analyst would write: month after month, each child's last contact by groupby."""
    visits, plans, places, cuts = (
        pd.read_parquet(folder / f"{n}.parquet") for n in ("visits", "plans", "places", "cuts")
    )
    plans = plans.sort_values(["start_day", "ref_order"])
    found: Counts = {}
    for month in range(first, last + 1):
        rules = cuts[cuts.month == month].drop(columns="month")
        end = rules.month_end.iloc[0]
        open_plans = plans[(plans.start_day <= end) & (plans.end_day > end)]
        chosen = open_plans.drop_duplicates(["child_id", "plan_type"]).merge(rules, on="plan_type")
        chosen = chosen[chosen.start_day <= chosen.open]
        held = places[(places.since <= end) & (places.until > end)]
        chosen = chosen.merge(held[["plan_id", "team_id"]], left_on="id", right_on="plan_id")
        past = visits[visits.day <= end]
        last_face = past[past.face].groupby("child_id").day.max().rename("face")
        last_other = past[~past.face].groupby("child_id").day.max().rename("other")
        chosen = chosen.join(last_face, on="child_id").join(last_other, on="child_id")
        seen = chosen.seen.where(
            ~(chosen.long_term & (chosen.start_day <= chosen.anniversary)), chosen.seen_long
        )
        chosen["is_face"] = chosen.face >= seen
        chosen["is_other"] = (chosen.other >= seen) & ~chosen.is_face & chosen.collected
        grouped = chosen.groupby(["plan_type", "team_id"]).agg(
            {"child_id": "size", "is_face": "sum", "is_other": "sum"}
        )
        found |= {
            (month, *key): tuple(row)
            for key, row in zip(grouped.index, grouped.to_numpy().tolist(), strict=True)
        }
    return found
