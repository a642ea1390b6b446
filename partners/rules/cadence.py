"""On which days a series of meetings meets. Pure.

The rule for a day is the latest that has begun; no day within a pause is a meeting's. A day that is a bank
holiday moves to the next working day, and two meetings of a series never fall on one day.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from partners.constants import Frequency
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import Month
from safeguarding.kernel.working_days import is_working_day

LONDON = ZoneInfo("Europe/London")
LAST_WEEK = 5
_DAY = timedelta(days=1)
# No move over bank holidays is longer: the looks before and after a span that it needs.
_LONGEST_MOVE = timedelta(days=10)
_MONTHS_APART = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3}


@dataclass(frozen=True)
class Cadence:
    """How often a series meets from a day on. `starts_at` is London time."""

    effective_from: date
    frequency: str
    # ISO weekdays, 1 for Monday; several only every week.
    weekdays: tuple[int, ...]
    starts_at: time
    # Of a month: which of the weekdays, 1 to 4, or 5 for the last.
    which_week: int | None = None


@dataclass(frozen=True)
class Pause:
    """No meetings from a day until (not on) another; None: until it is resumed."""

    from_date: date
    until_date: date | None = None

    def holds(self, day: date) -> bool:
        return self.from_date <= day and (self.until_date is None or day < self.until_date)


@dataclass(frozen=True)
class PlannedDay:
    """A meeting as the rule has it: `due_on` by the rule, `on` after bank holidays."""

    due_on: date
    on: date
    starts_at: datetime

    @property
    def moved(self) -> bool:
        return self.on != self.due_on


def dates(
    cadences: Sequence[Cadence], pauses: Sequence[Pause], first: date, last: date
) -> tuple[PlannedDay, ...]:
    """The meetings held between two days, both included, in order."""
    if not cadences:
        return ()
    ordered = sorted(cadences, key=lambda rule: rule.effective_from)
    found: dict[date, PlannedDay] = {}
    moved: list[PlannedDay] = []
    for rule, until in _reigns(ordered, last):
        for due in _days(rule, first - _LONGEST_MOVE, until):
            on = next_working_day(due)
            if any(pause.holds(due) or pause.holds(on) for pause in pauses):
                continue
            day = PlannedDay(due, on, london(on, rule.starts_at))
            if day.moved:
                moved.append(day)
            else:
                found[on] = day
    # Two on one day are one: that which is due then, or else the earlier.
    for day in sorted(moved, key=lambda day: day.due_on):
        found.setdefault(day.on, day)
    return tuple(found[on] for on in sorted(found) if first <= on <= last)


def _reigns(ordered: Sequence[Cadence], last: date) -> Iterator[tuple[Cadence, date]]:
    """Each rule with the last day on which it says anything."""
    ends = [rule.effective_from - _DAY for rule in ordered[1:]] + [last]
    return ((rule, min(end, last)) for rule, end in zip(ordered, ends, strict=True))


def _days(rule: Cadence, first: date, last: date) -> Iterator[date]:
    """Days that the rule itself names, from its own first day on."""
    if rule.frequency in _MONTHS_APART:
        yield from _days_of_months(rule, first, last)
        return
    apart = timedelta(weeks=2 if rule.frequency == Frequency.FORTNIGHTLY else 1)
    for weekday in sorted(rule.weekdays):
        day = rule.effective_from + timedelta(days=(weekday - rule.effective_from.isoweekday()) % 7)
        if day < first:
            day += apart * -(-(first - day) // apart)
        while day <= last:
            yield day
            day += apart


def _days_of_months(rule: Cadence, first: date, last: date) -> Iterator[date]:
    month = Month.of(rule.effective_from)
    if day_in_month(month, rule) < rule.effective_from:
        month = month.plus(1)
    while month.first_day <= last:
        day = day_in_month(month, rule)
        if first <= day <= last:
            yield day
        month = month.plus(_MONTHS_APART[Frequency(rule.frequency)])


def day_in_month(month: Month, rule: Cadence) -> date:
    [weekday] = rule.weekdays
    if rule.which_week == LAST_WEEK:
        return month.last_day - timedelta(days=(month.last_day.isoweekday() - weekday) % 7)
    week = timedelta(weeks=(rule.which_week or 1) - 1)
    return month.first_day + timedelta(days=(weekday - month.first_day.isoweekday()) % 7) + week


def next_working_day(day: date) -> date:
    """The day itself, or the first working day after it. A weekend that a rule names is meant."""
    if day.isoweekday() > LAST_WEEK or is_working_day(day):
        return day
    while not is_working_day(day):
        day += _DAY
    return day


def london(day: date, at: time) -> datetime:
    """A London time as UTC, on either side of a clock change."""
    return datetime.combine(day, at, LONDON).astimezone(UTC)


def check_cadence(rule: Cadence, others: Sequence[Cadence]) -> None:
    """Raises Refusal for a rule that names no days, or one that would change what has begun."""
    if rule.frequency not in Frequency.values:
        raise Refusal("unknown_frequency", "Select how often the series meets from the list", "frequency")
    if not rule.weekdays or not set(rule.weekdays) <= set(range(1, 8)):
        raise Refusal("no_weekday", "Select the day of the week", "weekdays")
    if rule.frequency != Frequency.WEEKLY and len(rule.weekdays) > 1:
        raise Refusal(
            "several_weekdays", "Select one day only. Several are possible for every week", "weekdays"
        )
    by_month = rule.frequency in _MONTHS_APART
    if by_month and rule.which_week not in range(1, LAST_WEEK + 1):
        raise Refusal("which_week", "Select which week of the month", "which_week")
    latest = max((other.effective_from for other in others), default=None)
    if latest and rule.effective_from <= latest:
        words = "The day must be after the one from which the last change holds"
        raise Refusal("not_after_the_last", words, "effective_from")
