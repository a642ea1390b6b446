"""Recovery plans as they leave the database, as they were known at a moment."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from partners.constants import IN_RECOVERY_PLANNING, NOT_AT_NORMAL_LEVEL


@dataclass(frozen=True)
class RowRef:
    """The row that a statement rests on: a kind, the record's uid, and the key of its dated row."""

    kind: str
    uid: UUID
    row: int | None = None


@dataclass(frozen=True)
class Partner:
    uid: UUID
    name: str


@dataclass(frozen=True)
class PlanFact:
    """A partner's plan, or (partner None) the partnership's own. Without a plan that was submitted by then,
    uid is None and the stage empty."""

    partner: Partner | None
    uid: UUID | None = None
    title: str = ""
    remit: str = ""
    submitted_at: datetime | None = None
    # A code of constants.PlanStage.
    stage: str = ""
    stage_since: date | None = None
    stage_reason: str = ""
    rests_on: RowRef | None = None

    @property
    def in_recovery_planning(self) -> bool:
        return self.stage in IN_RECOVERY_PLANNING


@dataclass(frozen=True)
class StatementLine:
    """Somebody of whom a statement does not hold."""

    partner: Partner
    # What stands against it: a service, a stage; empty where the partner has said nothing.
    what: str
    rests_on: RowRef | None = None


@dataclass(frozen=True)
class Statement:
    """A sentence about all partners, worked out from rows.

    It holds only where every partner has said something, and nobody something against it: who is silent is
    not taken for a yes.
    """

    partners: int
    against: tuple[StatementLine, ...]
    silent: tuple[StatementLine, ...]
    rests_on: tuple[RowRef, ...]

    @property
    def holds(self) -> bool:
        return bool(self.partners) and not self.against and not self.silent

    @property
    def not_known(self) -> bool:
        """Nothing stands against it, and somebody is silent."""
        return not self.holds and not self.against


@dataclass(frozen=True)
class LevelFact:
    row: int
    level: str
    from_date: date
    reason: str
    at: datetime


@dataclass(frozen=True)
class ServiceFact:
    """A service at its level on a day, and the changes that are planned after it."""

    uid: UUID
    partner: Partner
    name: str
    normal_level: str
    level: LevelFact | None
    planned: tuple[LevelFact, ...]

    @property
    def below_normal(self) -> bool:
        return self.level is not None and self.level.level in NOT_AT_NORMAL_LEVEL

    @property
    def against_commitment(self) -> tuple[LevelFact, ...]:
        """The level, and planned ones, by which the service is or will be reduced or paused."""
        levels = (self.level, *self.planned) if self.level else self.planned
        return tuple(one for one in levels if one.level in NOT_AT_NORMAL_LEVEL)


@dataclass(frozen=True)
class DependencyFact:
    uid: UUID
    plan_uid: UUID
    plan_title: str
    # None: the partnership's own plan.
    of: Partner | None
    on: Partner
    what: str
    needed_by: date | None
    # A code of constants.DependencyState.
    state: str
    answer: str
    asked_at: datetime
    answered_at: datetime | None
    # Not confirmed, and the day on which it is needed has passed.
    overdue: bool


@dataclass(frozen=True)
class CountFact:
    """Stock and flow of a period, both days included."""

    row: int
    period_start: date
    period_end: date
    before: int
    came_in: int
    went_out: int
    stock: int
    correction_reason: str
    at: datetime

    @property
    def days(self) -> int:
        return (self.period_end - self.period_start).days + 1


@dataclass(frozen=True)
class Forecast:
    """When a backlog will be gone at the pace of its last periods. Paces are a week, in its unit."""

    # A code of rules.backlogs.Outlook.
    outlook: str
    periods: int
    weekly_in: Decimal = Decimal(0)
    weekly_out: Decimal = Decimal(0)
    # None: not within the years that a forecast looks ahead, or not at all.
    cleared_by: date | None = None
    # At the pace of the best and the worst of these periods.
    earliest: date | None = None
    latest: date | None = None

    @property
    def weekly_growth(self) -> Decimal:
        return self.weekly_in - self.weekly_out


@dataclass(frozen=True)
class BacklogFact:
    uid: UUID
    partner: Partner
    kind: str
    name: str
    unit: str
    national: bool
    # The latest row of each period, the oldest first.
    counts: tuple[CountFact, ...]
    forecast: Forecast

    @property
    def last(self) -> CountFact | None:
        return self.counts[-1] if self.counts else None


@dataclass(frozen=True)
class ScenarioCell:
    """What a partner says to one scenario: numbers and words by the heading they stand under."""

    uplift: int
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PartnerScenarios:
    """A table of a partner's latest return on expected demand; only scenarios that it answered."""

    partner: Partner
    return_uid: UUID
    question_code: str
    cycle_number: int
    cells: tuple[ScenarioCell, ...]


@dataclass(frozen=True)
class ScenarioBoard:
    """Side by side: what partners said to a set of scenarios, and who has said nothing."""

    name: str
    uplifts: tuple[int, ...]
    source: str
    answered: tuple[PartnerScenarios, ...]
    without: tuple[Partner, ...]


@dataclass(frozen=True)
class Contradiction:
    """The register and the partner's latest return say different things of its services."""

    partner: Partner
    question: str
    answer: str
    register: str
    return_uid: UUID
    services: tuple[UUID, ...]
