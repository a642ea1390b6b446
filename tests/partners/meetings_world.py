"""A series of meetings with members, for tests."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import uuid4

from accounts.models import User
from partners.constants import Duty, MeetingKind
from partners.models import Meeting, MeetingSeries, Organisation, SeriesMember
from partners.rules.cadence import Cadence
from partners.selectors.series import members_on
from partners.services import meetings, series
from partners.services.meetings import Came
from safeguarding.kernel.periods import day_of
from tests.partners.factories import make_organisation, represent
from tests.people import person

# A Tuesday.
NOW = datetime(2020, 4, 7, 12, tzinfo=UTC)
FIRST = date(2020, 4, 14)


@dataclass(frozen=True)
class World:
    coordinator: User
    partner: User
    # Of another organisation that is a member too.
    neighbour: User
    # Of an organisation that is no member.
    stranger: User
    manager: User
    board: User
    auditor: User
    police: Organisation
    health: Organisation
    school: Organisation


def make_world() -> World:
    world = World(
        coordinator=person("CO", name="Cora Coordinator"),
        partner=person("PR", name="Paul Police"),
        neighbour=person("PR", name="Hetty Health"),
        stranger=person("PR", name="Sid School"),
        manager=person("MG", name="Mona Manager"),
        board=person("BM", name="Bob Board"),
        auditor=person("AU", name="Ada Auditor"),
        police=make_organisation("Police"),
        health=make_organisation("Health trust"),
        school=make_organisation("School"),
    )
    represent(world.partner, world.police)
    represent(world.neighbour, world.health)
    represent(world.stranger, world.school)
    represent(world.manager, world.police, Duty.STAFF)
    return world


def cadence(first: date = FIRST, frequency: str = "fortnightly", **other) -> Cadence:
    values = {"weekdays": (2,), "starts_at": time(10), "which_week": None, **other}
    return Cadence(first, frequency, **values)


def make_series(world: World, *, now: datetime = NOW, **other) -> MeetingSeries:
    """Every second Tuesday at 10am from 14 April 2020; police and health are members."""
    values = {
        "name": "Partners’ meeting",
        "kind": MeetingKind.PARTNERS,
        "purpose": "",
        "members": [world.police, world.health],
        "cadence": cadence(),
        "token": uuid4(),
        **other,
    }
    return series.create_series(user=world.coordinator, now=now, **values)


def meeting_row(
    series_name: str, starts_at: datetime, *members: Organisation, kind: str = "partners", number: int = 1,
    **fields,
) -> Meeting:  # fmt: skip
    """A meeting of a series without a rule, whose members belong to it from long ago."""
    one, _ = MeetingSeries.objects.get_or_create(name=series_name, defaults={"kind": kind})
    for organisation in members:
        SeriesMember.objects.get_or_create(
            series=one, organisation=organisation, defaults={"from_date": date(2020, 1, 1)}
        )
    return Meeting.objects.create(series=one, number=number, starts_at=starts_at, **fields)


def hold(world: World, meeting: Meeting, *states: str, now: datetime, **other) -> Meeting:
    """Records who came: of the expected organisations in the order of their names."""
    meeting.refresh_from_db()
    expected = series_members(meeting)
    came = {
        one.uid: Came(state)
        for one, state in zip(expected, states or ["present"] * len(expected), strict=True)
    }
    values = {"cases": None, "outcomes": "", "version": meeting.version, **other}
    return meetings.record_attendance(user=world.coordinator, meeting=meeting, came=came, now=now, **values)


def series_members(meeting: Meeting) -> list[Organisation]:
    return members_on(meeting.series, day_of(meeting.starts_at))
