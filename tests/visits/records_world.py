"""Two teams with their people and children, for tests of records."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from accounts.models import User
from tests.people import person
from tests.visits.factories import make_child, make_plan, make_rules, make_team
from visits.constants import Method, PlanType, Status, TeamRole
from visits.models import Allocation, Child, Team, TeamMember, Visit

NOW = datetime(2020, 3, 27, 12, tzinfo=UTC)
LONG_AGO = date(2019, 1, 1)


@dataclass(frozen=True)
class World:
    team: Team
    other_team: Team
    worker: User
    colleague: User
    stranger: User
    manager: User
    second_manager: User
    other_manager: User
    head: User
    auditor: User
    # In the worker's caseload, in the team of both managers.
    child: Child
    # With the other team, in the stranger's caseload.
    other_child: Child


def make_world(start: date = date(2020, 1, 6)) -> World:
    make_rules()
    team, other_team = make_team("T-A", name="Team Alder"), make_team("T-B", name="Team Birch")
    world = World(
        team=team,
        other_team=other_team,
        worker=person("SW", name="Wanda Worker"),
        colleague=person("SW", name="Carl Colleague"),
        stranger=person("SW", name="Sam Stranger"),
        manager=person("MG", name="Mona Manager"),
        second_manager=person("MG", name="Milo Manager"),
        other_manager=person("MG", name="Olga Othermanager"),
        head=person("MG", "head_of_service", name="Hana Head"),
        auditor=person("AU", name="Ada Auditor"),
        child=make_child("C-0001"),
        other_child=make_child("C-0002"),
    )
    make_plan(world.child, PlanType.CP, start, team=team)
    make_plan(world.other_child, PlanType.CP, start, team=other_team)
    place(world.worker, team, TeamRole.WORKER)
    place(world.colleague, team, TeamRole.WORKER)
    place(world.stranger, other_team, TeamRole.WORKER)
    for manager in (world.manager, world.second_manager):
        place(manager, team, TeamRole.MANAGER)
    place(world.other_manager, other_team, TeamRole.MANAGER)
    allocate(world.child, world.worker)
    allocate(world.other_child, world.stranger)
    return world


def place(user: User, team: Team, role: str) -> TeamMember:
    return TeamMember.objects.create(user=user, team=team, role=role, from_date=LONG_AGO)


def allocate(child: Child, user: User) -> Allocation:
    return Allocation.objects.create(child=child, user=user, from_date=LONG_AGO)


def recorded(world: World, *, method: str = Method.FACE_TO_FACE, at: datetime = NOW, **other) -> Visit:
    """A visit to the world's child that its worker recorded at a moment."""
    fields = {
        "child": world.child,
        "visit_ref": f"web-{Visit.objects.count()}",
        "visit_date": at.date() - timedelta(days=1),
        "method": method,
        "status": Status.COMPLETED,
        "child_seen": True,
        "note": "Seen at home",
        "recorded_by": world.worker,
        "recorded_at": at,
    }
    return Visit.objects.create(**fields | other)
