"""Words of the pages of guidance: what was told through which channel."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.selectors import User
from guidance.constants import LENGTH_OF, LIVE_STATES, Audience, Channel, DispatchState, ProofKind
from guidance.facts.register import CoverageFact
from guidance.models import Dispatch, GuidanceItem, GuidanceVersion
from guidance.presenters.base import Tag, moment_words
from guidance.rules import dissemination as rules
from guidance.selectors import dissemination as selectors

_COLOURS = {DispatchState.PLANNED: "yellow", DispatchState.SENT: "green", DispatchState.DROPPED: "grey"}


def state_tag(dispatch: Dispatch) -> Tag:
    state = DispatchState(dispatch.state)
    return {"text": state.label, "colour": _COLOURS[state]}


def labels_of(audiences: Iterable[str]) -> str:
    """'Police; Families'."""
    return "; ".join(Audience(code).label for code in audiences if code in Audience.values)


def counted_words(channel: str, text: str) -> str:
    """'Counts as 212 of 280 characters'."""
    return f"Counts as {rules.length_on(channel, text):,} of {LENGTH_OF[Channel(channel)]:,} characters"


def card(dispatch: Dispatch, *, may_edit: bool) -> dict[str, Any]:
    """One text of the page of channels."""
    return {
        "channel": Channel(dispatch.channel).label,
        "tag": state_tag(dispatch),
        "text": dispatch.text,
        "rows": _rows(dispatch),
        "uid": dispatch.uid,
        "open": may_edit and dispatch.state == DispatchState.PLANNED,
        "may_send": dispatch.of.issued_at is not None,
    }


def _rows(dispatch: Dispatch) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"key": "For", "value": labels_of(dispatch.audiences)},
        {"key": "Length", "value": counted_words(dispatch.channel, dispatch.text)},
        {"key": "Written", "value": f"{moment_words(dispatch.planned_at)}, by {dispatch.planned_by.name}"},
    ]
    if dispatch.sent_at and dispatch.sent_by:
        rows.append(
            {"key": "Sent", "value": f"{moment_words(dispatch.sent_at)}, says {dispatch.sent_by.name}"}
        )
        rows.append(_proof(dispatch))
        reached = "Not known" if dispatch.reach is None else f"{dispatch.reach:,} people"
        rows.append({"key": "Reached", "value": reached})
    if dispatch.dropped_reason:
        rows.append({"key": "Why it was not sent", "value": dispatch.dropped_reason})
    return rows


def _proof(dispatch: Dispatch) -> dict[str, Any]:
    row: dict[str, Any] = {"key": ProofKind(dispatch.proof_kind).label, "value": dispatch.proof}
    if dispatch.newsletter:
        page = reverse("newsletter", args=[dispatch.newsletter.uid])
        row |= {"href": page, "action": "Read", "hidden": "the newsletter"}
    elif dispatch.proof_kind == ProofKind.LINK:
        row |= {"href": dispatch.proof, "action": "Open", "hidden": f"the link on {dispatch.channel}"}
    return row


def channel_choices(version: GuidanceVersion, used: Iterable[Dispatch]) -> list[dict[str, Any]]:
    """Each channel with what there is on it, to write a text for it."""
    states: dict[str, list[str]] = {}
    for one in used:
        states.setdefault(one.channel, []).append(DispatchState(one.state).label.lower())
    return [
        {
            "text": Channel(code).label,
            "href": reverse("plan_dispatch", args=[version.uid, code]),
            "hint": ", ".join(states.get(code, [])) or "nothing yet",
        }
        for code in Channel.values
    ]


def reach_words(audiences: Sequence[str], sent: Iterable[Dispatch]) -> tuple[str, str]:
    """Whom it reached, and whom not; "" where there is nobody."""
    reached = {code for one in sent for code in one.audiences}
    told = [code for code in audiences if code in reached]
    return labels_of(told), labels_of(rules.not_reached(audiences, reached))


def coverage_table(facts: Iterable[CoverageFact], *, empty: str) -> dict[str, Any]:
    return {
        "caption": "How issued guidance was told",
        "columns": [
            {"text": "Guidance"},
            {"text": "Issued"},
            {"text": "Channels"},
            {"text": "Did not reach"},
        ],
        "rows": [_coverage_row(fact) for fact in facts],
        "empty": empty,
    }


def _coverage_row(fact: CoverageFact) -> list[Any]:
    channels = ", ".join(Channel(code).label for code in fact.channels)
    missed = labels_of(fact.audiences_not_reached)
    return [
        {"text": f"{fact.label} {fact.title}", "href": reverse("guidance_item", args=[fact.item_uid])},
        moment_words(fact.issued_at),
        channels or {"text": "None", "tag": "red"},
        missed or {"text": "Reached all", "tag": "green"},
    ]


def audience_table(facts: Sequence[CoverageFact]) -> dict[str, Any]:
    """By audience: of how much guidance that is for it, how much reached it."""
    rows = []
    for code in Audience.values:
        reached = sum(code in fact.audiences_reached for fact in facts)
        missed = sum(code in fact.audiences_not_reached for fact in facts)
        if reached + missed:
            rows.append([Audience(code).label, _number(reached + missed), _number(reached), _number(missed)])
    numbers = [{"text": text, "numeric": True} for text in ("Issued for them", "Reached them", "Did not")]
    return {
        "caption": "By whom it is for",
        "columns": [{"text": "For"}, *numbers],
        "rows": rows,
        "empty": "Nothing is issued now.",
    }


def _number(count: int) -> dict[str, Any]:
    return {"text": f"{count:,}", "numeric": True}


def planned_table(rows: Iterable[Dispatch]) -> dict[str, Any]:
    return {
        "caption": "Texts to be sent",
        "columns": [{"text": "Guidance"}, {"text": "Channel"}, {"text": "For"}, {"text": "Written"}],
        "rows": [
            [
                {
                    "text": f"{row.of.item.label} {row.of.title}",
                    "href": reverse("dispatches", args=[row.of.uid]),
                },
                Channel(row.channel).label,
                labels_of(row.audiences),
                moment_words(row.planned_at),
            ]
            for row in rows
        ],
        "empty": "No text waits to be sent.",
    }


def compared(pairs: Iterable[tuple[str, str, str]]) -> list[dict[str, str]]:
    """(field, saved now, typed) as the page of a stale edit shows them; where nothing is, nothing."""
    return [
        {"field": name, "theirs": theirs, "yours": yours} for name, theirs, yours in pairs if theirs or yours
    ]


def theirs_yours(current: Dispatch, answers: dict[str, Any]) -> list[dict[str, str]]:
    """What is saved now beside what was typed."""
    pairs = [
        ("State", DispatchState(current.state).label, ""),
        ("Text", current.text, answers.get("text", "")),
        ("For", labels_of(current.audiences), labels_of(answers.get("audiences", ()))),
        ("Proof", current.proof, answers.get("proof", "")),
        ("Reason", current.dropped_reason, answers.get("reason", "")),
    ]
    return [
        {"field": field, "theirs": theirs, "yours": yours}
        for field, theirs, yours in pairs
        if theirs or yours
    ]


def on_item(item: GuidanceItem, version: GuidanceVersion, user: User, at: datetime) -> dict[str, Any]:
    """Context of this subject's part of an item's page; `version`: the one shown there."""
    sent = list(selectors.sent_of(version))
    reached, missed = reach_words(item.audiences, sent)
    names = dict.fromkeys(Channel(one.channel).label for one in sent)
    return {
        "told_issued": version.state in LIVE_STATES,
        "told_channels": ", ".join(names),
        "told_reached": reached,
        "told_missed": missed,
        "told_url": reverse("dispatches", args=[version.uid]) if selectors.checks(user) else "",
    }
