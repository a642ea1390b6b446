"""When figures are out of date, by the clock and by the calendar."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboards.selectors import age
from safeguarding.kernel.periods import Month
from visits.facts import RatesFreshness

NOON = datetime(2020, 7, 10, 11, tzinfo=UTC)


def fresh(*, last="2020-06", waiting=0, oldest=None, current_at=NOON):
    return RatesFreshness(Month.parse("2019-01").index, Month.parse(last).index, current_at, waiting, oldest)


def test_figures_that_agree_with_every_record_are_fresh_however_long_ago_they_were_worked_out():
    told = age(fresh(current_at=NOON - timedelta(days=9)), now=NOON)
    assert not told["stale"] and told["waiting"] == ""


@pytest.mark.parametrize(("minutes", "stale"), [(1, False), (15, False), (16, True)])
def test_a_change_may_wait_for_15_minutes(minutes, stale):
    told = age(fresh(waiting=1, oldest=NOON - timedelta(minutes=minutes)), now=NOON)
    assert told["stale"] is stale
    assert ("1 change to the records waited" in told["stale_reason"]) is stale
    assert (told["waiting"] == "1 change to the records will be counted in a moment.") is not stale


@pytest.mark.parametrize(
    ("now", "stale"),
    [
        # 30 June, in London: the month is not over.
        (datetime(2020, 6, 30, 22, 59, tzinfo=UTC), False),
        (datetime(2020, 6, 30, 23, 10, tzinfo=UTC), False),
        # 1 July, a quarter past midnight in London.
        (datetime(2020, 6, 30, 23, 16, tzinfo=UTC), True),
        (datetime(2020, 7, 20, 9, tzinfo=UTC), True),
    ],
)
def test_a_month_that_is_over_and_has_no_figures_is_out_of_date(now, stale):
    told = age(fresh(last="2020-05"), now=now)
    assert told["stale"] is stale
    assert ("June 2020 is over and has not been worked out." in told["stale_reason"]) is stale


def test_before_the_first_working_out_there_is_no_age():
    assert age(RatesFreshness(None, None, None, 3, NOON), now=NOON) is None
