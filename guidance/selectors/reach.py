"""Which guidance somebody may open, for the apps above."""

from datetime import datetime

from django.db.models import QuerySet

from accounts.selectors import User
from guidance.models import GuidanceItem


def visible_items(user: User, *, at: datetime) -> QuerySet[GuidanceItem]:
    """Each with `shown_title`: the title as `user` may read it."""
    return GuidanceItem.objects.visible_to(user, at=at).titled_for(user)
