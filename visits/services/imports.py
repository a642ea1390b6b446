"""Importing files of records: by command (`import_file`), or from a page in two steps, check and load.

A page's file waits on disk under the uid of its check, read by nobody but the worker, and goes when
it is loaded or a day old. What a run refused is kept beside it for a week, for whoever sent the file.
"""

import json
import time
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.audit import Actor, record
from accounts.selectors import User
from operations.constants import JobState
from operations.facts import Run
from operations.selectors import run_by_uid, run_of_period
from operations.services import JobRun, ask_for_run, fail_run, finish_run, progress, start_run, waiting_runs
from safeguarding.kernel.errors import AlreadyDone, Refusal
from visits.imports.report import ImportReport
from visits.imports.run import import_file
from visits.imports.source import Unreadable
from visits.signals import records_import_asked

__all__ = [
    "CHECK_RUN",
    "LOAD_RUN",
    "ImportReport",
    "Unreadable",
    "ask_for_check",
    "ask_for_load",
    "details_of",
    "import_file",
    "import_run_of",
    "may_load",
    "refusals_of",
    "run_waiting_imports",
    "take_refusals",
]

CHECK_RUN = "import_check"
LOAD_RUN = "import_load"
_UPLOADS_KEPT = timedelta(days=1)
_REPORTS_KEPT = timedelta(days=7)
_WHOLE = 100


def ask_for_check(*, user: User, kind: str, upload: UploadedFile, now: datetime) -> UUID:
    """Keeps an uploaded file and puts its check on record; nothing is loaded. Returns the run's uid."""
    forget_old_files(now=now)
    with transaction.atomic():
        run = _ask(CHECK_RUN, user, {"file": kind}, now=now)
        path = _upload(run.uid)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with path.open("xb") as kept:
                path.chmod(0o600)
                for piece in upload.chunks():
                    kept.write(piece)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return run.uid


def ask_for_load(*, user: User, check: Run, now: datetime) -> UUID:
    """Puts on record that the accepted rows of a checked file are to be loaded. Returns the run's uid.

    Raises AlreadyDone(uid of the load) where it is on record, or Refusal('not_checked' | 'file_gone').
    """
    if check.kind != CHECK_RUN or check.state != JobState.DONE:
        raise Refusal("not_checked", "Check the file first.")
    if not _upload(check.uid).exists():
        raise Refusal("file_gone", "The file is no longer kept. Send it again.")
    inputs = {"file": check.inputs["file"], "checked_by": str(check.uid)}
    # One load of a file, however often the button is pressed; again only after one that failed.
    period = check.uid.hex[:20]
    try:
        with transaction.atomic():
            return _ask(LOAD_RUN, user, inputs, now=now, period=period).uid
    except Refusal as refusal:
        if first := run_of_period(LOAD_RUN, period):
            raise AlreadyDone(str(first.uid)) from refusal
        raise


def run_waiting_imports(*, now: datetime, run_uid: str | None = None) -> int:
    """Does the checks and loads that wait on record (or that one). Returns how many."""
    forget_old_files(now=now)
    done = 0
    for run in waiting_runs(CHECK_RUN) + waiting_runs(LOAD_RUN):
        if run_uid in (None, str(run.uid)) and start_run(run, now=now):
            _work(run, now=now)
            done += 1
    return done


def may_load(check: Run) -> bool:
    """Whether rows of this checked file wait to be loaded."""
    return (
        check.kind == CHECK_RUN
        and check.state == JobState.DONE
        and check.counts.get("new", 0) + check.counts.get("changed", 0) > 0
        and _upload(check.uid).exists()
    )


def details_of(run: Run) -> dict[str, Any]:
    """The report beyond its counts ('reasons', 'extra_columns'); empty once it is no longer kept."""
    try:
        return json.loads(_report(run.uid).read_text())
    except FileNotFoundError:
        return {}


def refusals_of(run: Run) -> Path | None:
    """The run's refusals file; None once it is no longer kept."""
    path = _refusals(run.uid)
    return path if path.exists() else None


def take_refusals(*, user: User, run: Run, now: datetime) -> Path | None:
    """The same for a download, which goes on the audit trail."""
    path = refusals_of(run)
    if path:
        with transaction.atomic():
            record(
                "import.refusals_downloaded",
                actor=Actor.person(user),
                at=now,
                object_kind="import",
                object_uid=run.uid,
            )
    return path


def import_run_of(user: User, uid: UUID) -> Run | None:
    """A check or load that this person asked for; what others asked for is not there."""
    run = run_by_uid(uid)
    if run is None or run.kind not in (CHECK_RUN, LOAD_RUN) or run.asked_by != Actor.person(user).label:
        return None
    return run


def forget_old_files(*, now: datetime) -> None:
    """Uploads that nobody loaded, and reports after a week."""
    for path in _folder().glob("*"):
        kept = _UPLOADS_KEPT if path.suffix == ".upload" else _REPORTS_KEPT
        try:
            if path.stat().st_mtime < (now - kept).timestamp():
                path.unlink()
        except FileNotFoundError:
            continue


def _ask(
    kind: str, user: User, inputs: dict[str, str], *, now: datetime, period: str | None = None
) -> JobRun:
    actor = Actor.person(user)
    run = ask_for_run(kind, actor=actor, now=now, inputs=inputs, period=period)
    record(
        f"records.{kind}_asked", actor=actor, at=now, object_kind="import", object_uid=run.uid, detail=inputs
    )
    transaction.on_commit(
        lambda: records_import_asked.send_robust(sender=None, run_uid=str(run.uid)), robust=True
    )
    return run


def _work(run: JobRun, *, now: datetime) -> None:
    dry_run = run.kind == CHECK_RUN
    upload = _upload(run.uid if dry_run else UUID(run.inputs["checked_by"]))
    said = -1
    began = time.monotonic()

    def clock() -> datetime:
        return now + timedelta(seconds=time.monotonic() - began)

    def reading(done: int, of: int) -> None:
        nonlocal said
        # The load comes after the reading and says nothing until it is committed.
        percent = min(_WHOLE - 1, done * _WHOLE // max(of, 1))
        if percent != said:
            said = percent
            step = "Reading the file, then comparing it with the records"
            progress(run, done=percent, of=_WHOLE, step=step, now=clock())

    def loaded(report: ImportReport) -> None:
        # In the transaction of the load: a run is done if and only if its rows are there.
        progress(run, done=_WHOLE, of=_WHOLE, step="", now=clock())
        finish_run(run, now=clock(), outcome=_sentence(report), counts=report.counts())
        _report(run.uid).write_text(json.dumps(asdict(report)))

    try:
        import_file(
            run.inputs["file"],
            upload,
            _refusals(run.uid),
            actor=_who(run),
            now=now,
            dry_run=dry_run,
            on_progress=reading,
            on_loaded=loaded,
            run_uid=run.uid,
        )
    except Refusal as refusal:
        fail_run(run, now=clock(), outcome=f"{refusal.message} Nothing was loaded.")
        if isinstance(refusal, Unreadable):
            upload.unlink(missing_ok=True)
        return
    except Exception:
        fail_run(run, now=clock(), outcome="The run stopped with an error. Nothing was loaded. See the log.")
        raise
    if not dry_run:
        upload.unlink(missing_ok=True)


def _who(run: JobRun) -> Actor:
    return Actor.person(run.asked_by) if run.asked_by else Actor.job("import")


def _sentence(report: ImportReport) -> str:
    accepted = report.tally.accepted
    verb = "would be accepted" if report.dry_run else "accepted"
    return f"{accepted:,} of {report.rows:,} rows {verb}, {report.refused:,} refused."


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "imports"


def _upload(uid: UUID) -> Path:
    return _folder() / f"{uid.hex}.upload"


def _refusals(uid: UUID) -> Path:
    return _folder() / f"{uid.hex}.refusals.csv"


def _report(uid: UUID) -> Path:
    return _folder() / f"{uid.hex}.report.json"
