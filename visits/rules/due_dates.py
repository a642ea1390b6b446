"""When a child is to be seen next, by the rules in force today. Pure: days and numbers in, days out.

The month's rate asks at the month's end (docs/visit-rates.md); a worker asks today: by which day
must the next visit be made so that the child is never longer unseen than the rule allows.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from safeguarding.kernel.working_days import WorkingDays, is_working_day
from visits.analysis import Cut
from visits.constants import Method, Outcome, Regime, Unit
from visits.rules.rates import Interval, in_force

# Calendar days that surely hold so many working days (5 of 7, with room for Christmas and Easter).
_CALENDAR_PER_WORKING_DAY = 2
_ROOM = 14


def latest_due(after: date, interval: Interval) -> date:
    """The last day by which the next visit is due: the 10th working day after 3 April 2020, say
    (Good Friday and Easter Monday do not count), is 21 April 2020."""
    if interval.unit == Unit.CALENDAR_DAYS:
        return after + timedelta(days=interval.length)
    horizon = after + timedelta(days=interval.length * _CALENDAR_PER_WORKING_DAY + _ROOM)
    calendar = WorkingDays.covering(after, horizon)
    within = calendar.between(after, horizon)
    return calendar.back(horizon, within - interval.length + 1)


def earliest_in_time(day: date, interval: Interval) -> date:
    """A visit on or after this day is still within the interval on `day`."""
    if interval.unit == Unit.CALENDAR_DAYS:
        return day - timedelta(days=interval.length)
    horizon = day - timedelta(days=interval.length * _CALENDAR_PER_WORKING_DAY + _ROOM)
    return WorkingDays.covering(horizon, day).back(day, interval.length + 1)


def earliest_not_overdue(today: date, interval: Interval) -> date:
    """Whoever was seen on or after this day is not overdue today: latest_due(day) >= today."""
    if interval.unit == Unit.WORKING_DAYS:
        # Nothing falls due on a weekend: what was due on Friday is overdue on Saturday.
        while not is_working_day(today):
            today += timedelta(days=1)
    return earliest_in_time(today, interval)


def latest_settled_start(today: date) -> date:
    """Plans that started on or before this day have had their first anniversary (of 29 February: 1 March)."""
    try:
        return today.replace(year=today.year - 1)
    except ValueError:
        return date(today.year - 1, 2, 28)


def due_by(
    *,
    plan_type: str,
    start: date,
    long_term: bool,
    last_counting: date | None,
    intervals: Collection[Interval],
    today: date,
) -> date | None:
    """By when the child of an open plan is to be seen next; None where no rule is in force.

    Counted from the last contact that counts, or from the plan's start if that is later. A
    settled placement whose first year ends before the shorter date is due by the longer one.
    """
    base = max(start, last_counting) if last_counting else start
    standard = in_force(intervals, plan_type, Regime.STANDARD, today)
    if standard is None:
        return None
    due = latest_due(base, standard)
    settled = long_term and start <= latest_settled_start(max(due, today))
    longer = in_force(intervals, plan_type, Regime.LONG_TERM, today) if settled else None
    return latest_due(base, longer) if longer else due


@dataclass(frozen=True)
class Contact:
    """A contact that counts."""

    day: date
    method: str


@dataclass(frozen=True)
class MonthSoFar:
    """What a month that runs says of an open plan if nothing more is recorded and the plan stays open."""

    month_end: date
    in_cohort: bool
    outcome: Outcome
    # The contact that the outcome rests on.
    seen_on: date | None
    # A visit from this day on counts for the month.
    counts_from: date


def month_so_far(
    *,
    plan_type: str,
    start: date,
    long_term: bool,
    today: date,
    contacts: Iterable[Contact],
    month_cuts: Iterable[Cut],
) -> MonthSoFar | None:
    """By the same dates as the rate (`analysis.cuts` of the month). None where no rule is in force.
    `contacts`: those of the child that count, in any order."""
    by_regime = {cut.regime: cut for cut in month_cuts if cut.plan_type == plan_type}
    if not by_regime:
        return None
    settled = long_term and start <= by_regime[Regime.STANDARD].anniversary_cut
    cut = by_regime[Regime.LONG_TERM if settled else Regime.STANDARD]
    inside = [contact for contact in contacts if cut.seen_cut <= contact.day <= today]
    face = [contact.day for contact in inside if contact.method == Method.FACE_TO_FACE]
    other = [contact.day for contact in inside if contact.method != Method.FACE_TO_FACE]
    if face:
        found = Outcome.FACE_TO_FACE
    else:
        found = Outcome.ALTERNATIVE if other and cut.alternatives_collected else Outcome.NOT_VISITED
        face = other if found is Outcome.ALTERNATIVE else []
    return MonthSoFar(cut.month_end, start <= cut.open_cut, found, max(face, default=None), cut.seen_cut)
