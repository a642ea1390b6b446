"""Keeping stored visit rates in step with the records, each run on record with what came of it."""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from accounts.audit import Actor, record
from operations.services import (
    JobRun,
    LeaseBusy,
    LeaseLost,
    ask_for_run,
    fail_run,
    finish_run,
    progress,
    start_run,
    waiting_runs,
)
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import Month, day_of
from visits.constants import METHOD_VERSION
from visits.rates.drain import drain
from visits.rates.rebuild import STEPS, Rebuilt, rebuild, writing
from visits.signals import visit_rates_rebuild_asked

logger = logging.getLogger(__name__)

UPDATE_RUN = "visit_rates_update"
REBUILD_RUN = "visit_rates_rebuild"
CHECK_RUN = "visit_rates_check"


@dataclass(frozen=True)
class Updated:
    """What an update found and did."""

    changes: int = 0
    cells_changed: int = 0
    # Months that were complete for the first time.
    months: int = 0
    # So much was stale that all months were worked out from nothing.
    rebuilt: Rebuilt | None = None
    # Another process is at it; what waits is left to it, and to the next sweep.
    busy: bool = False


def update_visit_rates(*, actor: Actor, now: datetime, as_of: date | None = None) -> Updated:
    """Works off everything that waits, adds months that are complete since, follows changed rules.

    Only months whose last day is on or before `as_of` (by default the day of `now`) are kept. A run
    goes on record where there was something to do.
    """
    as_of = as_of or day_of(now)
    clock = _running_from(now)
    changes = cells = months = 0
    try:
        while True:
            step = drain(as_of=as_of, now=clock())
            if step.rebuild_needed:
                rebuilt = rebuild_visit_rates(actor=actor, now=clock(), as_of=as_of)
                # What was saved meanwhile waits in the queue.
                after = drain(as_of=as_of, now=clock())
                return Updated(changes + after.rows, cells + after.cells_changed, months, rebuilt)
            changes, cells, months = changes + step.rows, cells + step.cells_changed, months + step.months
            if not step.more_waiting:
                break
    except (LeaseBusy, LeaseLost):
        return Updated(changes, cells, months, busy=True)
    finally:
        if changes or months:
            run = ask_for_run(UPDATE_RUN, actor=actor, now=now, inputs={"changes": changes})
            start_run(run, now=now, method_version=METHOD_VERSION)
            finish_run(
                run,
                now=clock(),
                outcome=f"{_some(changes, 'change')} worked off, {_some(cells, 'child-month')} changed.",
                counts={"changes": changes, "cells_changed": cells, "new_months": months},
            )
    return Updated(changes, cells, months)


def rebuild_visit_rates(
    *,
    actor: Actor,
    now: datetime,
    as_of: date | None = None,
    first: Month | None = None,
    last: Month | None = None,
) -> Rebuilt | None:
    """Works out the months from `first` to `last` (None: every month kept) from nothing and writes what
    differs. Returns None where there is nothing to work out. Raises LeaseBusy or LeaseLost.
    """
    inputs = {"from": str(first or ""), "to": str(last or "")}
    run = ask_for_run(REBUILD_RUN, actor=actor, now=now, inputs=inputs)
    try:
        return _rebuild(run, now=now, as_of=as_of, first=first, last=last)
    except LeaseBusy as busy:
        fail_run(run, now=now, outcome=busy.message)
        raise


def ask_for_rebuild(*, actor: Actor, now: datetime) -> str:
    """Puts a whole rebuild on record and rings for it. Returns the run's uid: the one that waits
    already, if there is one."""
    with transaction.atomic():
        waiting = waiting_runs(REBUILD_RUN)
        run = waiting[0] if waiting else ask_for_run(REBUILD_RUN, actor=actor, now=now)
        record("visit_rates.rebuild_asked", actor=actor, at=now, object_kind="job_run", object_uid=run.uid)
        uid = str(run.uid)
        transaction.on_commit(
            lambda: visit_rates_rebuild_asked.send_robust(sender=None, run_uid=uid), robust=True
        )
    return uid


def run_waiting_rebuilds(*, now: datetime, run_uid: str | None = None) -> int:
    """Does the rebuilds that wait on record (or that one). Returns how many; while another process
    works on the rates they go on waiting."""
    done = 0
    for run in waiting_runs(REBUILD_RUN):
        if run_uid in (None, str(run.uid)):
            try:
                _rebuild(run, now=now)
            except (LeaseBusy, LeaseLost):
                continue
            done += 1
    return done


def check_visit_rates(*, actor: Actor, now: datetime, as_of: date | None = None) -> bool | None:
    """Once a night: works off what waits, then compares every stored cell and rate with the records.

    A difference is an alarm and is left as it is, for somebody to look at before a rebuild repairs it:
    returns False, and the run on record has failed. Returns None where this night's check is on record.
    """
    update_visit_rates(actor=actor, now=now, as_of=as_of)
    try:
        run = ask_for_run(CHECK_RUN, actor=actor, now=now, period=str(day_of(now)))
    except Refusal:
        return None
    clock = _running_from(now)
    try:
        with writing(str(run.uid), clock=clock) as held:
            start_run(run, now=clock(), method_version=METHOD_VERSION)
            found = rebuild(
                held, as_of=as_of or day_of(now), clock=clock, write=False, progress=_says(run, clock)
            )
    except (LeaseBusy, LeaseLost) as busy:
        fail_run(run, now=clock(), outcome=f"Not compared: {busy.message}")
        return None
    except Exception:
        fail_run(run, now=clock(), outcome="Not compared: the run stopped with an error. See the log.")
        raise
    counts = _counts(found)
    _says(run, clock)(len(STEPS), "")
    if found and (found.cells_differing or found.rates_differing):
        outcome = (
            f"{_some(found.cells_differing, 'child-month')} and {_some(found.rates_differing, 'stored rate')}"
            " differ from the records. Find out why, then rebuild."
        )
        fail_run(run, now=clock(), outcome=outcome, counts=counts)
        logger.error("Nightly check of visit rates: %s", outcome)
        return False
    finish_run(run, now=clock(), outcome="Every stored figure agrees with the records.", counts=counts)
    return True


def _rebuild(
    run: JobRun,
    *,
    now: datetime,
    as_of: date | None = None,
    first: Month | None = None,
    last: Month | None = None,
) -> Rebuilt | None:
    """Raises LeaseBusy before the run has begun, so that it may go on waiting."""
    clock = _running_from(now)
    with writing(str(run.uid), clock=clock) as held:
        if not start_run(run, now=clock(), method_version=METHOD_VERSION):
            return None
        try:
            found = rebuild(
                held,
                as_of=as_of or day_of(now),
                clock=clock,
                first=first,
                last=last,
                progress=_says(run, clock),
            )
        except LeaseLost as lost:
            fail_run(run, now=clock(), outcome=lost.message)
            raise
        except Exception:
            fail_run(
                run, now=clock(), outcome="The run stopped with an error; nothing was written. See the log."
            )
            raise
    _says(run, clock)(len(STEPS), "")
    if found is None:
        finish_run(run, now=clock(), outcome="There are no months to work out.", counts={})
    else:
        outcome = (
            f"{found.first.name} to {found.last.name} worked out: {_some(found.cells, 'child-month')},"
            f" {found.cells_differing:,} of them different from what was stored."
        )
        finish_run(run, now=clock(), outcome=outcome, counts=_counts(found))
    return found


def _says(run: JobRun, clock: Callable[[], datetime]) -> Callable[[int, str], None]:
    return lambda done, step: progress(run, done=done, of=len(STEPS), step=step, now=clock())


def _counts(found: Rebuilt | None) -> dict[str, int]:
    return {name: value for name, value in asdict(found).items() if isinstance(value, int)} if found else {}


def _running_from(now: datetime) -> Callable[[], datetime]:
    """A clock that was right at the call."""
    began = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - began)


def _some(count: int, one: str, several: str = "") -> str:
    return f"{count:,} {one if count == 1 else several or one + 's'}"
