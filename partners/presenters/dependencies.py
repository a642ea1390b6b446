"""Words of dependencies between organisations."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from partners.constants import DependencyState
from partners.facts.plans import DependencyFact
from partners.models import DependencyMove
from partners.presenters.base import Tag, moment_words
from partners.rules.texts import in_words

_COLOURS = {
    DependencyState.ASKED: "yellow",
    DependencyState.CONFIRMED: "green",
    DependencyState.REFUSED: "red",
    DependencyState.WITHDRAWN: "grey",
}


def of_words(one: DependencyFact) -> str:
    return one.of.name if one.of else "The partnership"


def state_words(one: DependencyFact) -> str:
    return "Overdue: not confirmed" if one.overdue else DependencyState(one.state).label


def state_tag(one: DependencyFact) -> Tag:
    colour = "orange" if one.overdue else _COLOURS[DependencyState(one.state)]
    return {"text": state_words(one), "colour": colour}


def table(rows: Iterable[DependencyFact], *, caption: str, empty: str, who: str = "both") -> dict[str, Any]:
    """`who`: the side that is named, "of" (who relies), "on" (on whom) or both."""
    columns = [{"text": "What"}, {"text": "Needed by"}, {"text": "State"}]
    sides = {"of": ["Relies"], "on": ["On"], "both": ["Relies", "On"]}[who]
    columns[1:1] = [{"text": side} for side in sides]
    return {
        "caption": caption,
        "columns": columns,
        "rows": [_row(one, sides) for one in rows],
        "empty": empty,
    }


def _row(one: DependencyFact, sides: list[str]) -> list[Any]:
    names = {"Relies": of_words(one), "On": one.on.name}
    tag = state_tag(one)
    return [
        {"text": one.what, "href": reverse("dependency", args=[one.uid])},
        *(names[side] for side in sides),
        in_words(one.needed_by) if one.needed_by else "No day set",
        {"text": tag["text"], "tag": tag["colour"], "note": one.answer},
    ]


def rows(one: DependencyFact) -> list[dict[str, Any]]:
    """The summary list of one dependency."""
    found: list[dict[str, Any]] = [
        {"key": "State", "tag": state_tag(one)},
        {"key": "Who relies", "value": of_words(one)},
        {"key": "On whom", "value": one.on.name},
        {"key": "What", "value": one.what},
        {"key": "Needed by", "value": in_words(one.needed_by) if one.needed_by else "No day set"},
        {"key": "Asked", "value": moment_words(one.asked_at)},
    ]
    if one.answer:
        found.append({"key": "Answer", "value": one.answer})
    return found


def moves(found: Iterable[DependencyMove]) -> list[dict[str, Any]]:
    """Entries of components/timeline.html, the last first."""
    return [
        {
            "title": DependencyState(move.to_state).label,
            "when": moment_words(move.at),
            "datetime": move.at.isoformat(),
            "by": move.by.name if move.by else "",
            "text": move.words,
        }
        for move in found
    ][::-1]


def theirs_yours(one: DependencyFact, typed: dict[str, str]) -> list[dict[str, str]]:
    """What was answered by now, beside what a stale form would answer."""
    yours = DependencyState(typed["state"]).label
    return [
        {
            "field": "Answer",
            "theirs": f"{state_words(one)}\n{one.answer}",
            "yours": f"{yours}\n{typed['answer']}",
        }
    ]
