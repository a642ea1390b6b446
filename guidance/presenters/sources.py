"""Words of the pages about issuers' pages that have changed."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from guidance.constants import SourceChangeState
from guidance.models import GuidanceVersion, SourceChange
from guidance.presenters import versions
from guidance.presenters.base import moment_words
from guidance.rules.differences import Paragraph, compare

_COLOURS = {
    SourceChangeState.FOUND: "yellow",
    SourceChangeState.TAKEN: "green",
    SourceChangeState.DISMISSED: "grey",
}


def changes_table(changes: Iterable[SourceChange]) -> dict[str, Any]:
    return {
        "caption": "Changed pages",
        "columns": [{"text": "Guidance", "wide": True}, {"text": "State"}, {"text": "Changed", "wide": True}],
        "rows": [
            [
                {
                    "text": f"{change.item.label} {change.title}",
                    "href": reverse("source_change", args=[change.uid]),
                },
                {
                    "text": SourceChangeState(change.state).label,
                    "tag": _COLOURS[SourceChangeState(change.state)],
                },
                {"text": moment_words(change.public_updated_at), "note": change.note[:300]},
            ]
            for change in changes
        ],
        "empty": "No page that is watched has changed.",
    }


def change_rows(change: SourceChange) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {
            "key": "Guidance",
            "value": f"{change.item.label} {change.item.title}",
            "href": reverse("guidance_item", args=[change.item.uid]),
            "action": "Open",
            "hidden": "the guidance",
        },
        {"key": "Changed by the issuer", "value": moment_words(change.public_updated_at)},
        {"key": "Found here", "value": moment_words(change.found_at)},
        {"key": "What the issuer says of it", "value": change.note or "Nothing"},
    ]
    if change.summary:
        rows.append({"key": "What it is about", "value": change.summary})
    if change.decided_at and change.decided_by:
        who = f"{change.decided_by.name}, {moment_words(change.decided_at)}"
        said = f"{SourceChangeState(change.state).label}\n{who}"
        rows.append({"key": "Decided", "value": f"{said}\n{change.words}" if change.words else said})
    return rows


def difference(change: SourceChange, newest: GuidanceVersion | None) -> dict[str, Any] | None:
    """The page's paragraphs beside those of the newest version; None where one of them has no text."""
    rows = newest.paragraphs.order_by("position").values_list("label", "text") if newest else ()
    before = [Paragraph(label, text) for label, text in rows]
    after = [Paragraph(row["label"], row["text"]) for row in change.paragraphs]
    if not before or not after:
        return None
    lines = compare(before, after)
    return {
        "counts": versions.difference_counts(lines),
        "lines": versions.difference_lines(lines, only_changes=True),
    }
