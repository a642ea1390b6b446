"""Who may take which step from which state, when an answer is owed, and when the board asks what changed."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from accounts.constants import Role
from riskregister.constants import ChallengeState, EscalationState, SignalState
from riskregister.rules import board_work as rules
from riskregister.rules.appetite import Standing, breaches
from riskregister.rules.board_work import Act, DecisionState
from safeguarding.kernel.errors import Refusal

CO, BM, PR = Role.COORDINATOR, Role.BOARD_MEMBER, Role.PARTNER
TODAY = date(2020, 6, 15)
NOW = datetime(2020, 6, 15, 9, tzinfo=UTC)
DAY = timedelta(days=1)

# Every step that is allowed: (thing, state, act, role) -> the state that follows. All else is refused.
ALLOWED = {
    ("signal", "new", Act.WATCH, CO): "watched",
    ("signal", "watched", Act.WATCH, CO): "watched",
    ("signal", "dismissed", Act.WATCH, CO): "watched",
    ("signal", "new", Act.DISMISS, CO): "dismissed",
    ("signal", "watched", Act.DISMISS, CO): "dismissed",
    ("signal", "new", Act.PROMOTE, CO): "promoted",
    ("signal", "watched", Act.PROMOTE, CO): "promoted",
    ("escalation", "proposed", Act.TAKE_UP, CO): "open",
    ("escalation", "proposed", Act.DECLINE, CO): "declined",
    ("escalation", "open", Act.ANSWER, BM): "answered",
    ("escalation", "answered", Act.SAY_WHAT_CHANGED, BM): "answered",
    ("escalation", "answered", Act.SAY_WHAT_CHANGED, CO): "answered",
    ("challenge", "asked", Act.ANSWER, PR): "answered",
    ("challenge", "reopened", Act.ANSWER, PR): "answered",
    ("challenge", "answered", Act.ACCEPT, BM): "accepted",
    ("challenge", "answered", Act.REOPEN, BM): "reopened",
    ("challenge", "accepted", Act.REOPEN, BM): "reopened",
    ("challenge", "accepted", Act.SAY_WHAT_CHANGED, BM): "accepted",
    ("decision", "recorded", Act.EDIT, CO): "recorded",
    ("decision", "recorded", Act.CONFIRM, BM): "confirmed",
    ("decision", "confirmed", Act.SAY_WHAT_CHANGED, BM): "confirmed",
}
STEPS = {
    "signal": (rules.SIGNAL_STEPS, SignalState.values),
    "escalation": (rules.ESCALATION_STEPS, EscalationState.values),
    "challenge": (rules.CHALLENGE_STEPS, ChallengeState.values),
    "decision": (rules.DECISION_STEPS, [DecisionState.RECORDED, DecisionState.CONFIRMED]),
}
EVERY = [
    (thing, state, act, role)
    for thing, (steps, states) in STEPS.items()
    for state, act, role in product(states, steps, Role)
]


@pytest.mark.parametrize(("thing", "state", "act", "role"), EVERY)
def test_every_pair_of_state_and_step_for_every_role(thing, state, act, role):
    expected = ALLOWED.get((thing, state, act, role))
    assert rules.may(thing, act, state, {role}) is (expected is not None)
    if expected:
        assert rules.step(thing, act, state, {role}) == expected
        return
    with pytest.raises(Refusal) as refused:
        rules.step(thing, act, state, {role})
    own = any(key[2:] == (act, role) and key[0] == thing for key in ALLOWED)
    assert refused.value.code == ("wrong_state" if own else "not_your_act")


def test_each_state_is_named_to_who_comes_second():
    for thing, (_, states) in STEPS.items():
        for state in states:
            assert rules._NOW_IT_IS[thing][state].endswith(".")


def code_of(call, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refused:
        call(*args, **kwargs)
    return refused.value.code


class TestClocks:
    def test_an_answer_is_never_owed_in_the_past(self):
        assert rules.answer_day(TODAY, today=TODAY) == TODAY
        assert code_of(rules.answer_day, TODAY - DAY, today=TODAY) == "answer_by_past"
        assert rules.answer_day(TODAY + 92 * DAY, today=TODAY)
        assert code_of(rules.answer_day, TODAY + 93 * DAY, today=TODAY) == "answer_by_too_late"

    def test_two_weeks_unless_somebody_says_otherwise(self):
        assert rules.default_answer_day(TODAY) == date(2020, 6, 29)

    @pytest.mark.parametrize(
        ("waits", "due", "late"),
        [(True, TODAY - DAY, True), (True, TODAY, False), (False, TODAY - DAY, False), (True, None, False)],
    )
    def test_overdue_after_its_day(self, waits, due, late):
        assert rules.overdue(waits, due, TODAY) is late

    def test_a_day_to_look_again_lies_ahead_and_within_a_year(self):
        assert code_of(rules.look_day, TODAY, after=TODAY) == "look_again_past"
        assert code_of(rules.look_day, TODAY + 367 * DAY, after=TODAY) == "look_again_too_late"
        assert rules.look_day(TODAY + 366 * DAY, after=TODAY)


class TestWhatChanged:
    @pytest.mark.parametrize(
        ("answered", "changed", "changed_on", "due"),
        [
            (None, "", None, None),
            (TODAY, "", None, TODAY + 90 * DAY),
            (TODAY, "yes", TODAY + 95 * DAY, None),
            (TODAY, "no", TODAY + 95 * DAY, None),
            # Asked again.
            (TODAY, "too_early", TODAY + 95 * DAY, TODAY + 185 * DAY),
        ],
    )
    def test_asked_90_days_after_the_answer(self, answered, changed, changed_on, due):
        assert rules.check_due(answered, changed, changed_on) == due

    def test_of_a_decision_on_the_day_that_it_names(self):
        look = TODAY + 30 * DAY
        assert rules.decision_check_due(look, "", None) == look
        assert rules.decision_check_due(look, "partly", look) is None
        assert rules.decision_check_due(look, "too_early", look) == look + 90 * DAY

    def test_not_before_not_twice_and_in_words(self):
        due = TODAY + 90 * DAY
        how = "Visits went up, the tracker shows it"
        assert rules.what_changed("yes", how, due_on=due, today=due) == ("yes", how)
        assert code_of(rules.what_changed, "yes", how, due_on=due, today=due - DAY) == "too_soon"
        assert code_of(rules.what_changed, "yes", how, due_on=None, today=due) == "said_already"
        assert code_of(rules.what_changed, "", how, due_on=due, today=due) == "changed_missing"
        assert code_of(rules.what_changed, "no", "  ", due_on=due, today=due) == "text_missing"

    def test_the_day_is_named(self):
        with pytest.raises(Refusal, match="from 13 September 2020 on"):
            rules.what_changed("yes", "It did", due_on=TODAY + 90 * DAY, today=TODAY)


class TestDecisions:
    @pytest.mark.parametrize(("days", "marked"), [(0, False), (1, False), (2, True), (30, True)])
    def test_written_down_more_than_a_day_later_is_marked(self, days, marked):
        assert rules.retrospective(TODAY - days * DAY, TODAY) is marked


class TestAppetite:
    def standing(self, **other) -> Standing:
        right = {
            "score": 12,
            "highest": 9,
            "rated_at": NOW,
            "accepted": False,
            "waiting": False,
            "settled_at": None,
        }
        return Standing(**right | other)

    @pytest.mark.parametrize(
        ("other", "expected"),
        [
            ({}, True),
            ({"score": 9}, False),
            ({"score": 10}, True),
            ({"score": None}, False),
            ({"highest": None}, False),
            ({"accepted": True}, False),
            ({"waiting": True}, False),
            ({"settled_at": NOW + DAY}, False),
            # Rated anew since it was declined or answered.
            ({"settled_at": NOW - DAY}, True),
        ],
    )
    def test_proposed_above_it_once_at_a_time(self, other, expected):
        assert breaches(self.standing(**other)) is expected
