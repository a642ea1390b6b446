"""Words of the pages of the board's decisions."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from riskregister.constants import DecisionKind
from riskregister.models import Decision
from riskregister.presenters.base import address, on_day, on_moment
from riskregister.presenters.board_work import (
    Row,
    Tag,
    by_at,
    changed_cell,
    changed_rows,
    linked,
    review_name,
    risk_name,
    told_change,
)
from riskregister.rules.board_work import decision_check_due
from safeguarding.kernel.periods import day_of

RETROSPECTIVE = "Written down afterwards"


def state_tag(one: Decision) -> Tag:
    if one.confirmed_at:
        return {"text": "Confirmed", "colour": "green"}
    return {"text": "To be confirmed", "colour": "yellow"}


def look_due(one: Decision) -> date | None:
    if not one.confirmed_at:
        return None
    changed_on = day_of(one.changed_at) if one.changed_at else None
    return decision_check_due(one.look_again_on, one.changed, changed_on)


def decision_rows(one: Decision, meeting: str, today: date) -> list[Row]:
    """The summary list of one decision; `meeting`: the name of its meeting."""
    rows: list[Row] = [
        {"key": "The board", "value": f"{DecisionKind(one.kind).label}, {on_day(one.decided_on)}"},
        {"key": "Options considered", "value": one.options},
        {"key": "Why", "value": one.reason},
        {"key": "Who differed", "value": one.dissent or "Nobody"},
        {"key": "Children’s rights", "value": one.childrens_rights},
        {"key": "The board looks again", "value": on_day(one.look_again_on)},
    ]
    if one.risk:
        rows.append(linked("Risk", risk_name(one.risk), address("risk", one.risk.uid)))
    if one.escalation:
        href = address("escalation", one.escalation.uid)
        rows.append(linked("Escalation", one.escalation.title, href))
    if one.review:
        href = address("board_review", one.review.uid)
        rows.append(linked("Monthly review", review_name(one.review), href))
    if one.meeting_uid and meeting:
        rows.append(linked("Meeting", meeting, address("meeting", one.meeting_uid)))
    rows.append({"key": "Written down", "value": by_at(one.recorded_by, one.recorded_at)})
    if one.confirmed_at:
        rows.append({"key": "Confirmed", "value": by_at(one.confirmed_by, one.confirmed_at)})
    return [*rows, *changed_rows(one, look_due(one), today)]


def told(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, str]:
    if found := told_change(before, after):
        return found
    if not before:
        return "Written down", RETROSPECTIVE if after["retrospective"] else ""
    if after["confirmed_at"] != before["confirmed_at"]:
        return "Confirmed", ""
    names = [words for name, words in _FIELDS.items() if after[name] != before[name]]
    return "Changed before it was confirmed", f"Changed: {', '.join(names)}" if names else ""


_FIELDS = {
    "title": "what was decided",
    "kind": "what the board did",
    "options": "options",
    "reason": "reason",
    "dissent": "dissent",
    "childrens_rights": "children’s rights",
    "decided_on": "day of the decision",
    "look_again_on": "day to look again",
    "risk": "risk",
    "escalation": "escalation",
    "review": "review",
}


def decisions_table(rows: Iterable[Decision], today: date, *, empty: str) -> Row:
    return {
        "caption": "Decisions of the board",
        "columns": [
            {"text": "Decision", "wide": True},
            {"text": "State"},
            {"text": "Decided"},
            {"text": "Look again"},
            {"text": "What changed for children"},
        ],
        "rows": [_row(one, today) for one in rows],
        "empty": empty,
    }


def _row(one: Decision, today: date) -> list[Any]:
    state = state_tag(one)
    note = f"Written down {on_moment(one.recorded_at)}"
    cell: Row = {"text": state["text"], "tag": state["colour"], "note": note}
    if one.retrospective:
        cell["tags"] = [{"text": RETROSPECTIVE, "colour": "orange"}]
    due = look_due(one)
    again: Row = {"text": on_day(one.look_again_on)}
    if due and due <= today:
        again["tags"] = [{"text": "Look again", "colour": "red"}]
    return [
        {
            "text": one.title,
            "href": reverse("board_decision", args=[one.uid]),
            "note": DecisionKind(one.kind).label,
        },
        cell,
        on_day(one.decided_on),
        again,
        changed_cell(one.changed),
    ]
