"""Synthetic records at a size, straight into the tables of an empty database. The same every time."""

from datetime import date

import numpy as np
from django.core.management import call_command
from django.db import connection

from visits.rates.columns import insert_columns
from visits.rates.kernel import OPEN_END

CHILDREN = {"XS": 1_500, "30k": 30_000, "S": 12_605, "M": 102_605, "L": 402_605}
CHILDREN_A_TEAM = 66
TEAMS_A_LOCALITY = 10
# (days between visits, mean days of a plan), by place in PLAN_TYPES.
_HABITS = ((12, 340), (22, 390), (33, 660))
_FIRST_DAY = date(2016, 7, 1).toordinal() - 1
PANDEMIC = date(2020, 3, 23).toordinal() - 1


def fill(size: str, *, years: int = 5, seed: int = 1) -> dict[str, int]:
    """Empties the database's records and fills them. Returns counts. `years` of history up to the end
    of 2021, for the same children."""
    call_command("load_reference", verbosity=0)
    chance = np.random.default_rng(seed)
    children = CHILDREN[size]
    last_day = date(2021, 12, 31).toordinal() - 1
    first_day = last_day - int((years + 0.5) * 365.25)
    teams = max(children // CHILDREN_A_TEAM, 3)

    count = chance.choice([1, 2, 3], children, p=[0.12, 0.33, 0.55]) * max(years // 5, 1)
    child = np.repeat(np.arange(1, children + 1), count)
    kind = chance.choice(3, len(child), p=[0.22, 0.5, 0.28])
    start = chance.integers(first_day, last_day - 30, len(child))
    habits = np.array(_HABITS)
    end = start + chance.exponential(habits[kind, 1]).astype(int) + 20
    end = np.where(end > last_day, OPEN_END, end)
    long_term = (kind == 2) & (chance.random(len(child)) < 0.35)
    # A fifth of the plans move once between teams.
    team = chance.integers(1, teams + 1, len(child))
    moved = chance.random(len(child)) < 0.2
    move = start + chance.integers(10, 300, len(child))

    span = np.minimum(end, last_day) - start
    visits = np.maximum(span // habits[kind, 0], 1)
    plan = np.repeat(np.arange(len(child)), visits)
    day = start[plan] + (chance.random(len(plan)) * span[plan]).astype(int)
    remote = np.where(day >= PANDEMIC, 0.3, 0.03)
    face_to_face = chance.random(len(plan)) >= remote

    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE visits_locality, visits_team, visits_child, visits_plan, visits_planteam, visits_visit,"
            " visits_visitcell, visits_visitrate, visits_visitcut, visits_stalevisits, visits_ratesstate,"
            " operations_lease RESTART IDENTITY CASCADE"
        )
        cursor.execute(
            "INSERT INTO visits_locality (name) SELECT 'Locality ' || n FROM generate_series(1, %s) n",
            [teams // TEAMS_A_LOCALITY + 1],
        )
        cursor.execute(
            "INSERT INTO visits_team (uid, team_ref, name, service, locality_id, version)"
            " SELECT gen_random_uuid(), 'T' || n, 'Team ' || n, '', n / %s + 1, 1"
            " FROM generate_series(1, %s) n",
            [TEAMS_A_LOCALITY, teams],
        )
        cursor.execute(
            "INSERT INTO visits_child (uid, child_ref)"
            " SELECT gen_random_uuid(), 'C' || n FROM generate_series(1, %s) n",
            [children],
        )
        _stage(cursor, child_id=child, kind=kind, start=start, finish=end, long_term=long_term, team=team,
               move=np.where(moved, move, 0))  # fmt: skip
        cursor.execute(
            "INSERT INTO visits_plan (id, uid, plan_ref, ref_order, child_id, plan_type, start_date,"
            " end_date, long_term, recorded_at, version)"
            " SELECT n, gen_random_uuid(), 'P' || n, '1P' || n, child_id,"
            " (ARRAY['CP','CIN','CIC'])[kind + 1], pg_temp.day(start),"
            " CASE WHEN finish < %s THEN pg_temp.day(finish) END, long_term = 1,"
            " now(), 1 FROM staged",
            [OPEN_END],
        )
        cursor.execute(
            "INSERT INTO visits_planteam (plan_id, team_id, from_date, until_date)"
            " SELECT n, team, pg_temp.day(start), CASE WHEN move > 0 THEN pg_temp.day(move) END FROM staged"
            " UNION ALL SELECT n, team %% %s + 1, pg_temp.day(move), NULL FROM staged WHERE move > 0",
            [teams],
        )
        _stage(cursor, child_id=child[plan], day_number=day, face=face_to_face,
               status=chance.random(len(plan)) < 0.93, seen=chance.random(len(plan)) < 0.97,
               authorised=chance.random(len(plan)) < 0.8)  # fmt: skip
        cursor.execute(
            "INSERT INTO visits_visit (uid, visit_ref, child_id, visit_date, method, status, child_seen,"
            " authorised, note, recorded_at, version) SELECT gen_random_uuid(), 'V' || n, child_id,"
            " pg_temp.day(day_number), CASE face WHEN 1 THEN 'face_to_face' ELSE 'video' END,"
            " CASE status WHEN 1 THEN 'completed' ELSE 'cancelled' END, status = 1 AND seen = 1,"
            " face = 0 AND authorised = 1, '', now(), 1 FROM staged",
        )
        for table in ("visits_plan", "visits_visit", "visits_planteam", "visits_child", "visits_team"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
            cursor.execute(f"VACUUM ANALYZE {table}")
    return {"children": children, "teams": teams, "plans": len(child), "visits": len(plan)}


def _stage(cursor, **columns: np.ndarray) -> None:
    cursor.execute("DROP TABLE IF EXISTS staged")
    kinds = ", ".join(f"{name} bigint" for name in columns)
    cursor.execute(f"CREATE TEMP TABLE staged (n bigint, {kinds})")
    cursor.execute(
        "CREATE OR REPLACE FUNCTION pg_temp.day(n bigint) RETURNS date IMMUTABLE LANGUAGE sql"
        " AS 'SELECT DATE ''0001-01-01'' + n::int'"
    )
    rows = {"n": np.arange(1, len(columns["child_id"]) + 1), **columns}
    insert_columns("staged", [{name: np.asarray(column, np.int64) for name, column in rows.items()}])
