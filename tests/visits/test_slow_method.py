"""The slow statement itself, on cases worked by hand."""

from datetime import date

import pytest

from tests.visits.slow_method import (
    SlowPlan,
    SlowVisit,
    elapsed,
    first_anniversary,
    reference_key,
    slow_month,
)

A = SlowPlan("1", "A", "CP", date(2020, 3, 2), teams=((date(2020, 3, 2), "7"),))
A_VISITS = [
    SlowVisit("A", date(2020, 3, 13)),
    SlowVisit("A", date(2020, 3, 25), "video", authorised=True),
]


def outcome(plans, visits, plan_type, year, month):
    return {
        child: row[0] for child, row in slow_month(plans, visits, plan_type, year, month).outcomes.items()
    }


def test_the_worked_example():
    assert elapsed(date(2020, 3, 2), date(2020, 3, 31), "CP") == 21
    assert elapsed(date(2020, 3, 13), date(2020, 3, 31), "CP") == 12
    assert elapsed(date(2020, 3, 25), date(2020, 3, 31), "CP") == 4
    assert outcome([A], A_VISITS, "CP", 2020, 3) == {"A": "alternative"}
    assert outcome([A], A_VISITS, "CP", 2020, 4) == {"A": "not_visited"}


def test_the_moved_early_may_holiday():
    # Monday 4 May 2020 was worked, Friday 8 May was not.
    assert elapsed(date(2020, 5, 1), date(2020, 5, 8), "CIN") == 4


def test_a_plan_closed_on_the_last_day_is_not_open():
    closed = SlowPlan("1", "A", "CP", date(2020, 3, 2), date(2020, 3, 31))
    assert outcome([closed], [], "CP", 2020, 3) == {}
    assert outcome([SlowPlan("1", "A", "CP", date(2020, 3, 2), date(2020, 4, 1))], [], "CP", 2020, 3) == {
        "A": "not_visited"
    }


@pytest.mark.parametrize(("start", "longer"), [(date(2019, 2, 28), True), (date(2019, 3, 1), False)])
def test_long_term_holds_from_the_first_anniversary(start, longer):
    plan = SlowPlan("1", "A", "CIC", start, long_term=True)
    seen = [SlowVisit("A", date(2019, 12, 20))]
    assert outcome([plan], seen, "CIC", 2020, 2) == {"A": "face_to_face" if longer else "not_visited"}


def test_anniversary_of_29_february():
    assert first_anniversary(date(2020, 2, 29)) == date(2021, 3, 1)


def test_references_sort_by_value_and_before_texts():
    assert sorted(["10", "9", "a", "B", "09"], key=reference_key) == ["09", "9", "10", "B", "a"]


def test_an_alternative_before_march_2020_is_not_collected():
    plan = SlowPlan("1", "A", "CP", date(2020, 1, 2))
    call = [SlowVisit("A", date(2020, 2, 27), "telephone", authorised=True)]
    assert outcome([plan], call, "CP", 2020, 2) == {"A": "not_visited"}
    # From March on, one inside the window counts whatever its own date.
    assert outcome([SlowPlan("1", "A", "CIC", date(2020, 1, 2))], call, "CIC", 2020, 3) == {
        "A": "alternative"
    }
