"""What leaves this app: frozen values, never rows."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from visits.facts.decisions import (
    CoveredContact,
    DecisionChange,
    DecisionCounts,
    DecisionCover,
    DecisionLine,
    DecisionRights,
    PlanToAsk,
)
from visits.facts.exceptions import EXCEPTIONS, TO_DO, Concern, ConcernCount, OversightFact
from visits.facts.flags import ContactCount, FlagCount, FlagKindFact, FlagLine, FlagReviewLine, SchoolGap
from visits.facts.known import KnownCount, KnownTotal
from visits.facts.oversight import LAPSED, LIVE, NONE, AlternativeMonth, ChildNow, DecisionsNow, PlanNow

__all__ = [
    "EXCEPTIONS",
    "LAPSED",
    "LIVE",
    "NONE",
    "TO_DO",
    "AlternativeMonth",
    "ChildNow",
    "Concern",
    "ConcernCount",
    "ContactCount",
    "CoveredContact",
    "DecisionChange",
    "DecisionCounts",
    "DecisionCover",
    "DecisionLine",
    "DecisionRights",
    "DecisionsNow",
    "FlagCount",
    "FlagKindFact",
    "FlagLine",
    "FlagReviewLine",
    "KnownCount",
    "KnownTotal",
    "OversightFact",
    "PlanNow",
    "PlanToAsk",
    "SchoolGap",
]

# --- Records ------------------------------------------------------------------------------


@dataclass(frozen=True)
class ChildLine:
    """A child in a list: what is due, and when it was last seen."""

    uid: UUID
    # The reference, or for an auditor a code that leads nowhere else.
    shown_as: str
    plan_types: tuple[str, ...]
    teams: tuple[str, ...]
    last_face_to_face: date | None
    # By any contact that counts: face to face or an authorised alternative.
    last_contact: date | None
    # The earliest of the open plans; None without an open plan or a rule.
    due_by: date | None
    # (code, name) of the hazard flags that stand.
    flag_kinds: tuple[tuple[str, str], ...] = ()

    def overdue(self, today: date) -> bool:
        return self.due_by is not None and self.due_by < today


@dataclass(frozen=True)
class PlanLine:
    """One plan of a child, and for an open one what the month says so far."""

    plan_type: str
    start_date: date
    end_date: date | None
    open: bool
    long_term: bool
    team: str
    # Empty for an auditor.
    plan_ref: str
    due_by: date | None
    # Of the current month if it ended with what is recorded now; None for a closed plan.
    month_outcome: int | None
    month_end: date | None
    in_cohort: bool
    seen_on: date | None
    counts_from: date | None


@dataclass(frozen=True)
class VisitLine:
    """One visit on a timeline."""

    uid: UUID
    visit_date: date
    method: str
    status: str
    child_seen: bool
    authorised: bool
    note: str
    # Names; empty where the row came by import.
    recorded_by: str
    recorded_at: datetime
    authorised_by: str
    authorised_at: datetime | None
    version: int
    # How often it was corrected, cancelled or authorised since it was recorded.
    changes: int

    @property
    def awaits_authorisation(self) -> bool:
        return (
            self.status == "completed"
            and self.child_seen
            and self.method != "face_to_face"
            and not self.authorised
        )


@dataclass(frozen=True)
class EarlierVersion:
    """What a visit held until it was changed: field -> (text before, text after), both plain values."""

    replaced_at: datetime
    replaced_by: str
    reason: str
    differences: tuple[tuple[str, object, object], ...]


@dataclass(frozen=True)
class AwaitingAuthorisation:
    visit_uid: UUID
    child_uid: UUID
    shown_as: str
    visit_date: date
    method: str
    recorded_by: str


@dataclass(frozen=True)
class EmergencyAccessLine:
    uid: UUID
    child_uid: UUID
    shown_as: str
    person: str
    reason: str
    opened_at: datetime
    closes_at: datetime
    seen_at: datetime | None
    seen_by: str
    # The reader opened it, so another manager must look.
    own: bool


@dataclass(frozen=True)
class WorkLine(ChildLine):
    """A child of a social worker's list, with what bears on the next visit."""

    # Until when (that day included) a decision authorises an alternative, and which; None: none is live.
    decision_until: date | None = None
    alternative: str = ""
    # How many contacts in a row were not face to face.
    chain: int = 0
    # A face-to-face visit needs an assessment now, and none stands.
    assessment_needed: bool = False
    # The reader covers for who holds the case, up to this day (included); None: the reader holds it.
    covers_until: date | None = None


@dataclass(frozen=True)
class SocialWorkerWork:
    """What needs a social worker: the caseload and covered children, what is overdue first, then by due
    date."""

    children: tuple[WorkLine, ...]
    total: int
    overdue: int


@dataclass(frozen=True)
class ManagerWork:
    """What needs a manager. Each list holds the first few; its count is of all."""

    not_seen_in_time: tuple[ChildLine, ...]
    not_seen_count: int
    queue: tuple[OversightFact, ...]
    queue_count: int
    # How many of each kind wait, in the order of Concern.
    queue_counts: tuple[tuple[Concern, int], ...]


# --- Visit rates ----------------------------------------------------------------------------


@dataclass(frozen=True)
class TeamPlace:
    """A team and the locality it lies in now."""

    id: int
    uid: UUID
    name: str
    locality: str


@dataclass(frozen=True)
class TeamCounts:
    """The stored counts of one month, plan type and team; `month` is a Month's index.
    `alternative` is None where alternatives were not collected."""

    month: int
    plan_type: str
    team_id: int
    cohort: int
    face_to_face: int
    alternative: int | None
    method_version: str


@dataclass(frozen=True)
class RatesFreshness:
    """How far the stored figures reach, and what has changed since they were worked out."""

    first_month: int | None
    last_month: int | None
    # When the figures last agreed with every record; None before the first working out.
    current_at: datetime | None
    changes_waiting: int
    oldest_change_at: datetime | None


@dataclass(frozen=True)
class RestrictionFact:
    """A period (or a day, or an open-ended one) that charts mark."""

    name: str
    from_date: date
    until_date: date | None
    source: str


@dataclass(frozen=True)
class PublishedRateFact:
    month: int
    plan_type: str
    face_to_face: Decimal
    # None: not collected.
    alternative: Decimal | None
    total: Decimal
    source: str


@dataclass(frozen=True)
class VisitRuleFact:
    """How often a child is to be seen; holds from a day until (not on) another."""

    plan_type: str
    regime: str
    interval: int
    unit: str
    effective_from: date
    effective_until: date | None
    source: str
    source_checked_on: date | None


@dataclass(frozen=True)
class CutFact:
    """The method's dates of one month, plan type and regime."""

    month: int
    plan_type: str
    regime: str
    month_end: date
    open_cut: date
    seen_cut: date
    anniversary_cut: date
    alternatives_collected: bool


@dataclass(frozen=True)
class ChildOutcome:
    """One child behind a point of the chart: by reference, or for an auditor by a code."""

    child_uid: UUID
    shown_as: str
    team: str
    outcome: int


@dataclass(frozen=True)
class CaseloadCounts:
    """Outcomes of one person's present caseload in one month and plan type."""

    month: int
    plan_type: str
    outcome: int
    children: int
