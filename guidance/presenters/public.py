"""Words of the public pages."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse

from guidance.presenters.base import moment_words
from guidance.selectors.published import PublicGuidance
from safeguarding.kernel.periods import day_of
from safeguarding.kernel.texts import in_words


def listed(found: Iterable[PublicGuidance]) -> list[dict[str, Any]]:
    return [
        {
            "href": reverse("public_guidance_item", args=[one.uid]),
            "title": one.title,
            "force": one.force,
            "for_whom": "; ".join(one.for_whom),
            "from_whom": ", ".join(part for part in (one.issuer, one.reference) if part),
            "issued": in_words(day_of(one.issued_at)),
        }
        for one in found
    ]


def notice(shown: PublicGuidance, today: date) -> str:
    """What a reader has to know first; "" where it simply holds."""
    if shown.withdrawn and shown.effective_from > today:
        return f"This guidance will be withdrawn on {in_words(shown.effective_from)}."
    if shown.withdrawn:
        return "This guidance was withdrawn. Do not follow it any more."
    if shown.replaced_from and shown.replaced_from <= today:
        return f"This guidance was replaced on {in_words(shown.replaced_from)}."
    if shown.effective_until and shown.effective_until <= today:
        return f"This guidance ended. It no longer applies since {in_words(shown.effective_until)}."
    if shown.effective_from > today:
        return f"This guidance applies from {in_words(shown.effective_from)}."
    return ""


def rows(shown: PublicGuidance) -> list[dict[str, Any]]:
    found: list[tuple[str, str]] = [
        ("How binding", shown.force),
        ("For", "; ".join(shown.for_whom)),
        ("About", "; ".join(shown.topics)),
        ("From", ", ".join(part for part in (shown.issuer, shown.reference) if part)),
        ("Applies from", in_words(shown.effective_from)),
        ("Applies until", _until(shown)),
        ("Issued", moment_words(shown.issued_at)),
        ("What changed", shown.change_note),
    ]
    lines: list[dict[str, Any]] = [{"key": key, "value": value} for key, value in found if value]
    return lines


def _until(shown: PublicGuidance) -> str:
    if not shown.effective_until:
        return ""
    return f"It ends: from {in_words(shown.effective_until)} it no longer applies"
