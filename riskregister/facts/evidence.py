"""What a review rests on, as known at its cut-off. Gathered by riskregister.review.gather from the doors of
the apps below; read by pure modules: sections, checks, findings.

Moments are aware; days are London's. `ref` names the row on pages and in packs.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from guidance.facts.counts import GuidanceCounts
from guidance.facts.register import (
    AcknowledgedFact,
    CoverageFact,
    EasementFact,
    GuidanceFact,
    ShownFact,
)
from riskregister.facts.content import Ref
from safeguarding.kernel.periods import Month


@dataclass(frozen=True)
class BandFact:
    """Scores of a band, both ends included."""

    band: str
    lowest: int
    highest: int
    label: str


@dataclass(frozen=True)
class MatrixFact:
    """The matrix of the month: five names each, lowest first."""

    version: int
    likelihoods: tuple[str, ...]
    impacts: tuple[str, ...]
    bands: tuple[BandFact, ...]


@dataclass(frozen=True)
class RatingFact:
    uid: UUID
    kind: str
    likelihood: int
    impact: int
    band: str
    words: str
    reason: str
    confidence: str
    dated_on: date
    recorded_at: datetime
    by: str = ""

    @property
    def score(self) -> int:
        return self.likelihood * self.impact


@dataclass(frozen=True)
class ControlFact:
    uid: UUID
    text: str
    organisation: str
    state: str
    assurance: str
    proof_on: date | None
    # What shows that it works.
    proof: str = ""


@dataclass(frozen=True)
class AcceptanceFact:
    uid: UUID
    approved: bool
    expires_on: date
    conditions: str


@dataclass(frozen=True)
class RiskFact:
    uid: UUID
    # "R-003".
    label: str
    title: str
    cause: str
    event: str
    consequence: str
    theme: str
    theme_words: str
    functions: tuple[str, ...]
    # Name of the partner whose own risk it is; "": the partnership's.
    organisation: str
    organisation_uid: UUID | None
    owner: str
    response: str
    state: str
    restricted: bool
    opened_at: datetime | None
    closed_at: datetime | None
    closed_reason: str
    # By kind (constants.RatingKind): the last of each by the cut-off.
    ratings: dict[str, RatingFact] = field(default_factory=dict)
    # All current ratings, oldest first.
    history: tuple[RatingFact, ...] = ()
    controls: tuple[ControlFact, ...] = ()
    acceptance: AcceptanceFact | None = None
    # Days since the last acceptance lapsed while the risk is still tolerated; None: none lapsed.
    acceptance_gap_days: int | None = None
    open_actions: int = 0
    # Kind and target of links.
    links: tuple[tuple[str, str], ...] = ()
    # Uids of partners' risks that contribute.
    contributions: tuple[UUID, ...] = ()
    rollup: str = ""
    last_look_at: datetime | None = None
    # By the cadence of its band; None: closed or unrated.
    review_due_on: date | None = None
    # Highest score that the board bears for its theme; None: no appetite is set.
    appetite: int | None = None
    ref: Ref | None = None
    owner_organisation_uid: UUID | None = None
    # Ratings of every kind, oldest first: (kind, rating).
    all_ratings: tuple[tuple[str, RatingFact], ...] = ()

    @property
    def current(self) -> RatingFact | None:
        return self.ratings.get("current")


@dataclass(frozen=True)
class AnswerFact:
    """One answer of a return as it was sent."""

    question: str
    question_text: str
    theme: str
    kind: str
    # As partners.facts.questions.Value; None beside a non-answer.
    value: object
    non_answer: str
    comment: str
    # A code of partners.constants.Reading, or "".
    reading: str
    # In words.
    shown: str
    # How many cycles in a row it has been the same (0: new), and not known.
    unchanged_cycles: int
    not_known_cycles: int


@dataclass(frozen=True)
class ReturnFact:
    uid: UUID
    organisation: str
    organisation_uid: UUID
    cycle_number: int
    due_at: datetime
    submitted_at: datetime | None
    accepted_at: datetime | None
    # Late by whole days; 0: in time or not sent.
    days_late: int
    answers: dict[str, AnswerFact] = field(default_factory=dict)
    ref: Ref | None = None


@dataclass(frozen=True)
class PartnerFact:
    """A partner that owes returns, over the month's cycles."""

    uid: UUID
    name: str
    returns: tuple[ReturnFact, ...]
    # Stage of recovery as at the cut-off (partners.constants.PlanStage), and since when.
    stage: str
    stage_words: str
    in_recovery_planning: bool
    plan_uid: UUID | None
    # Of the month's meetings of the partners' series: attended, of so many.
    meetings_attended: int = 0
    meetings_held: int = 0
    # Missed in a row, up to the cut-off.
    meetings_missed_running: int = 0


@dataclass(frozen=True)
class ServiceFact:
    uid: UUID
    organisation: str
    name: str
    level: str
    level_words: str
    since: date
    reason: str
    # A planned change after the cut-off: level and day; None: none.
    planned_level: str = ""
    planned_on: date | None = None
    ref: Ref | None = None


@dataclass(frozen=True)
class BacklogFact:
    uid: UUID
    organisation: str
    name: str
    kind: str
    kind_words: str
    unit: str
    national: bool
    stock: int | None
    before: int | None
    came_in: int | None
    went_out: int | None
    period_end: date | None
    # In words: "cleared by March 2021 at the present pace".
    forecast: str = ""
    growing: bool = False
    ref: Ref | None = None


@dataclass(frozen=True)
class DependencyFact:
    uid: UUID
    organisation: str
    on_organisation: str
    what: str
    state: str
    needed_by: date | None
    ref: Ref | None = None


@dataclass(frozen=True)
class ScenarioFact:
    """Which increases a partner plans for: [10, 20, 30]; (): none named."""

    organisation: str
    organisation_uid: UUID
    uplifts: tuple[int, ...]
    foresees_increase: bool | None
    ref: Ref | None = None


@dataclass(frozen=True)
class ConcernFact:
    uid: UUID
    kind: str
    title: str
    theme: str
    breadth: str
    severity: str
    state: str
    organisation: str
    raised_at: datetime
    escalated_at: datetime | None
    answer_due_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None
    ref: Ref | None = None


@dataclass(frozen=True)
class EscalationFact:
    """A risk, threat or concern before the board."""

    uid: UUID
    source: str
    title: str
    state: str
    raised_at: datetime
    answer_due_on: date | None
    answered_at: datetime | None
    organisation: str = ""
    changed: str = ""
    # The risk that it is about, if it is about one.
    risk_uid: UUID | None = None
    ref: Ref | None = None


@dataclass(frozen=True)
class ChallengeFact:
    uid: UUID
    question: str
    asked_of: str
    state: str
    asked_at: datetime
    answer_due_on: date
    answered_at: datetime | None
    changed: str = ""
    ref: Ref | None = None


@dataclass(frozen=True)
class DecisionFact:
    uid: UUID
    title: str
    kind: str
    decided_on: date
    reason: str
    dissent: str
    look_again_on: date
    retrospective: bool
    confirmed: bool
    changed: str = ""
    ref: Ref | None = None


@dataclass(frozen=True)
class SignalFact:
    uid: UUID
    title: str
    source: str
    confidence: str
    state: str
    raised_at: datetime
    # "R-004", if it became a risk.
    risk: str = ""
    ref: Ref | None = None


@dataclass(frozen=True)
class ActionFact:
    uid: UUID
    title: str
    source_kind: str
    source_uid: UUID
    source_label: str
    organisation: str
    # "" : nobody.
    owner: str
    priority: str
    state: str
    original_due_on: date
    due_on: date
    done_on: date | None
    slips: int
    # Of the last slip: reason in words.
    slip_reason: str
    evidence: bool
    ref: Ref | None = None


@dataclass(frozen=True)
class VisitRateFact:
    """Totals of the whole service for a month, as known at the cut-off; parts None where suppressed or not
    collected, which `why` says ("suppressed", "not_collected", "")."""

    month: Month
    plan_type: str
    children: int | None
    face_to_face: int | None
    alternative: int | None
    face_to_face_rate: Decimal | None
    alternative_rate: Decimal | None
    total_rate: Decimal | None
    why: str = ""
    ref: Ref | None = None


@dataclass(frozen=True)
class OversightCount:
    """A count for the board; None: suppressed, as small or for what it would give away."""

    code: str
    label: str
    count: int | None
    ref: Ref | None = None


@dataclass(frozen=True)
class TrainingFact:
    level: str
    level_words: str
    asked_for: int
    usual: int | None
    # None: of no event it is recorded who came.
    attended: int | None
    ref: Ref | None = None


@dataclass(frozen=True)
class MeetingsFact:
    """A series over the month: held of planned, attendance, and pauses."""

    uid: UUID
    name: str
    kind: str
    planned: int
    held: int
    # Attendances of those expected, as "31 of 34".
    attended: int
    expected: int
    paused_since: date | None
    resumed_on: date | None
    audit_due_on: date | None
    audit_overdue: bool = False
    ref: Ref | None = None


@dataclass(frozen=True)
class Evidence:
    """Everything that a review of `month` reads, as known at `cut_off`."""

    month: Month
    cut_off: datetime
    # Since the cut-off of the published review before; None: there is none.
    since: datetime | None
    risks: tuple[RiskFact, ...] = ()
    partners: tuple[PartnerFact, ...] = ()
    # All partners that take part but sent nothing are in `partners` with empty returns.
    services: tuple[ServiceFact, ...] = ()
    backlogs: tuple[BacklogFact, ...] = ()
    dependencies: tuple[DependencyFact, ...] = ()
    scenarios: tuple[ScenarioFact, ...] = ()
    scenario_set: tuple[int, ...] = ()
    concerns: tuple[ConcernFact, ...] = ()
    escalations: tuple[EscalationFact, ...] = ()
    challenges: tuple[ChallengeFact, ...] = ()
    decisions: tuple[DecisionFact, ...] = ()
    signals: tuple[SignalFact, ...] = ()
    actions: tuple[ActionFact, ...] = ()
    # The month, its comparators (the same month of the two years before, and March before the emergency).
    visit_rates: tuple[VisitRateFact, ...] = ()
    oversight: tuple[OversightCount, ...] = ()
    training: tuple[TrainingFact, ...] = ()
    meetings: tuple[MeetingsFact, ...] = ()
    guidance: tuple[GuidanceFact, ...] = ()
    # Of the month, and of all time up to the cut-off.
    guidance_in_month: GuidanceCounts = field(default_factory=GuidanceCounts)
    guidance_in_all: GuidanceCounts = field(default_factory=GuidanceCounts)
    acknowledged: tuple[AcknowledgedFact, ...] = ()
    coverage: tuple[CoverageFact, ...] = ()
    shown: tuple[ShownFact, ...] = ()
    easements: tuple[EasementFact, ...] = ()
    # Of the published review before: {risk uid: {"score", "band", "state", "label"}}, and its checks by code.
    previous_ratings: dict[str, dict] = field(default_factory=dict)
    # In how many published reviews in a row each check stood, and how many there were of each severity.
    previous_checks: dict[str, int] = field(default_factory=dict)
    previous_severities: dict[str, int] = field(default_factory=dict)
    previous_month: Month | None = None
    previous_version: int = 0
    previous_seal: str = ""
    matrix: MatrixFact = field(default_factory=lambda: MatrixFact(0, (), (), ()))
    # Rating changes dated on or before the previous cut-off but recorded after it, by risk uid.
    late_changes: tuple[UUID, ...] = ()
    # Median minutes that a return took, and of how many.
    burden_minutes: int | None = None
    burden_returns: int = 0

    def with_burden(self, minutes: int | None, returns: int) -> "Evidence":
        return replace(self, burden_minutes=minutes, burden_returns=returns)

    @property
    def is_empty(self) -> bool:
        """Nothing at all was on record."""
        return not (self.risks or self.visit_rates or any(one.returns for one in self.partners))
