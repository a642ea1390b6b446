"""Job runs, leases, one-time tokens and notifications, for the apps above."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.audit import Actor
from accounts.selectors import User
from operations.constants import SILENT_AFTER, TOKENS_KEPT_FOR, JobState
from operations.leases import LeaseBusy, LeaseLost, confirm, extend, lock, release, take
from operations.mailing import MAILS_AT_ONCE, Sent, mail_due, send_rows, sends_mail, takes_mail
from operations.models import JobRun, OnceToken
from operations.notifications import mark_read, notify, send_mails
from safeguarding.kernel.errors import AlreadyDone, Refusal

__all__ = [
    "MAILS_AT_ONCE",
    "LeaseBusy",
    "LeaseLost",
    "Sent",
    "ask_for_run",
    "confirm",
    "extend",
    "fail_run",
    "fail_silent_runs",
    "finish_run",
    "forget_used_tokens",
    "lock",
    "mail_due",
    "mark_read",
    "notify",
    "once",
    "progress",
    "release",
    "send_mails",
    "send_rows",
    "sends_mail",
    "start_run",
    "take",
    "takes_mail",
    "waiting_runs",
]


def once(*, token: UUID, purpose: str, user: User, outcome: str, now: datetime) -> None:
    """Uses up a form's token, in the transaction that makes `outcome`.

    Raises AlreadyDone with the first outcome if the same form has been saved before, and
    Refusal('not_your_form') if it was somebody else's.
    """
    try:
        with transaction.atomic():
            OnceToken.objects.create(token=token, purpose=purpose, user=user, outcome=outcome, used_at=now)
    except IntegrityError:
        first = OnceToken.objects.get(token=token)
        if first.user_id != user.pk or first.purpose != purpose:
            raise Refusal(
                "not_your_form", "This form is out of date. Open it again and send it anew."
            ) from None
        raise AlreadyDone(first.outcome) from None


def ask_for_run(
    kind: str, *, actor: Actor, now: datetime, inputs: dict | None = None, period: str | None = None
) -> JobRun:
    """Puts a run on record before anything works on it. Raises Refusal('already_run') where a
    run of the kind for that period exists."""
    try:
        with transaction.atomic():
            return JobRun.objects.create(
                kind=kind,
                period=period,
                asked_at=now,
                asked_by_id=actor.user_id,
                asked_by_label=actor.label,
                inputs=inputs or {},
            )
    except IntegrityError:
        raise Refusal("already_run", f"The run of {kind} for {period} is already on record.") from None


def waiting_runs(kind: str) -> list[JobRun]:
    """Runs of a kind that no worker has begun, the oldest first."""
    return list(JobRun.objects.filter(kind=kind, state=JobState.WAITING).order_by("pk"))


def start_run(run: JobRun, *, now: datetime, method_version: str = "") -> bool:
    """Moves a waiting run to running; False if another worker was first."""
    return bool(
        JobRun.objects.filter(pk=run.pk, state=JobState.WAITING).update(
            state=JobState.RUNNING, started_at=now, heartbeat_at=now, method_version=method_version
        )
    )


def progress(run: JobRun, *, done: int, of: int, step: str, now: datetime) -> None:
    """Says how far a run is. Outside the run's own long transaction, or nobody sees it."""
    JobRun.objects.filter(pk=run.pk).update(done_steps=done, all_steps=of, step=step, heartbeat_at=now)


def finish_run(run: JobRun, *, now: datetime, outcome: str, counts: dict) -> None:
    JobRun.objects.filter(pk=run.pk).update(
        state=JobState.DONE, finished_at=now, heartbeat_at=now, outcome=outcome, counts=counts
    )


def fail_run(run: JobRun, *, now: datetime, outcome: str, counts: dict | None = None) -> None:
    JobRun.objects.filter(pk=run.pk).update(
        state=JobState.FAILED, finished_at=now, heartbeat_at=now, outcome=outcome[:500], counts=counts or {}
    )


def fail_silent_runs(*, now: datetime) -> int:
    """Runs without a sign of life for longer than any may take have lost their worker; how many.
    What they had written stands or was undone with their transaction; a new run starts clean."""
    silent = JobRun.objects.filter(state=JobState.RUNNING, heartbeat_at__lt=now - SILENT_AFTER)
    outcome = "The worker stopped before the run was over. Start it again."
    return silent.update(state=JobState.FAILED, finished_at=now, outcome=outcome)


def forget_used_tokens(*, now: datetime) -> int:
    """Tokens of forms that nobody can send any more; how many."""
    return OnceToken.objects.filter(used_at__lt=now - TOKENS_KEPT_FOR).delete()[0]
