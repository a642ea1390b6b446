"""Words of the page of a role: what is live for it."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Any

from django.urls import reverse

from guidance.constants import Audience, Force, LocalDecision, RuleTerms
from guidance.models import Easement
from guidance.presenters.base import counted, days_words
from guidance.selectors.role_page import LiveGuidance
from safeguarding.kernel.periods import day_of
from safeguarding.kernel.texts import in_words

_DECISION_COLOURS = {
    LocalDecision.PENDING: "yellow",
    LocalDecision.USED: "green",
    LocalDecision.LIMITED: "blue",
    LocalDecision.NOT_USED: "grey",
}


def chooser(counts: Mapping[str, int], own: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Audiences with what is live for each; those to which the reader belongs apart."""
    mine = set(own)
    lines = [
        (
            audience in mine,
            {
                "text": audience.label,
                "href": reverse("guidance_for", args=[audience.value]),
                "hint": counted(counts.get(audience.value, 0), "piece of guidance", "pieces of guidance"),
            },
        )
        for audience in Audience
    ]
    return {
        "own": [line for is_own, line in lines if is_own],
        "others": [line for is_own, line in lines if not is_own],
    }


def groups(found: Iterable[LiveGuidance], today: date) -> list[dict[str, Any]]:
    """By how binding it is, in the order in which it comes."""
    return [
        {"heading": Force(force).label, "pieces": [_piece(one, today) for one in ones]}
        for force, ones in groupby(found, key=lambda one: one.of.force)
    ]


def _piece(one: LiveGuidance, today: date) -> dict[str, Any]:
    return {
        "title": f"{one.of.item.label} {one.of.title}",
        "href": reverse("guidance_item", args=[one.of.item.uid]),
        "to_do": one.to_do,
        "rows": [
            {"key": "From", "value": one.of.item.issuer},
            {"key": "Holds", "value": days_words(one.of.effective_from, one.of.effective_until)},
            {"key": "Last checked", "value": _checked(one)},
        ],
        "again": bool(one.valid_until and one.valid_until <= today),
    }


def _checked(one: LiveGuidance) -> str:
    """With the source, or, where nobody has looked since, when it was received."""
    if one.checked_at:
        return in_words(day_of(one.checked_at))
    return f"Not since it was received on {in_words(one.of.received_on)}"


def easement_cards(easements: Iterable[Easement], today: date) -> list[dict[str, Any]]:
    return [
        {
            "title": one.title,
            "href": reverse("easement", args=[one.uid]),
            "decision": {
                "text": LocalDecision(one.local_decision).label,
                "colour": _DECISION_COLOURS[LocalDecision(one.local_decision)],
            },
            "rows": [
                {"key": "What changes", "value": one.what_changes},
                {"key": "Normally", "value": one.normally},
                {"key": "Holds", "value": days_words(one.effective_from, one.effective_until)},
                {"key": "Left", "value": _left(one.effective_until, today)},
                *([{"key": "On what terms", "value": RuleTerms(one.terms).label}] if one.terms else []),
                *([{"key": "Decided here", "value": one.local_words}] if one.local_words else []),
            ],
        }
        for one in easements
    ]


def _left(until: date | None, today: date) -> str:
    return counted((until - today).days, "day") if until else "No end is set"
