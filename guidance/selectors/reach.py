"""Which guidance somebody may open, for the apps above."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.selectors import User
from guidance.models import GuidanceItem


def visible_items(user: User, *, at: datetime) -> QuerySet[GuidanceItem]:
    return GuidanceItem.objects.visible_to(user, at=at)


def named(uids: Collection[UUID], user: User, *, at: datetime) -> dict[UUID, str]:
    """Of these, what `user` may open: "G12 Title" by uid. One query."""
    rows = GuidanceItem.objects.visible_to(user, at=at).titled_for(user).filter(uid__in=uids)
    return {
        uid: f"G{number} {title}" for uid, number, title in rows.values_list("uid", "number", "shown_title")
    }
