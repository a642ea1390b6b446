"""How a concern moves: the change, the move that tells of it, and the audit event."""

from datetime import datetime
from typing import Any

from accounts.audit import Actor, record
from accounts.selectors import User
from partners.models import Concern, ConcernMove
from partners.services.base import write


def begin(concern: Concern, user: User | None, now: datetime, **told: Any) -> None:
    names = ("severity", "breadth", "answer_due_at")
    fields = {name: _text(getattr(concern, name)) for name in names}
    ConcernMove.objects.create(concern=concern, to_state=concern.state, fields=fields | told, at=now, by=user)


# What of a move is said by the row of the concern alone: when and by whom is the move's own.
_NOT_TOLD = frozenset(
    {"escalated_at", "escalated_by", "answered_at", "answered_by", "closed_at", "closed_by"}
)


def move(
    concern: Concern,
    to: str,
    user: User | None,
    now: datetime,
    reason: str = "",
    *,
    told: dict[str, Any] | None = None,
    **changes: Any,
) -> None:
    was = concern.state
    write(concern, state=to, **changes)
    fields = {name: _text(value) for name, value in changes.items() if name not in _NOT_TOLD}
    ConcernMove.objects.create(
        concern=concern,
        from_state=was,
        to_state=to,
        reason=reason,
        fields=fields | (told or {}),
        at=now,
        by=user,
    )


def _text(value: Any) -> str:
    """The value as a move keeps it: a moment in ISO, a person by uid."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value.uid) if isinstance(value, User) else str(value)


def audit(action: str, concern: Concern, actor: Actor, now: datetime, detail: dict[str, Any]) -> None:
    record(action, actor=actor, at=now, object_kind="concern", object_uid=concern.uid, detail=detail)
