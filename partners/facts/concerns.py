"""Concerns and successes as others read them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from partners.constants import ConcernState

# Somebody still owes something: a look, an answer, or the closing words.
OPEN_STATES = frozenset(
    {
        ConcernState.PROPOSED,
        ConcernState.RAISED,
        ConcernState.TRIAGED,
        ConcernState.ESCALATED,
        ConcernState.ANSWERED,
    }
)
# An answer is owed: until then the clock runs.
AWAITS_ANSWER = frozenset(
    {ConcernState.PROPOSED, ConcernState.RAISED, ConcernState.TRIAGED, ConcernState.ESCALATED}
)


@dataclass(frozen=True)
class Proposal:
    """What an answer proposes."""

    question: str
    theme: str
    severity: str
    title: str
    # Names the answer.
    what: str


@dataclass(frozen=True)
class ConcernDraft:
    """A concern or success as a person would raise it."""

    kind: str
    title: str
    what: str
    theme: str
    breadth: str
    # Of a success: empty.
    severity: str = ""
    # None: of no organisation in particular.
    organisation: UUID | None = None


@dataclass(frozen=True)
class ConcernFact:
    """A concern or success as it stood at a moment."""

    uid: UUID
    kind: str
    state: str
    title: str
    theme: str
    breadth: str
    # Of a success: empty.
    severity: str
    # Empty: of no organisation in particular.
    organisation: str
    organisation_uid: UUID | None
    # A rule proposed it; else a person raised it.
    proposed: bool
    raised_at: datetime
    answer_due_at: datetime | None
    # The latest escalation to the board, answer and closing by that moment.
    escalated_at: datetime | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    def overdue(self, at: datetime) -> bool:
        """An answer is owed and its time has passed. `at`: not before the moment of this fact."""
        return self.state in AWAITS_ANSWER and self.answer_due_at is not None and self.answer_due_at < at

    def age_days(self, at: datetime) -> int:
        """Whole days since it was raised; of one that is closed, until it was closed."""
        return ((self.closed_at or at) - self.raised_at).days
