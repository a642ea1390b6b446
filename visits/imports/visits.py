"""Visits of a file, checked against the records and loaded, all rows at once in SQL."""

from datetime import datetime

from django.db import connection

from accounts.audit import Actor
from safeguarding.kernel.errors import Refusal
from visits.constants import Method, Status
from visits.imports.report import Tally
from visits.imports.staging import REFUSALS, ROWS, Staging, on_sqlite
from visits.rates.drain import REBUILD_ABOVE_ROWS
from visits.rates.marks import mark_stale_plans_of, mark_stale_visits_of

REPEATS = "import_repeats"
KNOWN = "import_known"
CHANGES = "import_changes"

_FIELDS = ("visit_date", "method", "status", "child_seen")
# An authorisation that a manager gave here stands until the file changes the visit itself.
_SAME_VISIT = " AND ".join(["v.child_id = c.id", *(f"v.{name} = s.{name}" for name in _FIELDS)])
_AUTHORISED = f"(s.authorised OR (v.authorised_by_id IS NOT NULL AND {_SAME_VISIT}))"
_COUNTS = (
    f"{{0}}.status = '{Status.COMPLETED}' AND {{0}}.child_seen"
    f" AND ({{0}}.method = '{Method.FACE_TO_FACE}' OR {{0}}.authorised)"
)


def check(staging: Staging) -> Tally:
    """Refuses what the records or the rest of the file contradict; leaves in the staging table the
    rows that are to be loaded, and in import_known which of them there are already."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {REFUSALS} (line, blame, held, reason) "
            f"SELECT line, 'child_ref', child_ref, 'is not a child on record' FROM {ROWS} s "
            "WHERE NOT EXISTS (SELECT 1 FROM visits_child c WHERE c.child_ref = s.child_ref)"
        )
        repeated = _sort_out_repeats(staging, cursor)
        staging.leave_out_refused()
        staging.table(
            KNOWN,
            f"AS SELECT s.line, v.id AS record_id, v.version, c.id AS child_id, {_AUTHORISED} AS authorised, "
            f"NOT ({_SAME_VISIT} AND v.authorised = {_AUTHORISED}) AS changed "
            f"FROM {ROWS} s JOIN visits_visit v ON v.visit_ref = s.visit_ref "
            "JOIN visits_child c ON c.child_ref = s.child_ref",
        )
        cursor.execute(f"SELECT count(*), coalesce(sum(CASE WHEN changed THEN 1 ELSE 0 END), 0) FROM {KNOWN}")
        known, changed = cursor.fetchone()
        # What is to be inserted stays in the staging table; what changes is moved beside it.
        staging.table(
            CHANGES, f"AS SELECT * FROM {ROWS} WHERE line IN (SELECT line FROM {KNOWN} WHERE changed)"
        )
        if known:
            cursor.execute(f"DELETE FROM {ROWS} WHERE line IN (SELECT line FROM {KNOWN})")
        cursor.execute(f"SELECT count(*) FROM {ROWS}")
        return Tally(new=cursor.fetchone()[0], changed=changed, unchanged=known - changed, repeated=repeated)


def _sort_out_repeats(staging: Staging, cursor) -> int:
    """Refuses rows of one reference that say different things; of rows that say the same keeps the
    first. Gives how many were left out so."""
    staging.table(REPEATS, f"AS SELECT visit_ref FROM {ROWS} GROUP BY visit_ref HAVING count(*) > 1")
    cursor.execute(f"SELECT count(*) FROM {REPEATS}")
    if not cursor.fetchone()[0]:
        return 0
    content = ", ".join(name for name in staging.columns if name != "visit_ref")
    cursor.execute(
        f"INSERT INTO {REFUSALS} (line, blame, held, reason) "
        "SELECT line, 'visit_ref', visit_ref, 'is in the file more than once, with different content' "
        f"FROM {ROWS} WHERE visit_ref IN (SELECT visit_ref FROM "
        f"(SELECT DISTINCT visit_ref, {content} FROM {ROWS} "
        f"WHERE visit_ref IN (SELECT visit_ref FROM {REPEATS})) d GROUP BY visit_ref HAVING count(*) > 1)"
    )
    staging.leave_out_refused()
    cursor.execute(
        f"DELETE FROM {ROWS} WHERE line IN (SELECT s.line FROM {ROWS} s JOIN "
        f"(SELECT visit_ref, min(line) AS first FROM {ROWS} "
        f"WHERE visit_ref IN (SELECT visit_ref FROM {REPEATS}) GROUP BY visit_ref) r "
        "ON r.visit_ref = s.visit_ref WHERE s.line > r.first)"
    )
    return cursor.rowcount


def load(staging: Staging, tally: Tally, *, actor: Actor, now: datetime) -> None:
    """Writes what `check` left, with what was there before and the months that become stale."""
    _mark(tally, now)
    if tally.changed:
        _update(tally.changed, actor, now)
    _insert(now)


def _mark(tally: Tally, now: datetime) -> None:
    """Marks what visits that count, or counted before their change, can reach."""
    touched = (
        f"SELECT c.id AS child_id, s.visit_date "
        f"FROM {ROWS} s JOIN visits_child c ON c.child_ref = s.child_ref "
        f"WHERE {_COUNTS.format('s')} "
        f"UNION ALL SELECT k.child_id, s.visit_date FROM {CHANGES} s JOIN {KNOWN} k ON k.line = s.line "
        f"WHERE {_COUNTS.format('s').replace('s.authorised', 'k.authorised')} "
        f"UNION ALL SELECT v.child_id, v.visit_date FROM {KNOWN} k JOIN visits_visit v ON v.id = k.record_id "
        f"WHERE k.changed AND {_COUNTS.format('v')}"
    )
    if tally.new + tally.changed <= REBUILD_ABOVE_ROWS:
        mark_stale_visits_of(touched, [], now)
    else:
        # Too many for a mark each: a child's months from the first such visit on.
        day = "text" if on_sqlite() else "date"
        mark_stale_plans_of(
            f"SELECT child_id, visit_date AS first_day, CAST(NULL AS {day}) AS last_day FROM ({touched}) t",
            [],
            now,
        )


def _update(expected: int, actor: Actor, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO visits_revision "
            "(kind, record_id, version, was, replaced_at, replaced_by_id, replaced_by_label, reason) "
            f"SELECT 'visit', v.id, v.version, {_was()}, %s, %s, %s, 'import' "
            f"FROM {KNOWN} k JOIN visits_visit v ON v.id = k.record_id AND v.version = k.version "
            "WHERE k.changed",
            [_moment(now), actor.user_id, actor.label],
        )
        # As in `was`, names on the left stand without the table.
        stands = "k.authorised AND visits_visit.authorised_by_id IS NOT NULL AND " + " AND ".join(
            ["visits_visit.child_id = k.child_id", *(f"visits_visit.{name} = s.{name}" for name in _FIELDS)]
        )
        cursor.execute(
            "UPDATE visits_visit SET child_id = k.child_id, "
            + ", ".join(f"{name} = s.{name}" for name in _FIELDS)
            + ", authorised = k.authorised, "
            f"authorised_at = CASE WHEN {stands} THEN visits_visit.authorised_at END, "
            f"authorised_by_id = CASE WHEN {stands} THEN visits_visit.authorised_by_id END, "
            "version = visits_visit.version + 1 "
            f"FROM {KNOWN} k JOIN {CHANGES} s ON s.line = k.line "
            "WHERE visits_visit.id = k.record_id AND visits_visit.version = k.version AND k.changed"
        )
        if cursor.rowcount != expected:
            raise Refusal(
                "changed_meanwhile",
                "Somebody changed visits of this file during the import. Import it again.",
            )


def _moment(now: datetime) -> str | None:
    return connection.ops.adapt_datetimefield_value(now)


def _was() -> str:
    """JSON of a visit's content, as visits.services keeps it for a correction by hand."""
    plain = ("child_id", "visit_date", "method", "status", "note", "authorised_by_id")
    if not on_sqlite():
        names = (*plain, "child_seen", "authorised", "authorised_at")
        return "jsonb_build_object(" + ", ".join(f"'{name}', v.{name}" for name in names) + ")"
    pairs = [f"'{name}', v.{name}" for name in plain]
    pairs += [
        f"'{name}', json(CASE WHEN v.{name} THEN 'true' ELSE 'false' END)"
        for name in ("child_seen", "authorised")
    ]
    pairs.append("'authorised_at', replace(v.authorised_at, ' ', 'T') || '+00:00'")
    return f"json_object({', '.join(pairs)})"


def _insert(now: datetime) -> None:
    uid = "lower(hex(randomblob(16)))" if on_sqlite() else "gen_random_uuid()"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO visits_visit (uid, visit_ref, child_id, visit_date, method, status, child_seen, "
            "authorised, note, recorded_at, version) "
            f"SELECT {uid}, s.visit_ref, c.id, s.visit_date, s.method, s.status, s.child_seen, "
            "s.authorised, '', %s, 1 "
            f"FROM {ROWS} s JOIN visits_child c ON c.child_ref = s.child_ref",
            [_moment(now)],
        )
