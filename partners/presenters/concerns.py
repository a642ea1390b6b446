"""Words of the pages of concerns and successes."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from partners.constants import Breadth, ConcernKind, ConcernState, EvidenceKind, Severity, Theme
from partners.facts.concerns import AWAITS_ANSWER
from partners.models import Concern, ConcernMove
from partners.presenters.base import Tag, counted, moment_words
from partners.rules import concerns as rules
from partners.rules.texts import in_words
from safeguarding.kernel.periods import day_of

# An age up to here is told in days.
_DAYS_COUNTED = 60
_COLOURS = {
    ConcernState.PROPOSED: "yellow",
    ConcernState.RAISED: "yellow",
    ConcernState.TRIAGED: "blue",
    ConcernState.ESCALATED: "purple",
    ConcernState.ANSWERED: "green",
    ConcernState.CLOSED: "grey",
    ConcernState.DECLINED: "grey",
}
_SEVERITIES = {
    Severity.HIGH: ("High", "red"),
    Severity.MEDIUM: ("Medium", "orange"),
    Severity.LOW: ("Low", "grey"),
}
_MOVES = {
    ConcernState.PROPOSED: "Proposed by a rule",
    ConcernState.RAISED: "Raised",
    ConcernState.TRIAGED: "Taken up",
    ConcernState.ESCALATED: "Put before the board",
    ConcernState.ANSWERED: "Answered",
    ConcernState.CLOSED: "Closed",
    ConcernState.DECLINED: "Not taken up",
}


def state_tag(concern: Concern) -> Tag:
    if concern.kind == ConcernKind.SUCCESS and concern.state == ConcernState.TRIAGED:
        return {"text": "Shared", "colour": "green"}
    state = ConcernState(concern.state)
    return {"text": state.label, "colour": _COLOURS[state]}


def overdue_words(concern: Concern, now: datetime) -> str:
    """'Overdue: an answer was owed by …' where its time has passed, else nothing."""
    if not concern.answer_due_at or not rules.overdue(concern.state, concern.answer_due_at, now):
        return ""
    return f"Overdue: an answer was owed by {moment_words(concern.answer_due_at)}"


def due_words(concern: Concern, now: datetime) -> str:
    if late := overdue_words(concern, now):
        return late
    if concern.answer_due_at and concern.state in AWAITS_ANSWER:
        return f"Answer owed by {moment_words(concern.answer_due_at)}"
    return ""


def by_whom(concern: Concern) -> str:
    return concern.raised_by.name if concern.raised_by else "A rule, from an answer"


def of_whom(concern: Concern) -> str:
    return concern.organisation.name if concern.organisation else "No organisation in particular"


def concern_rows(concern: Concern, now: datetime) -> list[dict[str, Any]]:
    """The summary list of one concern."""
    rows: list[dict[str, Any]] = [
        {"key": "What", "value": concern.what},
        {"key": "About", "value": Theme(concern.theme).label},
        {"key": "Whose", "value": of_whom(concern)},
        {"key": "Reaches", "value": Breadth(concern.breadth).label},
    ]
    if concern.severity:
        rows.append({"key": "How serious", "value": Severity(concern.severity).label})
    rows.append({"key": "Raised", "value": f"{moment_words(concern.raised_at)}, {by_whom(concern)}"})
    if concern.of_return:
        rows.append({"key": "From", "value": f"The return of cycle {concern.of_return.cycle.number}"})
    if concern.owner:
        rows.append({"key": "Who looks into it", "value": concern.owner.name})
    if due := due_words(concern, now):
        rows.append({"key": "Clock", "value": due})
    if concern.answer and concern.answered_at and concern.answered_by:
        given = f"{concern.answer}\n{concern.answered_by.name}, {moment_words(concern.answered_at)}"
        rows.append({"key": "Answer", "value": given})
    if concern.closed_at and concern.closed_by:
        rows.append({"key": "What is different for children", "value": concern.changed_for_children})
        rows.append({"key": "How we know", "value": EvidenceKind(concern.evidence_kind).label})
        rows.append(
            {"key": "Closed", "value": f"{moment_words(concern.closed_at)}, {concern.closed_by.name}"}
        )
    return rows


def timeline(concern: Concern, moves: Iterable[ConcernMove]) -> list[dict[str, Any]]:
    """Entries of components/timeline.html, the latest move first."""
    return [
        {
            "title": _move_title(concern, move),
            "when": moment_words(move.at),
            "datetime": move.at.isoformat(),
            "by": move.by.name if move.by else "by a rule",
            "text": _move_text(move),
        }
        for move in reversed(list(moves))
    ]


def _move_title(concern: Concern, move: ConcernMove) -> str:
    if move.from_state == move.to_state:
        return "Came again"
    if move.to_state == ConcernState.TRIAGED:
        if move.from_state in (ConcernState.ANSWERED, ConcernState.CLOSED):
            return "Opened again"
        return "Shared" if concern.kind == ConcernKind.SUCCESS else _MOVES[ConcernState.TRIAGED]
    if move.to_state == ConcernState.RAISED and move.from_state:
        return "Back to triage"
    return _MOVES[ConcernState(move.to_state)]


def _move_text(move: ConcernMove) -> str:
    lines = [move.reason] if move.reason else []
    if severity := move.fields.get("severity"):
        lines.append(f"How serious: {Severity(severity).label}")
    if kind := move.fields.get("evidence_kind"):
        lines.append(f"How we know: {EvidenceKind(kind).label}")
    due = move.fields.get("answer_due_at")
    if due:
        lines.append(f"Answer owed by {moment_words(datetime.fromisoformat(due))}")
    if marks := move.fields.get("stood_by"):
        lines.append(
            f"The writer confirmed that the text names no child; it looked like {' and '.join(marks)}"
        )
    return "\n".join(lines)


def concerns_table(concerns: Iterable[Concern], now: datetime, *, caption: str, empty: str) -> dict[str, Any]:
    return {
        "caption": caption,
        "columns": [
            {"text": "Concern or success", "wide": True},
            {"text": "State"},
            {"text": "How serious"},
            {"text": "About"},
            {"text": "Raised"},
        ],
        "rows": [_row(concern, now) for concern in concerns],
        "empty": empty,
    }


def _row(concern: Concern, now: datetime) -> list[Any]:
    state = state_tag(concern)
    late = bool(overdue_words(concern, now))
    name = {
        "text": concern.title,
        "href": reverse("concern", args=[concern.uid]),
        "note": f"{ConcernKind(concern.kind).label}. {of_whom(concern)}",
    }
    stands: dict[str, Any] = {"text": state["text"], "tag": state["colour"], "note": due_words(concern, now)}
    if late:
        stands["tags"] = [{"text": "Overdue", "colour": "red"}]
    if concern.severity:
        text, colour = _SEVERITIES[Severity(concern.severity)]
        severity: Any = {"text": text, "tag": colour}
    else:
        severity = {"text": "–", "hidden": "a success has none"}
    when = {"text": _when(concern.raised_at, now), "note": by_whom(concern)}
    return [name, stands, severity, Theme(concern.theme).label, when]


def _when(raised_at: datetime, now: datetime) -> str:
    """'Today', '3 days ago', and the day itself once counting days says nothing."""
    age = (now - raised_at).days
    if age > _DAYS_COUNTED:
        return in_words(day_of(raised_at))
    return f"{counted(age, 'day')} ago" if age else "Today"


_FIELDS = {
    "reason": "Your reason",
    "answer": "What is done about it",
    "changed_for_children": "What is different for children",
    "evidence_kind": "How you know",
    "breadth": "How far it reaches",
    "severity": "How serious it is",
    "answer_by": "Answer by",
    "owner": "Who looks into it",
}


def theirs_yours(
    concern: Concern, last: ConcernMove | None, typed: Mapping[str, Any]
) -> list[dict[str, str]]:
    """What the concern is now, and every text of a stale form."""
    now_it_is = [state_tag(concern)["text"]]
    if last and last.reason:
        now_it_is.append(last.reason)
    words = "\n".join(now_it_is)
    return [
        {"field": label, "theirs": words, "yours": str(typed[name])}
        for name, label in _FIELDS.items()
        if typed.get(name)
    ]
