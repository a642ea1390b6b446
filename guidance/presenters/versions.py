"""Words of the pages of versions: one of them, the chain that they are in, and what is different."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from guidance.constants import Audience, ChangeSize, Force, GuidanceKind, TouchedDuty, VersionState
from guidance.models import GuidanceItem, GuidanceVersion, Paragraph
from guidance.presenters.base import counted, moment_words
from guidance.presenters.register import force_tag, holds_words, labels, standing_tag
from guidance.rules import differences
from guidance.rules.differences import Difference, Line
from guidance.rules.standing import Standing
from guidance.selectors.register import ChainStep
from safeguarding.kernel.periods import day_of
from safeguarding.kernel.texts import in_words

_DIFFERENCE_COLOURS = {
    Difference.SAME: "grey",
    Difference.CHANGED: "blue",
    Difference.ADDED: "green",
    Difference.REMOVED: "red",
    Difference.MOVED: "purple",
}


def version_rows(version: GuidanceVersion, *, sees_all: bool) -> list[dict[str, Any]]:
    rows = [
        ("Kind", GuidanceKind(version.kind).label),
        ("How binding", Force(version.force).label),
    ]
    if version.number > 1:
        rows += [
            ("Change", ChangeSize(version.size).label),
            ("What is different", version.change_note),
            ("Whose duties change", "\n".join(labels(Audience, version.audiences_affected))),
            ("Duties that change", "\n".join(labels(TouchedDuty, version.duties_changed))),
        ]
    rows += [
        ("Published", in_words(version.published_on) if version.published_on else ""),
        ("Received", in_words(version.received_on)),
        ("Holds", holds_words(version)),
        ("What the issuer says", version.summary),
    ]
    if sees_all:
        by = f", {version.recorded_by.name}" if version.recorded_by else ""
        rows.append(("Recorded", f"{moment_words(version.recorded_at)}{by}"))
    if version.issued_at:
        rows.append(("Issued", moment_words(version.issued_at)))
    return [{"key": key, "value": value} for key, value in rows if value]


def chain(steps: Iterable[ChainStep], item: GuidanceItem) -> list[dict[str, Any]]:
    """The story from the oldest version to what holds now, for guidance/register/_chain.html."""
    return [_chain_entry(step, item) for step in steps]


def _chain_entry(step: ChainStep, item: GuidanceItem) -> dict[str, Any]:
    version = step.version
    of = version.item
    name = f"{of.label}, version {version.number}"
    return {
        "name": name,
        "title": version.title,
        "href": reverse("guidance_version", args=[version.uid]),
        "tag": standing_tag(step.standing),
        "ended": _ended(step),
        "holds": holds_words(version),
        "other": of.pk != item.pk,
        "changed": version.change_note or ("First version." if version.number == 1 else ""),
        "compare": reverse("guidance_difference", args=[version.uid]) if step.comparable else "",
    }


def _ended(step: ChainStep) -> str:
    item, version = step.version.item, step.version
    if step.standing == Standing.SUPERSEDED and step.followed_by and step.followed_by.issued_at:
        return (
            f"By version {step.followed_by.number}, issued on {in_words(day_of(step.followed_by.issued_at))}"
        )
    if step.standing == Standing.REPLACED and item.replaced_by and item.replaced_from:
        return f"By {item.replaced_by.label} from {in_words(item.replaced_from)}"
    if step.standing == Standing.NOT_ISSUED:
        return VersionState(version.state).label
    return f"Issued on {in_words(day_of(version.issued_at))}" if version.issued_at else ""


def notice(step: ChainStep | None) -> str:
    """What a reader has to know before the rest; "" where it simply holds."""
    if step is None:
        return ""
    version = step.version
    item = version.item
    match step.standing:
        case Standing.WITHDRAWN:
            return "This guidance was withdrawn. Do not follow it any more."
        case Standing.REPLACED:
            by = item.replaced_by.label if item.replaced_by else "other guidance"
            since = f" on {in_words(item.replaced_from)}" if item.replaced_from else ""
            return f"This guidance was replaced by {by}{since}."
        case Standing.ENDED if version.effective_until:
            return f"This guidance no longer applies since {in_words(version.effective_until)}."
        case Standing.COMING if version.kind == GuidanceKind.WITHDRAWN:
            return f"This guidance will be withdrawn on {in_words(version.effective_from)}."
        case Standing.COMING:
            return f"This guidance applies from {in_words(version.effective_from)}."
        case _:
            return ""


def paragraphs(rows: Iterable[Paragraph]) -> list[dict[str, Any]]:
    return [
        {
            "position": row.position,
            "label": row.label,
            "text": row.text,
            "tag": force_tag(row.force) if row.force else None,
        }
        for row in rows
    ]


def compared(before: Iterable[Paragraph], after: Iterable[Paragraph]) -> list[Line]:
    old = [differences.Paragraph(row.label, row.text) for row in before]
    new = [differences.Paragraph(row.label, row.text) for row in after]
    return differences.compare(old, new)


def difference_lines(lines: Iterable[Line], *, only_changes: bool) -> list[dict[str, Any]]:
    """What the page of a difference shows of each paragraph; pieces are (kind, words)."""
    return [
        {
            "tag": {"text": line.difference.value, "colour": _DIFFERENCE_COLOURS[line.difference]},
            "name": _place(line),
            "note": _moved_words(line),
            "pieces": [(kind.value, words) for kind, words in line.pieces],
        }
        for line in lines
        if not only_changes or line.difference != Difference.SAME or line.renumbered
    ]


def _place(line: Line) -> str:
    if line.after is not None:
        return f"Paragraph {line.label_after or line.after}"
    return f"Paragraph {line.label_before or line.before} before"


def _moved_words(line: Line) -> str:
    if line.difference == Difference.MOVED:
        return f"It was paragraph {line.label_before or line.before}"
    if line.renumbered and line.label_before:
        return f"It had the number {line.label_before}"
    return ""


def difference_counts(lines: Iterable[Line]) -> str:
    """'3 paragraphs changed, 1 added; 12 unchanged.'"""
    found = [line.difference for line in lines]
    told = [
        f"{counted(number, 'paragraph')} {kind.value.lower()}"
        for kind in (Difference.CHANGED, Difference.ADDED, Difference.REMOVED, Difference.MOVED)
        if (number := found.count(kind))
    ]
    same = f"{found.count(Difference.SAME):,} unchanged"
    return f"{', '.join(told)}; {same}." if told else f"No paragraph is different; {same}."


def fact_differences(before: GuidanceVersion, after: GuidanceVersion) -> dict[str, Any]:
    """A table of what else the versions say differently; without rows where nothing is."""
    pairs = [
        ("Title", before.title, after.title),
        ("Kind", GuidanceKind(before.kind).label, GuidanceKind(after.kind).label),
        ("How binding", Force(before.force).label, Force(after.force).label),
        ("Holds", holds_words(before), holds_words(after)),
        ("What the issuer says", before.summary, after.summary),
    ]
    return {
        "caption": "What the versions say of themselves",
        "columns": [
            {"text": "About"},
            {"text": f"Version {before.number}", "wide": True},
            {"text": f"Version {after.number}", "wide": True},
        ],
        "rows": [[name, old or "–", new or "–"] for name, old, new in pairs if old != new],
        "caption_size": "m",
    }
