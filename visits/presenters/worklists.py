"""Words of the worklists."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse

from visits.constants import Method
from visits.facts import Concern, OversightFact, WorkLine
from visits.presenters import plan_words
from visits.rules.cover import DUE_SOON_DAYS
from visits.rules.exceptions import severity_words
from visits.rules.records import in_words

SEVERITY_COLOURS = {"High": "red", "Medium": "orange", "Low": "grey"}


def age_words(fact: OversightFact, today: date) -> str:
    ahead = (fact.since - today).days
    if ahead > 0:
        return f"In {ahead} day{'' if ahead == 1 else 's'}"
    return "Since today" if fact.age == 0 else f"For {fact.age:,} day{'' if fact.age == 1 else 's'}"


def queue_items(facts: Iterable[OversightFact], today: date) -> list[dict[str, Any]]:
    """Rows of a task list, which a telephone shows as well as a desk does."""
    return [
        {
            "text": f"{fact.shown_as}: {fact.code.label[:1].lower()}{fact.code.label[1:]}",
            "href": fact.link,
            "hint": f"{fact.sentence} {age_words(fact, today)}{f', {fact.team}' if fact.team else ''}.",
            "tag": {
                "text": severity_words(fact.severity),
                "colour": SEVERITY_COLOURS[severity_words(fact.severity)],
            },
        }
        for fact in facts
    ]


def queue_choices(counts: Iterable[tuple[Concern, int]]) -> list[tuple[str, str]]:
    return [("", "Everything"), *((code.value, f"{code.label} ({number:,})") for code, number in counts)]


def visit_items(lines: Iterable[WorkLine], today: date) -> list[dict[str, Any]]:
    return [
        {
            "text": line.shown_as,
            "href": reverse("child", args=[line.uid]),
            "hint": f"{'; '.join(_bearing(line))}.",
            "tag": _due(line, today),
        }
        for line in lines
    ]


def _bearing(line: WorkLine) -> list[str]:
    """What bears on the child's next visit, each in a few words."""
    seen = line.last_face_to_face
    found = [
        plan_words(line.plan_types),
        f"visit due by {in_words(line.due_by)}" if line.due_by else "no visit is due",
        f"last seen face to face {in_words(seen)}" if seen else "not seen face to face yet",
    ]
    if line.flag_kinds:
        found.append(f"flags: {', '.join(name for _, name in line.flag_kinds)}")
    if line.decision_until:
        until = in_words(line.decision_until)
        found.append(f"{str(Method(line.alternative).label).lower()} authorised until {until}")
    if line.chain:
        found.append(f"{line.chain} contact{'' if line.chain == 1 else 's'} in a row not face to face")
    if line.assessment_needed:
        found.append("make an assessment before you visit")
    if line.covers_until:
        found.append(f"you cover until {in_words(line.covers_until)}")
    return found


def _due(line: WorkLine, today: date) -> dict[str, str]:
    if line.due_by is None:
        return {"text": "Nothing due", "colour": "grey"}
    late = (today - line.due_by).days
    if late > 0:
        return {"text": f"{late:,} day{'' if late == 1 else 's'} late", "colour": "red"}
    if late == 0:
        return {"text": "Due today", "colour": "yellow"}
    soon = -late <= DUE_SOON_DAYS
    return {"text": "Due soon", "colour": "blue"} if soon else {"text": "Due later", "colour": "grey"}
