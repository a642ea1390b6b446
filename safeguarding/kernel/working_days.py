"""Working days of England and Wales: Monday to Friday and not a bank holiday."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache

import holidays


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """Weekdays of `year` that are bank holidays of England and Wales."""
    return frozenset(
        day for day in holidays.country_holidays("GB", subdiv="ENG", years=year) if day.weekday() < 5
    )


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in bank_holidays(day.year)


def working_days_after(day: date, count: int) -> date:
    """The `count`-th working day after `day`."""
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


class WorkingDays:
    """A calendar laid out once for many questions: the sorted working days of a span."""

    def __init__(self, days: Iterable[date]) -> None:
        self._days = sorted(days)

    @classmethod
    def covering(cls, first: date, last: date) -> "WorkingDays":
        span = (last - first).days
        return cls(day for n in range(span + 1) if is_working_day(day := first + timedelta(days=n)))

    def between(self, after: date, until: date) -> int:
        return bisect_right(self._days, until) - bisect_right(self._days, after)

    def back(self, until: date, count: int) -> date:
        """The `count`-th working day counted back from `until`, itself included if it is one.
        `back(E, 1)` is the last working day on or before E. Raises IndexError beyond the span."""
        place = bisect_right(self._days, until) - count
        if place < 0:
            raise IndexError(f"the calendar does not reach {count} working days before {until}")
        return self._days[place]
