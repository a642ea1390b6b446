"""Who holds a child's case, and who belongs to which team: what decides whose records one sees."""

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.audit import Actor, record
from accounts.constants import Role
from accounts.policy import Action, Thing, allows
from accounts.selectors import User
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of
from visits.constants import TeamRole
from visits.models import Allocation, Child, Team, TeamMember
from visits.selectors.records import allocatable
from visits.services.visits import OutOfReach


def allocate_child(*, user: User, child: Child, worker: User, now: datetime) -> Allocation:
    """A manager gives the child's case to a social worker of a team that holds one of its plans, from today.

    Raises OutOfReach, or Refusal('not_in_the_team' | 'already_allocated').
    """
    with transaction.atomic():
        _manages(child, user, now)
        if not allocatable(child, at=now).filter(pk=worker.pk).exists():
            raise Refusal("not_in_the_team", "Select a social worker of the child’s team", "worker")
        try:
            with transaction.atomic():
                allocation = Allocation.objects.create(child=child, user=worker, from_date=day_of(now))
        except IntegrityError:
            raise Refusal(
                "already_allocated", "The child is already allocated to this person", "worker"
            ) from None
        _audit("allocation.made", user, now, worker, child)
    return allocation


def end_allocation(*, user: User, child: Child, allocation_id: int, now: datetime) -> None:
    """The case is the social worker's no longer, from today. Raises OutOfReach."""
    with transaction.atomic():
        _manages(child, user, now)
        allocation = Allocation.objects.select_related("user").filter(
            pk=allocation_id, child=child, until_date=None
        )
        current = allocation.first()
        if current is None:
            raise OutOfReach
        current.until_date = max(day_of(now), current.from_date)
        current.save(update_fields=["until_date"])
        _audit("allocation.ended", user, now, current.user, child)


def add_team_place(*, user: User, person: User, team: Team, role: str, now: datetime) -> TeamMember:
    """An administrator places somebody in a team from today: never themselves.

    Raises Refusal('own_place' | 'wrong_role' | 'already_there').
    """
    with transaction.atomic():
        _administers(user, person)
        needed = Role.MANAGER if role == TeamRole.MANAGER else Role.SOCIAL_WORKER
        if needed not in person.roles:
            raise Refusal(
                "wrong_role",
                f"Give this person the role “{needed.label}” first, or select another place",
                "role",
            )
        try:
            with transaction.atomic():
                place = TeamMember.objects.create(team=team, user=person, role=role, from_date=day_of(now))
        except IntegrityError:
            raise Refusal("already_there", "This person already has that place in the team", "team") from None
        _audit_place("team_place.given", user, now, place)
    return place


def end_team_place(*, user: User, person: User, place_id: int, now: datetime) -> None:
    """Raises OutOfReach where the place is not the person's or has ended, Refusal('own_place')."""
    with transaction.atomic():
        _administers(user, person)
        place = TeamMember.objects.select_related("team", "user").filter(
            pk=place_id, user=person, until_date=None
        )
        current = place.first()
        if current is None:
            raise OutOfReach
        current.until_date = max(day_of(now), current.from_date)
        current.save(update_fields=["until_date"])
        _audit_place("team_place.ended", user, now, current)


def _administers(user: User, person: User) -> None:
    if not allows(user.roles, Action.EDIT, Thing.USER_ACCOUNT):
        raise OutOfReach
    if user.pk == person.pk:
        raise Refusal("own_place", "Another administrator must change your own teams.")


def _manages(child: Child, user: User, now: datetime) -> None:
    if not Child.objects.open_to(user, Action.EDIT, Thing.PLAN, at=now).contains(child):
        raise OutOfReach


def _audit(action: str, user: User, now: datetime, worker: User, child: Child) -> None:
    record(
        action,
        actor=Actor.person(user),
        at=now,
        object_kind="user",
        object_uid=worker.uid,
        child_uid=child.uid,
    )


def _audit_place(action: str, user: User, now: datetime, place: TeamMember) -> None:
    record(
        action,
        actor=Actor.person(user),
        at=now,
        object_kind="user",
        object_uid=place.user.uid,
        detail={"team": place.team.team_ref, "place": place.role},
    )
