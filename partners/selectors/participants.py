"""The organisations that take part, for the apps above."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Min, QuerySet

from accounts.selectors import User
from partners.models import Organisation, Participation
from partners.querysets import holds_on

__all__ = ["Organisation", "Participant", "organisations_of", "participants"]


@dataclass(frozen=True)
class Participant:
    key: int
    uid: UUID
    name: str
    kind: str
    # The first day of its taking part that holds.
    since: date


def participants(on: date) -> list[Participant]:
    """Organisations in force that take part on a day, by name. One query."""
    taking = Participation.objects.filter(holds_on(on), organisation__in=Organisation.objects.in_force(on))
    rows = taking.values_list(
        "organisation", "organisation__uid", "organisation__name", "organisation__kind"
    ).annotate(since=Min("from_date"))
    return [Participant(*row) for row in rows.order_by("organisation__name", "organisation")]


def organisations_of(user: User, *, at: datetime) -> QuerySet[Organisation]:
    """For which `user` answers as a partner's representative."""
    return Organisation.objects.answered_for_by(user, at=at).order_by("name")
