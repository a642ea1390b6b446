"""Words of the pages of challenges."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from riskregister.constants import ChallengeState, ReviewSection
from riskregister.models import Challenge
from riskregister.presenters.base import address, moment_words
from riskregister.presenters.board_work import (
    Clock,
    Row,
    Tag,
    by_at,
    changed_cell,
    changed_rows,
    clock,
    day_in,
    linked,
    look_due_after,
    review_name,
    risk_name,
    state_cell,
    told_change,
)
from riskregister.selectors.board_pages import Asked
from riskregister.selectors.board_work import shortened

_COLOURS = {
    ChallengeState.ASKED: "purple",
    ChallengeState.ANSWERED: "blue",
    ChallengeState.ACCEPTED: "green",
    ChallengeState.REOPENED: "orange",
}
WAITS = (ChallengeState.ASKED, ChallengeState.REOPENED)


def state_tag(one: Challenge) -> Tag:
    state = ChallengeState(one.state)
    return {"text": state.label, "colour": _COLOURS[state]}


def clock_of(one: Challenge, today: date) -> Clock:
    return clock(one.state in WAITS, one.answer_due_on, today)


def look_due(one: Challenge) -> date | None:
    return look_due_after(one.state == ChallengeState.ACCEPTED, one)


def challenge_rows(one: Challenge, today: date) -> list[Row]:
    """The summary list of one challenge."""
    rows: list[Row] = [{"key": "Question", "value": one.question}]
    if one.risk:
        rows.append(linked("About the risk", risk_name(one.risk), address("risk", one.risk.uid)))
    if one.review:
        section = f": {ReviewSection(one.section).label}" if one.section else ""
        href = address("board_review", one.review.uid)
        rows.append(linked("About the review", f"{review_name(one.review)}{section}", href))
    rows += [
        {"key": "Asked of", "value": one.asked_of.name},
        {"key": "Asked", "value": by_at(one.asked_by, one.asked_at)},
    ]
    if due := clock_of(one, today).words:
        rows.append({"key": "Clock", "value": due})
    if one.not_accepted_reason:
        rows.append({"key": "Why it is asked again", "value": one.not_accepted_reason})
    if one.answered_at:
        rows.append({"key": "Answer", "value": f"{one.answer}\n{by_at(one.answered_by, one.answered_at)}"})
    return [*rows, *changed_rows(one, look_due(one), today)]


def told(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, str]:
    if found := told_change(before, after):
        return found
    due = f"Answer owed by {day_in(after, 'answer_due_on')}"
    return {
        ChallengeState.ASKED: ("Asked", due),
        ChallengeState.ANSWERED: ("Answered", after["answer"]),
        ChallengeState.ACCEPTED: ("Answer accepted", ""),
        ChallengeState.REOPENED: ("Answer not accepted", f"{after['not_accepted_reason']}\n{due}"),
    }[ChallengeState(after["state"])]


def asked_words(asked: Asked) -> str:
    """'12 asked; 7 looked at again after 90 days, of which 5 changed something for children.'"""
    return (
        f"{asked.asked:,} asked. {asked.looked_at:,} looked at again after 90 days, "
        f"of which {asked.changed:,} changed something for children."
    )


def challenges_table(rows: Iterable[Challenge], today: date, *, empty: str) -> Row:
    return {
        "caption": "Challenges",
        "columns": [
            {"text": "Question", "wide": True},
            {"text": "State"},
            {"text": "Asked of"},
            {"text": "Asked"},
            {"text": "What changed for children"},
        ],
        "rows": [_row(one, today) for one in rows],
        "empty": empty,
    }


def _row(one: Challenge, today: date) -> list[Any]:
    owed = clock_of(one, today)
    return [
        {"text": shortened(one.question, 160), "href": reverse("challenge", args=[one.uid])},
        state_cell(state_tag(one), owed.words, overdue=owed.overdue),
        one.asked_of.name,
        {"text": moment_words(one.asked_at), "note": one.asked_by.name if one.asked_by else ""},
        changed_cell(one.changed),
    ]
