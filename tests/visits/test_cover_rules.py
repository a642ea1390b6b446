"""Who can make a visit by when, and for how long somebody may be away or cover: pure."""

from datetime import date, timedelta

import pytest

from safeguarding.kernel.errors import Refusal
from visits.rules import cover as rules
from visits.rules.cover import Days, Hand

TODAY = date(2020, 3, 27)


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


HELD = Days(day(-100))


class TestOwner:
    @pytest.mark.parametrize(
        ("hand", "due", "owned"),
        [
            (Hand(HELD), 3, True),
            (Hand(HELD), -9, True),
            (Hand(HELD, (Days(day(-2)),)), 3, False),
            # Back on the day it is due, and a day too late.
            (Hand(HELD, (Days(day(-2), day(3)),)), 3, True),
            (Hand(HELD, (Days(day(-2), day(4)),)), 3, False),
            # What is overdue needs somebody today.
            (Hand(HELD, (Days(day(-2), day(1)),)), -1, False),
            (Hand(HELD, (Days(day(-2), day(0)),)), -1, True),
            # One absence after the other.
            (Hand(HELD, (Days(day(-2), day(1)), Days(day(1), day(5)))), 4, False),
            # Cover that begins in time, and too late.
            (Hand(Days(day(2), day(9))), 3, True),
            (Hand(Days(day(4), day(9))), 3, False),
            # Who covers is away for all of it.
            (Hand(Days(day(0), day(3)), (Days(day(0), day(3)),)), 5, False),
            # Away later only.
            (Hand(HELD, (Days(day(1)),)), 5, True),
        ],
    )
    def test_able_by_the_day_it_is_due(self, hand, due, owned):
        assert rules.has_owner([hand], today=TODAY, due=day(due)) is owned

    def test_nobody_is_no_owner_and_one_of_two_is_enough(self):
        away = Hand(HELD, (Days(day(-2)),))
        assert not rules.has_owner([], today=TODAY, due=day(1))
        assert rules.has_owner([away, Hand(HELD)], today=TODAY, due=day(1))


class TestDays:
    def test_meeting_is_mutual(self):
        first, second, after = Days(day(0), day(3)), Days(day(2), day(5)), Days(day(3))
        assert first.meets(second) and second.meets(first)
        assert not first.meets(after) and not after.meets(first)
        assert after.meets(second) and Days(day(0)).meets(Days(day(9)))


def codes(faults) -> list[str]:
    return [fault.code for fault in faults]


class TestFaults:
    def test_absence(self):
        assert codes(rules.absence_faults(Days(day(0)), today=TODAY)) == []
        assert codes(rules.absence_faults(Days(day(-93)), today=TODAY)) == ["absence_too_early"]
        assert codes(rules.absence_faults(Days(day(400)), today=TODAY)) == ["absence_too_late"]
        assert codes(rules.absence_faults(Days(day(0), day(0)), today=TODAY)) == ["back_before_away"]
        assert codes(rules.absence_faults(Days(day(0), day(999)), today=TODAY)) == ["back_too_late"]

    def test_cover(self):
        assert codes(rules.cover_faults(Days(day(0), day(1)), today=TODAY)) == []
        assert codes(rules.cover_faults(Days(day(0), day(92)), today=TODAY)) == []
        assert codes(rules.cover_faults(Days(day(0), day(93)), today=TODAY)) == ["cover_too_long"]
        assert codes(rules.cover_faults(Days(day(-1), day(1)), today=TODAY)) == ["cover_in_the_past"]
        assert codes(rules.cover_faults(Days(day(93), day(94)), today=TODAY)) == ["cover_too_late"]
        assert codes(rules.cover_faults(Days(day(2), day(2)), today=TODAY)) == ["cover_ends_before_start"]


class TestWeek:
    def test_this_week_and_the_one_before(self):
        monday = date(2020, 3, 23)
        assert rules.week_of(TODAY) == monday
        assert rules.check_in_week(monday, today=TODAY) == monday
        assert rules.check_in_week(monday - timedelta(days=7), today=TODAY)
        for week, code in (
            (monday - timedelta(days=14), "week_out_of_range"),
            (monday + timedelta(days=7), "week_out_of_range"),
            (TODAY, "not_a_monday"),
        ):
            with pytest.raises(Refusal) as refused:
                rules.check_in_week(week, today=TODAY)
            assert refused.value.code == code

    def test_nobody_is_expected_who_is_away_from_monday_to_friday(self):
        monday = date(2020, 3, 23)
        assert rules.expected(monday, [])
        assert not rules.expected(monday, [Days(monday, monday + timedelta(days=5))])
        assert rules.expected(monday, [Days(monday, monday + timedelta(days=4))])
        wednesday = monday + timedelta(days=2)
        assert not rules.expected(monday, [Days(monday, wednesday), Days(wednesday)])
