"""What may be recorded, corrected and cancelled; and when a child is due. No database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import Month
from tests.visits.slow_method import elapsed
from visits.analysis import cuts
from visits.constants import Method, Outcome, PlanType, Regime, Status, Unit
from visits.rules import due_dates
from visits.rules import records as record_rules
from visits.rules.rates import Interval
from visits.rules.records import VisitDraft

TODAY = date(2020, 3, 27)
ALWAYS = date(1990, 1, 1)
RULES = (
    Interval(PlanType.CP, Regime.STANDARD, 10, Unit.WORKING_DAYS, ALWAYS),
    Interval(PlanType.CIN, Regime.STANDARD, 20, Unit.WORKING_DAYS, ALWAYS),
    Interval(PlanType.CIC, Regime.STANDARD, 42, Unit.CALENDAR_DAYS, ALWAYS),
    Interval(PlanType.CIC, Regime.LONG_TERM, 91, Unit.CALENDAR_DAYS, ALWAYS),
)


def draft(**other) -> VisitDraft:
    right = {
        "visit_date": TODAY,
        "method": Method.FACE_TO_FACE,
        "status": Status.COMPLETED,
        "child_seen": True,
        "note": "",
    }
    return VisitDraft(**right | other)


def faults(given: VisitDraft, *, start: date | None = date(2020, 1, 6), days_ahead: int = 0) -> list[tuple]:
    found = record_rules.visit_faults(given, today=TODAY, first_plan_start=start, days_ahead=days_ahead)
    return [(fault.code, fault.field) for fault in found]


class TestVisitFaults:
    def test_a_visit_today_has_none(self):
        assert faults(draft()) == []

    def test_a_visit_that_took_place_is_not_in_the_future(self):
        tomorrow = TODAY + timedelta(days=1)
        assert faults(draft(visit_date=tomorrow)) == [("future_visit", "visit_date")]
        assert faults(draft(visit_date=tomorrow), days_ahead=1) == []
        assert faults(draft(visit_date=tomorrow + timedelta(days=1)), days_ahead=1) == [
            ("future_visit", "visit_date")
        ]

    def test_a_planned_visit_is_not_in_the_past_nor_years_ahead(self):
        planned = {"status": Status.PLANNED, "child_seen": False}
        assert faults(draft(visit_date=TODAY, **planned)) == []
        assert faults(draft(visit_date=TODAY - timedelta(days=1), **planned)) == [
            ("planned_in_past", "visit_date")
        ]
        assert faults(draft(visit_date=date(2202, 3, 27), **planned)) == [("planned_too_far", "visit_date")]

    def test_no_visit_is_before_the_first_plan(self):
        assert faults(draft(visit_date=date(2020, 1, 6))) == []
        assert faults(draft(visit_date=date(2020, 1, 5))) == [("before_first_plan", "visit_date")]

    def test_only_a_visit_that_took_place_can_have_seen_the_child(self):
        assert faults(draft(status=Status.PLANNED)) == [("seen_when_planned", "child_seen")]

    def test_unknown_codes_are_refused_each_beside_its_field(self):
        assert faults(draft(method="fax", status="perhaps", child_seen=False)) == [
            ("unknown_method", "method"),
            ("unknown_status", "status"),
        ]

    def test_nothing_is_recorded_as_cancelled(self):
        assert faults(draft(status=Status.CANCELLED, child_seen=False)) == [("unknown_status", "status")]

    @pytest.mark.parametrize("sign", ["\x00", "\x1b", "\u202e", "\ud800", "\ufeff" + "a", "\ue000"])
    def test_text_that_cannot_be_shown_is_refused(self, sign):
        assert faults(draft(note=f"seen{sign}at home")) == [("odd_characters", "note")]

    def test_text_in_other_scripts_and_with_new_lines_is_kept(self):
        assert faults(draft(note="Zażółć gęślą jaźń\nمرحبا 👨‍👩‍👧")) == []

    def test_text_over_length_is_refused(self):
        assert faults(draft(note="x" * 4000)) == []
        assert faults(draft(note="x" * 4001)) == [("text_too_long", "note")]


class TestMoves:
    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("planned", "completed"),
            ("planned", "cancelled"),
            ("completed", "cancelled"),
            ("planned", "planned"),
        ],
    )
    def test_what_may_become_what(self, old, new):
        record_rules.move(old, new)

    def test_a_cancelled_visit_is_fixed(self):
        for new in Status.values:
            with pytest.raises(Refusal) as refusal:
                record_rules.move(Status.CANCELLED, new)
            assert refusal.value.code == "cancelled_is_fixed"

    def test_a_visit_that_took_place_stays_one(self):
        with pytest.raises(Refusal) as refusal:
            record_rules.move(Status.COMPLETED, Status.PLANNED)
        assert refusal.value.code == "made_stays_made"


class TestWhoMayChange:
    RECORDED = datetime(2020, 3, 27, 16, tzinfo=UTC)

    def reason_needed(self, person: int, recorder: int | None, hours: float) -> bool:
        now = self.RECORDED + timedelta(hours=hours)
        return record_rules.change(person=person, recorder=recorder, recorded_at=self.RECORDED, now=now)

    def test_in_the_first_day_the_recorder_needs_no_reason(self):
        assert self.reason_needed(1, 1, 23.99) is False

    def test_in_the_first_day_nobody_else_may(self):
        with pytest.raises(Refusal) as refusal:
            self.reason_needed(2, 1, 23.99)
        assert refusal.value.code == "not_yours_yet"

    def test_after_it_everybody_gives_a_reason(self):
        assert self.reason_needed(1, 1, 24) is True
        assert self.reason_needed(2, 1, 24) is True

    def test_an_imported_visit_is_fixed_from_the_start(self):
        assert self.reason_needed(1, None, 0) is True


class TestReasons:
    @pytest.mark.parametrize("reason", ["", "   ", "\n"])
    def test_a_missing_one_is_refused(self, reason):
        with pytest.raises(Refusal) as refusal:
            record_rules.reason_given(reason)
        assert (refusal.value.code, refusal.value.field) == ("reason_missing", "reason")

    @pytest.mark.parametrize("reason", ["typo", "wrong date", "- - - - -", "…  …  …"])
    def test_one_that_says_too_little_is_refused(self, reason):
        with pytest.raises(Refusal) as refusal:
            record_rules.reason_given(reason)
        assert refusal.value.code == "reason_too_short"

    def test_it_comes_back_in_one_spelling(self):
        assert record_rules.reason_given("  cafe\u0301 was closed ") == "caf\u00e9 was closed"

    def test_nine_words_open_no_record(self):
        with pytest.raises(Refusal):
            record_rules.emergency_reason("one two three four five six seven eight nine")
        record_rules.emergency_reason("one two three four five six seven eight nine ten")


class TestAuthorisation:
    def test_a_new_date_is_another_contact_and_a_new_note_is_not(self):
        assert not record_rules.keeps_authorisation({"visit_date", "note"})
        assert record_rules.keeps_authorisation({"note"})


def due(
    plan_type=PlanType.CP, start=date(2020, 1, 6), last=None, long_term=False, today=TODAY
) -> date | None:
    return due_dates.due_by(
        plan_type=plan_type,
        start=start,
        long_term=long_term,
        last_counting=last,
        intervals=RULES,
        today=today,
    )


class TestDueDates:
    def test_ten_working_days_after_the_last_contact_not_counting_easter(self):
        assert due(last=date(2020, 4, 3)) == date(2020, 4, 21)

    def test_the_first_visit_is_due_after_the_start(self):
        assert due(start=date(2020, 3, 2)) == date(2020, 3, 16)

    def test_a_contact_before_the_plan_started_does_not_bring_it_forward(self):
        assert due(start=date(2020, 3, 2), last=date(2020, 2, 27)) == date(2020, 3, 16)

    def test_in_care_it_is_six_weeks_and_for_a_settled_placement_thirteen(self):
        assert due(PlanType.CIC, last=date(2020, 3, 1)) == date(2020, 4, 12)
        settled = {"start": date(2018, 3, 1), "long_term": True}
        assert due(PlanType.CIC, last=date(2020, 3, 1), **settled) == date(2020, 5, 31)

    def test_a_placement_settles_on_its_first_anniversary(self):
        start, last = date(2019, 4, 20), date(2020, 3, 1)
        # Due by the shorter interval on 12 April, before the anniversary on 20 April.
        assert due(PlanType.CIC, start=start, long_term=True, last=last) == date(2020, 4, 12)
        assert due(PlanType.CIC, start=start, long_term=True, last=date(2020, 3, 10)) == date(2020, 6, 9)
        after = due(PlanType.CIC, start=start, long_term=True, last=last, today=date(2020, 4, 20))
        assert after == date(2020, 5, 31)

    def test_without_a_rule_there_is_no_date(self):
        found = due_dates.due_by(
            plan_type=PlanType.CP, start=TODAY, long_term=False, last_counting=None, intervals=(), today=TODAY
        )
        assert found is None

    @given(
        last=st.dates(date(2019, 1, 1), date(2024, 12, 31)),
        days=st.integers(0, 60),
        rule=st.sampled_from(RULES),
    )
    def test_overdue_by_the_date_is_overdue_by_the_cut(self, last, days, rule):
        """The list asks the database by a cut, the page says a date: both must name the same children."""
        today = last + timedelta(days=days)
        late = due_dates.latest_due(last, rule) < today
        assert late == (last < due_dates.earliest_not_overdue(today, rule))

    @given(last=st.dates(date(2019, 1, 1), date(2024, 12, 31)), rule=st.sampled_from(RULES))
    def test_on_the_due_date_the_interval_is_just_used_up(self, last, rule):
        until = due_dates.latest_due(last, rule)
        if rule.unit == Unit.CALENDAR_DAYS:
            assert (until - last).days == rule.length
        else:
            assert elapsed(last, until, PlanType.CP) == rule.length
            assert elapsed(last, until - timedelta(days=1), PlanType.CP) == rule.length - 1


class TestMonthSoFar:
    MONTH = Month.parse("2020-03")

    def so_far(self, *contacts, start=date(2020, 3, 2), today=date(2020, 3, 27), collected=date(2020, 3, 1)):
        return due_dates.month_so_far(
            plan_type=PlanType.CP,
            start=start,
            long_term=False,
            today=today,
            contacts=[due_dates.Contact(*contact) for contact in contacts],
            month_cuts=cuts(RULES, collected, self.MONTH, self.MONTH),
        )

    def test_the_worked_example_of_the_method(self):
        seen = self.so_far((date(2020, 3, 13), Method.FACE_TO_FACE), (date(2020, 3, 25), Method.VIDEO))
        assert (seen.in_cohort, seen.outcome, seen.seen_on) == (True, Outcome.ALTERNATIVE, date(2020, 3, 25))
        # Ten working days end on 31 March if they begin after 17 March.
        assert seen.counts_from == date(2020, 3, 17)

    def test_face_to_face_wins_over_a_later_call(self):
        seen = self.so_far((date(2020, 3, 20), Method.FACE_TO_FACE), (date(2020, 3, 25), Method.VIDEO))
        assert (seen.outcome, seen.seen_on) == (Outcome.FACE_TO_FACE, date(2020, 3, 20))

    def test_a_contact_of_tomorrow_is_not_yet_one(self):
        seen = self.so_far((date(2020, 3, 28), Method.FACE_TO_FACE))
        assert (seen.outcome, seen.seen_on) == (Outcome.NOT_VISITED, None)

    def test_a_plan_that_began_late_in_the_month_is_not_counted(self):
        assert self.so_far(start=date(2020, 3, 17)).in_cohort is True
        assert self.so_far(start=date(2020, 3, 18)).in_cohort is False

    def test_alternatives_do_not_count_where_they_are_not_collected(self):
        seen = self.so_far((date(2020, 3, 25), Method.VIDEO), collected=None)
        assert (seen.outcome, seen.seen_on) == (Outcome.NOT_VISITED, None)
