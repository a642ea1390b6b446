"""The training programme as it leaves the database."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from safeguarding.kernel.periods import Month


@dataclass(frozen=True)
class DemandLine:
    """Places asked for in a month at a level, beside what is usual; None: nobody has said what is."""

    level: str
    month: Month
    asked: int
    usual: int | None

    @property
    def percent(self) -> int | None:
        """Of the usual, in whole per cent."""
        return round(100 * self.asked / self.usual) if self.usual else None


@dataclass(frozen=True)
class LevelDemand:
    """Places asked for at the events of a month at a level, as known at a moment."""

    level: str
    level_words: str
    asked_for: int
    # None: nobody has said what is usual.
    usual: int | None
    # None: of no event it is recorded who came.
    attended: int | None


@dataclass(frozen=True)
class AgencyLine:
    """What an organisation asked for, got and used over a span; people are counted, not named."""

    organisation: str
    organisation_uid: UUID
    asked: int
    booked: int
    # Of the booked places of events whose attendance is recorded, and how many came.
    expected: int
    attended: int
    useful: int
    feedback_given: int


@dataclass(frozen=True)
class EventFact:
    uid: UUID
    course: str
    level: str
    mode: str
    held_on: date
    state: str
    # None: without limit.
    places: int | None
    asked: int
    booked: int
    note: str

    @property
    def waiting(self) -> int:
        return self.asked - self.booked


@dataclass(frozen=True)
class TrainingFact:
    """The programme over a span of months, as at a moment."""

    first: Month
    last: Month
    demand: tuple[DemandLine, ...]
    agencies: tuple[AgencyLine, ...]
    # How many events of the span were planned or held in each mode, and how many cancelled.
    by_mode: dict[str, int]
    cancelled: int
