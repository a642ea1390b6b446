"""The visit-rate engine against other ways to the same counts, as ratios within one run.

Run: DATABASE_URL=… python -m bench.visit_rates [--size S] [--years 5] [--runs 5] [--only rebuild ...]

DATABASE_URL names a PostgreSQL database on this machine that may be emptied. CPU is user and system
time of this process and of the server's. Every way must give the same counts, or the run stops.
"""

import argparse
import io
import os
import tempfile
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "safeguarding.settings")

import django

django.setup()

import numpy as np  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from accounts.audit import Actor  # noqa: E402
from accounts.constants import Role  # noqa: E402
from accounts.models import Grant, User  # noqa: E402
from bench import anchors, worlds  # noqa: E402
from bench.meter import Cost, measure, medians  # noqa: E402
from safeguarding.kernel.periods import Month  # noqa: E402
from visits.constants import Method, Status  # noqa: E402
from visits.models import Allocation, Child, Plan, RatesState, StaleVisits, VisitCell  # noqa: E402
from visits.rates.drain import drain  # noqa: E402
from visits.rates.kernel import PLAN_TYPES, work_out  # noqa: E402
from visits.rates.load import load_contacts, load_cuts, load_places, load_plans  # noqa: E402
from visits.rates.marks import mark_stale_visits_of  # noqa: E402
from visits.rates.tables import count_rates, points_of  # noqa: E402
from visits.receivers import enqueue_drain  # noqa: E402
from visits.services import record_visit  # noqa: E402
from visits.services.rates import rebuild_visit_rates, update_visit_rates  # noqa: E402
from visits.signals import visits_changed  # noqa: E402

AS_OF = date(2021, 12, 31)
LAST = Month(2021 * 12 + 11)
NOW = datetime(2022, 1, 1, 9, tzinfo=UTC)
ACTOR = Actor.command("bench")
MONTHS = 60


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--size", choices=list(worlds.CHILDREN), default="S")
    options.add_argument("--years", type=int, default=5, help="years of history; 40 for the longest memory")
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--visits", type=int, default=300, help="how many single visits are saved")
    options.add_argument("--only", nargs="+", choices=list(_PARTS), default=list(_PARTS))
    chosen = options.parse_args()
    if connection.vendor != "postgresql":
        raise SystemExit("DATABASE_URL must name a PostgreSQL database that may be emptied.")
    call_command("migrate", verbosity=0)
    # The bell to the worker costs the same with and without a recompute; here nobody hears it.
    visits_changed.disconnect(enqueue_drain)
    counts = worlds.fill(chosen.size, years=chosen.years)
    print(
        f"Size {chosen.size}, {chosen.years} years:", ", ".join(f"{n:,} {name}" for name, n in counts.items())
    )
    rebuild_visit_rates(actor=ACTOR, now=NOW, as_of=AS_OF)
    with connection.cursor() as cursor:
        for table in ("visits_visitcell", "visits_visitrate", "visits_visitcut", "visits_visit"):
            cursor.execute(f"VACUUM ANALYZE {table}")
    for name in chosen.only:
        _PARTS[name](chosen)


# --- All months from the records ----------------------------------------------------------


def full(chosen: argparse.Namespace) -> None:
    if not (find_spec("duckdb") and find_spec("pyarrow")):
        raise SystemExit("DuckDB and pyarrow are missing: .venv/bin/pip install -r requirements-bench.txt")
    first, last = LAST.index - MONTHS + 1, LAST.index
    found: dict[str, anchors.Counts] = {}

    def keep(name: str, work: Callable[[], anchors.Counts]) -> Callable[[], None]:
        return lambda: found.update({name: work()})

    with tempfile.TemporaryDirectory() as folder:
        anchors.write_parquet(Path(folder), first, last)
        ways = {
            "ours": keep("ours", lambda: by_ours(first, last)),
            "DuckDB": keep("DuckDB", lambda: anchors.by_duckdb(Path(folder), first, last)),
            "PostgreSQL": keep("PostgreSQL", lambda: anchors.by_postgres(first, last)),
            "pandas": keep("pandas", lambda: anchors.by_pandas(Path(folder), first, last)),
        }
        for work in ways.values():
            work()
        expected = found["ours"]
        for name, other in found.items():
            if other != expected:
                wrong = [key for key in expected.keys() | other.keys() if expected.get(key) != other.get(key)]
                raise SystemExit(
                    f"{name} counts differently in {len(wrong):,} of {len(expected):,} rates: {wrong[:3]}"
                )
        costs = medians(ways, chosen.runs, lambda name: None)
    for name in ("DuckDB", "PostgreSQL", "pandas"):
        say(f"full recompute, load included / {name}", costs["ours"], costs[name])


def by_ours(first: int, last: int) -> anchors.Counts:
    table = load_cuts(first, last)
    plans = load_plans(last)
    cells = work_out(table, plans, load_places(plans), load_contacts(table))
    rates = count_rates(cells, table)
    month, kind, team = points_of(rates.key)
    columns = (rates.cohort, rates.face_to_face, np.maximum(rates.alternative, 0))
    kinds = [PLAN_TYPES[place] for place in kind.tolist()]
    keys = zip(month.tolist(), kinds, team.tolist(), strict=True)
    return dict(zip(keys, zip(*(column.tolist() for column in columns), strict=True), strict=True))


# --- Loading ------------------------------------------------------------------------------


def load(chosen: argparse.Namespace) -> None:
    table = load_cuts(LAST.index - MONTHS + 1, LAST.index)
    since = date.fromordinal(int(table.seen_cut.min()) + 1)

    def copy_binary() -> None:
        sink = io.BytesIO()
        with connection.cursor() as cursor:
            cursor.cursor.copy_expert(
                "COPY (SELECT child_id::int4, (visit_date - DATE '2000-01-01')::int4,"
                " (method = 'face_to_face')::int4"
                " FROM visits_visit WHERE child_seen AND status = 'completed'"
                " AND (method = 'face_to_face' OR authorised)"
                f" AND visit_date BETWEEN '{since}' AND '{LAST.last_day}')"
                " TO STDOUT (FORMAT binary)",
                sink,
            )
        field = [("fields", ">i2")] + [(f"{name}{n}", ">i4") for n in range(3) for name in ("size", "value")]
        rows = np.frombuffer(sink.getbuffer()[19:-2], dtype=field)
        for n in range(3):
            rows[f"value{n}"].astype(np.int32)

    ways = {"ours": lambda: load_contacts(table), "COPY BINARY": copy_binary}
    costs = medians(ways, chosen.runs, lambda name: None)
    say("load the visits / COPY BINARY of the same rows", costs["ours"], costs["COPY BINARY"])


# --- Stored cells and rates ---------------------------------------------------------------


def rebuild(chosen: argparse.Namespace) -> None:
    first = RatesState.objects.get().first_month

    def insert_select() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(anchors.POSTGRES_STORE_CELLS, {"first": first, "last": LAST.index})
            cursor.execute(anchors.POSTGRES_STORE_RATES)

    def ours() -> None:
        rebuild_visit_rates(actor=ACTOR, now=NOW, as_of=AS_OF)

    def empty(name: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE visits_visitcell, visits_visitrate")

    costs = medians({"ours": ours, "INSERT": insert_select}, min(chosen.runs, 3), empty)
    say("rebuild of stored cells and rates / INSERT..SELECT", costs["ours"], costs["INSERT"])
    print(f"  {VisitCell.objects.count():,} cells; nothing changed: ", end="")
    # What INSERT..SELECT stored, the rebuild must find right.
    cost = measure(lambda: check_nothing_differs())
    print(f"rebuild over figures that are right {cost.cpu / costs['ours'].cpu:.2f} of one into empty tables")


def check_nothing_differs() -> None:
    found = rebuild_visit_rates(actor=ACTOR, now=NOW, as_of=AS_OF)
    if found is None or found.cells_differing or found.rates_differing:
        raise SystemExit(f"The stored figures differ: {found}")


# --- One visit, and many ------------------------------------------------------------------


def one_visit(chosen: argparse.Namespace) -> None:
    user = worker()
    children = allocate(user, chosen.visits * 2)
    chance = np.random.default_rng(5)
    settle()

    def save(child: Child) -> None:
        record_visit(
            user=user,
            child=child,
            visit_date=AS_OF - timedelta(days=int(chance.integers(0, 300))),
            method=Method.FACE_TO_FACE,
            status=Status.COMPLETED,
            child_seen=True,
            note="",
            token=uuid.uuid4(),
            now=NOW,
        )

    def saved(some: list[Child], *, recompute: bool) -> Callable[[], None]:
        def work() -> None:
            for child in some:
                save(child)
                if recompute:
                    drain(as_of=AS_OF, now=NOW)

        return work

    bare, full_way = [], []
    for start in range(0, chosen.visits, 50):
        bare.append(measure(saved(children[start : start + 50], recompute=False)))
        # What the bare writes left is not the next one's work.
        settle()
        more = children[chosen.visits + start : chosen.visits + start + 50]
        full_way.append(measure(saved(more, recompute=True)))
    total = [
        Cost(sum(cost.cpu for cost in costs), sum(cost.wall for cost in costs)) for costs in (full_way, bare)
    ]
    say("one visit saved with its recompute / the bare write", *total)
    with_it, without = (cost.cpu / chosen.visits * 1000 for cost in total)
    print(f"  {with_it:.2f} ms CPU a visit with, {without:.2f} without")


def together(chosen: argparse.Namespace) -> None:
    settle()
    recent, back = (import_and_update(span) for span in (30, 730))
    single = measure(lambda: [import_one() for _ in range(100)])
    scaled = Cost(single.cpu * 50, single.wall * 50)
    say("5,000 visits of a month together / one by one", recent, scaled)
    say("5,000 visits of two years together / one by one", back, scaled)
    check_nothing_differs()


def import_and_update(span: int, count: int = 5_000) -> Cost:
    return measure(lambda: _insert_and_update(count, span))


def import_one() -> None:
    _insert_and_update(1, 30)


def _insert_and_update(count: int, span: int) -> None:
    """Visits straight into the table with their marks, and their recompute."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO visits_visit (uid, visit_ref, child_id, visit_date, method, status, child_seen,"
            " authorised, note, recorded_at, version)"
            " SELECT gen_random_uuid(), gen_random_uuid()::text, 1 + floor(random() * %s)::int,"
            " %s - floor(random() * %s)::int, 'face_to_face', 'completed', true, false, '', %s, 1"
            " FROM generate_series(1, %s) RETURNING id",
            [_children(), AS_OF, span, NOW, count],
        )
        ids = [row[0] for row in cursor.fetchall()]
        mark_stale_visits_of(
            "SELECT child_id, visit_date FROM visits_visit WHERE id BETWEEN %s AND %s",
            [min(ids), max(ids)],
            NOW,
        )
    while drain(as_of=AS_OF, now=NOW).more_waiting:
        pass


def worker() -> User:
    user = User.objects.filter(email="bench@example.org").first()
    user = user or User.objects.create_user("bench@example.org", None, name="Bench", created_at=NOW)
    Grant.objects.get_or_create(user=user, right=Role.SOCIAL_WORKER, defaults={"granted_at": NOW})
    return user


def allocate(user: User, count: int) -> list[Child]:
    """Children with a plan that has long been open."""
    Allocation.objects.filter(user=user).delete()
    long_open = Plan.objects.filter(start_date__lt=date(2021, 1, 1), end_date=None).values("child")
    children = list(Child.objects.filter(pk__in=long_open).order_by("pk")[:count])
    Allocation.objects.bulk_create(
        Allocation(child=child, user=user, from_date=date(2021, 1, 1)) for child in children
    )
    return children


def settle() -> None:
    update_visit_rates(actor=ACTOR, now=NOW, as_of=AS_OF)
    StaleVisits.objects.all().delete()


def _children() -> int:
    return Child.objects.count()


def say(what: str, ours: Cost, anchor: Cost) -> None:
    print(f"{ours.cpu / anchor.cpu:6.2f}  {what}  (CPU {ours.cpu:.2f} s : {anchor.cpu:.2f} s)", flush=True)


_PARTS: dict[str, Callable[[argparse.Namespace], None]] = {
    "full": full,
    "load": load,
    "rebuild": rebuild,
    "one_visit": one_visit,
    "together": together,
}

if __name__ == "__main__":
    main()
