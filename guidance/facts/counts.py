"""How much guidance came, and how far it got, in a stretch of time."""

from dataclasses import dataclass


@dataclass(frozen=True)
class GuidanceCounts:
    """Versions that came into a state, each counted once; days from receipt to issue."""

    received: int = 0
    set_aside: int = 0
    interpreted: int = 0
    approved: int = 0
    issued: int = 0
    # None: nothing was issued.
    median_days: int | None = None
    most_days: int | None = None
