"""Calendar months as values."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import total_ordering
from zoneinfo import ZoneInfo

from safeguarding.kernel.errors import Refusal

_LONDON = ZoneInfo("Europe/London")
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


@total_ordering
@dataclass(frozen=True)
class Month:
    """A calendar month. `index` counts months since year 0 (January 2020 is 24240), so that
    stored months sort and subtract as numbers."""

    index: int

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year * 12 + day.month - 1)

    @classmethod
    def parse(cls, text: str) -> "Month":
        """'2020-04' -> April 2020. Raises Refusal('not_a_month')."""
        match = _MONTH.fullmatch(text)
        if match and 1900 <= int(match[1]) <= 2200 and 1 <= int(match[2]) <= 12:
            return cls(int(match[1]) * 12 + int(match[2]) - 1)
        raise Refusal("not_a_month", f"“{text[:20]}” is not a month. Write it as year-month, like 2020-04.")

    @property
    def year(self) -> int:
        return self.index // 12

    @property
    def number(self) -> int:
        """1 for January."""
        return self.index % 12 + 1

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.number, monthrange(self.year, self.number)[1])

    @property
    def name(self) -> str:
        """'April 2020', whatever the server's locale."""
        return f"{_NAMES[self.number - 1]} {self.year}"

    @property
    def short_name(self) -> str:
        return f"{_NAMES[self.number - 1][:3]} {self.year}"

    def plus(self, months: int) -> "Month":
        return Month(self.index + months)

    def until(self, last: "Month") -> Iterator["Month"]:
        """This month to `last`, both included."""
        return (Month(index) for index in range(self.index, last.index + 1))

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    def __lt__(self, other: "Month") -> bool:
        return self.index < other.index


_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def last_complete_month(as_of: date) -> Month:
    """The latest month whose last day is on or before `as_of`."""
    month = Month.of(as_of)
    return month if month.last_day <= as_of else month.plus(-1)


def day_of(moment: datetime) -> date:
    """The day it is in London at `moment` (an aware datetime)."""
    return moment.astimezone(_LONDON).date()
