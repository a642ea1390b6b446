"""One import from file to report: read and staged first, then checked and loaded in one transaction."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from accounts.audit import Actor, record
from operations.services import lock
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of
from visits.imports import plans, teams, visits
from visits.imports.files import KINDS, FileKind, RowChecker
from visits.imports.refusals import RefusalsFile
from visits.imports.report import ImportReport
from visits.imports.source import Source, Unreadable
from visits.imports.staging import CHUNK, ROWS, Staging, on_sqlite, staging

# One import at a time; others wait for it.
_LEASE = "import-records"

Progress = Callable[[int, int], None]


def import_file(
    kind_name: str,
    path: Path,
    refusals_path: Path,
    *,
    actor: Actor,
    now: datetime,
    dry_run: bool,
    on_progress: Progress = lambda done, of: None,
    on_loaded: Callable[[ImportReport], None] = lambda report: None,
    run_uid: UUID | None = None,
) -> ImportReport:
    """Imports a file and writes its refusals file. Accepted rows are loaded all together or not at all.

    `on_progress` hears bytes read and the file's size; `on_loaded` is called inside the transaction
    of the load. Raises Unreadable where the file as a whole cannot be taken, Refusal where records
    changed under the import; then nothing was loaded and no refusals file was written.
    """
    kind = KINDS[kind_name]
    refusals = RefusalsFile(refusals_path, of=path)
    try:
        with staging(kind) as tables:
            with Source(path) as source:
                extra = _check_header(kind, source.header)
                _stage(kind, source, tables, day_of(now), on_progress)
                sha256 = source.sha256
            try:
                with transaction.atomic():
                    report = _settle(kind, tables, extra, sha256, actor=actor, now=now, dry_run=dry_run)
                    refusals.write(tables)
                    if not dry_run:
                        record(
                            "records.imported",
                            actor=actor,
                            at=now,
                            object_kind="import",
                            object_uid=run_uid,
                            detail={"file": kind.name, "sha256": sha256, **report.counts()},
                        )
                    on_loaded(report)
            except IntegrityError as fault:
                raise Refusal(
                    "changed_meanwhile",
                    "The records changed while the file was being loaded. Import it again.",
                ) from fault
        refusals.publish()
    finally:
        refusals.discard()
    return report


def _check_header(kind: FileKind, header: list[str]) -> list[str]:
    """The columns that are not ours. Raises Unreadable."""
    missing = [name for name in kind.columns if name not in header and name not in kind.optional]
    if missing:
        hint = " (the columns are to be separated by commas)" if len(header) == 1 and ";" in header[0] else ""
        named = f"column{'s' * (len(missing) > 1)} {', '.join(missing)}"
        raise Unreadable(f"The first line does not name the {named}{hint}.")
    twice = sorted({name for name in header if name in kind.columns and header.count(name) > 1})
    if twice:
        raise Unreadable(f"The first line names the column {twice[0]} more than once.")
    return [name for name in header if name not in kind.columns]


def _stage(kind: FileKind, source: Source, tables: Staging, today: date, on_progress: Progress) -> None:
    checker = RowChecker(kind, source.header, today)
    good: list[tuple] = []
    bad: list[tuple[int, str, str, str]] = []
    torn: list[str] = []
    found = False
    for line, row in source.rows():
        found = True
        cells = checker.staged(row) if row is not None else None
        if cells is not None:
            good.append((line, *cells))
        elif row is None:
            bad.append((line, "", "", "has quotation marks in the wrong places"))
        else:
            bad += [(line, each.column, each.value, each.reason) for each in checker.problems(row)]
            if kind.together and (reference := checker.reference(row)) is not None:
                torn.append(reference)
        if len(good) + len(bad) >= CHUNK:
            tables.add_rows(good)
            tables.refuse(bad)
            tables.tear(torn)
            good, bad, torn = [], [], []
            on_progress(source.bytes_read, source.size)
    if not found:
        raise Unreadable("The file names its columns but has no rows.")
    tables.add_rows(good)
    tables.refuse(bad)
    tables.tear(torn)
    on_progress(source.bytes_read, source.size)


def _settle(
    kind: FileKind,
    tables: Staging,
    extra: list[str],
    sha256: str,
    *,
    actor: Actor,
    now: datetime,
    dry_run: bool,
) -> ImportReport:
    lock(_LEASE, now=now)
    with connection.cursor() as cursor:
        if not on_sqlite():
            cursor.execute("SET LOCAL work_mem = '64MB'")
            cursor.execute(f"ANALYZE {ROWS}")
    if kind.name == "visits":
        tally = visits.check(tables)
        if not dry_run:
            visits.load(tables, tally, actor=actor, now=now)
    else:
        apply = teams.apply if kind.name == "teams" else plans.apply
        tally = apply(tables, dry_run=dry_run, actor=actor, now=now)
    return ImportReport(
        kind=kind.name,
        sha256=sha256,
        dry_run=dry_run,
        tally=tally,
        refused=tables.leave_out_refused(),
        reasons=tables.refusals_by_reason(),
        extra_columns=extra,
    )
