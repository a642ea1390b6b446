"""The rules of actions: every move of every state, days, evidence, and who may verify."""

from datetime import date, timedelta
from itertools import product

import pytest

from partners.constants import ActionState, Priority
from partners.rules import actions as rules
from partners.rules.actions import Finish
from safeguarding.kernel.errors import Refusal

TODAY = date(2020, 6, 15)
DAY = timedelta(days=1)
O, D, V, W = ActionState.OPEN, ActionState.DONE, ActionState.VERIFIED, ActionState.WITHDRAWN  # noqa: E741
ALLOWED = {(O, D), (O, W), (D, V), (D, O), (V, O)}


def code_of(act, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


@pytest.mark.parametrize(("state", "to"), list(product(ActionState, ActionState)))
def test_every_move_from_every_state(state, to):
    if (state, to) in ALLOWED:
        rules.check_move(state, to)
    else:
        assert code_of(rules.check_move, state, to) == "move_not_allowed"


@pytest.mark.parametrize("state", list(ActionState))
def test_day_and_owner_change_only_while_open(state):
    if state == O:
        rules.check_open(state)
    else:
        assert code_of(rules.check_open, state) == "move_not_allowed"


def test_due_day():
    assert rules.due_day(TODAY, today=TODAY) == TODAY
    assert code_of(rules.due_day, TODAY - DAY, today=TODAY) == "due_in_past"
    assert code_of(rules.due_day, TODAY + 1099 * DAY, today=TODAY) == "due_too_late"


def slip(to, *, due=TODAY + 7 * DAY, code="staffing", words="Two are ill"):
    return rules.slip(due_on=due, to=to, reason_code=code, words=words, today=TODAY)


def test_a_slip():
    assert slip(TODAY + 8 * DAY) == "Two are ill"
    assert code_of(slip, TODAY + 7 * DAY) == "not_later"
    assert code_of(slip, TODAY + 6 * DAY) == "not_later"
    assert code_of(slip, TODAY - DAY, due=TODAY - 9 * DAY) == "due_in_past"
    assert code_of(slip, TODAY + 8 * DAY, code="weather") == "reason_code_missing"
    assert code_of(slip, TODAY + 8 * DAY, words="") == "text_missing"


def finish(priority=Priority.NORMAL, **other):
    right = {"done_on": TODAY, "evidence_text": "The list of 12 June"}
    return rules.finish(Finish(**right | other), priority=priority, created_on=TODAY - DAY, today=TODAY)


@pytest.mark.parametrize(
    ("priority", "other", "code"),
    [
        (Priority.NORMAL, {"done_on": TODAY + DAY}, "done_in_future"),
        (Priority.NORMAL, {"done_on": TODAY - 2 * DAY}, "done_before_added"),
        (Priority.NORMAL, {"evidence_text": " "}, "text_missing"),
        (Priority.NORMAL, {"changed_for_children": "Babies are seen"}, "evidence_kind_missing"),
        (Priority.NORMAL, {"evidence_kind": "data"}, "changed_missing"),
        (Priority.HIGH, {}, "changed_missing"),
        (Priority.HIGH, {"changed_for_children": "Babies are seen"}, "evidence_kind_missing"),
    ],
)
def test_finishing_that_is_refused(priority, other, code):
    assert code_of(finish, priority, **other) == code


def test_finishing():
    assert finish().evidence_text == "The list of 12 June"
    done = finish(
        Priority.HIGH, changed_for_children=" Babies are seen ", evidence_kind="data", done_on=TODAY - DAY
    )
    assert done.changed_for_children == "Babies are seen"


ME, OTHER, POLICE, HEALTH = 1, 2, 10, 20


@pytest.mark.parametrize(
    ("priority", "done_by", "owner", "belongs", "code"),
    [
        (Priority.NORMAL, OTHER, OTHER, {POLICE}, ""),
        (Priority.NORMAL, OTHER, None, set(), ""),
        (Priority.NORMAL, ME, OTHER, {HEALTH}, "own_work"),
        (Priority.NORMAL, OTHER, ME, {HEALTH}, "own_work"),
        (Priority.HIGH, ME, OTHER, {HEALTH}, "own_work"),
        (Priority.HIGH, OTHER, OTHER, {HEALTH}, ""),
        (Priority.HIGH, OTHER, OTHER, {POLICE}, "same_organisation"),
        (Priority.HIGH, OTHER, OTHER, {POLICE, HEALTH}, "same_organisation"),
        (Priority.HIGH, OTHER, OTHER, set(), "no_organisation"),
    ],
)
def test_who_verifies(priority, done_by, owner, belongs, code):
    given = {
        "person": ME,
        "done_by": done_by,
        "owner": owner,
        "organisation": POLICE,
        "belongs_to": belongs,
        "priority": priority,
    }
    if code:
        assert code_of(rules.check_verifier, **given) == code
    else:
        rules.check_verifier(**given)
