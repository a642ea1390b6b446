"""How long a return takes the people who fill it. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median

# Between two touches nobody is known to have worked longer than this.
LONGEST_GAP = timedelta(minutes=5)


def worked(last_touch_at: datetime | None, now: datetime) -> int:
    """Seconds that a touch adds: the time since the last one, at most five minutes; 0 for the first, and
    for a clock that went back."""
    if last_touch_at is None or now <= last_touch_at:
        return 0
    return int(min(now - last_touch_at, LONGEST_GAP).total_seconds())


def median_minutes(seconds: Iterable[int]) -> int | None:
    """The median of what returns took, in whole minutes (rounded half up); None without any."""
    found = list(seconds)
    return int(median(found) / 60 + 0.5) if found else None
