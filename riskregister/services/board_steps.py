"""What the services of the board's work share: a locked record, and a change with its history and trail."""

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model

from accounts.audit import Actor, record
from accounts.selectors import User
from partners.services.base import OutOfReach, unchanged, write
from riskregister.history import keep
from riskregister.models import Challenge, Decision, Escalation, Signal

__all__ = ["OutOfReach", "begin", "change", "locked", "unchanged"]

_Row = TypeVar("_Row", Signal, Escalation, Challenge, Decision)
# What the history calls it; the trail says "board_decision", for other decisions are in it too.
_THINGS: dict[type[Model], str] = {
    Signal: "signal",
    Escalation: "escalation",
    Challenge: "challenge",
    Decision: "decision",
}
_IN_TRAIL = {"decision": "board_decision"}


def locked(row: _Row) -> _Row:
    """The record as it is now, locked for this transaction."""
    return type(row)._default_manager.select_for_update(no_key=True, of=("self",)).get(pk=row.pk)


def begin(row: _Row, verb: str, *, by: User | None, now: datetime, detail: dict | None = None) -> None:
    """A new record: saved, with its first snapshot and audit event. `by` None: by a rule."""
    row.save(force_insert=True)
    _told(row, verb, by, now, "", detail)


def change(
    row: _Row,
    verb: str,
    values: dict[str, Any],
    *,
    by: User,
    now: datetime,
    reason: str = "",
    detail: dict | None = None,
) -> None:
    """Saves the columns of `values` with the next version, the snapshot and, last, the audit event. Raises
    StaleEdit."""
    write(row, **values)
    _told(row, verb, by, now, reason, detail)


def _told(row: _Row, verb: str, by: User | None, now: datetime, reason: str, detail: dict | None) -> None:
    thing = _THINGS[type(row)]
    keep(row, thing=thing, at=now, by=by, reason=reason)
    kind = _IN_TRAIL.get(thing, thing)
    actor = Actor.person(by) if by else Actor.job("board-work")
    record(f"{kind}.{verb}", actor=actor, at=now, object_kind=kind, object_uid=row.uid, detail=detail or {})
