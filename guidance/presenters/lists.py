"""Words of the pages of lists of guidance."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from guidance.constants import Audience, Force, GuidanceKind, ListState
from guidance.facts.lists import Choice, ListLine, Twin
from guidance.models import GuidanceList
from guidance.presenters.base import counted, moment_words
from guidance.rules.duplicates import suggested
from guidance.rules.lists import CALLED
from safeguarding.kernel.texts import in_words

_COLOURS = {ListState.PREVIEW: "yellow", ListState.SAVED: "green", ListState.DISCARDED: "grey"}
_BECAUSE = {
    "address": "The same address",
    "reference": "The same issuer and reference",
    "title_and_date": "The same title and day of publication",
    "near_title": "Nearly the same title",
}


def lists_table(lists: Iterable[GuidanceList]) -> dict[str, Any]:
    return {
        "caption": "Lists",
        "columns": [{"text": "List", "wide": True}, {"text": "State"}, {"text": "Read"}, {"text": "Lines"}],
        "rows": [
            [
                {"text": one.name, "href": reverse("guidance_list", args=[one.uid])},
                {
                    "text": ListState(one.state).label,
                    "tag": _COLOURS[ListState(one.state)],
                    "note": outcome_words(one),
                },
                {"text": moment_words(one.made_at), "note": one.made_by.name},
                {"text": str(len(one.rows)), "numeric": True},
            ]
            for one in lists
        ],
        "empty": "No list was pasted or sent yet.",
    }


def outcome_words(listed: GuidanceList) -> str:
    """'215 added, 3 new versions, 2 left out', of a list that was saved."""
    if listed.state != ListState.SAVED:
        return ""
    said = listed.outcome
    parts = [
        f"{said['added']} added",
        counted(said["versions"], "new version") if said["versions"] else "",
        f"{said['left_out']} left out" if said["left_out"] else "",
    ]
    return ", ".join(filter(None, parts))


def preview(
    lines: list[ListLine],
    twins: Mapping[int, Twin],
    choices: Mapping[int, Choice] | None,
    errors: Mapping[str, Any],
) -> dict[str, Any]:
    """Lines with faults, lines that are there already, and the others; `choices`: what was posted."""
    shown = [_line(line, twins.get(line.line), choices, errors) for line in lines]
    return {
        "seen": ",".join(str(line) for line in twins),
        "faulty": [one for one in shown if one["faults"]],
        "twins": [one for one in shown if one["twin"] and not one["faults"]],
        "plain": [one for one in shown if not one["twin"] and not one["faults"]],
    }


def _line(
    line: ListLine, twin: Twin | None, choices: Mapping[int, Choice] | None, errors: Mapping[str, Any]
) -> dict[str, Any]:
    name = f"line-{line.line}"
    if choices is None:
        chosen = suggested(twin) if twin and not line.faults else None
    else:
        chosen = choices.get(line.line)
    return {
        "line": line.line,
        "name": name,
        "title": line.text("title") or line.cells.get("title", "") or "No title",
        "issuer": line.text("issuer"),
        "published": _day(line.text("published_on")),
        "says": _says(line),
        "url": line.text("url"),
        "faults": [_fault(line, fault.field, fault.words) for fault in line.faults],
        "twin": _twin_words(twin) if twin else "",
        "href": reverse("guidance_item", args=[twin.item.uid]) if twin and twin.item else "",
        "other": f"{twin.item.label} {twin.item.title}" if twin and twin.item else "",
        "options": _options(twin, chosen) if twin and not line.faults else [],
        "left_out": chosen is not None and chosen.act == "leave_out",
        "errors": list(errors.get(name, ())),
    }


def _fault(line: ListLine, field: str, words: str) -> dict[str, str]:
    return {"field": CALLED.get(field, "Line"), "words": words, "typed": line.cells.get(field, "")[:200]}


def _says(line: ListLine) -> str:
    """'Change of the law. Must. In force 1 April 2020 until 1 July 2020. For Police'."""
    parts = []
    if kind := line.text("kind"):
        parts.append(GuidanceKind(kind).label)
    if force := line.text("force"):
        parts.append(Force(force).label.partition(":")[0])
    if reference := line.text("reference"):
        parts.append(reference)
    if start := line.text("effective_from"):
        until = line.text("effective_until")
        parts.append(f"In force from {_day(start)}{f' until {_day(until)}' if until else ''}")
    if audiences := line.codes("audiences"):
        parts.append("For " + "; ".join(Audience(code).label for code in audiences))
    return ". ".join(parts)


def _twin_words(twin: Twin) -> str:
    because = _BECAUSE[twin.by]
    if twin.item is None:
        return f"{because} as line {twin.line} of this list"
    return f"{because}{', and published later' if twin.later else ''}"


def _options(twin: Twin, chosen: Choice | None) -> list[dict[str, Any]]:
    acts = [("leave_out", "Leave it out", Choice("leave_out"))]
    if item := twin.item:
        value = f"version:{item.uid}:{item.version}"
        acts.append((value, f"New version of {item.label}", Choice("version", item.uid, item.version)))
    acts.append(("add", "Add it anyway", Choice("add")))
    return [
        {
            "value": value,
            "text": text,
            "checked": chosen is not None and (chosen.act, chosen.item) == (choice.act, choice.item),
        }
        for value, text, choice in acts
    ]


def _day(iso: str) -> str:
    return in_words(date.fromisoformat(iso)) if iso else ""
