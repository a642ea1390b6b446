"""Whether to go, by the answers; and what a visit says without them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from safeguarding.kernel.errors import Refusal
from visits.rules import assessments as rules
from visits.rules.assessments import Answers, Held, PpeNeed

GO, WITH_PPE, STAY = "go", "go_with_ppe", "do_not_go"
MORNING = datetime(2020, 5, 4, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
QUIET = Answers(
    household=frozenset({"none"}),
    purpose_kind="statutory",
    purpose="",
    urgency="soon",
    lone_working=False,
    lone_working_plan="",
    ppe_needed={},
    ppe_available={},
    alternatives_considered="A video call: the family has no camera",
)
EQUIPPED = {"ppe_needed": {"mask": 2}, "ppe_available": {"mask": 2}}


def codes(**changed) -> set[str]:
    return {fault.code for fault in rules.answer_faults(replace(QUIET, **changed))}


class TestAnswers:
    def test_a_quiet_household_has_no_fault(self):
        assert codes() == set()

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"household": frozenset()}, "household_missing"),
            ({"household": frozenset({"plague"})}, "household_missing"),
            ({"household": frozenset({"none", "symptoms"})}, "none_and_more"),
            ({"purpose_kind": ""}, "purpose_missing"),
            ({"purpose_kind": "other", "purpose": "  "}, "purpose_not_said"),
            ({"urgency": "whenever"}, "urgency_missing"),
            ({"lone_working": True, "lone_working_plan": " "}, "lone_working_without_plan"),
            ({"alternatives_considered": "\n"}, "alternatives_missing"),
            ({"ppe_needed": {"mask": 21}}, "ppe_out_of_range"),
            ({"ppe_available": {"mask": -1}}, "ppe_out_of_range"),
            ({"ppe_needed": {"cape": 1}}, "ppe_out_of_range"),
            ({"alternatives_considered": "x" * 1001}, "text_too_long"),
            ({"purpose": "nul\x00"}, "odd_characters"),
        ],
    )
    def test_each_is_refused_by_name(self, changed, code):
        assert codes(**changed) == {code}

    def test_alone_with_a_plan_is_no_fault(self):
        assert codes(lone_working=True, lone_working_plan="Duty desk, by 4pm") == set()


class TestProposal:
    @pytest.mark.parametrize(
        ("household", "urgency", "equipment", "result"),
        [
            ({"none"}, "routine", {}, GO),
            ({"none"}, "routine", EQUIPPED, WITH_PPE),
            ({"none"}, "today", {"ppe_needed": {"mask": 2}, "ppe_available": {"mask": 1}}, STAY),
            ({"symptoms"}, "soon", EQUIPPED, STAY),
            ({"symptoms"}, "today", {}, STAY),
            ({"symptoms"}, "today", EQUIPPED, WITH_PPE),
            ({"symptoms"}, "today", {"ppe_needed": {"mask": 2}}, STAY),
            ({"isolating"}, "routine", EQUIPPED, STAY),
            ({"isolating", "shielding"}, "today", EQUIPPED, WITH_PPE),
            ({"shielding"}, "routine", EQUIPPED, STAY),
            ({"shielding"}, "soon", EQUIPPED, WITH_PPE),
            ({"contact"}, "routine", EQUIPPED, WITH_PPE),
            ({"contact"}, "routine", {}, STAY),
        ],
    )
    def test_the_first_that_applies(self, household, urgency, equipment, result):
        found = rules.proposal(replace(QUIET, household=frozenset(household), urgency=urgency, **equipment))
        assert found.result == result
        assert found.because

    def test_one_kind_does_not_make_up_for_another(self):
        assert rules.shortfall({"mask": 2, "apron": 1}, {"mask": 9}) == {"apron": 1}
        assert rules.shortfall({"mask": 2}, {"mask": 2}) == {}


class TestChoice:
    def test_the_proposal_needs_no_reason(self):
        assert rules.chosen(STAY, STAY, "anything") == ""

    @pytest.mark.parametrize(
        ("result", "reason", "code", "field"),
        [
            (GO, "", "reason_missing", "result_reason"),
            (GO, "because", "reason_too_short", "result_reason"),
            ("run", "three good words", "unknown_result", "result"),
        ],
    )
    def test_another_needs_one(self, result, reason, code, field):
        with pytest.raises(Refusal) as refusal:
            rules.chosen(STAY, result, reason)
        assert (refusal.value.code, refusal.value.field) == (code, field)

    def test_it_is_kept_in_one_spelling(self):
        assert rules.chosen(STAY, GO, "  The child is outside ") == "The child is outside"

    @pytest.mark.parametrize(
        ("household", "proposed", "result", "needed"),
        [
            ({"none"}, GO, GO, False),
            ({"none"}, STAY, GO, True),
            ({"symptoms"}, WITH_PPE, WITH_PPE, True),
            ({"symptoms"}, STAY, STAY, False),
            ({"contact"}, WITH_PPE, GO, False),
        ],
    )
    def test_what_goes_past_a_manager(self, household, proposed, result, needed):
        assert rules.needs_countersignature(household, proposed, result) is needed

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"needed": False}, "needs_no_countersignature"),
            ({"person": 1}, "four_eyes"),
            ({"countersigned": True}, "already_countersigned"),
        ],
    )
    def test_who_may_countersign(self, changed, code):
        right = {"person": 2, "maker": 1, "needed": True, "countersigned": False}
        rules.countersigning(**right)
        with pytest.raises(Refusal) as refusal:
            rules.countersigning(**right | changed)
        assert refusal.value.code == code


class TestVisits:
    held = Held(MORNING, MORNING + 24 * HOUR, GO, GO)

    def standing(self, day: date, *held: Held, recorded: datetime = MORNING + 100 * HOUR) -> Held | None:
        return rules.standing_before(day, recorded, held or (self.held,))

    def test_it_stands_on_each_day_that_its_hours_touch(self):
        assert [bool(self.standing(date(2020, 5, day))) for day in (3, 4, 5, 6)] == [False, True, True, False]

    def test_days_are_londons(self):
        # 23:30 in Greenwich is half past midnight in London in summer.
        late = Held(MORNING + 14.5 * HOUR, MORNING + 38.5 * HOUR, GO, GO)
        assert self.standing(date(2020, 5, 4), late) is None
        assert self.standing(date(2020, 5, 6), late) is late

    def test_what_was_made_after_the_record_came_too_late(self):
        assert self.standing(date(2020, 5, 4), recorded=MORNING - HOUR) is None

    def test_the_last_one_counts(self):
        later = Held(MORNING + HOUR, MORNING + 25 * HOUR, STAY, STAY)
        assert self.standing(date(2020, 5, 4), later, self.held) is later

    @pytest.mark.parametrize(
        ("needed", "held", "code"),
        [
            (False, None, ""),
            (True, None, "visit_without_assessment"),
            (True, held, ""),
            (True, Held(MORNING, MORNING + HOUR, STAY, STAY), "do_not_go_overridden"),
            (False, Held(MORNING, MORNING + HOUR, STAY, STAY), ""),
            # Overridden: the answers spoke against it, until a manager has countersigned.
            (True, Held(MORNING, MORNING + HOUR, STAY, GO), "do_not_go_overridden"),
            (True, Held(MORNING, MORNING + HOUR, STAY, GO, True), ""),
        ],
    )
    def test_what_is_wrong_with_a_visit(self, needed, held, code):
        assert rules.visit_exception(needed, held) == code

    def test_the_step_in_force(self):
        steps = [(date(2021, 7, 19), 0), (date(2020, 3, 23), 1)]
        days = [date(2020, 3, 22), date(2020, 3, 23), date(2021, 7, 18), date(2021, 7, 19)]
        assert [rules.in_force(steps, day) for day in days] == [0, 1, 1, 0]


class TestPpe:
    def need(self, child=1, at=MORNING, team="Alder", needed=2, available=1) -> PpeNeed:
        return PpeNeed(child, team, at, {"mask": needed}, {"mask": available})

    def totals(self, *needs) -> list[tuple]:
        found = rules.ppe_totals(needs)
        return [(row.week, row.team, row.needed["mask"], row.short["mask"]) for row in found]

    def test_weeks_and_teams_apart_the_latest_week_first(self):
        monday = date(2020, 5, 4)
        week = timedelta(days=7)
        found = self.totals(
            self.need(child=1), self.need(child=2), self.need(team="Birch", child=3),
            self.need(child=4, at=MORNING + week),
        )  # fmt: skip
        assert found == [
            (monday + week, "Alder", 2, 1),
            (monday, "Alder", 4, 2),
            (monday, "Birch", 2, 1),
        ]

    def test_of_one_child_and_day_the_last_counts(self):
        found = self.totals(self.need(at=MORNING + HOUR, needed=3, available=3), self.need())
        assert found == [(date(2020, 5, 4), "Alder", 3, 0)]

    def test_what_one_has_over_helps_no_other(self):
        found = self.totals(
            self.need(child=1, needed=2, available=9), self.need(child=2, needed=2, available=0)
        )
        assert found == [(date(2020, 5, 4), "Alder", 4, 2)]
