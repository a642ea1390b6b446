"""A piece of guidance is closed once an answer of each partner whom it is for shows it in practice. Until
then it was told, not shown."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.selectors import User
from guidance.models import GuidanceVersion
from guidance.rules import practice as rules
from guidance.rules.interpretation import Act, after
from guidance.selectors.practice import evidence, newest_issued
from guidance.services.base import locked, moved, need_keeper, unchanged
from safeguarding.kernel.errors import Refusal


def close(*, user: User, of: GuidanceVersion, expected_version: int, now: datetime) -> GuidanceVersion:
    """The newest issued version is shown in practice; what showed it is kept with it.

    Raises StaleEdit, OutOfReach, Refusal('move_not_allowed' | 'superseded'), or Refusal('not_shown') naming
    the partners that have not shown it.
    """
    with transaction.atomic():
        need_keeper(user)
        item = locked(of.item)
        current = locked(of)
        to = after(Act.CLOSE, current.state)
        newest = newest_issued(item)
        if newest and newest.number > current.number:
            raise Refusal("superseded", f"Version {newest.number} was issued after this one. Close that one.")
        unchanged(current, expected_version)
        questions, found = evidence(current, now)
        shown_by = rules.check_shown(questions, found)
        values: dict[str, Any] = {"closed_at": now, "closed_by": user, "shown_by": shown_by}
        moved(current, "closed", to, by=user, now=now, detail={"answers": len(shown_by)}, **values)
    return current
