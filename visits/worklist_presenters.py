"""Words of the worklists."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.urls import reverse

from visits.constants import Method
from visits.cover_rules import DUE_SOON_DAYS
from visits.exception_rules import severity_words
from visits.facts import Concern, OversightFact, WorkLine
from visits.presenters import due_cell, plan_words
from visits.record_rules import in_words

SEVERITY_COLOURS = {"High": "red", "Medium": "orange", "Low": "grey"}


def age_words(fact: OversightFact, today: date) -> str:
    ahead = (fact.since - today).days
    if ahead > 0:
        return f"In {ahead} day{'' if ahead == 1 else 's'}"
    return "Today" if fact.age == 0 else f"{fact.age:,} day{'' if fact.age == 1 else 's'}"


def queue_table(facts: Iterable[OversightFact], today: date, *, caption: str) -> dict[str, Any]:
    return {
        "caption": caption,
        "columns": [
            {"text": "Child"},
            {"text": "Why it is here"},
            {"text": "For how long"},
            {"text": "Harm"},
            {"text": "Team"},
        ],
        "rows": [
            [
                {"text": fact.shown_as, "href": reverse("child", args=[fact.child_uid])},
                {
                    "text": fact.code.label,
                    "href": fact.link,
                    "hidden": f"for {fact.shown_as}",
                    "note": fact.sentence,
                },
                age_words(fact, today),
                {
                    "text": severity_words(fact.severity),
                    "tag": SEVERITY_COLOURS[severity_words(fact.severity)],
                },
                fact.team or "–",
            ]
            for fact in facts
        ],
        "empty": "Nothing waits for you.",
    }


def queue_choices(counts: Iterable[tuple[Concern, int]]) -> list[tuple[str, str]]:
    return [("", "Everything"), *((code.value, f"{code.label} ({number:,})") for code, number in counts)]


def visits_table(lines: Iterable[WorkLine], today: date, *, caption: str, empty: str) -> dict[str, Any]:
    return {
        "caption": caption,
        "columns": [
            {"text": "Child"},
            {"text": "Next visit"},
            {"text": "Last seen face to face"},
            {"text": "Flags"},
            {"text": "Decision"},
            {"text": "Alternatives in a row", "numeric": True},
            {"text": "Assessment"},
        ],
        "rows": [
            [
                {
                    "text": line.shown_as,
                    "href": reverse("child", args=[line.uid]),
                    "note": plan_words(line.plan_types)
                    + (f"; you cover until {in_words(line.covers_until)}" if line.covers_until else ""),
                },
                _due(line, today),
                in_words(line.last_face_to_face) if line.last_face_to_face else "Never",
                ", ".join(name for _, name in line.flag_kinds) or "None",
                {
                    "text": Method(line.alternative).label,
                    "note": f"until {in_words(line.decision_until)}",
                }
                if line.decision_until
                else "None",
                str(line.chain),
                {
                    "text": "Make one",
                    "href": reverse("make_assessment", args=[line.uid]),
                    "hidden": f"for {line.shown_as}",
                    "note": "before you visit",
                }
                if line.assessment_needed
                else "–",
            ]
            for line in lines
        ],
        "empty": empty,
    }


def _due(line: WorkLine, today: date) -> dict[str, Any]:
    cell = due_cell(line.due_by, today)
    if line.due_by and today < line.due_by <= today + timedelta(days=DUE_SOON_DAYS):
        return {"text": "Due soon", "tag": "blue", "note": in_words(line.due_by)}
    return cell
