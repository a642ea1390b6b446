"""The method's dates of each month, as the world is laid out along them.

Worked out here from the published intervals and not from the rule rows of the database: the
world was made to agree with those intervals, whatever a partnership sets later.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from safeguarding.kernel.periods import Month
from safeguarding.kernel.working_days import WorkingDays, is_working_day

FIRST_MONTH = Month.parse("2017-01")
ALTERNATIVES_SINCE = Month.parse("2020-03")
WORKING_DAYS = {"CP": 10, "CIN": 20}
CARE_DAYS, SETTLED_CARE_DAYS = 42, 91
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """One month of one plan type. Cut dates as in the method; `own` and `shared` are working days
    of the window that no other month's window holds, and those that the next one holds too."""

    place: int
    first: date
    end: date
    open_cut: date
    seen_cut: date
    settled_seen_cut: date
    anniversary_cut: date
    collected: bool
    # Working days on which plans that first count this month may start.
    starts: tuple[date, ...] = ()
    # Working days of the calendar month.
    days: tuple[date, ...] = ()
    own: tuple[date, ...] = ()
    shared: tuple[date, ...] = ()
    # Working days of the month before the window opens: contacts that no month's rate asks for.
    early: tuple[date, ...] = ()

    def seen_from(self, settled: bool) -> date:
        return self.settled_seen_cut if settled else self.seen_cut


def _year_before(day: date) -> date:
    return date(day.year - 1, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)


def working_days(first: date, last: date) -> tuple[date, ...]:
    """Both ends included."""
    span = (last - first).days + 1
    return tuple(day for n in range(span) if is_working_day(day := first + n * ONE_DAY))


def windows(plan_type: str, months: int) -> list[Window]:
    """The windows of `months` months from FIRST_MONTH on."""
    calendar = WorkingDays.covering(FIRST_MONTH.plus(-4).first_day, FIRST_MONTH.plus(months + 1).last_day)

    def cuts(place: int) -> tuple[date, date, date, date]:
        end = FIRST_MONTH.plus(place).last_day
        if plan_type in WORKING_DAYS:
            interval = WORKING_DAYS[plan_type]
            open_cut, seen_cut = calendar.back(end, interval) - ONE_DAY, calendar.back(end, interval + 1)
            return end, open_cut, seen_cut, seen_cut
        seen_cut = end - CARE_DAYS * ONE_DAY
        return end, seen_cut, seen_cut, end - SETTLED_CARE_DAYS * ONE_DAY

    laid = []
    for place in range(months):
        month = FIRST_MONTH.plus(place)
        end, open_cut, seen_cut, settled_seen_cut = cuts(place)
        end_before, open_cut_before, _, _ = cuts(place - 1)
        next_seen_cut = cuts(place + 1)[2]
        own_from = max(seen_cut, end_before + ONE_DAY)
        laid.append(
            Window(
                place=place,
                first=month.first_day,
                end=end,
                open_cut=open_cut,
                seen_cut=seen_cut,
                settled_seen_cut=settled_seen_cut,
                anniversary_cut=_year_before(end),
                collected=month >= ALTERNATIVES_SINCE,
                starts=working_days(open_cut_before + ONE_DAY, open_cut),
                days=working_days(month.first_day, end),
                own=working_days(own_from, min(end, next_seen_cut - ONE_DAY)),
                shared=working_days(max(own_from, next_seen_cut), end),
                early=working_days(month.first_day, seen_cut - ONE_DAY),
            )
        )
    return laid
