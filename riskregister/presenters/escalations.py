"""Words of the pages of escalations."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from riskregister.constants import EscalationSource, EscalationState
from riskregister.models import Escalation
from riskregister.presenters.base import address, moment_words
from riskregister.presenters.board_work import (
    Clock,
    Row,
    Tag,
    by_at,
    changed_cell,
    changed_rows,
    clock,
    clock_words,
    day_in,
    linked,
    look_due_after,
    risk_name,
    state_cell,
    told_change,
)
from riskregister.review.checks import CHECKS
from riskregister.selectors.escalations import CONCERN, Line, source_words

_COLOURS = {
    EscalationState.PROPOSED: "yellow",
    EscalationState.OPEN: "purple",
    EscalationState.ANSWERED: "green",
    EscalationState.DECLINED: "grey",
}


def state_tag(state: str) -> Tag:
    return {"text": EscalationState(state).label, "colour": _COLOURS[EscalationState(state)]}


def check_title(code: str) -> str:
    return next((check.title for check in CHECKS if check.code == code), code)


def is_check(code: str) -> bool:
    return any(check.code == code for check in CHECKS)


def clock_of(one: Escalation, today: date) -> Clock:
    return clock(one.state == EscalationState.OPEN, one.answer_due_on, today)


def look_due(one: Escalation) -> date | None:
    return look_due_after(one.state == EscalationState.ANSWERED, one)


def escalation_rows(one: Escalation, today: date) -> list[Row]:
    """The summary list of one escalation."""
    rows: list[Row] = [_about(one), {"key": "What the board is asked", "value": one.reason}]
    nobody = "Proposed by the rule on appetite"
    key = "Proposed" if one.source == EscalationSource.APPETITE else "Put before the board"
    rows.append({"key": key, "value": by_at(one.raised_by, one.raised_at, nobody=nobody)})
    if one.taken_at:
        took = "Not taken up" if one.state == EscalationState.DECLINED else "Taken up"
        rows.append({"key": took, "value": by_at(one.taken_by, one.taken_at)})
    if one.declined_reason:
        rows.append({"key": "Why not", "value": one.declined_reason})
    if due := clock_of(one, today).words:
        rows.append({"key": "Clock", "value": due})
    if one.answered_at:
        words = f"{one.answer}\n{by_at(one.answered_by, one.answered_at)}"
        rows.append({"key": "Answer of the board", "value": words})
    return [*rows, *changed_rows(one, look_due(one), today)]


def _about(one: Escalation) -> Row:
    if one.risk:
        return linked("About the risk", risk_name(one.risk), address("risk", one.risk.uid))
    if one.signal:
        return linked("About the threat", one.signal.title, reverse("signal", args=[one.signal.uid]))
    return {"key": "About the check", "value": check_title(one.check_code)}


def told(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, str]:
    if found := told_change(before, after):
        return found
    state = EscalationState(after["state"])
    if state == EscalationState.PROPOSED:
        return "Proposed by a rule", after["reason"]
    if state == EscalationState.OPEN:
        title = "Taken up" if before else "Put before the board"
        return title, f"Answer owed by {day_in(after, 'answer_due_on')}"
    if state == EscalationState.DECLINED:
        return "Not taken up", after["declined_reason"]
    return "Answered by the board", after["answer"]


def lines_table(lines: Iterable[Line], today: date, *, empty: str) -> Row:
    return {
        "caption": "Before the board",
        "columns": [
            {"text": "What", "wide": True},
            {"text": "State"},
            {"text": "Whose"},
            {"text": "Put before the board"},
            {"text": "What changed for children"},
        ],
        "rows": [_row(line, today) for line in lines],
        "empty": empty,
    }


def _row(line: Line, today: date) -> list[Any]:
    page = "concern" if line.source == CONCERN else "escalation"
    waits = line.state == EscalationState.OPEN
    note = clock_words(waits, line.answer_due_on, today)
    if line.answered_at:
        note = moment_words(line.answered_at)
    # A concern is closed with what is different; its own page says so.
    changed = {"text": "On its page"} if line.source == CONCERN else changed_cell(line.changed)
    return [
        {"text": line.title, "href": address(page, line.uid), "note": source_words(line.source)},
        state_cell(state_tag(line.state), note, overdue=line.overdue),
        line.organisation or "The partnership",
        moment_words(line.raised_at),
        changed,
    ]
