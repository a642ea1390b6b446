"""The calendar of returns against a second working-out, slow and plain, and through the year's traps."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from partners.rules.calendar import CalendarRule, Pause, Period, dates, periods

DAY = timedelta(days=1)
FORTNIGHT = CalendarRule(date(2020, 1, 6), date(2020, 1, 6), 14, 14, 0, 5)
# England, as the government published them (gov.uk/bank-holidays); only those on weekdays.
BANK_HOLIDAYS = {
    date(year, month, day)
    for year, days in {
        2020: "1/1 10/4 13/4 8/5 25/5 31/8 25/12 28/12",
        2021: "1/1 2/4 5/4 3/5 31/5 30/8 27/12 28/12",
        2022: "3/1 15/4 18/4 2/5 2/6 3/6 29/8 19/9 26/12 27/12",
        2023: "2/1 7/4 10/4 1/5 8/5 29/5 28/8 25/12 26/12",
        2024: "1/1 29/3 1/4 6/5 27/5 26/8 25/12 26/12",
        2025: "1/1 18/4 21/4 5/5 26/5 25/8 25/12 26/12",
        2026: "1/1 3/4 6/4 4/5 25/5 31/8 25/12 28/12",
        2027: "1/1 26/3 29/3 3/5 31/5 30/8 27/12 28/12",
        2028: "3/1",
    }.items()
    for day, month in (map(int, text.split("/")) for text in days.split())
}


def last_sunday(year: int, month: int) -> date:
    day = date(year, month, 31)
    while day.weekday() != 6:
        day -= DAY
    return day


def in_utc(day: date, hour: int) -> datetime:
    """An hour by the clock in London: summer time runs from the last Sunday of March to that of October,
    changing at one in the morning UTC, before any hour asked for here."""
    summer = last_sunday(day.year, 3) <= day < last_sunday(day.year, 10)
    return datetime(day.year, day.month, day.day, hour - summer, tzinfo=UTC)


def plainly(start: date, period: int = 14, due_after: int = 5, snapshot: int = 0) -> tuple:
    end = start
    for _ in range(period - 1):
        end += DAY
    due = end
    for _ in range(due_after):
        due += DAY
    while due.weekday() in (5, 6) or due in BANK_HOLIDAYS:
        due += DAY
    return end, end + snapshot * DAY, in_utc(end + DAY, 6), in_utc(due, 12)


def as_tuple(period: Period) -> tuple:
    found = period.dates
    return found.period_end, found.snapshot_on, found.opens_at, found.due_at


# Ends on Sunday, Wednesday, Thursday, …: so that each weekday and each holiday is a due date somewhere.
@pytest.mark.parametrize("shift", range(14))
def test_two_hundred_fortnights_equal_the_rule(shift):
    first = date(2020, 1, 6) + shift * DAY
    rule = CalendarRule(first, first, 14, 14, 0, 5)
    found = periods([rule], [], date(2019, 1, 1), 200)
    assert len(found) == 200
    start = first
    for period in found:
        assert period.start == start
        assert as_tuple(period) == plainly(start)
        start += 14 * DAY
    assert start > date(2027, 9, 1)


def test_clock_changes_move_nothing_in_london():
    london = ZoneInfo("Europe/London")
    offsets = set()
    for period in periods([FORTNIGHT], [], FORTNIGHT.first_period_start, 200):
        opens, due = period.dates.opens_at.astimezone(london), period.dates.due_at.astimezone(london)
        assert (opens.hour, opens.minute, due.hour, due.minute) == (6, 0, 12, 0)
        assert period.dates.due_at.utcoffset() == timedelta(0)
        offsets.add((opens.utcoffset(), due.utcoffset()))
    summer, winter = timedelta(hours=1), timedelta(0)
    assert {(summer, summer), (winter, winter)} <= offsets


@pytest.mark.parametrize(
    ("end", "due"),
    [
        # Opens on the Sunday itself on which the clocks change, at five UTC, and at six.
        (date(2020, 3, 28), datetime(2020, 4, 2, 11, tzinfo=UTC)),
        (date(2020, 10, 24), datetime(2020, 10, 29, 12, tzinfo=UTC)),
        # Good Friday to Easter Monday.
        (date(2020, 4, 5), datetime(2020, 4, 14, 11, tzinfo=UTC)),
        # Christmas Day on a Friday, and its Boxing Day's substitute on Monday.
        (date(2020, 12, 20), datetime(2020, 12, 29, 12, tzinfo=UTC)),
        # 27 and 28 December 2021 are both substitutes.
        (date(2021, 12, 20), datetime(2021, 12, 29, 12, tzinfo=UTC)),
        # New Year's Day on a Saturday, its substitute on Monday.
        (date(2021, 12, 27), datetime(2022, 1, 4, 12, tzinfo=UTC)),
    ],
)
def test_days_that_are_easy_to_get_wrong(end, due):
    found = dates(end - 13 * DAY, FORTNIGHT)
    assert found.period_end == end
    assert found.due_at == due
    assert found.opens_at == in_utc(end + DAY, 6)


def test_a_pause_skips_the_periods_that_start_within_it():
    pause = Pause(date(2020, 3, 16), date(2020, 4, 13))
    starts = [period.start for period in periods([FORTNIGHT], [pause], date(2020, 3, 1), 3)]
    assert starts == [date(2020, 3, 2), date(2020, 4, 13), date(2020, 4, 27)]


def test_a_rule_holds_until_a_later_one_begins():
    weekly = CalendarRule(date(2020, 3, 18), date(2020, 3, 18), 7, 7, 0, 2)
    found = periods([weekly, FORTNIGHT], [], date(2020, 3, 1), 4)
    assert [period.start for period in found] == [
        date(2020, 3, 2),
        date(2020, 3, 16),
        date(2020, 3, 18),
        date(2020, 3, 25),
    ]
    assert found[1].dates.period_end == date(2020, 3, 29)
    assert found[2].dates.period_end == date(2020, 3, 24)
    assert as_tuple(found[2]) == plainly(date(2020, 3, 18), period=7, due_after=2)


def test_periods_may_overlap_and_figures_have_their_own_day():
    """As in the government's survey: every two weeks, looking back over four, with figures of a Thursday."""
    rule = CalendarRule(date(2020, 5, 4), date(2020, 5, 4), 14, 28, 4, 9)
    first, second = periods([rule], [], date(2020, 5, 4), 2)
    assert second.start < first.dates.period_end
    assert first.dates.snapshot_on == date(2020, 6, 4)
    assert as_tuple(second) == plainly(date(2020, 5, 18), 28, 9, 4)


def test_the_search_ends_where_everything_is_paused():
    forever = Pause(date(2020, 1, 1), date(2200, 1, 1))
    assert periods([FORTNIGHT], [forever], date(2020, 1, 1), 6) == []
    assert periods([], [], date(2020, 1, 1), 6) == []
