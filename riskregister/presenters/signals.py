"""Words of the pages of emerging threats."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from riskregister.constants import Confidence, RiskTheme, SignalState
from riskregister.models import Risk, Signal
from riskregister.presenters.base import address, moment_words, on_day
from riskregister.presenters.board_work import Row, Tag, by_at, linked, risk_name, state_cell

_COLOURS = {
    SignalState.NEW: "yellow",
    SignalState.WATCHED: "blue",
    SignalState.PROMOTED: "purple",
    SignalState.DISMISSED: "grey",
}
_STEPS = {
    SignalState.NEW: "Raised",
    SignalState.WATCHED: "Watched",
    SignalState.PROMOTED: "Became a risk",
    SignalState.DISMISSED: "Not followed up",
}


def state_tag(signal: Signal) -> Tag:
    state = SignalState(signal.state)
    return {"text": state.label, "colour": _COLOURS[state]}


def look_again(signal: Signal, today: date) -> str:
    if signal.state != SignalState.WATCHED or not signal.look_again_on:
        return ""
    if signal.look_again_on <= today:
        return f"To be looked at again since {on_day(signal.look_again_on)}"
    return f"To be looked at again on {on_day(signal.look_again_on)}"


def whose(signal: Signal) -> str:
    return signal.organisation.name if signal.organisation else "No organisation in particular"


def signal_rows(signal: Signal, risks: Iterable[Risk], today: date) -> list[Row]:
    """The summary list of one threat; `risks`: those it became that the viewer may open."""
    rows: list[Row] = [
        {"key": "What", "value": signal.what},
        {"key": "About", "value": RiskTheme(signal.theme).label},
        {"key": "How it was noticed", "value": signal.source},
    ]
    if signal.evidence:
        rows.append({"key": "What supports it", "value": signal.evidence})
    rows += [
        {"key": "How sure", "value": Confidence(signal.confidence).label},
        {"key": "Whose observation", "value": whose(signal)},
        {"key": "Raised", "value": by_at(signal.raised_by, signal.raised_at)},
    ]
    if signal.reason:
        words = "Why it is not followed up" if signal.state == SignalState.DISMISSED else "Why it is watched"
        rows.append({"key": words, "value": signal.reason})
    if day := look_again(signal, today):
        rows.append({"key": "Clock", "value": day})
    rows += [linked("Became the risk", risk_name(risk), address("risk", risk.uid)) for risk in risks]
    return rows


def told(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, str]:
    state = SignalState(after["state"])
    text = after["reason"] if state in (SignalState.WATCHED, SignalState.DISMISSED) else ""
    title = _STEPS[state]
    if state == SignalState.WATCHED:
        title = "Watched on" if before.get("state") == state else title
        text = f"{text}\nTo be looked at again on {on_day(date.fromisoformat(after['look_again_on']))}"
    return title, text


def signals_table(signals: Iterable[Signal], today: date, *, empty: str) -> Row:
    return {
        "caption": "Emerging threats",
        "columns": [
            {"text": "Threat", "wide": True},
            {"text": "State"},
            {"text": "How sure"},
            {"text": "About"},
            {"text": "Raised"},
        ],
        "rows": [_row(signal, today) for signal in signals],
        "empty": empty,
    }


def _row(signal: Signal, today: date) -> list[Any]:
    again = signal.state == SignalState.WATCHED and (signal.look_again_on or today) <= today
    state = state_cell(state_tag(signal), look_again(signal, today))
    if again:
        state["tags"] = [{"text": "Look again", "colour": "red"}]
    return [
        {"text": signal.title, "href": reverse("signal", args=[signal.uid]), "note": whose(signal)},
        state,
        Confidence(signal.confidence).name.capitalize(),
        RiskTheme(signal.theme).label,
        {
            "text": moment_words(signal.raised_at),
            "note": signal.raised_by.name if signal.raised_by else "A rule",
        },
    ]
