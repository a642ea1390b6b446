"""Threats, escalations, challenges, decisions: which step leads where, who takes it, what must be said, and
when the board asks what changed for children. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum

from accounts.constants import Role
from riskregister.constants import (
    ANSWER_WITHIN,
    PRACTICE_CHECK_AFTER,
    ChallengeState,
    Confidence,
    DecisionKind,
    EscalationState,
    PracticeChanged,
    RiskTheme,
    SignalState,
)
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import Month

TITLE_LENGTH = 200
SOURCE_LENGTH = 400
TEXT_LENGTH = 4000
REASON_LENGTH = 1000
# A day further away than this is no clock: the board meets every month.
LATEST_ANSWER = timedelta(days=92)
LATEST_LOOK = timedelta(days=366)
# Written down later than this after the day of the decision, it is marked as written down afterwards.
RECORDED_WITHIN = timedelta(days=1)


class Act(Enum):
    """A step that a person takes."""

    WATCH = "watch"
    DISMISS = "dismiss"
    PROMOTE = "promote"
    TAKE_UP = "take_up"
    DECLINE = "decline"
    ANSWER = "answer"
    ACCEPT = "accept"
    REOPEN = "reopen"
    EDIT = "edit"
    CONFIRM = "confirm"
    # Ninety days later.
    SAY_WHAT_CHANGED = "say_what_changed"


@dataclass(frozen=True)
class Step:
    """From which states an act leads to which, and whose it is."""

    states: frozenset[str]
    to: str
    roles: frozenset[Role]


class DecisionState:
    """Worked out: a decision has no column for it."""

    RECORDED = "recorded"
    CONFIRMED = "confirmed"


_S, _E, _C, _D = SignalState, EscalationState, ChallengeState, DecisionState
_COORDINATOR = frozenset({Role.COORDINATOR})
_BOARD = frozenset({Role.BOARD_MEMBER})
_PARTNER = frozenset({Role.PARTNER})


def _step(states: Collection[str], to: str, roles: frozenset[Role]) -> Step:
    return Step(frozenset(states), to, roles)


SIGNAL_STEPS: Mapping[Act, Step] = {
    # Also again, with a later day; and what was not followed up may be watched after all.
    Act.WATCH: _step((_S.NEW, _S.WATCHED, _S.DISMISSED), _S.WATCHED, _COORDINATOR),
    Act.DISMISS: _step((_S.NEW, _S.WATCHED), _S.DISMISSED, _COORDINATOR),
    Act.PROMOTE: _step((_S.NEW, _S.WATCHED), _S.PROMOTED, _COORDINATOR),
}
ESCALATION_STEPS: Mapping[Act, Step] = {
    Act.TAKE_UP: _step((_E.PROPOSED,), _E.OPEN, _COORDINATOR),
    Act.DECLINE: _step((_E.PROPOSED,), _E.DECLINED, _COORDINATOR),
    Act.ANSWER: _step((_E.OPEN,), _E.ANSWERED, _BOARD),
    Act.SAY_WHAT_CHANGED: _step((_E.ANSWERED,), _E.ANSWERED, _BOARD | _COORDINATOR),
}
CHALLENGE_STEPS: Mapping[Act, Step] = {
    Act.ANSWER: _step((_C.ASKED, _C.REOPENED), _C.ANSWERED, _PARTNER),
    Act.ACCEPT: _step((_C.ANSWERED,), _C.ACCEPTED, _BOARD),
    Act.REOPEN: _step((_C.ANSWERED, _C.ACCEPTED), _C.REOPENED, _BOARD),
    Act.SAY_WHAT_CHANGED: _step((_C.ACCEPTED,), _C.ACCEPTED, _BOARD),
}
DECISION_STEPS: Mapping[Act, Step] = {
    Act.EDIT: _step((_D.RECORDED,), _D.RECORDED, _COORDINATOR),
    Act.CONFIRM: _step((_D.RECORDED,), _D.CONFIRMED, _BOARD),
    Act.SAY_WHAT_CHANGED: _step((_D.CONFIRMED,), _D.CONFIRMED, _BOARD),
}

_NOW_IT_IS: Mapping[str, Mapping[str, str]] = {
    "signal": {
        _S.NEW: "This threat has just been raised.",
        _S.WATCHED: "This threat is being watched.",
        _S.PROMOTED: "This threat has become a risk. Work with the risk.",
        _S.DISMISSED: "This threat was not followed up. Watch it again first.",
    },
    "escalation": {
        _E.PROPOSED: "A rule has only proposed this escalation. Take it up first, or decline it.",
        _E.OPEN: "This escalation is before the board and waits for its answer.",
        _E.ANSWERED: "The board has answered this escalation already.",
        _E.DECLINED: "This escalation was not taken up.",
    },
    "challenge": {
        _C.ASKED: "This challenge waits for an answer.",
        _C.ANSWERED: "This challenge has been answered already.",
        _C.ACCEPTED: "The answer to this challenge has been accepted already.",
        _C.REOPENED: "The answer was not accepted. This challenge waits for a new one.",
    },
    "decision": {
        _D.RECORDED: "No board member has confirmed this decision yet.",
        _D.CONFIRMED: "This decision is confirmed and is never changed. Record a new one that names it.",
    },
}
_STEPS: Mapping[str, Mapping[Act, Step]] = {
    "signal": SIGNAL_STEPS,
    "escalation": ESCALATION_STEPS,
    "challenge": CHALLENGE_STEPS,
    "decision": DECISION_STEPS,
}


def step(thing: str, act: Act, state: str, roles: Collection[Role]) -> str:
    """The state that follows. Raises Refusal('not_your_act' | 'wrong_state'), the latter with what it is
    now."""
    found = _STEPS[thing][act]
    if not found.roles & frozenset(roles):
        raise Refusal("not_your_act", "Your role does not take this step.")
    if state not in found.states:
        raise Refusal("wrong_state", _NOW_IT_IS[thing][state])
    return found.to


def may(thing: str, act: Act, state: str, roles: Collection[Role]) -> bool:
    """Whether a page offers the step."""
    found = _STEPS[thing][act]
    return bool(found.roles & frozenset(roles)) and state in found.states


def another(person: int, *others: int | None, words: str) -> None:
    """Two pairs of eyes. Raises Refusal('four_eyes') where `person` is among the others."""
    if person in others:
        raise Refusal("four_eyes", words)


def said(text: str, *, field: str, missing: str, length: int = TEXT_LENGTH) -> str:
    """The text in one spelling. Raises Refusal('text_missing' | 'text_too_long')."""
    clean = text.replace("\r\n", "\n").strip()
    if not clean:
        raise Refusal("text_missing", missing, field)
    return short_enough(clean, field=field, length=length)


def short_enough(text: str, *, field: str, length: int = TEXT_LENGTH) -> str:
    clean = text.replace("\r\n", "\n").strip()
    if len(clean) > length:
        raise Refusal("text_too_long", f"The text must be {length:,} characters or fewer", field)
    return clean


def default_answer_day(today: date) -> date:
    return today + ANSWER_WITHIN


def answer_day(day: date, *, today: date) -> date:
    """The day by which an answer is owed. Raises Refusal('answer_by_past' | 'answer_by_too_late')."""
    if day < today:
        raise Refusal("answer_by_past", "The day must be today or in the future", "answer_due_on")
    if day > today + LATEST_ANSWER:
        days = LATEST_ANSWER.days
        raise Refusal("answer_by_too_late", f"The day must be within {days} days from today", "answer_due_on")
    return day


def look_day(day: date, *, after: date) -> date:
    """A day to look again. Raises Refusal('look_again_past' | 'look_again_too_late')."""
    if day <= after:
        raise Refusal("look_again_past", "The day must be later", "look_again_on")
    if day > after + LATEST_LOOK:
        raise Refusal("look_again_too_late", "The day must be within a year", "look_again_on")
    return day


def overdue(waits: bool, due_on: date | None, today: date) -> bool:
    """An answer that is still owed after its day."""
    return waits and due_on is not None and due_on < today


# -- what changed for children -----------------------------------------------------------------------------


def check_due(answered_on: date | None, changed: str, changed_on: date | None) -> date | None:
    """When the board asks what changed: 90 days after the answer, and 90 days after 'cannot be said yet'.
    None: nothing was answered, or it has been said."""
    if changed == PracticeChanged.TOO_EARLY and changed_on:
        return changed_on + PRACTICE_CHECK_AFTER
    return None if changed or not answered_on else answered_on + PRACTICE_CHECK_AFTER


def decision_check_due(look_again_on: date, changed: str, changed_on: date | None) -> date | None:
    """As `check_due`, from the day that the decision itself names."""
    if changed == PracticeChanged.TOO_EARLY and changed_on:
        return changed_on + PRACTICE_CHECK_AFTER
    return None if changed else look_again_on


def what_changed(changed: str, how: str, *, due_on: date | None, today: date) -> tuple[str, str]:
    """Raises Refusal('said_already' | 'too_soon' | 'changed_missing' | 'text_missing')."""
    if due_on is None:
        raise Refusal("said_already", "Somebody has already said what changed for children.")
    if today < due_on:
        words = f"This is asked from {due_on.day} {Month.of(due_on).name} on, when a change can show."
        raise Refusal("too_soon", words)
    if changed not in PracticeChanged.values:
        raise Refusal("changed_missing", "Select whether something changed for children", "changed")
    missing = "Enter what changed for children and how you know, or why nothing did"
    return changed, said(how, field="how", missing=missing)


# -- what is written down ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class SignalDraft:
    title: str
    what: str
    source: str
    evidence: str
    confidence: str
    theme: str


def signal(given: SignalDraft) -> SignalDraft:
    """The draft in one spelling. Raises the first fault, beside its field."""
    title = said(given.title, field="title", missing="Enter a short title", length=TITLE_LENGTH)
    what = said(given.what, field="what", missing="Enter what you noticed")
    source = said(given.source, field="source", missing="Enter where you noticed it", length=SOURCE_LENGTH)
    evidence = short_enough(given.evidence, field="evidence")
    if given.confidence not in Confidence.values:
        raise Refusal("confidence_missing", "Select how sure you are", "confidence")
    if given.theme not in RiskTheme.values:
        raise Refusal("theme_missing", "Select what it is about", "theme")
    return replace(given, title=title, what=what, source=source, evidence=evidence)


@dataclass(frozen=True)
class DecisionDraft:
    title: str
    kind: str
    options: str
    reason: str
    dissent: str
    childrens_rights: str
    decided_on: date
    look_again_on: date


def decision(given: DecisionDraft, *, today: date) -> DecisionDraft:
    """The draft in one spelling. Raises the first fault, beside its field."""
    title = said(given.title, field="title", missing="Enter what was decided", length=TITLE_LENGTH)
    if given.kind not in DecisionKind.values:
        raise Refusal("kind_missing", "Select what the board did", "kind")
    options = said(given.options, field="options", missing="Enter the options that the board considered")
    reason = said(given.reason, field="reason", missing="Enter why the board decided so")
    rights = said(
        given.childrens_rights,
        field="childrens_rights",
        missing="Enter what it means for children’s rights and for who is least heard",
    )
    if given.decided_on > today:
        raise Refusal("future_date", "The day must be today or in the past", "decided_on")
    look_day(given.look_again_on, after=given.decided_on)
    dissent = short_enough(given.dissent, field="dissent")
    return replace(
        given, title=title, options=options, reason=reason, dissent=dissent, childrens_rights=rights
    )


def retrospective(decided_on: date, recorded_on: date) -> bool:
    """Written down more than a day after it was decided."""
    return recorded_on > decided_on + RECORDED_WITHIN


def decision_state(confirmed_at: datetime | None) -> str:
    return _D.CONFIRMED if confirmed_at else _D.RECORDED
