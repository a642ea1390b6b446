"""The rows of the world before they meet a database. People and teams go by their place in the
lists of `people`, children by their place in `World.children`."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID


def child_ref(number: int) -> str:
    """The reference of a child by its number in the layout; planted children come first."""
    return f"HCT-{40_001 + number:06d}"


class VisitRow(NamedTuple):
    visit_ref: str
    uid: UUID
    child: int
    day: date
    method: str
    status: str
    seen: bool
    authorised: bool
    note: str
    recorded_at: datetime
    # The social worker's place in the list of workers.
    worker: int


class AllocationRow(NamedTuple):
    child: int
    worker: int
    from_date: date
    until_date: date | None


@dataclass(slots=True)
class Contact:
    """One contact with a child as it is laid out, before it becomes a row."""

    day: date
    method: str = "face_to_face"
    status: str = "completed"
    seen: bool = True
    authorised: bool = False
    recorded_after_days: int = 1

    @property
    def counts_as(self) -> int:
        """2 face to face, 1 alternative, 0 not at all."""
        if self.status != "completed" or not self.seen:
            return 0
        if self.method == "face_to_face":
            return 2
        return 1 if self.authorised else 0


@dataclass(slots=True)
class PlanDraft:
    """One plan in the making. `places`: (from, team) in order, the first from the plan's start.

    Its months in the cohort are first <= place < last; `outcomes` holds one for each (2 face to
    face, 1 alternative, 0 not visited), None until it is settled.
    """

    serial: int
    plan_type: str
    child: int
    start: date
    places: list[tuple[date, int]]
    long_term: bool = False
    end: date | None = None
    first: int = 0
    last: int = 0
    intended_months: float = 0.0
    # How well this family and its worker keep to the rhythm; 0 is usual, low is worse.
    keeping: float = 0.0
    outcomes: list[int | None] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)

    @property
    def plan_ref(self) -> str:
        return str(self.serial)

    def team_on(self, day: date) -> int:
        return [team for since, team in self.places if since <= day or since == self.start][-1]

    def outcome(self, place: int) -> int | None:
        return self.outcomes[place - self.first] if self.first <= place < self.last else None

    def covers(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(slots=True)
class PlanRow:
    plan_ref: str
    uid: UUID
    child: int
    plan_type: str
    start: date
    end: date | None
    long_term: bool
    recorded_at: datetime
    places: list[tuple[date, int]]


@dataclass(slots=True)
class World:
    """Everything of children that is known on the morning of `as_of`."""

    as_of: date
    children: list[tuple[str, UUID]]
    plans: list[PlanRow]
    visits: list[VisitRow]
    allocations: list[AllocationRow]
