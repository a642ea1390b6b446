"""Meetings as they leave the database."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True)
class AttendanceFact:
    """How often an organisation was there, of the meetings held at which it was expected."""

    organisation: str
    organisation_uid: UUID
    expected: int
    # In person or by a deputy.
    present: int

    @property
    def percent(self) -> int | None:
        return round(100 * self.present / self.expected) if self.expected else None


@dataclass(frozen=True)
class SeriesFact:
    """A series over a period: what its rule planned, what was held, who came."""

    uid: UUID
    name: str
    kind: str
    frequency: str
    first: date
    last: date
    planned: int
    held: int
    cancelled: int
    attendance: tuple[AttendanceFact, ...]
    # Of panels: None where nothing was counted.
    cases: int | None
    paused_since: date | None

    @property
    def percent(self) -> int | None:
        expected = sum(one.expected for one in self.attendance)
        present = sum(one.present for one in self.attendance)
        return round(100 * present / expected) if expected else None


@dataclass(frozen=True)
class PanelAuditFact:
    uid: UUID
    series: str
    scope: str
    due_on: date
    done: bool
    overdue: bool
    findings: str


@dataclass(frozen=True)
class MeetingFact:
    """A meeting as a line of a list."""

    uid: UUID
    series: str
    series_uid: UUID
    kind: str
    number: int
    starts_at: datetime
    state: str
    minutes_state: str
    agenda_issued: bool
    note: str
