"""Virtual contact with the family: of one child, and arranged against held by month and team."""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import ExtractMonth, ExtractYear

from accounts.policy import Action, Thing, scopes
from accounts.selectors import User
from safeguarding.kernel.periods import Month, day_of
from visits.constants import PlanType
from visits.constants.oversight import ContactHeld
from visits.facts.flags import ContactCount
from visits.models import Child, FamilyContact, Plan, PlanTeam, Team


def in_care_on(child: Child, day: date) -> bool:
    """Whether a plan of the child as a child in care stands on that day."""
    return Plan.objects.open_on(day).filter(child=child, plan_type=PlanType.CIC).exists()


def contacts_of(child: Child) -> QuerySet[FamilyContact]:
    """The latest planned first."""
    rows = FamilyContact.objects.filter(child=child).select_related("recorded_by", "outcome_by")
    return rows.order_by("-planned_on", "-pk")


def next_of(child: Child) -> FamilyContact | None:
    """The first contact that waits for its result; where none does, any; None where there is none at all."""
    waits = Case(When(held=ContactHeld.ARRANGED, then=0), default=1)
    return FamilyContact.objects.filter(child=child).order_by(waits, "planned_on", "pk").first()


def visible(user: User, *, at: datetime) -> QuerySet[FamilyContact]:
    """Contacts of children whose record this person may open."""
    return FamilyContact.objects.filter(child__in=Child.objects.visible_to(user, at=at))


def may(child: Child, user: User, action: Action, *, at: datetime) -> bool:
    if not scopes(user.roles, action, Thing.FAMILY_CONTACT):
        return False
    return Child.objects.open_to(user, action, Thing.FAMILY_CONTACT, at=at).filter(pk=child.pk).exists()


def managed_teams(user: User, *, at: datetime) -> list[Team]:
    """The teams whose contacts this person answers for, by name."""
    return list(Team.objects.managed_by(user, on=day_of(at)).order_by("name", "pk"))


def contact_counts(first: Month, last: Month, *, teams: Collection[int] | None = None) -> list[ContactCount]:
    """Contacts planned in these months by what became of them; `teams`: keys, None for all.

    A contact counts in the month for which it was planned, and in the team that on that day held the plan
    under which the child is in care. Plain counts, for those who answer for the teams.
    """
    places = PlanTeam.objects.filter(
        Q(until_date=None) | Q(until_date__gt=OuterRef("planned_on")),
        Q(plan__end_date=None) | Q(plan__end_date__gt=OuterRef("planned_on")),
        from_date__lte=OuterRef("planned_on"),
        plan__start_date__lte=OuterRef("planned_on"),
        plan__child=OuterRef("child"),
        plan__plan_type=PlanType.CIC,
    ).order_by("plan__start_date", "plan__ref_order")
    rows = (
        FamilyContact.objects.filter(planned_on__gte=first.first_day, planned_on__lte=last.last_day)
        .annotate(
            team=Subquery(places.values("team")[:1]),
            year=ExtractYear("planned_on"),
            month=ExtractMonth("planned_on"),
        )
        .filter(team__isnull=False)
        .order_by()
        .values("team", "year", "month")
        .annotate(
            arranged=Count("pk"),
            was_held=Count("pk", filter=Q(held=ContactHeld.HELD)),
            was_partly=Count("pk", filter=Q(held=ContactHeld.PARTLY)),
            was_not=Count("pk", filter=Q(held=ContactHeld.NOT_HELD)),
        )
    )
    if teams is not None:
        rows = rows.filter(team__in=list(teams))
    return [
        ContactCount(
            month=Month.of(date(row["year"], row["month"], 1)).index,
            team_id=row["team"],
            arranged=row["arranged"],
            held=row["was_held"],
            partly=row["was_partly"],
            not_held=row["was_not"],
        )
        for row in rows
    ]
