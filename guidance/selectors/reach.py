"""Which guidance somebody may open, for the apps above."""

from datetime import datetime

from django.db.models import QuerySet

from accounts.selectors import User
from guidance.models import GuidanceItem


def visible_items(user: User, *, at: datetime) -> QuerySet[GuidanceItem]:
    return GuidanceItem.objects.visible_to(user, at=at)
