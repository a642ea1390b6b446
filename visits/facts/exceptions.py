"""What needs a manager's eye: the codes, and one fact of each. Frozen values, never rows."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import TextChoices


class Concern(TextChoices):
    """What is wrong, or waits; the order is that of the filters."""

    MOST_VULNERABLE_NOT_SEEN = "most_vulnerable_not_seen", "Most vulnerable child not seen face to face"
    CP_NOT_SEEN = (
        "cp_not_seen_without_decision",
        "Child protection: not seen face to face, without a decision",
    )
    DUE_WITHOUT_OWNER = "due_without_owner", "Visit due without an owner"
    DO_NOT_GO_OVERRIDDEN = "do_not_go_overridden", "Visit made against “do not go”"
    DECISION_LAPSED = "decision_lapsed", "Decision lapsed"
    DECISION_PAST_REVIEW = "decision_past_review", "Decision past its review date, renewal not decided"
    CHAIN = "chain_of_three_without_fresh_decision", "Several alternatives in a row without a fresh decision"
    ALTERNATIVE_WITHOUT_DECISION = "alternative_without_decision", "Alternative without a decision"
    ISOLATION_EXPIRED = "isolation_expired_still_alternative", "Isolation over, still no face-to-face visit"
    EMERGENCY_ACCESS_UNSEEN = "emergency_access_unseen", "Emergency access not looked at"
    VISIT_WITHOUT_ASSESSMENT = "visit_without_assessment", "Visit without an assessment"
    FLAG_PAST_REVIEW = "flag_past_review", "Flag past its review date"
    FLAG_WITHOUT_AGREEMENT = "flag_without_agreement", "Flag without a manager’s agreement"
    # Nothing is wrong yet: these wait for a manager.
    DECISION_TO_TAKE = "decision_to_take", "Decision to take"
    SECOND_APPROVAL = "second_approval", "Second approval to give"
    DECISION_LAPSING = "decision_lapsing", "Decision lapses within 7 days"
    ASSESSMENT_TO_COUNTERSIGN = "assessment_to_countersign", "Assessment to countersign"


# What waits is no exception.
TO_DO = frozenset(
    {
        Concern.DECISION_TO_TAKE,
        Concern.SECOND_APPROVAL,
        Concern.DECISION_LAPSING,
        Concern.ASSESSMENT_TO_COUNTERSIGN,
    }
)
EXCEPTIONS = frozenset(Concern) - TO_DO


@dataclass(frozen=True)
class OversightFact:
    """One concern about one child, with who answers for it and where to act."""

    code: Concern
    # The harm that it may stand for: 1 (least) to 5, of exception_rules.HARM.
    severity: int
    # Harm times delay, 1 to 25: the higher, the sooner.
    urgency: int
    child_uid: UUID
    # The reference, or for an auditor a code that leads nowhere else.
    shown_as: str
    # The team that holds the child's plan today; empty where none does.
    team: str
    team_uid: UUID | None
    # Names of the team's managers, of the heads of service where it has none.
    managers: tuple[str, ...]
    since: date
    # Whole days since then; 0 for what lies ahead.
    age: int
    sentence: str
    link: str


@dataclass(frozen=True)
class ConcernCount:
    """How many facts of a code a team has; not suppressed yet."""

    code: Concern
    team: str
    team_uid: UUID | None
    facts: int
    children: int
