"""How a child stands on a day, in management oversight. Frozen values, never rows."""

from dataclasses import dataclass
from datetime import date

# How the decision about a child stands (ChildNow.decision).
LIVE, LAPSED, NONE = "live", "lapsed", "none"


@dataclass(frozen=True, slots=True)
class PlanNow:
    """The plan that a type's rate goes by: of several open ones of a type, the one that began first."""

    plan_type: str
    start: date
    long_term: bool


@dataclass(frozen=True, slots=True)
class ChildNow:
    """One child with an open plan, as the child stands on the day. `child` and `team`: keys."""

    child: int
    # The team that holds the plan that has been open the longest.
    team: int
    plans: tuple[PlanNow, ...]
    # A hazard flag stands, of whatever kind; and that of the most vulnerable.
    flagged: bool
    most_vulnerable: bool
    # LIVE: a decision covers the day. LAPSED: the last one is past its review date, none has renewed it,
    # and the child has not been seen face to face since it began. Otherwise NONE.
    decision: str
    # The latest contact was an alternative: nobody has seen the child face to face since.
    alternative: bool
    # Completed face-to-face visits at which the child was seen; and those or authorised alternatives.
    last_face_to_face: date | None
    last_contact: date | None
    # Not seen face to face within the interval of one of the plans.
    overdue_face_to_face: bool


@dataclass(frozen=True, slots=True)
class DecisionsNow:
    """Decisions about children with an open plan. Those authorised count by when they were decided, in
    the year up to the day."""

    live: int
    lapsed: int
    authorised: int
    retrospective: int
    renewals: int


@dataclass(frozen=True, slots=True)
class AlternativeMonth:
    """Alternatives that took place in a month, by its index; and those on a day that a decision covers."""

    month: int
    alternatives: int
    under_decision: int
