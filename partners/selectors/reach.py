"""Which records of the partnership somebody may open, for pages of the apps above that link to many."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import QuerySet

from accounts.selectors import User
from partners.models import Action, Backlog, Concern, RecoveryPlan, Return, Service
from partners.selectors.series import series_visible_to

_ROWS: dict[str, Callable[[User, datetime], QuerySet]] = {
    "action": lambda user, at: Action.objects.visible_to(user, at=at),
    "backlog": lambda user, at: Backlog.objects.visible_to(user, at=at),
    "concern": lambda user, at: Concern.objects.visible_to(user, at=at),
    "plan": lambda user, at: RecoveryPlan.objects.visible_to(user, at=at),
    "return": lambda user, at: Return.objects.visible_to(user, at=at),
    "series": lambda user, at: series_visible_to(user, at=at),
    "service": lambda user, at: Service.objects.visible_to(user, at=at),
}
REACHED = frozenset(_ROWS)


def within_reach(kind: str, user: User, *, at: datetime) -> frozenset[str]:
    """The uids, as text, of the records of a kind (of REACHED) that `user` may open; one query."""
    return frozenset(str(uid) for uid in _ROWS[kind](user, at).values_list("uid", flat=True))
