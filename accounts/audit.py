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
from django.db import transaction

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
    def job(cls, name: str) -> "Actor":
        return cls(f"job:{name}")

    @classmethod
    def command(cls, os_user: str) -> "Actor":
        return cls(f"cli:{os_user}")


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
    """Appends one event and seals it. Must run inside the change's transaction."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an audit event belongs into the transaction of what it records")
    head = AuditHead.objects.select_for_update().get(pk=1)
    event = AuditEvent(
        at=at,
        actor_uid=actor.uid,
        actor_label=actor.label,
        roles=actor.roles,
        action=action,
        object_kind=object_kind,
        object_uid=object_uid,
        child_uid=child_uid,
        detail=detail or {},
        previous_hash=head.hash,
    )
    event.hash = seal(event)
    event.save(force_insert=True)
    AuditHead.objects.filter(pk=1).update(event_id=event.pk, hash=event.hash)
    return event


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
