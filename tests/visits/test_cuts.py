"""The method's dates agree with the method's own words, day by day."""

from datetime import date, timedelta

import pytest

from safeguarding.kernel.periods import Month
from tests.visits.slow_method import elapsed, first_anniversary
from visits.analysis import cuts
from visits.constants import PlanType, Regime, Unit
from visits.rules.rates import Interval

FOREVER = date(1990, 1, 1)
INTERVALS = [
    Interval("CP", "standard", 10, "working_days", FOREVER),
    Interval("CIN", "standard", 20, "working_days", FOREVER),
    Interval("CIC", "standard", 42, "calendar_days", FOREVER),
    Interval("CIC", "long_term", 91, "calendar_days", FOREVER),
]
LENGTHS = {(interval.plan_type, interval.regime): interval.length for interval in INTERVALS}


def by_key(intervals, first="2020-03", last="2020-03", alternatives_from=date(2020, 3, 1)):
    found = cuts(intervals, alternatives_from, Month.parse(first), Month.parse(last))
    return {(cut.plan_type, cut.regime, str(Month(cut.month))): cut for cut in found}


@pytest.mark.parametrize("year", range(2016, 2027))
def test_every_day_of_a_year_is_on_the_right_side_of_the_cuts(year):
    for cut in by_key(INTERVALS, f"{year}-01", f"{year}-12").values():
        length = LENGTHS.get((cut.plan_type, cut.regime)) or LENGTHS[cut.plan_type, "standard"]
        shortest = LENGTHS[cut.plan_type, "standard"]
        for back in range(110):
            day = cut.month_end - timedelta(days=back)
            since = elapsed(day, cut.month_end, cut.plan_type)
            assert (day <= cut.open_cut) == (since >= shortest), (cut, day)
            assert (day >= cut.seen_cut) == (since <= length), (cut, day)


@pytest.mark.parametrize("start", [date(2020, 2, 28), date(2020, 2, 29), date(2020, 3, 1), date(2019, 2, 28)])
def test_the_first_anniversary_of_every_start_near_29_february(start):
    for cut in by_key(INTERVALS, "2020-01", "2021-04").values():
        assert (start <= cut.anniversary_cut) == (first_anniversary(start) <= cut.month_end)


def test_the_worked_example():
    cut = by_key(INTERVALS)["CP", "standard", "2020-03"]
    assert cut.seen_cut == date(2020, 3, 17)
    assert cut.open_cut == date(2020, 3, 17)
    assert cut.month_end == date(2020, 3, 31)


def test_a_type_without_a_long_term_rule_keeps_its_interval():
    found = by_key(INTERVALS)
    assert found["CP", "long_term", "2020-03"].seen_cut == found["CP", "standard", "2020-03"].seen_cut
    assert found["CIC", "long_term", "2020-03"].seen_cut == date(2019, 12, 31)
    assert found["CIC", "long_term", "2020-03"].open_cut == found["CIC", "standard", "2020-03"].open_cut


def test_a_rule_holds_from_the_month_end_after_it_began_and_past_months_keep_theirs():
    changed = [*INTERVALS, Interval("CP", "standard", 20, "calendar_days", date(2020, 3, 31))]
    found = by_key(changed, "2020-02", "2020-04")
    assert (
        found["CP", "standard", "2020-02"].seen_cut
        == by_key(INTERVALS, "2020-02", "2020-02")["CP", "standard", "2020-02"].seen_cut
    )
    assert found["CP", "standard", "2020-03"].seen_cut == date(2020, 3, 11)
    assert found["CP", "standard", "2020-04"].seen_cut == date(2020, 4, 10)


def test_a_rule_that_has_ended_makes_no_figures():
    ended = [Interval("CP", "standard", 10, "working_days", FOREVER, date(2020, 3, 31))]
    assert {key[2] for key in by_key(ended, "2020-02", "2020-04")} == {"2020-02"}


@pytest.mark.parametrize(
    ("since", "collected"),
    [(date(2020, 3, 1), True), (date(2020, 3, 31), True), (date(2020, 4, 1), False), (None, False)],
)
def test_alternatives_are_collected_by_the_month(since, collected):
    found = by_key(INTERVALS, alternatives_from=since)
    assert {cut.alternatives_collected for cut in found.values()} == {collected}


def test_every_type_and_regime_has_a_row():
    assert set(by_key(INTERVALS)) == {
        (kind, regime, "2020-03") for kind in PlanType.values for regime in Regime.values
    }
    assert {interval.unit for interval in INTERVALS} == set(Unit.values)
