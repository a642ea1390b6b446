"""The method's dates of each month, from the calendar and the rules. Pure.

Worked out once a month, plan type and regime, they turn the method into comparisons of dates:
no engine needs bank holidays, and a change of rule is a change of data.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from safeguarding.kernel.periods import Month
from safeguarding.kernel.working_days import WorkingDays
from visits.constants import PlanType, Regime, Unit
from visits.rules.rates import Interval, in_force

_DAY = timedelta(days=1)
# Calendar days that surely hold so many working days: 5 of 7, and room for Christmas and Easter.
_CALENDAR_DAYS_A_WORKING_DAY = 2
_ROOM = 14


@dataclass(frozen=True)
class Cut:
    """One month, plan type and regime:

    - in the cohort: the plan started on or before `open_cut` (the type's shortest interval);
    - counts: the visit was made from `seen_cut` to `month_end`, both included;
    - the plan's first anniversary has come: it started on or before `anniversary_cut`.
    """

    plan_type: str
    month: int
    regime: str
    month_end: date
    open_cut: date
    seen_cut: date
    anniversary_cut: date
    alternatives_collected: bool


def cuts(
    intervals: Collection[Interval], alternatives_from: date | None, first: Month, last: Month
) -> Iterator[Cut]:
    """The cuts of the months `first` to `last`, both included, in order of month and plan type.

    A plan type without a standard rule at a month's end has no cuts there, and so no figures;
    one without a long-term rule has the standard dates in both regimes. `alternatives_from` None:
    alternatives have never been collected.
    """
    longest = max((interval.length for interval in intervals), default=0)
    reach = timedelta(days=longest * _CALENDAR_DAYS_A_WORKING_DAY + _ROOM)
    calendar = WorkingDays.covering(first.first_day - reach, last.last_day)
    for month in first.until(last):
        end = month.last_day
        for plan_type in PlanType.values:
            standard = in_force(intervals, plan_type, Regime.STANDARD, end)
            if standard is None:
                continue
            long_term = in_force(intervals, plan_type, Regime.LONG_TERM, end) or standard
            open_cut = max(_last_start(standard, end, calendar), _last_start(long_term, end, calendar))
            for regime, interval in ((Regime.STANDARD, standard), (Regime.LONG_TERM, long_term)):
                yield Cut(
                    plan_type=plan_type,
                    month=month.index,
                    regime=regime.value,
                    month_end=end,
                    open_cut=open_cut,
                    seen_cut=_first_counting(interval, end, calendar),
                    anniversary_cut=_year_before(end),
                    alternatives_collected=alternatives_from is not None and alternatives_from <= end,
                )


def _last_start(interval: Interval, end: date, calendar: WorkingDays) -> date:
    """The latest a with elapsed(a, end) >= the interval."""
    if interval.unit == Unit.WORKING_DAYS:
        return calendar.back(end, interval.length) - _DAY
    return end - timedelta(days=interval.length)


def _first_counting(interval: Interval, end: date, calendar: WorkingDays) -> date:
    """The earliest v with elapsed(v, end) <= the interval."""
    if interval.unit == Unit.WORKING_DAYS:
        # The working day one further back is itself not counted: elapsed counts days after v.
        return calendar.back(end, interval.length + 1)
    return end - timedelta(days=interval.length)


def _year_before(end: date) -> date:
    """The latest start whose first anniversary is on or before `end`. Of 29 February the anniversary
    is 1 March, so that on 28 February a start on the 29th has not had it."""
    return (
        end.replace(year=end.year - 1, day=28)
        if (end.month, end.day) == (2, 29)
        else end.replace(year=end.year - 1)
    )
