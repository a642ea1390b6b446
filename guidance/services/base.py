"""What the services of guidance share: a locked record, a state's move, and a change with its history."""

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model

from accounts.audit import Actor, record
from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from guidance.constants import VersionState
from guidance.history import keep
from guidance.models import Easement, GuidanceItem, GuidanceLink, GuidanceVersion, VersionMove
from partners.services.base import OutOfReach, screened, unchanged, write

__all__ = [
    "OutOfReach",
    "begin",
    "change",
    "locked",
    "moved",
    "need_keeper",
    "screened",
    "unchanged",
    "write",
]

_Row = TypeVar("_Row", GuidanceItem, GuidanceVersion, Easement, GuidanceLink)
_THINGS: dict[type[Model], str] = {
    GuidanceItem: "item",
    GuidanceVersion: "version",
    Easement: "easement",
    GuidanceLink: "link",
}


def need_keeper(user: User, action: Action = Action.EDIT) -> None:
    """Raises OutOfReach for who does not keep the register (X of others is to acknowledge)."""
    if Scope.ALL not in scopes(user.roles, action, Thing.GUIDANCE):
        raise OutOfReach


def locked(row: _Row) -> _Row:
    """The record as it is now, locked for this transaction."""
    return type(row)._default_manager.select_for_update(no_key=True, of=("self",)).get(pk=row.pk)


def begin(row: _Row, verb: str, *, by: User | None, now: datetime, detail: dict | None = None) -> None:
    """A new record: saved, with its first snapshot and audit event."""
    row.save(force_insert=True)
    _told(row, verb, by, now, "", detail)


def change(
    row: _Row,
    verb: str,
    values: dict[str, Any],
    *,
    by: User | None,
    now: datetime,
    reason: str = "",
    detail: dict | None = None,
) -> None:
    """Saves the columns of `values` with the next version, the snapshot and, last, the audit event.
    Raises StaleEdit."""
    write(row, **values)
    _told(row, verb, by, now, reason, detail)


def moved(
    of: GuidanceVersion,
    verb: str,
    to: VersionState,
    *,
    by: User | None,
    now: datetime,
    reason: str = "",
    detail: dict | None = None,
    **values: Any,
) -> None:
    """The version comes into the state `to`, with its move, snapshot and audit event. That it may is the
    rules' to say, before."""
    VersionMove.objects.create(of=of, from_state=of.state, to_state=to, reason=reason, at=now, by=by)
    change(of, verb, {"state": to, **values}, by=by, now=now, reason=reason, detail=detail)


def _told(row: _Row, verb: str, by: User | None, now: datetime, reason: str, detail: dict | None) -> None:
    thing = _THINGS[type(row)]
    keep(row, thing=thing, at=now, by=by, reason=reason)
    actor = Actor.person(by) if by else Actor.job("guidance")
    kind = "guidance" if thing == "item" else f"guidance_{thing}"
    record(f"{kind}.{verb}", actor=actor, at=now, object_kind=kind, object_uid=row.uid, detail=detail or {})
