"""When periods of returns begin and end, and when their returns open and are due. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from partners.constants import DUE_TIME
from safeguarding.kernel.working_days import is_working_day

OPEN_TIME = (6, 0)
# No calendar is worked out beyond this day, so that a long pause cannot make a search endless.
HORIZON = date(2150, 1, 1)
_LONDON = ZoneInfo("Europe/London")
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class CalendarRule:
    """Periods that start from `effective_from` on, until a later rule begins."""

    effective_from: date
    # Starts lie whole steps of `every_days` after this day.
    first_period_start: date
    every_days: int
    # May be more than `every_days`: periods then overlap.
    period_days: int
    # Both counted from the period's last day.
    snapshot_after_days: int
    due_after_days: int


@dataclass(frozen=True)
class Pause:
    """No period is asked for that starts from `from_date` until (not on) `until_date`."""

    from_date: date
    until_date: date

    def covers(self, day: date) -> bool:
        return self.from_date <= day < self.until_date


@dataclass(frozen=True)
class CycleDates:
    # The last day of the period, included.
    period_end: date
    # The day whose figures are given.
    snapshot_on: date
    # Six in the morning and noon, by the clock in London, as UTC.
    opens_at: datetime
    due_at: datetime


@dataclass(frozen=True)
class Period:
    start: date
    dates: CycleDates


def periods(rules: Sequence[CalendarRule], pauses: Sequence[Pause], first: date, count: int) -> list[Period]:
    """The first `count` periods that start on or after `first`; fewer where the calendar ends before."""
    return list(islice(all_periods(rules, pauses, first), count))


def all_periods(rules: Sequence[CalendarRule], pauses: Sequence[Pause], first: date) -> Iterator[Period]:
    """Every period that starts on or after `first`, in order, up to the horizon."""
    for start, rule in _starts(rules, first):
        if not any(pause.covers(start) for pause in pauses):
            yield Period(start, dates(start, rule))


def _starts(rules: Sequence[CalendarRule], first: date) -> Iterator[tuple[date, CalendarRule]]:
    ordered = sorted(rules, key=lambda rule: rule.effective_from)
    ends = [rule.effective_from for rule in ordered] + [HORIZON]
    for rule, end in zip(ordered, ends[1:], strict=True):
        earliest = max(first, rule.effective_from, rule.first_period_start)
        steps = -(-(earliest - rule.first_period_start).days // rule.every_days)
        start = rule.first_period_start + timedelta(days=steps * rule.every_days)
        while start < end:
            yield start, rule
            start += timedelta(days=rule.every_days)


def dates(period_start: date, rule: CalendarRule) -> CycleDates:
    """The dates of one period. A return opens on the day after the period at 06:00 and is due at noon, on a
    working day: from a weekend or bank holiday it moves to the next one."""
    end = period_start + timedelta(days=rule.period_days - 1)
    due = end + timedelta(days=rule.due_after_days)
    while not is_working_day(due):
        due += _DAY
    return CycleDates(
        period_end=end,
        snapshot_on=end + timedelta(days=rule.snapshot_after_days),
        opens_at=london(end + _DAY, OPEN_TIME),
        due_at=london(due, DUE_TIME),
    )


def london(day: date, at: tuple[int, int]) -> datetime:
    """The moment, in UTC, at which clocks in London show `at` (hours, minutes) on `day`."""
    return datetime.combine(day, time(*at), _LONDON).astimezone(UTC)
