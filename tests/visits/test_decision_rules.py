"""What a decision must say, who may take it and what it may become. No database."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from accounts.constants import Role
from accounts.policy import Action, Thing, allows
from safeguarding.kernel.errors import Refusal
from tests.visits.decision_world import ANSWERS, draft
from visits.constants import Method, Status
from visits.constants.oversight import DecisionState, Principle, Standing
from visits.rules import decisions as decision_rules
from visits.rules.decisions import ALLOWED_MOVES, QUESTIONS, Before, Choice, DecisionDraft, PlanDays

TODAY = date(2020, 3, 27)
PLAN = PlanDays(date(2020, 1, 6), None)
DAY = timedelta(days=1)


def codes(wanted: DecisionDraft, plan: PlanDays = PLAN, longest: int = 28) -> list[tuple[str, str | None]]:
    return [
        (fault.code, fault.field)
        for fault in decision_rules.faults(wanted, plan=plan, today=TODAY, longest=longest)
    ]


class TestMoves:
    # Every move that is allowed, written out a second time.
    ALLOWED = frozenset(
        {
            ("asked", "authorised"),
            ("asked", "second"),
            ("asked", "declined"),
            ("asked", "sent_back"),
            ("asked", "withdrawn"),
            ("sent_back", "asked"),
            ("sent_back", "withdrawn"),
            ("second", "authorised"),
            ("second", "sent_back"),
            ("second", "declined"),
        }
    )

    @pytest.mark.parametrize("old", DecisionState.values)
    @pytest.mark.parametrize("new", DecisionState.values)
    def test_every_state_to_every_state(self, old, new):
        if (old, new) in self.ALLOWED:
            decision_rules.move(old, new)
            return
        with pytest.raises(Refusal) as refusal:
            decision_rules.move(old, new)
        fixed = old in ("authorised", "declined", "withdrawn")
        assert refusal.value.code == ("decision_is_fixed" if fixed else "not_a_move")

    def test_the_table_knows_every_state(self):
        assert set(ALLOWED_MOVES) == set(DecisionState.values)

    @pytest.mark.parametrize("state", DecisionState.values)
    @pytest.mark.parametrize("choice", Choice)
    @pytest.mark.parametrize("renewal", range(4))
    def test_every_choice_in_every_state_leads_where_it_says_or_nowhere(self, state, choice, renewal):
        leads = {Choice.DECLINE: "declined", Choice.SEND_BACK: "sent_back", Choice.AUTHORISE: "authorised"}[
            choice
        ]
        if choice is Choice.AUTHORISE and state == "asked" and renewal >= 2:
            leads = "second"
        try:
            found = decision_rules.outcome(choice, state=state, renewal=renewal, second_from=2)
        except Refusal:
            assert state not in ("asked", "second")
        else:
            assert state in ("asked", "second")
            assert found == leads


class TestAnswers:
    def test_right_ones_pass(self):
        assert codes(draft()) == []

    @pytest.mark.parametrize("name", QUESTIONS)
    @pytest.mark.parametrize("nothing", ["", "   ", "\n", ". . . - !"])
    def test_each_must_say_something(self, name, nothing):
        assert codes(draft(**{name: nothing})) == [("empty_answer", name)]

    def test_all_six_principles_are_asked(self):
        assert set(Principle.values) <= set(QUESTIONS)
        assert set(ANSWERS) == set(QUESTIONS)

    def test_nineteen_words_over_all_are_too_few_and_twenty_are_enough(self):
        words = dict.fromkeys(QUESTIONS, "two words")
        assert codes(draft(**words)) == []
        assert codes(draft(**words | {"child_view": "one"})) == [("too_few_words", "child_centred")]

    @pytest.mark.parametrize(("text", "code"), [("x" * 2001, "text_too_long"), ("a\x00b", "odd_characters")])
    def test_texts_that_cannot_be_kept(self, text, code):
        assert (code, "risk_based") in codes(draft(risk_based=text))


class TestDates:
    @pytest.mark.parametrize(
        ("other", "code", "field"),
        [
            ({"alternative": "face_to_face"}, "unknown_alternative", "alternative"),
            ({"alternative": "letter"}, "unknown_alternative", "alternative"),
            ({"due_on": date(2020, 1, 5)}, "due_before_plan", "due_on"),
            ({"due_on": TODAY + 367 * DAY}, "due_too_far", "due_on"),
            ({"review_on": TODAY - DAY, "covers_from": TODAY - 2 * DAY}, "review_in_past", "review_on"),
            ({"review_on": TODAY, "covers_from": TODAY + DAY}, "review_before_start", "review_on"),
            ({"review_on": TODAY + 29 * DAY}, "review_too_late", "review_on"),
            # Neither longer than allowed when it reaches back ...
            (
                {"covers_from": TODAY - 10 * DAY, "review_on": TODAY + 19 * DAY},
                "review_too_late",
                "review_on",
            ),
            # ... nor further ahead than allowed when it begins later.
            (
                {"covers_from": TODAY + 20 * DAY, "review_on": TODAY + 29 * DAY},
                "review_too_late",
                "review_on",
            ),
            (
                {"covers_from": TODAY + 29 * DAY, "review_on": TODAY + 30 * DAY},
                "covers_too_late",
                "covers_from",
            ),
        ],
    )
    def test_out_of_range(self, other, code, field):
        assert codes(draft(**other)) == [(code, field)]

    def test_before_the_plan(self):
        plan = PlanDays(TODAY - 5 * DAY, None)
        assert codes(draft(covers_from=TODAY - 6 * DAY), plan) == [("covers_before_plan", "covers_from")]

    @pytest.mark.parametrize(
        "other",
        [
            {"review_on": TODAY},
            {"review_on": TODAY + 28 * DAY},
            {"covers_from": TODAY - 28 * DAY, "review_on": TODAY},
            {"covers_from": TODAY + 28 * DAY, "review_on": TODAY + 28 * DAY},
            {"due_on": TODAY - 30 * DAY},
        ],
    )
    def test_the_edges_are_within(self, other):
        assert codes(draft(**other)) == []

    @pytest.mark.parametrize("plan", [PlanDays(date(2020, 1, 6), TODAY), PlanDays(TODAY + DAY, None)])
    def test_no_open_plan_no_decision(self, plan):
        assert codes(draft(), plan) == [("plan_closed", "plan")]

    def test_a_plan_that_will_end_is_not_outlived(self):
        plan = PlanDays(date(2020, 1, 6), TODAY + 14 * DAY)
        assert codes(draft(), plan) == [("review_after_plan", "review_on")]
        assert codes(draft(review_on=TODAY + 13 * DAY), plan) == []


class TestRenewal:
    BEFORE = Before(uuid4(), TODAY, 1, None)

    def test_a_first_one(self):
        assert decision_rules.renewal_of(None, None) == 0

    def test_the_one_before_is_named_and_counted(self):
        assert decision_rules.renewal_of(self.BEFORE, self.BEFORE.uid) == 2

    @pytest.mark.parametrize("seen", [None, TODAY - DAY])
    def test_asking_afresh_is_no_way_round_the_second_approver(self, seen):
        before = replace(self.BEFORE, seen_face_to_face=seen)
        with pytest.raises(Refusal) as refusal:
            decision_rules.renewal_of(before, None)
        assert refusal.value.code == "renew_it"

    def test_seen_face_to_face_since_makes_a_fresh_start(self):
        before = replace(self.BEFORE, seen_face_to_face=TODAY)
        assert decision_rules.renewal_of(before, None) == 0
        with pytest.raises(Refusal) as refusal:
            decision_rules.renewal_of(before, before.uid)
        assert refusal.value.code == "seen_since"

    @pytest.mark.parametrize("before", [None, BEFORE])
    def test_only_the_latest_is_renewed(self, before):
        with pytest.raises(Refusal) as refusal:
            decision_rules.renewal_of(before, uuid4())
        assert refusal.value.code == "not_the_latest"


class TestDecider:
    def test_nobody_decides_what_they_asked_for(self):
        for state in ("asked", "second"):
            with pytest.raises(Refusal) as refusal:
                decision_rules.decider(person=1, state=state, asked_by=1, decided_by=2)
            assert refusal.value.code == "self_approval"

    def test_the_second_approver_is_a_third_person(self):
        with pytest.raises(Refusal) as refusal:
            decision_rules.decider(person=2, state="second", asked_by=1, decided_by=2)
        assert refusal.value.code == "second_is_another"
        decision_rules.decider(person=3, state="second", asked_by=1, decided_by=2)
        decision_rules.decider(person=2, state="asked", asked_by=1, decided_by=None)

    def test_the_policy_lets_only_managers_decide(self):
        assert [role for role in Role if allows({role}, Action.DECIDE, Thing.DECISION)] == [Role.MANAGER]
        assert {role for role in Role if allows({role}, Action.CREATE, Thing.DECISION)} == {
            Role.MANAGER,
            Role.SOCIAL_WORKER,
        }

    @pytest.mark.parametrize(
        ("renewal", "limit", "needed"),
        [(0, 2, False), (1, 2, False), (2, 2, True), (3, 2, True), (1, 1, True), (2, 9, True), (1, 9, False)],
    )
    def test_two_from_the_second_renewal_on_whatever_the_limit(self, renewal, limit, needed):
        assert decision_rules.second_needed(renewal, limit) is needed


class TestApproval:
    def test_an_expired_request(self):
        with pytest.raises(Refusal) as refusal:
            decision_rules.approval(plan=PLAN, review_on=TODAY - DAY, today=TODAY)
        assert refusal.value.code == "request_expired"
        decision_rules.approval(plan=PLAN, review_on=TODAY, today=TODAY)

    def test_a_closed_plan(self):
        with pytest.raises(Refusal) as refusal:
            decision_rules.approval(plan=PlanDays(PLAN.start, TODAY), review_on=TODAY, today=TODAY)
        assert refusal.value.code == "plan_closed"

    @pytest.mark.parametrize("choice", [Choice.SEND_BACK, Choice.DECLINE])
    @pytest.mark.parametrize(("text", "code"), [(" ", "reason_missing"), ("not now", "reason_too_short")])
    def test_who_does_not_authorise_says_why(self, choice, text, code):
        with pytest.raises(Refusal) as refusal:
            decision_rules.note(text, choice=choice)
        assert (refusal.value.code, refusal.value.field) == (code, "note")

    def test_who_authorises_need_not(self):
        assert decision_rules.note(" ", choice=Choice.AUTHORISE) == ""

    def test_retrospective_from_the_day_after_its_first(self):
        assert not decision_rules.is_retrospective(covers_from=TODAY, decided_on=TODAY)
        assert decision_rules.is_retrospective(covers_from=TODAY, decided_on=TODAY + DAY)


class TestStanding:
    def on(self, today: date, state: str = "authorised", renewed_from: date | None = None) -> Standing:
        return decision_rules.standing(
            state=state,
            covers_from=TODAY,
            review_on=TODAY + 14 * DAY,
            renewed_from=renewed_from,
            today=today,
        )

    def test_it_lapses_by_itself_on_the_day_after_its_review_date(self):
        assert self.on(TODAY - DAY) is Standing.UPCOMING
        assert self.on(TODAY) is Standing.LIVE
        assert self.on(TODAY + 14 * DAY) is Standing.LIVE
        assert self.on(TODAY + 15 * DAY) is Standing.LAPSED

    def test_a_renewal_supersedes_it_from_the_renewals_first_day(self):
        assert self.on(TODAY + 9 * DAY, renewed_from=TODAY + 10 * DAY) is Standing.LIVE
        assert self.on(TODAY + 10 * DAY, renewed_from=TODAY + 10 * DAY) is Standing.SUPERSEDED
        assert self.on(TODAY + 20 * DAY, renewed_from=TODAY + 10 * DAY) is Standing.SUPERSEDED

    @pytest.mark.parametrize("state", ["asked", "second", "sent_back"])
    def test_a_request_expires(self, state):
        assert self.on(TODAY + 14 * DAY, state) == state
        assert self.on(TODAY + 15 * DAY, state) is Standing.EXPIRED

    @pytest.mark.parametrize("state", ["declined", "withdrawn"])
    def test_an_end_stays_what_it_is(self, state):
        assert self.on(TODAY + 99 * DAY, state) == state


class TestAuthoriser:
    def test_the_first_without_a_hand_in_it(self):
        assert decision_rules.authoriser((1, 2), {9}) == 1
        assert decision_rules.authoriser((1, 2), {1}) == 2
        assert decision_rules.authoriser((1, None), {1}) is None
        assert decision_rules.authoriser((1, 2), {1, 2}) is None

    def test_what_needs_authorisation(self):
        for method in Method:
            for status in Status:
                needs = method != Method.FACE_TO_FACE and status == Status.COMPLETED
                assert decision_rules.needs_authorisation(method=method, status=status) is needs
