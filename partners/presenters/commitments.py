"""Words of services and their levels."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse

from partners.constants import ServiceLevel
from partners.facts.plans import Contradiction, ServiceFact
from partners.models import Service, ServiceLevelChange
from partners.presenters.base import moment_words
from partners.rules.texts import in_words

_COLOURS = {
    ServiceLevel.MAINTAINED: "green",
    ServiceLevel.CHANGED: "blue",
    ServiceLevel.RESUMED: "green",
    ServiceLevel.REDUCED: "orange",
    ServiceLevel.PAUSED: "red",
}


def level_words(service: ServiceFact) -> dict[str, Any]:
    """A table's cell: the level in words, since when and why."""
    level = service.level
    if level is None:
        return {"text": "Not recorded for that day"}
    why = f". {level.reason}" if level.reason else ""
    return {
        "text": ServiceLevel(level.level).label,
        "tag": _COLOURS[ServiceLevel(level.level)],
        "note": f"Since {in_words(level.from_date)}{why}",
    }


def change_words(level: str, from_date: date) -> str:
    return f"{ServiceLevel(level).label} from {in_words(from_date)}"


def planned_words(service: ServiceFact) -> str:
    return "; ".join(change_words(one.level, one.from_date) for one in service.planned)


def services_table(services: Iterable[ServiceFact], *, caption: str, with_partner: bool) -> dict[str, Any]:
    columns = [{"text": "Service"}, {"text": "Normal level"}, {"text": "Level"}, {"text": "Planned change"}]
    rows = []
    for one in services:
        row: list[Any] = [
            {"text": one.name, "href": reverse("service_commitment", args=[one.uid])},
            one.normal_level,
            level_words(one),
            planned_words(one) or "None",
        ]
        rows.append([row[0], one.partner.name, *row[1:]] if with_partner else row)
    if with_partner:
        columns.insert(1, {"text": "Partner"})
    return {"caption": caption, "columns": columns, "rows": rows, "empty": "No service is on the register."}


def contradictions_table(found: Iterable[Contradiction]) -> dict[str, Any]:
    return {
        "caption": "Where returns and the register differ",
        "columns": [{"text": "Partner"}, {"text": "The return says"}, {"text": "The register says"}],
        "rows": [
            [
                one.partner.name,
                {"text": one.answer, "note": one.question},
                f"Reduced or paused: {one.register}" if one.register else "No service is reduced or paused",
            ]
            for one in found
        ],
        "empty": "No return that you may read says another thing than the register.",
    }


def service_rows(service: Service, fact: ServiceFact) -> list[dict[str, Any]]:
    level = level_words(fact)
    rows: list[dict[str, Any]] = [
        {"key": "Partner", "value": service.organisation.name},
        {"key": "Normal level", "value": service.normal_level},
    ]
    if fact.level:
        rows.append({"key": "Level now", "tag": {"text": level["text"], "colour": level["tag"]}})
        rows.append({"key": "Since", "value": in_words(fact.level.from_date)})
        if fact.level.reason:
            rows.append({"key": "Why", "value": fact.level.reason})
    rows.append({"key": "Planned change", "value": planned_words(fact) or "None"})
    if service.withdrawn_on:
        rows.append({"key": "On the register", "value": f"Not from {in_words(service.withdrawn_on)} on"})
    return rows


def level_history(levels: Iterable[ServiceLevelChange]) -> list[dict[str, Any]]:
    """Entries of components/timeline.html, the last day first."""
    entries = []
    for one in levels:
        given_up = f"Given up {moment_words(one.withdrawn_at)}. " if one.withdrawn_at else ""
        entries.append(
            {
                "title": f"{ServiceLevel(one.level).label}, from {in_words(one.from_date)}",
                "when": f"Recorded {moment_words(one.at)}",
                "datetime": one.at.isoformat(),
                "by": one.by.name if one.by else "",
                "text": f"{given_up}{one.reason}",
                "struck": one.withdrawn_at is not None,
            }
        )
    return entries[::-1]


def theirs_yours(levels: Iterable[ServiceLevelChange], typed: dict[str, Any]) -> list[dict[str, str]]:
    """What the register says by now, beside what a stale form would say."""
    last = list(levels)[-1:]
    theirs = "; ".join(f"{change_words(one.level, one.from_date)}. {one.reason}" for one in last)
    yours = f"{change_words(typed['level'], typed['from_date'])}. {typed['reason']}"
    return [{"field": "Level", "theirs": theirs, "yours": yours}]
