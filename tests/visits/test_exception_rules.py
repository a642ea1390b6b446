"""Which concern comes first, and when there is one: pure."""

from datetime import date, timedelta

import pytest

from visits.facts.exceptions import Concern
from visits.rules import exceptions as rules

DAY = date(2020, 4, 1)


def days(*numbers: int) -> list[date]:
    return [DAY + timedelta(days=number) for number in numbers]


class TestOrder:
    def test_every_concern_has_a_harm(self):
        assert set(rules.HARM) == set(Concern.values)
        assert set(rules.HARM.values()) <= {1, 2, 3, 4, 5}

    @pytest.mark.parametrize(
        ("age", "band"),
        [(-5, 1), (0, 1), (2, 1), (3, 2), (7, 2), (8, 3), (14, 3), (15, 4), (28, 4), (29, 5), (900, 5)],
    )
    def test_delay_rises_in_bands(self, age, band):
        assert rules.delay(age) == band

    def test_a_childs_safety_comes_before_old_paper_and_paper_rises_as_it_waits(self):
        unseen, paper = Concern.MOST_VULNERABLE_NOT_SEEN, Concern.FLAG_PAST_REVIEW
        assert rules.order(unseen, 8) < rules.order(paper, 400)
        assert rules.order(paper, 15) < rules.order(unseen, 0)

    def test_of_equals_the_greater_harm_then_the_older(self):
        # 4 x 3 and 3 x 4.
        assert rules.order(Concern.CHAIN, 10) < rules.order(Concern.ALTERNATIVE_WITHOUT_DECISION, 20)
        assert rules.order(Concern.CHAIN, 12) < rules.order(Concern.CHAIN, 11)


class TestEndedDecision:
    def code(self, **other) -> str:
        case = {"review_on": DAY, "today": DAY + timedelta(days=1), "seen_since_start": False}
        return rules.ended_decision(**case | {"renewal_waits": False} | other)

    def test_it_lapses_on_the_day_after_its_review(self):
        assert self.code() == "decision_lapsed"
        assert self.code(today=DAY) == ""

    def test_a_renewal_that_waits_is_another_matter(self):
        assert self.code(renewal_waits=True) == "decision_past_review"

    def test_a_child_seen_since_ends_it_well(self):
        assert self.code(seen_since_start=True) == ""
        assert self.code(seen_since_start=True, renewal_waits=True) == ""


class TestChain:
    def test_the_third_without_a_decision(self):
        assert rules.chain_without_decision(days(0, 7, 14), [], 3) == days(14)[0]
        assert rules.chain_without_decision(days(0, 7), [], 3) is None

    def test_a_decision_starts_the_count_anew(self):
        assert rules.chain_without_decision(days(0, 7, 14), days(14), 3) is None
        assert rules.chain_without_decision(days(0, 7, 14), days(-1), 3) == days(14)[0]
        assert rules.chain_without_decision(days(0, 7, 14, 21, 28), days(7), 3) == days(28)[0]

    def test_the_latest_decision_counts(self):
        assert rules.chain_without_decision(days(0, 7, 14), days(-9, 10), 3) is None


class TestIsolation:
    def test_an_alternative_after_it_ended(self):
        assert rules.isolation_over(DAY, days(-2, 0, 3), [], today=DAY + timedelta(days=5)) == DAY
        assert rules.isolation_over(DAY, days(-2), [], today=DAY + timedelta(days=5)) is None

    def test_not_before_it_ends_and_not_where_somebody_decided_anew(self):
        assert rules.isolation_over(DAY, days(0), [], today=DAY - timedelta(days=1)) is None
        assert rules.isolation_over(DAY, days(0), days(1), today=DAY + timedelta(days=5)) is None
        assert rules.isolation_over(DAY, days(0), days(-1), today=DAY + timedelta(days=5)) == DAY
