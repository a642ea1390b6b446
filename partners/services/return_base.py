"""What every act on a return begins and ends with: the row, locked, and its move."""

from datetime import datetime
from typing import Any

from accounts.audit import Actor, record
from accounts.selectors import User
from partners.models import Return, ReturnMove
from partners.services.base import OutOfReach, write
from safeguarding.kernel.errors import StaleEdit

# Within the form's own transaction: locked before anything is read, so that of two who save or send at once
# the second sees what the first did.
_LOCKED = ("cycle", "organisation", "question_set")


def own(return_: Return, user: User, now: datetime) -> Return:
    """The return, locked, of an organisation for which `user` answers. Raises OutOfReach."""
    return _locked(Return.objects.own_of(user, at=now), return_)


def seen(return_: Return, user: User, now: datetime) -> Return:
    """The return, locked, if `user` may read what was sent of it. Raises OutOfReach."""
    return _locked(Return.objects.visible_to(user, at=now), return_)


def _locked(rows: Any, return_: Return) -> Return:
    locked = rows.select_for_update(of=("self",), no_key=True).select_related(*_LOCKED)
    current = locked.filter(pk=return_.pk).first()
    if current is None:
        raise OutOfReach
    return current


def go(
    return_: Return,
    to_state: str,
    user: User,
    now: datetime,
    *,
    why: str = "",
    about: dict[str, str] | None = None,
    **changes: Any,
) -> None:
    """Saves the return's new state (and `changes`), and writes down the move."""
    was = return_.state
    write(return_, state=to_state, **changes)
    ReturnMove.objects.create(
        of_return=return_, from_state=was, to_state=to_state, reason=why, about=about or {}, at=now, by=user
    )


def audit(action: str, return_: Return, user: User, now: datetime, detail: dict[str, Any]) -> None:
    record(
        action,
        actor=Actor.person(user),
        at=now,
        object_kind="return",
        object_uid=return_.uid,
        detail={"cycle": return_.cycle.number, "organisation": str(return_.organisation.uid), **detail},
    )


class StaleAnswers(StaleEdit):
    """Somebody else changed some of the same answers; every other answer of the form was saved.

    `codes`: the questions that were left as the other person saved them.
    """

    def __init__(self, codes: tuple[str, ...], theirs: int, yours: int) -> None:
        super().__init__(theirs, yours)
        self.message = (
            "Somebody else changed the same answer while you had it open. Yours was not saved over it."
        )
        self.field = codes[0]
        self.codes = codes
