"""What an action may come from within the partnership's work, for who may see it."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from accounts.selectors import User
from partners.constants import SourceKind
from partners.facts.actions import ActionSource
from partners.models import Concern, Meeting, RecoveryPlan
from partners.rules.actions import TITLE_LENGTH
from partners.rules.texts import in_words
from safeguarding.kernel.periods import day_of


def _concern(uid: UUID, user: User, at: datetime) -> str | None:
    return Concern.objects.visible_to(user, at=at).filter(uid=uid).values_list("title", flat=True).first()


def _meeting(uid: UUID, user: User, at: datetime) -> str | None:
    found = Meeting.objects.visible_to(user, at=at).filter(uid=uid).select_related("series").first()
    return f"{found.series.name}, {in_words(day_of(found.starts_at))}" if found else None


def _plan(uid: UUID, user: User, at: datetime) -> str | None:
    """A partner's from when it was submitted: others read the words that an action keeps of its source."""
    rows = RecoveryPlan.objects.visible_to(user, at=at).filter(uid=uid)
    open_to_others = rows.filter(Q(organisation=None) | Q(submitted_at__isnull=False))
    return open_to_others.values_list("title", flat=True).first()


# What a source is called, for who may see it; None for who may not. Sources of other apps open their
# actions themselves.
_SOURCES: dict[str, Callable[[UUID, User, datetime], str | None]] = {
    SourceKind.CONCERN: _concern,
    SourceKind.MEETING: _meeting,
    SourceKind.PLAN: _plan,
}


def source_of(kind: str, uid: UUID, user: User, at: datetime) -> ActionSource | None:
    """A concern, meeting or plan as the source of an action, if `user` may see it."""
    look = _SOURCES.get(kind)
    label = look(uid, user, at) if look else None
    return ActionSource(kind, uid, label[:TITLE_LENGTH]) if label is not None else None
