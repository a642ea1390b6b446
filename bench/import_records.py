"""import_records of a visits file, against COPY of its clean rows into the same table and bulk_create.

Run: DATABASE_URL=... python -m bench.import_records [--rows 1000000] [--bulk 100000] [--runs 3]

DATABASE_URL names a database whose records may be emptied. Every way starts from the same records:
children and every tenth visit of the file, half of which the file changes; about 1.4% of its rows are
bad. CPU is user and system time of this process and, on PostgreSQL on the same machine, of the server's.
"""

import argparse
import csv
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "safeguarding.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from accounts.audit import Actor  # noqa: E402
from visits.imports.run import import_file  # noqa: E402
from visits.models import Child, Visit  # noqa: E402

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
FIRST_DAY = date(2021, 1, 1)
COLUMNS = ["visit_ref", "child_ref", "visit_date", "method", "status", "child_seen", "authorised"]
FIELDS = (
    "uid, visit_ref, child_id, visit_date, method, status, child_seen, authorised, note, recorded_at, version"
)
METHODS = ["face_to_face"] * 7 + ["video", "telephone", "doorstep"]
ON_POSTGRES = connection.vendor == "postgresql"


def rows(count: int, children: int, seed: int):
    """Rows of the file, without faults; the same for the same seed."""
    chance = random.Random(seed)
    for number in range(count):
        day = FIRST_DAY + timedelta(days=chance.randrange(1800))
        method = chance.choice(METHODS)
        status = "completed" if chance.random() < 0.95 else "cancelled"
        authorised = "yes" if method != "face_to_face" and chance.random() < 0.8 else ""
        yield [
            f"V{number:07d}",
            f"C{chance.randrange(children):06d}",
            day.isoformat(),
            method,
            status,
            "",
            authorised,
        ]


def with_faults(clean, every: int):
    """(row, is bad): changes to rows on record, other spellings, and seven kinds of fault."""
    chance = random.Random(7)
    for number, row in enumerate(clean):
        bad = chance.random() < 0.0137
        if bad:
            column, value = chance.choice(
                [
                    (1, "C-none"),
                    (2, "2024-02-30"),
                    (2, "soon"),
                    (2, "2031-01-01"),
                    (3, "letter"),
                    (4, "done"),
                    (0, "V" * 49),
                ]
            )
            if value == "2031-01-01":
                row[4] = "completed"
            row[column] = value
        elif number % every == 0 and number // every % 2:
            row[3] = "telephone" if row[3] != "telephone" else "video"
        elif number % 5 == 0:
            row[2] = f"{row[2][8:]}/{row[2][5:7]}/{row[2][:4]}"
        yield row, bad


def reset(children: int, count: int, every: int) -> None:
    """The same records before every way."""
    with connection.cursor() as cursor:
        tables = ["visits_revision", "visits_stalevisits", "visits_visitcell", "visits_visit", "visits_child"]
        if ON_POSTGRES:
            cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        else:
            for table in tables:
                cursor.execute(f"DELETE FROM {table}")
    Child.objects.bulk_create((Child(child_ref=f"C{n:06d}") for n in range(children)), batch_size=5000)
    ids = dict(Child.objects.values_list("child_ref", "pk"))
    batch = (_visit(row, ids) for number, row in enumerate(rows(count, children, 1)) if number % every == 0)
    Visit.objects.bulk_create(batch, batch_size=5000)
    if ON_POSTGRES:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE visits_visit")
            cursor.execute("VACUUM ANALYZE visits_child")
            cursor.execute("CHECKPOINT")


def _visit(row: list[str], ids: dict[str, int]) -> Visit:
    ref, child, day, method, status, _, authorised = row
    return Visit(
        visit_ref=ref,
        child_id=ids[child],
        visit_date=day,
        method=method,
        status=status,
        child_seen=status == "completed",
        authorised=authorised == "yes",
        recorded_at=NOW,
    )


def cpu() -> float:
    """Seconds of this process and of the server's process behind our connection."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    total = own.ru_utime + own.ru_stime
    if ON_POSTGRES:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid = cursor.fetchone()[0]
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def import_it(path: Path) -> int:
    report = import_file(
        "visits", path, path.with_suffix(".refusals"), actor=Actor.command("bench"), now=NOW, dry_run=False
    )
    print(f"    {report.counts()}", file=sys.stderr)
    return report.rows


def copy_clean(path: Path) -> int:
    """The floor: nothing is checked, nothing is known before; the same table with its indexes and keys."""
    with connection.cursor() as cursor, path.open() as file, transaction.atomic():
        if ON_POSTGRES:
            cursor.copy_expert(f"COPY visits_visit ({FIELDS}) FROM STDIN", file)
            return cursor.rowcount
        rows = (line.rstrip("\n").split("\t") for line in file)
        marks = ", ".join("?" * len(FIELDS.split(",")))
        insert = f"INSERT INTO visits_visit ({FIELDS}) VALUES ({marks})"
        return cursor.connection.executemany(insert, rows).rowcount


def bulk_create(path: Path) -> int:
    """What a Django programmer would write: checks in Python, bulk_create with update_conflicts."""
    ids = dict(Child.objects.values_list("child_ref", "pk"))
    done, batch, seen, errors = 0, [], set(), []
    with path.open(newline="") as file, transaction.atomic():
        for line, row in enumerate(csv.DictReader(file), 2):
            day = row["visit_date"]
            try:
                parsed = date.fromisoformat(day) if "-" in day else datetime.strptime(day, "%d/%m/%Y").date()
                visit = _visit([row[name] for name in COLUMNS], ids)
                visit.visit_date = parsed
                visit.clean_fields(exclude=["child", "recorded_by", "authorised_by"])
                if row["visit_ref"] in seen or parsed > NOW.date() + timedelta(days=1):
                    raise ValueError
            except Exception as fault:
                errors.append((line, str(fault)))
                continue
            seen.add(row["visit_ref"])
            batch.append(visit)
            done += 1
            if len(batch) == 2000:
                _store(batch)
                batch = []
        _store(batch)
    return done + len(errors)


def _store(batch: list[Visit]) -> None:
    Visit.objects.bulk_create(
        batch,
        update_conflicts=True,
        unique_fields=["visit_ref"],
        update_fields=["child", "visit_date", "method", "status", "child_seen", "authorised"],
    )


WAYS = {"import": import_it, "copy": copy_clean, "bulk": bulk_create}


def one(way: str, path: Path) -> None:
    """Runs one way in this process and prints rows, wall, CPU and peak memory above the start."""
    connection.ensure_connection()
    base = peak_memory()
    before, start = cpu(), time.perf_counter()
    count = WAYS[way](path)
    wall, used = time.perf_counter() - start, cpu() - before
    print(count, wall, used, peak_memory(), base)


def peak_memory() -> float:
    """MB that this process has had at most since it began."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def write_files(folder: Path, args: argparse.Namespace) -> dict[str, Path]:
    files = {name: folder / f"{name}.csv" for name in ("import", "copy", "bulk")}
    ids = dict(Child.objects.values_list("child_ref", "pk"))
    with files["import"].open("w", newline="") as dirty, files["copy"].open("w") as clean:
        out = csv.writer(dirty)
        out.writerow(COLUMNS)
        for row, bad in with_faults(rows(args.rows, args.children, 1), args.every):
            out.writerow(row)
            if not bad and int(row[0][1:]) % args.every:
                ref, child, day, method, status, _, authorised = row
                if "/" in day:
                    day = f"{day[6:]}-{day[3:5]}-{day[:2]}"
                uid = uuid.uuid4() if ON_POSTGRES else uuid.uuid4().hex
                seen, approved = int(status == "completed"), int(authorised == "yes")
                cells = (
                    uid,
                    ref,
                    ids[child],
                    day,
                    method,
                    status,
                    seen,
                    approved,
                    "",
                    NOW.replace(tzinfo=None),
                    1,
                )
                clean.write("\t".join(map(str, cells)) + "\n")
    with files["import"].open() as whole, files["bulk"].open("w") as part:
        for _, line in zip(range(args.bulk + 1), whole, strict=False):
            part.write(line)
    return files


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--every", type=int, default=10, help="of so many rows one is on record before")
    parser.add_argument("--children", type=int, default=100_000)
    parser.add_argument(
        "--bulk", type=int, default=100_000, help="rows for bulk_create; its time per row is compared"
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        one(args.one[0], Path(args.one[1]))
        return
    call_command("migrate", verbosity=0)
    results: dict[str, list[tuple[float, ...]]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as folder:
        for run in range(args.runs):
            for way in WAYS:
                reset(args.children, args.rows, args.every)
                files = write_files(Path(folder), args)
                done = subprocess.run(
                    [sys.executable, "-m", "bench.import_records", "--one", way, str(files[way])],
                    check=True, capture_output=True, text=True,
                )  # fmt: skip
                sys.stderr.write(done.stderr)
                count, wall, used, peak, base = map(float, done.stdout.split())
                results[way].append((wall / count * 1e6, used / count * 1e6, peak, base))
                say = f"run {run + 1} {way}: {count:,.0f} rows, {wall:.1f} s, CPU {used:.1f} s"
                print(f"{say}, peak {peak:.0f} MB (start {base:.0f})", flush=True)
    middle = {
        way: [statistics.median(column) for column in zip(*found, strict=True)]
        for way, found in results.items()
    }
    floor = middle["copy"][1]
    print("\n| way | us/row wall | us/row CPU | CPU / indexed COPY | peak MB |\n|---|---|---|---|---|")
    for way, (wall, used, peak, _) in middle.items():
        print(f"| {way} | {wall:.1f} | {used:.1f} | {used / floor:.2f} | {peak:.0f} |")
    print(f"\nimport / bulk_create, CPU per row: {middle['import'][1] / middle['bulk'][1]:.2f}")


if __name__ == "__main__":
    main()
