"""Concerns and successes: which moves there are, who owes what until when, and what must be said. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from partners.constants import (
    DUE_TIME,
    Breadth,
    ConcernKind,
    ConcernState,
    EvidenceKind,
    Severity,
    Theme,
)
from partners.facts.concerns import AWAITS_ANSWER, ConcernDraft
from partners.rules.free_texts import said
from partners.rules.texts import in_words
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of
from safeguarding.kernel.working_days import working_days_after

TITLE_LENGTH = 200
TEXT_LENGTH = 4000
REASON_LENGTH = 1000
# Working days until an answer is owed, from when the concern was raised. Source: the partnership's own.
CLOCK_WORKING_DAYS: dict[str, int] = {Severity.HIGH: 2, Severity.MEDIUM: 5, Severity.LOW: 10}
# The board meets every month: a later day would be no escalation.
BOARD_ANSWERS_WITHIN_DAYS = 42

_LONDON = ZoneInfo("Europe/London")
_C = ConcernState
# From what a concern is to what it may become. A proposal is taken up or declined, as what a person raised
# is; what was declined or closed may be taken up again, with a reason.
ALLOWED_MOVES: dict[str, frozenset[str]] = {
    _C.PROPOSED: frozenset({_C.TRIAGED, _C.DECLINED}),
    _C.RAISED: frozenset({_C.TRIAGED, _C.DECLINED}),
    _C.TRIAGED: frozenset({_C.ESCALATED, _C.ANSWERED}),
    _C.ESCALATED: frozenset({_C.ANSWERED}),
    _C.ANSWERED: frozenset({_C.CLOSED, _C.ESCALATED, _C.TRIAGED}),
    _C.CLOSED: frozenset({_C.TRIAGED}),
    _C.DECLINED: frozenset({_C.RAISED}),
}
# A success is shared (TRIAGED) and closed; nobody owes an answer to it.
SUCCESS_MOVES: dict[str, frozenset[str]] = {
    _C.PROPOSED: frozenset(),
    _C.RAISED: frozenset({_C.TRIAGED, _C.DECLINED}),
    _C.TRIAGED: frozenset({_C.CLOSED}),
    _C.ESCALATED: frozenset(),
    _C.ANSWERED: frozenset(),
    _C.CLOSED: frozenset({_C.TRIAGED}),
    _C.DECLINED: frozenset({_C.RAISED}),
}
_NOW_IT_IS = {
    _C.PROPOSED: "was only proposed by a rule. Take it up first, or decline it",
    _C.RAISED: "waits for triage. Take it up first, or decline it",
    _C.TRIAGED: "is being looked into already",
    _C.ESCALATED: "is before the board, which owes an answer",
    _C.ANSWERED: "has been answered already",
    _C.CLOSED: "is closed. Reopen it first",
    _C.DECLINED: "was not taken up. Take it up again first",
}


def moves_from(kind: str, state: str) -> frozenset[str]:
    return (ALLOWED_MOVES if kind == ConcernKind.CONCERN else SUCCESS_MOVES)[state]


def check_move(kind: str, state: str, to: str) -> None:
    """Raises Refusal('move_not_allowed') with what the concern is now."""
    if to not in moves_from(kind, state):
        name = ConcernKind(kind).label.lower()
        raise Refusal("move_not_allowed", f"This {name} {_NOW_IT_IS[ConcernState(state)]}.")


def noon(day: date) -> datetime:
    """Noon in London, as UTC: answers are owed at a time when somebody is there."""
    return datetime.combine(day, time(*DUE_TIME), _LONDON).astimezone(UTC)


def answer_due_at(severity: str, since: datetime) -> datetime | None:
    """Until when an answer is owed to a concern raised (or reopened) at `since`; of a success: None."""
    if not severity:
        return None
    return noon(working_days_after(day_of(since), CLOCK_WORKING_DAYS[severity]))


def overdue(state: str, due_at: datetime | None, now: datetime) -> bool:
    return state in AWAITS_ANSWER and due_at is not None and due_at < now


def draft(given: ConcernDraft) -> ConcernDraft:
    """The draft in one spelling. Raises the first fault, beside its field."""
    if given.kind not in ConcernKind.values:
        raise Refusal("unknown_kind", "Select whether it is a concern or a success", "kind")
    if given.theme not in Theme.values:
        raise Refusal("unknown_theme", "Select what it is about", "theme")
    is_concern = given.kind == ConcernKind.CONCERN
    check_reach(given.kind, given.breadth, given.severity if is_concern else "")
    return ConcernDraft(
        kind=given.kind,
        title=said(given.title, field="title", length=TITLE_LENGTH, missing="Enter a short title"),
        what=said(given.what, field="what", length=TEXT_LENGTH, missing="Enter what you see"),
        theme=given.theme,
        breadth=given.breadth,
        # A hidden answer of an earlier choice is not an answer.
        severity=given.severity if is_concern else "",
        organisation=given.organisation,
    )


def check_reach(kind: str, breadth: str, severity: str) -> None:
    if breadth not in Breadth.values:
        raise Refusal("unknown_breadth", "Select how far it reaches", "breadth")
    if kind == ConcernKind.CONCERN and severity not in Severity.values:
        raise Refusal("unknown_severity", "Select how serious it is", "severity")


def reason(text: str, asked: str) -> str:
    return said(text, field="reason", length=REASON_LENGTH, missing=asked)


def board_day(day: date, *, today: date) -> date:
    """The day by which the board is to answer. Raises Refusal('answer_by_past' | 'answer_by_too_late')."""
    last = today + timedelta(days=BOARD_ANSWERS_WITHIN_DAYS)
    if day <= today:
        raise Refusal("answer_by_past", "The day must be in the future", "answer_by")
    if day > last:
        raise Refusal("answer_by_too_late", f"The day must be {in_words(last)} or earlier", "answer_by")
    return day


def answer(text: str) -> str:
    return said(
        text, field="answer", length=TEXT_LENGTH, missing="Enter what is done about it, or why nothing is"
    )


def closing(changed_for_children: str, evidence_kind: str) -> tuple[str, str]:
    """What is different for children, and how that is known. Raises the first fault."""
    changed = said(
        changed_for_children,
        field="changed_for_children",
        length=TEXT_LENGTH,
        missing="Enter what is different for children. If nothing is, say so and why it can be closed",
    )
    if evidence_kind not in EvidenceKind.values:
        raise Refusal("evidence_kind_missing", "Select how you know", "evidence_kind")
    return changed, evidence_kind
