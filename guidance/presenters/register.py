"""Words of the pages of the register."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from guidance.constants import (
    Audience,
    CheckResult,
    Force,
    GuidanceKind,
    Topic,
    TouchedDuty,
    VersionState,
)
from guidance.models import GuidanceItem, GuidanceVersion, SourceCheck, VersionMove
from guidance.presenters.base import Tag, counted, days_words, moment_words
from guidance.rules.standing import Standing
from guidance.selectors.register import AWAITS_ISSUE, standing_of
from safeguarding.kernel.texts import in_words

_STATE_COLOURS = {
    VersionState.RECEIVED: "yellow",
    VersionState.SET_ASIDE: "grey",
    VersionState.ASSESSED: "blue",
    VersionState.INTERPRETED: "purple",
    VersionState.APPROVED: "teal",
    VersionState.ISSUED: "orange",
    VersionState.EMBEDDED: "green",
}
_STANDING_COLOURS = {
    Standing.NOT_ISSUED: "yellow",
    Standing.SET_ASIDE: "grey",
    Standing.COMING: "blue",
    Standing.IN_FORCE: "green",
    Standing.ENDED: "grey",
    Standing.WITHDRAWN: "red",
    Standing.SUPERSEDED: "grey",
    Standing.REPLACED: "grey",
}
_MOVES = {
    VersionState.RECEIVED: "Received",
    VersionState.SET_ASIDE: "Set aside: it does not matter here",
    VersionState.ASSESSED: "Assessed: it matters here",
    VersionState.INTERPRETED: "Put forward for approval",
    VersionState.APPROVED: "Approved",
    VersionState.ISSUED: "Issued",
    VersionState.EMBEDDED: "Closed: shown in practice",
}
_SHORT_FORCE = {Force.MUST: "Must", Force.SHOULD: "Should", Force.MAY: "May"}
FORCE_COLOURS = {Force.MUST: "red", Force.SHOULD: "orange", Force.MAY: "grey"}


def state_tag(version: GuidanceVersion) -> Tag:
    state = VersionState(version.state)
    return {"text": state.label, "colour": _STATE_COLOURS[state]}


def standing_tag(found: Standing) -> Tag:
    return {"text": found.value, "colour": _STANDING_COLOURS[found]}


def force_tag(force: str) -> Tag:
    """Must, should or may, in one word."""
    return {"text": _SHORT_FORCE[Force(force)], "colour": FORCE_COLOURS[Force(force)]}


def is_overdue(version: GuidanceVersion, today: date) -> bool:
    return version.state in AWAITS_ISSUE and version.due_on < today


def holds_words(version: GuidanceVersion) -> str:
    return days_words(version.effective_from, version.effective_until)


def labels(choices: type[Audience] | type[Topic] | type[TouchedDuty], codes: Iterable[str]) -> list[str]:
    """Codes of an older list are left as they are."""
    return [str(choices(code).label) if code in choices.values else code for code in codes]


def register_table(
    rows: Iterable[GuidanceVersion],
    *,
    issued: Mapping[int, GuidanceVersion],
    seen: Any,
    sees_all: bool,
    today: date,
    empty: str,
) -> dict[str, Any]:
    """`issued`: the newest issued version by item; `seen`: until when the reader has seen what came."""
    return {
        "caption": "Guidance",
        "columns": [
            {"text": "Guidance", "wide": True},
            {"text": "Kind and force"},
            {"text": "State" if sees_all else "Stands"},
            {"text": "Holds"},
            {"text": "For"},
        ],
        "rows": [_row(row, issued.get(row.item_id), seen, sees_all, today) for row in rows],
        "empty": empty,
    }


def _row(
    version: GuidanceVersion, issued: GuidanceVersion | None, seen: Any, sees_all: bool, today: date
) -> list[Any]:
    item = version.item
    came = version.recorded_at if sees_all else version.issued_at
    name: dict[str, Any] = {
        "text": f"{item.label} {version.title}",
        "href": reverse("guidance_item", args=[item.uid]),
        "note": ", ".join(part for part in (item.issuer, item.reference) if part),
        "tags": [],
    }
    if seen and came and came > seen:
        name["tags"].append({"text": "New to you", "colour": "teal"})
    if item.origin:
        name["note"] += f". {item.origin}"
    kind = {"text": GuidanceKind(version.kind).label, "note": _SHORT_FORCE[Force(version.force)]}
    tag = state_tag(version) if sees_all else standing_tag(standing_of(version, (), today))
    stands: dict[str, Any] = {"text": tag["text"], "tag": tag["colour"], "tags": []}
    if version.state in AWAITS_ISSUE:
        stands["note"] = f"Due on {in_words(version.due_on)}"
        if is_overdue(version, today):
            stands["tags"].append({"text": "Overdue", "colour": "red"})
        if issued:
            stands["note"] += f". Version {issued.number} is issued"
    if item.replaced_from and item.replaced_by:
        stands["note"] = f"Replaced by {item.replaced_by.label} from {in_words(item.replaced_from)}"
    return [name, kind, stands, holds_words(version), _for_whom(item.audiences)]


def _for_whom(codes: list[str]) -> Any:
    names = labels(Audience, codes)
    if not names:
        return {"text": "–", "hidden": "nobody is named"}
    if len(names) > 3:
        return {"text": "; ".join(names[:2]), "note": f"and {counted(len(names) - 2, 'other')}"}
    return "; ".join(names)


def item_rows(
    item: GuidanceItem, version: GuidanceVersion, last_check: SourceCheck | None, *, sees_all: bool
) -> list[dict[str, Any]]:
    """The summary list of an item; of `version` what it says."""
    rows = [
        ("From", ", ".join(part for part in (item.issuer, item.reference) if part)),
        ("Kind", GuidanceKind(version.kind).label),
        ("How binding", Force(version.force).label),
        ("For", "\n".join(labels(Audience, item.audiences))),
        ("About", "\n".join(labels(Topic, item.topics))),
        ("Duties that it touches", "\n".join(labels(TouchedDuty, item.duties))),
        ("Published", in_words(version.published_on) if version.published_on else ""),
        ("Holds", holds_words(version)),
        ("What the issuer says", version.summary),
    ]
    if sees_all:
        rows += [
            ("Received", in_words(version.received_on)),
            ("Who sees to it", item.owner.name if item.owner else "Nobody"),
        ]
        if version.state in AWAITS_ISSUE:
            rows.append(("To be issued by", in_words(version.due_on)))
    if version.issued_at:
        rows.append(("Issued", moment_words(version.issued_at)))
    rows.append(("Source last checked", _checked(last_check, sees_all=sees_all)))
    rows.append(("Entry", item.origin))
    return [{"key": key, "value": value} for key, value in rows if value]


def _checked(check: SourceCheck | None, *, sees_all: bool) -> str:
    """What was found there may be what the next version says: readers are told when somebody looked."""
    if check is None:
        return "Not since it was recorded"
    if not sees_all:
        return moment_words(check.at)
    said = f"{moment_words(check.at)}: {CheckResult(check.result).label.lower()}"
    return f"{said}. {check.words}" if check.words else said


def history(
    item: GuidanceItem, moves: Iterable[VersionMove], checks: Iterable[SourceCheck], versions: int
) -> list[dict[str, Any]]:
    """Entries of components/timeline.html, the latest first."""
    entries = [
        (
            move.at,
            {
                "title": _move_title(move, versions),
                "text": move.reason,
                "by": move.by.name if move.by else "by a rule",
            },
        )
        for move in moves
    ]
    entries += [
        (
            check.at,
            {
                "title": f"Source checked: {CheckResult(check.result).label.lower()}",
                "text": check.words,
                "by": check.by.name if check.by else "by the machine",
            },
        )
        for check in checks
    ]
    entries.sort(key=lambda entry: entry[0], reverse=True)
    return [{**words, "when": moment_words(at), "datetime": at.isoformat()} for at, words in entries]


def _move_title(move: VersionMove, versions: int) -> str:
    title = _MOVES[VersionState(move.to_state)]
    if move.to_state == VersionState.ASSESSED and move.from_state == VersionState.INTERPRETED:
        title = "Sent back"
    elif move.to_state == VersionState.ASSESSED and move.from_state == VersionState.APPROVED:
        title = "Approval taken back"
    elif move.from_state == VersionState.SET_ASIDE:
        title = "Taken up again"
    return f"Version {move.of.number}: {title[0].lower()}{title[1:]}" if versions > 1 else title
