"""When a risk above what the board bears is proposed as an escalation. Pure."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Standing:
    """An open risk of the partnership, as the rule on appetite sees it."""

    score: int | None
    highest: int | None
    # When its current rating was last set.
    rated_at: datetime | None
    # The board bears it, on conditions and until a day.
    accepted: bool
    # Something about it waits to be taken up or answered.
    waiting: bool
    # When somebody last declined such a proposal, or the board last answered about it.
    settled_at: datetime | None


def breaches(risk: Standing) -> bool:
    """Whether the rule proposes an escalation now. What somebody decided holds until the rating changes."""
    if risk.score is None or risk.highest is None or risk.score <= risk.highest:
        return False
    if risk.accepted or risk.waiting:
        return False
    return risk.settled_at is None or (risk.rated_at is not None and risk.rated_at > risk.settled_at)
