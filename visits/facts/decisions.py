"""What leaves this app of management decisions: frozen values, never rows."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from visits.constants.oversight import Standing


@dataclass(frozen=True)
class DecisionCover:
    """A decision that authorises a child's alternatives on the days it covers, both included."""

    uid: UUID
    covers_from: date
    review_on: date
    # The alternative that was authorised.
    alternative: str
    # Keys of the people who decided it, the first decider first.
    deciders: tuple[int, ...]


@dataclass(frozen=True)
class PlanToAsk:
    """An open plan under which a visit is due, and the decision that a new request would renew."""

    uid: UUID
    plan_type: str
    start_date: date
    end_date: date | None
    due_by: date | None
    # The decision that a new request must renew.
    renews: UUID | None
    # A request that is still open: there is never a second one.
    open_request: UUID | None


@dataclass(frozen=True)
class DecisionLine:
    """One decision in a list."""

    uid: UUID
    child_uid: UUID
    # The reference, or for an auditor a code that leads nowhere else.
    shown_as: str
    plan_type: str
    standing: Standing
    alternative: str
    due_on: date
    covers_from: date
    review_on: date
    asked_by: str
    asked_at: datetime
    # Empty until somebody decided.
    decided_by: str
    renewal: int
    retrospective: bool


@dataclass(frozen=True)
class DecisionChange:
    """One move of a decision, and what of the request changed with it: (name, before, after)."""

    was: str
    became: str
    reason: str
    moved_by: str
    moved_at: datetime
    differences: tuple[tuple[str, object, object], ...]


@dataclass(frozen=True)
class CoveredContact:
    """An alternative that took place on a day which the decision covers."""

    visit_uid: UUID
    visit_date: date
    method: str
    authorised: bool


@dataclass(frozen=True)
class DecisionRights:
    """What the reader may do with one decision now."""

    decide: bool
    # Why the reader may not decide what waits, in a sentence; empty where nothing waits for managers.
    why_not_decide: str
    resubmit: bool
    withdraw: bool
    renew: bool


@dataclass(frozen=True)
class DecisionCounts:
    """Decisions within a reader's reach."""

    waiting: int
    live: int
    lapsed: int
    authorised: int
    # Of those ever authorised, how many after the days they cover had begun.
    retrospective: int
