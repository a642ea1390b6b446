"""Who can make a visit that is due, and for how long somebody may be away or cover. Pure rules that
refuse by name. Intervals are [from, until): the last day is the first that no longer counts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from safeguarding.kernel.errors import Refusal

# A visit that is due within so many days needs an owner now.
DUE_SOON_DAYS = 7
# An absence is written down at most so long after it began, and so long before it begins.
ABSENCE_DAYS_BACK = 92
ABSENCE_DAYS_AHEAD = 366
# Cover opens a record to somebody who does not hold the case: at most a quarter, then anew.
COVER_LONGEST_DAYS = 92
COVER_DAYS_AHEAD = 92


@dataclass(frozen=True)
class Days:
    """From a day until a day (that day no longer); `until` None: without an end."""

    start: date
    until: date | None = None

    def holds(self, day: date) -> bool:
        return self.start <= day and (self.until is None or day < self.until)

    def meets(self, other: "Days") -> bool:
        """Whether both hold on some day."""
        begins_before = other.until is None or self.start < other.until
        return begins_before and (self.until is None or other.start < self.until)


@dataclass(frozen=True)
class Hand:
    """Somebody who may visit a child: by allocation or by cover, and when they are away."""

    days: Days
    away: tuple[Days, ...] = ()


def first_able_day(hand: Hand, today: date) -> date | None:
    """The first day from today on which this person holds the case and is not away; None: never."""
    day = max(today, hand.days.start)
    for absence in sorted(hand.away, key=lambda absence: absence.start):
        if absence.holds(day):
            if absence.until is None:
                return None
            day = absence.until
    return day if hand.days.holds(day) else None


def has_owner(hands: Iterable[Hand], *, today: date, due: date) -> bool:
    """Whether anybody can make the visit by the day it is due; what is overdue needs somebody today.

    Who comes back in time, and whose cover begins in time, owns the visit.
    """
    by = max(today, due)
    days = (first_able_day(hand, today) for hand in hands)
    return any(day is not None and day <= by for day in days)


def absence_faults(days: Days, *, today: date) -> Iterator[Refusal]:
    if days.start < today - timedelta(days=ABSENCE_DAYS_BACK):
        yield Refusal(
            "absence_too_early",
            f"The first day away must be within the last {ABSENCE_DAYS_BACK} days",
            "from_date",
        )
    if days.start > today + timedelta(days=ABSENCE_DAYS_AHEAD):
        yield Refusal("absence_too_late", "The first day away must be within the next year", "from_date")
    if days.until is not None and days.until <= days.start:
        yield Refusal("back_before_away", "The first day back must be after the first day away", "until_date")
    elif days.until is not None and days.until > today + timedelta(days=2 * ABSENCE_DAYS_AHEAD):
        yield Refusal("back_too_late", "The first day back must be within the next two years", "until_date")


def cover_faults(days: Days, *, today: date) -> Iterator[Refusal]:
    """`days.until` is the day after the last one; a form asks for the last day itself."""
    if days.start < today:
        yield Refusal("cover_in_the_past", "The first day must be today or in the future", "from_date")
    if days.start > today + timedelta(days=COVER_DAYS_AHEAD):
        yield Refusal(
            "cover_too_late", f"The first day must be within the next {COVER_DAYS_AHEAD} days", "from_date"
        )
    if days.until is None or days.until <= days.start:
        yield Refusal(
            "cover_ends_before_start", "The last day must be the same as or after the first day", "last_day"
        )
    elif (days.until - days.start).days > COVER_LONGEST_DAYS:
        yield Refusal(
            "cover_too_long",
            f"Cover lasts at most {COVER_LONGEST_DAYS} days. Assign it again when it ends",
            "last_day",
        )


# --- Keeping in touch -----------------------------------------------------------------------


def week_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def check_in_week(week: date, *, today: date) -> date:
    """This week or the one before: what was longer ago is no longer known well enough.

    Raises Refusal('not_a_monday' | 'week_out_of_range').
    """
    if week.weekday() != 0:
        raise Refusal("not_a_monday", "Select a week that starts on a Monday", "week")
    if week not in (week_of(today), week_of(today) - timedelta(days=7)):
        raise Refusal("week_out_of_range", "Mark this week or the week before", "week")
    return week


def expected(week: date, away: Iterable[Days]) -> bool:
    """Whether a check-in is expected of a week: not where the person is away from Monday to Friday
    and does not work at home. `away`: such absences."""
    days = [week + timedelta(days=number) for number in range(5)]
    gone = list(away)
    return not all(any(absence.holds(day) for absence in gone) for day in days)
