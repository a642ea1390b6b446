"""The rules of hazard flags, asked one by one."""

from datetime import date, timedelta

import pytest

from safeguarding.kernel.errors import Refusal
from visits.rules import flags as flag_rules
from visits.rules.flags import FlagDates, FlagDraft, FlagStanding, FlagState, KindTerms

TODAY = date(2020, 4, 3)
DAY = timedelta(days=1)
OPEN = KindTerms(lasts_days=None, review_days=28, needs_agreement=True)
ISOLATION = KindTerms(lasts_days=14, review_days=14, needs_agreement=True)


def draft(**other) -> FlagDraft:
    fields = {
        "reason": "Nobody outside sees the child",
        "source": "Telephone call",
        "starts_on": TODAY,
        "told_family": True,
        "told_family_how": "By telephone",
    }
    return FlagDraft(**fields | other)


def state(**other) -> FlagState:
    fields = {
        "raised_by": 1,
        "agreed": False,
        "cleared": False,
        "starts_on": TODAY,
        "review_on": TODAY + 28 * DAY,
        "ends_on": None,
    }
    return FlagState(**fields | other)


def refused(terms: KindTerms = OPEN, **other) -> set[tuple[str, str | None]]:
    faults = flag_rules.draft_faults(draft(**other), terms, today=TODAY, first_plan_start=date(2020, 1, 6))
    return {(fault.code, fault.field) for fault in faults}


class TestStanding:
    @pytest.mark.parametrize(
        ("other", "expected"),
        [
            ({}, FlagStanding.STANDS),
            ({"review_on": TODAY}, FlagStanding.STANDS),
            ({"review_on": TODAY - DAY}, FlagStanding.PAST_REVIEW),
            ({"ends_on": TODAY + DAY}, FlagStanding.STANDS),
            ({"ends_on": TODAY}, FlagStanding.ENDED),
            ({"ends_on": TODAY, "review_on": TODAY - DAY}, FlagStanding.ENDED),
            ({"ends_on": TODAY, "cleared": True}, FlagStanding.CLEARED),
        ],
    )
    def test_a_day_decides(self, other, expected):
        assert flag_rules.standing(state(**other), TODAY) is expected

    def test_lapsed_are_those_to_renew_or_remove(self):
        assert [one.name for one in FlagStanding if one.lapsed] == ["PAST_REVIEW", "ENDED"]


class TestDates:
    def test_isolation_ends_by_itself_counted_from_its_start(self):
        days = flag_rules.dates(draft(starts_on=TODAY - 4 * DAY), ISOLATION, today=TODAY)
        assert days == FlagDates(review_on=TODAY + 10 * DAY, ends_on=TODAY + 10 * DAY)

    def test_an_open_kind_has_a_review_and_no_end(self):
        assert flag_rules.dates(draft(), OPEN, today=TODAY) == FlagDates(TODAY + 28 * DAY, None)

    def test_ones_own_days_come_first(self):
        own = {"review_on": TODAY + 3 * DAY, "ends_on": TODAY + 10 * DAY}
        assert flag_rules.dates(draft(**own), ISOLATION, today=TODAY) == FlagDates(**own)


class TestRaising:
    def test_what_is_complete_is_not_refused(self):
        assert refused() == set()
        assert refused(told_family=False, told_family_how="It would put the child at risk") == set()
        assert refused(ISOLATION) == set()

    @pytest.mark.parametrize(
        ("other", "code", "field"),
        [
            ({"starts_on": TODAY + DAY}, "future_start", "starts_on"),
            ({"starts_on": date(2020, 1, 5)}, "before_first_plan", "starts_on"),
            ({"review_on": TODAY}, "review_in_past", "review_on"),
            ({"review_on": TODAY + 29 * DAY}, "review_too_late", "review_on"),
            ({"ends_on": TODAY}, "already_over", "ends_on"),
            ({"ends_on": TODAY + 367 * DAY}, "ends_too_late", "ends_on"),
            ({"ends_on": TODAY + 5 * DAY, "review_on": TODAY + 6 * DAY}, "review_after_end", "review_on"),
            ({"reason": " "}, "reason_missing", "reason"),
            ({"reason": "very vulnerable"}, "reason_too_short", "reason"),
            ({"reason": "a b " * 400}, "text_too_long", "reason"),
            ({"reason": "Nobody sees \x07 this child"}, "odd_characters", "reason"),
            ({"source": ""}, "source_missing", "source"),
            ({"told_family_how": ""}, "told_family_how_missing", "told_family_how"),
            (
                {"told_family": False, "told_family_how": "\u202e"},
                "odd_characters",
                "told_family_how",
            ),
        ],
    )
    def test_what_is_missing_or_out_of_range_is_refused_beside_its_field(self, other, code, field):
        assert refused(**other) == {(code, field)}

    def test_isolation_that_is_over_is_not_raised(self):
        assert refused(ISOLATION, starts_on=TODAY - 14 * DAY) == {("already_over", "starts_on")}
        assert refused(ISOLATION, starts_on=TODAY - 13 * DAY) == set()

    def test_isolation_lasts_at_most_twice_its_days(self):
        assert refused(ISOLATION, ends_on=TODAY + 28 * DAY) == set()
        assert refused(ISOLATION, ends_on=TODAY + 29 * DAY) == {("ends_too_late", "ends_on")}


class TestAgreement:
    def refused(self, person: int = 2, *, needs_agreement: bool = True, **other) -> str:
        with pytest.raises(Refusal) as refusal:
            flag_rules.agreement(state(**other), person=person, today=TODAY, needs_agreement=needs_agreement)
        return refusal.value.code

    def test_another_person_agrees(self):
        flag_rules.agreement(state(), person=2, today=TODAY, needs_agreement=True)
        flag_rules.agreement(state(review_on=TODAY - DAY), person=2, today=TODAY, needs_agreement=True)

    def test_never_who_raised_it(self):
        assert self.refused(person=1) == "four_eyes"

    def test_once_and_only_what_stands(self):
        assert self.refused(agreed=True) == "already_agreed"
        assert self.refused(cleared=True, ends_on=TODAY) == "flag_cleared"
        assert self.refused(ends_on=TODAY) == "flag_ended"
        assert self.refused(needs_agreement=False) == "needs_no_agreement"


class TestReview:
    def review(self, days: FlagDates | None = None, reason: str = "It is as it was", terms=OPEN, **other):
        return flag_rules.review(state(**other), days, terms, reason=reason, today=TODAY)

    def test_it_stands_until_new_days(self):
        days, reason = self.review(review_on=TODAY - DAY, reason=" It is as it was ")
        assert days == FlagDates(TODAY + 28 * DAY, None)
        assert reason == "It is as it was"

    def test_by_its_kind_never_after_its_end(self):
        days, _ = self.review(terms=ISOLATION, ends_on=TODAY + 5 * DAY)
        assert days == FlagDates(TODAY + 5 * DAY, TODAY + 5 * DAY)

    @pytest.mark.parametrize(
        ("days", "other", "code"),
        [
            (None, {"cleared": True, "ends_on": TODAY}, "flag_cleared"),
            (None, {"ends_on": TODAY}, "flag_ended"),
            (FlagDates(TODAY, None), {}, "review_in_past"),
            (FlagDates(TODAY + 29 * DAY, None), {}, "review_too_late"),
            (FlagDates(TODAY + DAY, TODAY), {}, "ends_in_past"),
            (FlagDates(TODAY + DAY, None), {"terms": ISOLATION}, "end_missing"),
            (None, {"reason": ""}, "reason_missing"),
        ],
    )
    def test_refused_by_name(self, days, other, code):
        with pytest.raises(Refusal) as refusal:
            self.review(days, **other)
        assert refusal.value.code == code


class TestClearing:
    def test_it_stands_no_longer_from_today(self):
        assert flag_rules.clearing(state(), reason="No longer so", today=TODAY)[0] == TODAY

    def test_what_has_ended_keeps_its_end(self):
        ended = state(starts_on=TODAY - 20 * DAY, ends_on=TODAY - 6 * DAY)
        assert flag_rules.clearing(ended, reason="Isolation is over", today=TODAY)[0] == TODAY - 6 * DAY

    def test_refused_by_name(self):
        for one, reason, code in (
            (state(cleared=True, ends_on=TODAY), "No longer so", "flag_cleared"),
            (state(), "", "reason_missing"),
            (state(), "gone", "reason_too_short"),
        ):
            with pytest.raises(Refusal) as refusal:
                flag_rules.clearing(one, reason=reason, today=TODAY)
            assert refusal.value.code == code
