"""Moves of a return, what comes forward from the last one, what is asked first, and how long it takes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest

from partners.constants import ReturnState
from partners.facts.questions import ConditionFact, GivenAnswer, OptionFact, SubmittedReturn
from partners.facts.returns import Standing, Why
from partners.rules import burden, returns
from partners.rules.returns import ALLOWED_MOVES, Move
from safeguarding.kernel.errors import Refusal
from tests.partners.test_answers import CHOICE, NUMBER, SHARE, TEXT, a_set

UNKNOWN = GivenAnswer(None, "do_not_know", "The system is down")
LATER = GivenAnswer(None, "later", "On Friday")
EXPECTED = {
    ("not_started", "fill"): "started",
    ("started", "fill"): "started",
    ("sent_back", "fill"): "sent_back",
    ("started", "submit"): "submitted",
    ("sent_back", "submit"): "submitted",
    ("submitted", "send_back"): "sent_back",
    ("submitted", "accept"): "accepted",
    ("accepted", "unlock"): "sent_back",
}


def sent(cycle: int, question_set=None, **said) -> SubmittedReturn:
    question_set = question_set or a_set(CHOICE, NUMBER, SHARE)
    return SubmittedReturn(uuid4(), "Police", uuid4(), cycle, question_set, said)


@pytest.mark.parametrize(("state", "move"), product(ReturnState, Move))
def test_every_move_from_every_state(state, move):
    expected = EXPECTED.get((state.value, move.value))
    if expected:
        assert returns.moved(state, move) == expected
        return
    with pytest.raises(Refusal) as caught:
        returns.moved(state, move)
    assert caught.value.code == "not_now"


def test_no_move_beyond_those():
    assert {(str(state), move.value) for state, move in ALLOWED_MOVES} == set(EXPECTED)


@pytest.mark.parametrize(
    ("duty", "may"), [("lead", 1), ("deputy", 1), ("contributor", 0), ("staff", 0), ("", 0)]
)
def test_who_sends(duty, may):
    if may:
        returns.sending(duty)
        return
    with pytest.raises(Refusal, match="lead or deputy"):
        returns.sending(duty)


class TestBroughtForward:
    now = a_set(CHOICE, NUMBER, SHARE)

    def test_the_age_goes_back_to_the_first_time(self):
        last = sent(4, level=GivenAnswer("paused", same_since_cycle=2), waiting=GivenAnswer(3))
        found = returns.brought_forward(self.now, last)
        assert {code: said.same_since_cycle for code, said in found.items()} == {"level": 2, "waiting": 4}

    def test_cycle_after_cycle_the_first_stays(self):
        said = {"waiting": GivenAnswer(0)}
        for cycle in range(1, 6):
            said = returns.brought_forward(self.now, sent(cycle, **said))
        assert said == {"waiting": GivenAnswer(0, same_since_cycle=1)}

    def test_a_non_answer_comes_forward_as_one_but_for_later(self):
        found = returns.brought_forward(self.now, sent(1, waiting=UNKNOWN, away=LATER))
        assert found == {"waiting": replace(UNKNOWN, same_since_cycle=1)}

    def test_what_no_longer_asks_the_same_stays_behind(self):
        last = sent(1, level=GivenAnswer("paused"), waiting=GivenAnswer(3), away=GivenAnswer("5"))
        without_paused = replace(CHOICE, options=(OptionFact("maintained", "As usual"),))
        assert returns.brought_forward(a_set(without_paused), last) == {}
        assert returns.brought_forward(a_set(replace(TEXT, code="waiting")), last) == {}
        assert returns.brought_forward(a_set(NUMBER), last, broken={"waiting"}) == {}
        assert returns.brought_forward(a_set(TEXT), last) == {}
        assert set(returns.brought_forward(a_set(NUMBER), last)) == {"waiting"}
        assert returns.brought_forward(self.now, None) == {}


class TestAskFirst:
    now = a_set(CHOICE, NUMBER, SHARE)

    def first(self, *lasts, draft=None, now=None, broken=()):
        now = now or self.now
        brought = returns.brought_forward(now, lasts[0] if lasts else None, broken)
        return returns.ask_first(now, draft or {}, brought, lasts, broken)

    def test_a_first_return_goes_by_sections(self):
        assert self.first() == {}

    def test_later_new_changed_and_missing(self):
        last = sent(1, a_set(CHOICE, NUMBER, SHARE), level=GivenAnswer("paused"), waiting=LATER)
        now = a_set(CHOICE, NUMBER, SHARE, TEXT)
        assert self.first(last, now=now) == {
            "waiting": Why.LATER,
            "away": Why.NOT_ANSWERED,
            "why": Why.NEW,
        }
        broken = self.first(sent(1, level=GivenAnswer("paused"), waiting=UNKNOWN), broken={"level"})
        assert broken == {"level": Why.CHANGED, "away": Why.NOT_ANSWERED}
        assert "waiting" not in self.first(last, draft={"waiting": GivenAnswer(1)})

    def test_do_not_know_twice_running(self):
        level = GivenAnswer("paused")
        once = sent(2, level=level, waiting=UNKNOWN, away=GivenAnswer("1"))
        known = sent(1, level=level, waiting=GivenAnswer(1), away=GivenAnswer("1"))
        assert self.first(once) == {}
        assert self.first(once, known) == {}
        assert self.first(once, replace(once, cycle_number=1)) == {"waiting": Why.TWICE}
        confirmed = sent(2, level=level, waiting=replace(UNKNOWN, same_since_cycle=1), away=GivenAnswer("1"))
        assert self.first(confirmed) == {"waiting": Why.TWICE}
        not_collected = replace(UNKNOWN, non_answer="not_collected")
        other = sent(2, level=level, waiting=not_collected, away=GivenAnswer("1"))
        assert self.first(other, replace(other, cycle_number=1)) == {}

    def test_only_of_what_is_asked(self):
        following = replace(TEXT, condition=ConditionFact("level", ("paused",)))
        now = a_set(CHOICE, following)
        assert self.first(sent(1, level=GivenAnswer("reduced")), now=now) == {}
        assert set(self.first(sent(1, level=GivenAnswer("paused")), now=now)) == {"why"}


def test_confirmable_is_what_came_forward_and_nobody_touched():
    now = a_set(CHOICE, NUMBER, SHARE)
    brought = {"level": GivenAnswer("paused"), "waiting": GivenAnswer(1), "away": UNKNOWN}
    found = returns.confirmable(now, {"level": GivenAnswer("paused")}, brought, {"away"})
    assert found == ("waiting",)


def test_standing_of_a_section():
    now = a_set(CHOICE, NUMBER)
    section = now.sections[0]

    def standing(**said):
        return returns.standing(section, now, said)

    assert standing() == Standing.NOT_STARTED
    assert standing(level=GivenAnswer("paused")) == Standing.IN_PROGRESS
    assert standing(level=GivenAnswer("paused"), waiting=LATER) == Standing.COMPLETE


def test_counts_hold_non_answers_apart():
    now = a_set(CHOICE, NUMBER, SHARE, replace(TEXT, required=False))
    said = {
        "level": GivenAnswer("paused", same_since_cycle=1),
        "waiting": GivenAnswer(0),
        "away": replace(UNKNOWN, same_since_cycle=1),
    }
    assert returns.counts(now, said) == {"asked": 4, "anew": 1, "confirmed": 1, "non_answers": 1, "empty": 1}


def test_changes_beside_what_was_sent_before():
    before = sent(1, a_set(CHOICE, NUMBER), level=GivenAnswer("paused"), waiting=GivenAnswer(0))
    said = {"level": GivenAnswer("paused", same_since_cycle=1), "waiting": UNKNOWN, "away": GivenAnswer("5")}
    found = returns.changes(a_set(CHOICE, NUMBER, SHARE), said, before)
    assert [(one.question.code, one.changed, one.is_new) for one in found] == [
        ("level", False, False),
        ("waiting", True, False),
        ("away", False, True),
    ]
    assert not any(one.changed or one.is_new for one in returns.changes(a_set(CHOICE), said, None))


def test_notes_on_answers_sent_back():
    assert returns.about({"a": " Too low ", "b": " "}, {"a", "b"}) == {"a": "Too low"}
    with pytest.raises(Refusal, match="not part of what was sent"):
        returns.about({"c": "x"}, {"a"})


class TestBurden:
    start = datetime(2020, 5, 1, 9, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("gap", "seconds"), [(0, 0), (1, 1), (299, 299), (300, 300), (301, 300), (86400, 300), (-5, 0)]
    )
    def test_a_gap_counts_five_minutes_at_most(self, gap, seconds):
        assert burden.worked(self.start, self.start + timedelta(seconds=gap)) == seconds

    def test_the_first_touch_counts_nothing(self):
        assert burden.worked(None, self.start) == 0

    @pytest.mark.parametrize(
        ("seconds", "minutes"), [([], None), ([0], 0), ([90], 2), ([60, 120, 6000], 2), ([60, 240], 3)]
    )
    def test_median(self, seconds, minutes):
        assert burden.median_minutes(seconds) == minutes
