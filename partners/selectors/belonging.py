"""For whom somebody answers, for the apps above."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.selectors import User
from partners.models import Organisation


def answered_for(user: User, *, at: datetime) -> QuerySet:
    """The uids of organisations for which `user` answers as a partner's representative, as a subquery."""
    return Organisation.objects.answered_for_by(user, at=at).values("uid")


def belongs_to(user: User, *, at: datetime) -> QuerySet:
    """The uids of organisations that `user` works for, whatever the duty, as a subquery."""
    return Organisation.objects.belonged_to_by(user, at=at).values("uid")


def names_of(uids: Collection[UUID]) -> dict[UUID | None, str]:
    """The names of organisations by uid."""
    return dict(Organisation.objects.filter(uid__in=uids).values_list("uid", "name"))


def all_names() -> list[str]:
    """The names of all organisations, also of those that no longer take part."""
    return list(Organisation.objects.values_list("name", flat=True))
