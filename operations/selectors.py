"""What the machine did, for pages and health checks; what people were told."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.selectors import User
from operations.constants import JobState, MailState
from operations.facts import Note, Run
from operations.models import JobRun, Notification

_FIELDS = (
    "uid", "kind", "state", "asked_at", "started_at", "heartbeat_at", "finished_at", "done_steps",
    "all_steps", "step", "method_version", "inputs", "counts", "outcome",
)  # fmt: skip
_NOTE_FIELDS = (
    "uid", "recipient_id", "subject", "step", "title", "text", "href", "urgent", "created_at", "read_at",
    "mail_state", "mail_error",
)  # fmt: skip
_LATEST = 100


def latest_runs(kind: str | None = None, *, limit: int = _LATEST) -> list[Run]:
    """The newest runs, of one kind if named."""
    runs = JobRun.objects.filter(kind=kind) if kind else JobRun.objects.all()
    return [_fact(run) for run in runs.order_by("-pk")[:limit]]


def kinds() -> list[str]:
    """The kinds of runs on record, by name. Steps from one to the next along the index: there is a run
    for every saved change."""
    found: list[str] = []
    last = ""
    while kind := (
        JobRun.objects.filter(kind__gt=last).order_by("kind").values_list("kind", flat=True).first()
    ):
        found.append(kind)
        last = kind
    return found


def latest_of_each_kind(each: int) -> list[Run]:
    """The newest `each` runs of every kind, the newest first: frequent ones push no other out of sight."""
    runs = [run for kind in kinds() for run in JobRun.objects.filter(kind=kind).order_by("-pk")[:each]]
    return [_fact(run) for run in sorted(runs, key=lambda run: run.pk, reverse=True)]


def run_by_uid(uid: UUID) -> Run | None:
    run = JobRun.objects.filter(uid=uid).first()
    return _fact(run) if run else None


def run_of_period(kind: str, period: str) -> Run | None:
    """The run of a kind for a period that has not failed: there is one at most."""
    run = JobRun.objects.filter(kind=kind, period=period).exclude(state=JobState.FAILED).first()
    return _fact(run) if run else None


def oldest_waiting_since() -> datetime | None:
    """Since when the longest waiting run has waited for a worker; None where none waits."""
    waiting = JobRun.objects.filter(state=JobState.WAITING).order_by("asked_at")
    return waiting.values_list("asked_at", flat=True).first()


def notifications_of(user: User, *, start: int, size: int) -> tuple[int, list[Note]]:
    """How many `user` has, and a page of them: unread first, then the newest first."""
    mine = Notification.objects.filter(recipient=user).select_related("recipient")
    # Read ones by when they were said, not by when they were read.
    rows = mine.annotate(read=Q(read_at__isnull=False)).order_by("read", "-created_at", "-pk")
    return mine.count(), [_note(row) for row in rows[start : start + size]]


def has_notification(user: User, uid: UUID) -> bool:
    return Notification.objects.filter(recipient=user, uid=uid).exists()


def unread_count(user: User) -> int:
    return Notification.objects.filter(recipient=user, read_at=None).count()


def notes_about(subjects: Collection[str]) -> list[Note]:
    """What everybody was told about these subjects."""
    rows = Notification.objects.filter(subject__in=subjects).select_related("recipient")
    return [_note(row) for row in rows]


def undelivered(limit: int) -> list[Note]:
    """What did not arrive by mail and was not read here either, the newest first."""
    return [_note(row) for row in _undelivered().select_related("recipient")[:limit]]


def undelivered_count() -> int:
    return _undelivered().count()


def _undelivered() -> QuerySet[Notification]:
    return Notification.objects.filter(mail_state=MailState.FAILED, read_at=None)


def _note(row: Notification) -> Note:
    return Note(recipient=row.recipient.name, **{name: getattr(row, name) for name in _NOTE_FIELDS})


def _fact(run: JobRun) -> Run:
    return Run(asked_by=run.asked_by_label, **{name: getattr(run, name) for name in _FIELDS})
