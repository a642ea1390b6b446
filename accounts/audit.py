"""The audit trail: append-only, each event sealed to the one before.

`record` is called by services (and by views that show a child's record) inside the transaction
of the change: if the event cannot be written, the change is undone.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.db import connection

from accounts.constants import SECURITY_SUBJECTS, Area
from accounts.models import AuditEvent, AuditHead, User

START = "0" * 64


@dataclass(frozen=True)
class Actor:
    """Who acts: a person, or a named job or command."""

    label: str
    uid: UUID | None = None
    roles: str = ""
    user_id: int | None = None

    @classmethod
    def person(cls, user: User) -> "Actor":
        return cls(user.email, user.uid, " ".join(sorted(user.roles)), user.pk)

    @classmethod
    def nobody(cls) -> "Actor":
        """Somebody who is not signed in; what they typed as their name is not kept."""
        return cls("nobody signed in")

    @classmethod
    def job(cls, name: str) -> "Actor":
        return cls(f"job:{name}")

    @classmethod
    def command(cls, os_user: str) -> "Actor":
        return cls(f"cli:{os_user}")


class TrailBroken(RuntimeError):
    """The trail cannot be continued: its last link is missing although events exist."""


def record(
    action: str,
    *,
    actor: Actor,
    at: datetime,
    object_kind: str = "",
    object_uid: UUID | None = None,
    child_uid: UUID | None = None,
    detail: dict | None = None,
) -> AuditEvent:
    """Appends one event and seals it. Must run inside the change's transaction, and last in it:
    from here to the commit every other writer of the trail waits.

    `detail` holds text, whole numbers, booleans, None, and lists or dicts of these: field names,
    codes, reasons, counts.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an audit event belongs into the transaction of what it records")
    event = AuditEvent(
        at=at,
        actor_uid=actor.uid,
        actor_label=actor.label,
        roles=actor.roles,
        action=action,
        area=area_of(action),
        object_kind=object_kind,
        object_uid=object_uid,
        child_uid=child_uid,
        detail=detail or {},
        previous_hash=_locked_head(),
    )
    event.hash = seal(event)
    event.save(force_insert=True)
    AuditHead.objects.filter(pk=1).update(event_id=event.pk, hash=event.hash)
    return event


def _locked_head() -> str:
    """The last link's hash, locked until the transaction ends: one writer at a time."""
    head = AuditHead.objects.select_for_update().filter(pk=1).values_list("hash", flat=True)
    if found := head.first():
        return found
    # Before the very first event. Of two that come at once, one waits here for the other.
    AuditHead.objects.bulk_create([AuditHead(pk=1)], ignore_conflicts=True)
    last = head.get()
    if last == START and AuditEvent.objects.exists():
        raise TrailBroken("the audit trail has events but no head; run check_audit_trail")
    return last


def area_of(action: str) -> Area:
    return Area.SECURITY if action.partition(".")[0] in SECURITY_SUBJECTS else Area.RECORDS


def seal(event: AuditEvent) -> str:
    """HMAC-SHA-256 over the event's content and the hash before it."""
    content = json.dumps(
        [
            event.at.astimezone(UTC).isoformat(timespec="microseconds"),
            str(event.actor_uid or ""),
            event.actor_label,
            event.roles,
            event.action,
            event.object_kind,
            str(event.object_uid or ""),
            str(event.child_uid or ""),
            event.detail,
            event.previous_hash,
        ],
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hmac.new(settings.AUDIT_KEY.encode(), content.encode(), hashlib.sha256).hexdigest()
