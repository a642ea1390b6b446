"""Dates of a series of meetings, beside a slow plain statement of the same rule."""

import itertools
import random
from datetime import UTC, date, datetime, time, timedelta

import pytest

from partners.rules.cadence import Cadence, Pause, check_cadence, dates
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.working_days import is_working_day

DAY = timedelta(days=1)
TEN = time(10)


def fortnightly(first: date, weekday: int = 2) -> Cadence:
    return Cadence(first, "fortnightly", (weekday,), TEN)


def board(first: date, frequency: str, weekday: int = 4, which: int = 3) -> Cadence:
    return Cadence(first, frequency, (weekday,), time(14), which)


def days(rules, pauses, first, last) -> list[date]:
    return [planned.on for planned in dates(rules, pauses, first, last)]


def plainly(rules, pauses, first: date, last: date) -> list[date]:
    """Day by day, slowly: is this day a meeting's by the rule that holds on it?"""
    due, day = [], min(rule.effective_from for rule in rules)
    while day <= last:
        begun = [rule for rule in rules if rule.effective_from <= day]
        rule = max(begun, key=lambda rule: rule.effective_from)
        if _names(rule, day):
            due.append(day)
        day += DAY
    held, shifted = set(), []
    for day in due:
        on = day
        while (on.weekday() < 5 and not is_working_day(on)) or (on != day and on.weekday() >= 5):
            on += DAY
        if any(
            p.from_date <= d and (not p.until_date or d < p.until_date) for p in pauses for d in (day, on)
        ):
            continue
        if on == day:
            held.add(on)
        else:
            shifted.append(on)
    return sorted(day for day in held | set(shifted) if first <= day <= last)


def _names(rule: Cadence, day: date) -> bool:
    if day.isoweekday() not in rule.weekdays:
        return False
    if rule.frequency == "weekly":
        return True
    if rule.frequency == "fortnightly":
        start = rule.effective_from
        while start.isoweekday() != day.isoweekday():
            start += DAY
        return (day - start).days % 14 == 0
    if not _nth(day, rule.which_week):
        return False
    if rule.frequency == "monthly":
        return True
    first = rule.effective_from
    while not (first.isoweekday() in rule.weekdays and _nth(first, rule.which_week)):
        first += DAY
    return ((day.year - first.year) * 12 + day.month - first.month) % 3 == 0


def _nth(day: date, which: int | None) -> bool:
    if which == 5:
        return (day + timedelta(days=7)).month != day.month
    return (day.day - 1) // 7 + 1 == which


def test_every_second_week_across_both_clock_changes():
    planned = dates([fortnightly(date(2020, 3, 17))], [], date(2020, 3, 1), date(2020, 11, 30))
    assert planned[0].starts_at == datetime(2020, 3, 17, 10, tzinfo=UTC)
    assert planned[1].starts_at == datetime(2020, 3, 31, 9, tzinfo=UTC)
    assert {one.starts_at.hour for one in planned if one.on > date(2020, 10, 25)} == {10}
    steps = {later.on - earlier.on for earlier, later in itertools.pairwise(planned)}
    assert steps == {timedelta(days=14)}


def test_a_bank_holiday_moves_to_the_next_working_day():
    # Good Friday 10 April 2020 and Easter Monday: on to Tuesday.
    [planned] = dates(
        [Cadence(date(2020, 4, 10), "weekly", (5,), TEN)], [], date(2020, 4, 6), date(2020, 4, 16)
    )
    assert (planned.due_on, planned.on, planned.moved) == (date(2020, 4, 10), date(2020, 4, 14), True)


def test_two_meetings_never_fall_on_one_day():
    joint = [Cadence(date(2020, 4, 6), "weekly", (1, 2, 5), TEN)]
    # Friday and Monday of Easter both come to Tuesday, which is a day of its own.
    assert days(joint, [], date(2020, 4, 9), date(2020, 4, 17)) == [date(2020, 4, 14), date(2020, 4, 17)]
    without = [Cadence(date(2020, 4, 6), "weekly", (1, 5), TEN)]
    [planned, _] = dates(without, [], date(2020, 4, 9), date(2020, 4, 17))
    assert (planned.due_on, planned.on) == (date(2020, 4, 10), date(2020, 4, 14))


def test_the_board_goes_from_quarterly_to_monthly():
    rules = [board(date(2019, 9, 1), "quarterly"), board(date(2020, 4, 1), "monthly")]
    assert days(rules, [], date(2019, 9, 1), date(2020, 7, 31)) == [
        date(2019, 9, 19),
        date(2019, 12, 19),
        date(2020, 3, 19),
        date(2020, 4, 16),
        date(2020, 5, 21),
        date(2020, 6, 18),
        date(2020, 7, 16),
    ]


def test_a_quarter_begins_with_the_first_day_that_is_still_to_come():
    assert days([board(date(2020, 1, 20), "quarterly")], [], date(2020, 1, 1), date(2020, 6, 30)) == [
        date(2020, 2, 20),
        date(2020, 5, 21),
    ]


def test_the_last_of_a_month():
    rules = [board(date(2020, 1, 1), "monthly", weekday=5, which=5)]
    assert days(rules, [], date(2020, 1, 1), date(2020, 3, 31)) == [
        date(2020, 1, 31),
        date(2020, 2, 28),
        date(2020, 3, 27),
    ]


def test_a_pause_takes_its_days_and_nothing_else():
    rules = [fortnightly(date(2020, 2, 4))]
    paused = days(rules, [Pause(date(2020, 3, 1), date(2020, 4, 1))], date(2020, 2, 1), date(2020, 4, 30))
    assert paused == [date(2020, 2, 4), date(2020, 2, 18), date(2020, 4, 14), date(2020, 4, 28)]
    assert days(rules, [Pause(date(2020, 3, 1))], date(2020, 2, 1), date(2020, 12, 31))[-1] == date(
        2020, 2, 18
    )


def test_it_says_what_the_slow_statement_says():
    chance = random.Random(7)
    for _ in range(120):
        start = date(2019, 1, 1) + chance.randrange(400) * DAY
        rules, at = [], start
        for _ in range(chance.randint(1, 3)):
            kind = chance.choice(["weekly", "fortnightly", "monthly", "quarterly"])
            count = chance.randint(1, 3) if kind == "weekly" else 1
            weekdays = tuple(sorted(chance.sample(range(1, 6), count)))
            which = chance.randint(1, 5) if kind in ("monthly", "quarterly") else None
            rules.append(Cadence(at, kind, weekdays, TEN, which))
            at += chance.randint(20, 300) * DAY
        pauses = []
        if chance.random() < 0.5:
            off = start + chance.randrange(500) * DAY
            pauses = [Pause(off, off + chance.randint(1, 90) * DAY)]
        first = start + chance.randrange(-30, 300) * DAY
        last = first + chance.randrange(500) * DAY
        assert days(rules, pauses, first, last) == plainly(rules, pauses, first, last), (rules, pauses)


def test_parts_of_a_span_make_up_the_whole():
    rules = [Cadence(date(2020, 3, 2), "weekly", (1, 3, 5), TEN), fortnightly(date(2020, 9, 1))]
    whole = days(rules, [], date(2020, 3, 1), date(2020, 12, 31))
    cut = date(2020, 4, 12)
    parts = days(rules, [], date(2020, 3, 1), cut) + days(rules, [], cut + DAY, date(2020, 12, 31))
    assert parts == whole


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (Cadence(date(2020, 5, 1), "daily", (1,), TEN), "unknown_frequency"),
        (Cadence(date(2020, 5, 1), "weekly", (), TEN), "no_weekday"),
        (Cadence(date(2020, 5, 1), "weekly", (8,), TEN), "no_weekday"),
        (Cadence(date(2020, 5, 1), "fortnightly", (1, 2), TEN), "several_weekdays"),
        (Cadence(date(2020, 5, 1), "monthly", (1,), TEN), "which_week"),
        (Cadence(date(2020, 5, 1), "monthly", (1,), TEN, 6), "which_week"),
        (Cadence(date(2020, 4, 1), "monthly", (1,), TEN, 1), "not_after_the_last"),
    ],
)
def test_what_is_no_rule(rule, code):
    with pytest.raises(Refusal) as refusal:
        check_cadence(rule, [fortnightly(date(2020, 4, 1))])
    assert refusal.value.code == code
