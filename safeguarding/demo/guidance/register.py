"""The register of the demonstration as rows: items and versions with their texts, moves and interpretations,
and the history of each as it came about."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps

from guidance.constants import ACK_WORKING_DAYS, Audience, GuidanceKind, InterpretationState, VersionState
from guidance.rules.entries import ParagraphEntry, paragraphs, url_key
from guidance.services.search_text import search_again
from safeguarding.demo.guidance.courses import Course, Piece, Written
from safeguarding.demo.guidance.ground import COORDINATOR, Desk, model, read, rng_for, uid, write
from safeguarding.demo.partnership.ground import moment
from safeguarding.kernel.working_days import working_days_after

_MINUTE = timedelta(minutes=1)
# Paragraphs of a version that have a note beside them.
_NOTED = 2
# Days until an interpretation of the present is to be looked at again, by item.
_VALID_DAYS = {"now-issued-old": 60, "now-issued-1": 365, "now-approved-m": 180}


@dataclass
class _Rows:
    items: list[Any] = field(default_factory=list)
    versions: list[Any] = field(default_factory=list)
    paragraphs: list[Any] = field(default_factory=list)
    moves: list[Any] = field(default_factory=list)
    interpretations: list[Any] = field(default_factory=list)
    edits: list[Any] = field(default_factory=list)
    notes: list[Any] = field(default_factory=list)


def store(desk: Desk, pieces: list[Piece]) -> dict[str, Any]:
    """Writes the register as it stands at `desk.at`; the versions by key of their course."""
    rows = _Rows()
    for number, piece in enumerate(pieces, 1):
        piece.row = _item(desk, piece, number)
    by_key = {piece.key: piece for piece in pieces}
    made: dict[str, Any] = {}
    for piece in pieces:
        _life(desk, piece, by_key, rows, made)
    _write_items(rows.items)
    write("GuidanceVersion", rows.versions)
    write("Paragraph", rows.paragraphs)
    write("VersionMove", rows.moves)
    write("Interpretation", rows.interpretations)
    write("InterpretationEdit", rows.edits)
    write("ParagraphNote", rows.notes)
    for item in rows.items:
        search_again(item)
    return made


def _write_items(items: list[Any]) -> None:
    """An item points to the one that replaced it, which is written with it: so the pointers come last."""
    replaced = [(item, item.replaced_by, item.replaced_from) for item in items if item.replaced_by]
    for item, _, _ in replaced:
        item.replaced_by, item.replaced_from = None, None
    write("GuidanceItem", items)
    for item, by, day in replaced:
        item.replaced_by, item.replaced_from = by, day
    rows = model("GuidanceItem")._default_manager
    rows.bulk_update([item for item, _, _ in replaced], ["replaced_by", "replaced_from"])


def _item(desk: Desk, piece: Piece, number: int) -> Any:
    written, first = piece.written, piece.courses[0]
    return model("GuidanceItem")(
        uid=uid("item", piece.key),
        number=number,
        owner=desk.person(piece.owner),
        url_key=url_key(written["url"]),
        recorded_at=first.recorded_at,
        recorded_by=desk.person(first.recorder),
        **{
            name: written[name]
            for name in ("issuer", "reference", "title", "url", "audiences", "topics", "duties", "origin")
        },
    )


def _life(desk: Desk, piece: Piece, by_key: dict[str, Piece], rows: _Rows, made: dict[str, Any]) -> None:
    """The item with its versions, and a snapshot of each after each of its changes."""
    item, changes = piece.row, 0
    for at, _, course, by in sorted(_events(piece), key=lambda event: event[:2]):
        if course.key not in made:
            item.title = course.written.get("title", item.title)
            made[course.key] = _version(desk, course, item, rows)
        else:
            # A version may be for more people than the item was: once it is issued.
            wanted = {*item.audiences, *made[course.key].audiences_affected}
            audiences = [code for code in Audience.values if code in wanted]
            if audiences == item.audiences:
                continue
            item.audiences = audiences
        desk.keep(item, "item", at, desk.person(by))
        changes += 1
    changes += _replaced(desk, piece, by_key)
    item.version = changes
    rows.items.append(item)


def _events(piece: Piece) -> Iterator[tuple[datetime, int, Course, str]]:
    """Each version as it was recorded, and as it was issued: when, which, and by whom."""
    for course in piece.courses:
        yield course.recorded_at, course.number, course, course.recorder
        for move in course.moves:
            if move.to == VersionState.ISSUED:
                yield move.at, course.number, course, move.by


def _replaced(desk: Desk, piece: Piece, by_key: dict[str, Piece]) -> int:
    key, day = piece.written.get("replaced", ("", ""))
    if key not in by_key:
        return 0
    after = by_key[key].courses[0]
    at = max(after.recorded_at + 40 * _MINUTE, piece.courses[0].recorded_at + _MINUTE)
    if at >= desk.at:
        return 0
    piece.row.replaced_by, piece.row.replaced_from = by_key[key].row, date.fromisoformat(day)
    desk.keep(piece.row, "item", at, desk.person(after.recorder))
    return 1


def _version(desk: Desk, course: Course, item: Any, rows: _Rows) -> Any:
    written, first = course.written, course.number == 1
    until = written.get("until")
    row = model("GuidanceVersion")(
        uid=uid("version", course.key),
        item=item,
        number=course.number,
        title=item.title,
        published_on=desk.working_day(written["published"]),
        received_on=course.received_on,
        effective_from=desk.day(written["effective"]),
        effective_until=desk.day(until) if until else None,
        audiences_affected=item.audiences if first else written["audiences_affected"],
        duties_changed=item.duties if first else written["duties_changed"],
        due_on=course.due_on,
        recorded_at=course.recorded_at,
        recorded_by=desk.person(course.recorder),
        change_note=written.get("change_note", ""),
        **{name: written[name] for name in ("kind", "size", "force", "summary")},
    )
    before = ""
    for move in course.moves:
        by = desk.person(move.by)
        rows.moves.append(
            model("VersionMove")(
                of=row, from_state=before, to_state=move.to, reason=move.reason, at=move.at, by=by
            )
        )
        row.state = before = move.to
        if move.to == VersionState.ISSUED:
            row.issued_at, row.issued_by = move.at, by
            row.acknowledge_by = working_days_after(move.at.date(), ACK_WORKING_DAYS)
        desk.keep(row, "version", move.at, by, move.reason)
    row.version = len(course.moves)
    rows.versions.append(row)
    text = paragraphs(written.get("text", ""))
    places = [_paragraph(row, place, one) for place, one in enumerate(text, 1)]
    rows.paragraphs += places
    for number, draft in enumerate(course.drafts, 1):
        _interpretation(desk, course, row, number, draft, places, rows)
    return row


def _paragraph(row: Any, place: int, one: ParagraphEntry) -> Any:
    return model("Paragraph")(version=row, position=place, label=one.label, text=one.text, force=one.force)


def _interpretation(
    desk: Desk, course: Course, of: Any, number: int, draft: Written, places: list[Any], rows: _Rows
) -> None:
    author = desk.person(draft.author)
    days = _VALID_DAYS.get(course.piece.key)
    state: str = InterpretationState.DRAFT
    if draft.decided_at:
        state = draft.decision
    elif draft.submitted_at:
        state = InterpretationState.IN_REVIEW
    row = model("Interpretation")(
        uid=uid("interpretation", course.key, number),
        of=of,
        number=number,
        state=state,
        meaning=draft.meaning,
        to_do=draft.to_do,
        valid_until=draft.begun_at.date() + timedelta(days=days) if days else None,
        is_public=course.piece.written.get("public", True),
        author=author,
        created_at=draft.begun_at,
        submitted_at=draft.submitted_at,
        submitted_by=author if draft.submitted_at else None,
        decided_at=draft.decided_at,
        decided_by=desk.person(_decided_by(course, draft)) if draft.decided_at else None,
        decision_words=draft.words if draft.decided_at else "",
    )
    noted = list(_notes(row, course, number, places))
    edits = list(_edits(row, draft, author, noted))
    row.version = len(edits) + bool(draft.submitted_at) + bool(draft.decided_at)
    rows.interpretations.append(row)
    rows.edits += edits
    rows.notes += noted


def _decided_by(course: Course, draft: Written) -> str:
    return next(move.by for move in course.moves if move.at == draft.decided_at)


def _notes(row: Any, course: Course, number: int, places: list[Any]) -> Iterator[Any]:
    """Notes beside the first paragraphs that bind."""
    rng = rng_for("guidance notes", course.key, number)
    for paragraph in [one for one in places if one.force][:_NOTED]:
        text = rng.choice(read("words")["notes"][paragraph.force])
        yield model("ParagraphNote")(interpretation=row, paragraph=paragraph, force="", text=text)


def _edits(row: Any, draft: Written, author: Any, notes: list[Any]) -> Iterator[Any]:
    """What it said at first, and what it says since somebody wrote in it again."""
    edit = model("InterpretationEdit")
    whole = {
        "meaning": row.meaning,
        "to_do": row.to_do,
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
        "is_public": row.is_public,
        "notes": {str(note.paragraph.position): ["", note.text] for note in notes},
    }
    if draft.edited_at:
        begun = whole | {"to_do": "", "notes": {}}
        yield edit(interpretation=row, fields=begun, at=draft.begun_at, by=author)
    yield edit(interpretation=row, fields=whole, at=draft.edited_at or draft.begun_at, by=author)


# --- Around the register ----------------------------------------------------------------------


def owners(desk: Desk) -> int:
    """Who sees to which topic, since the first circular came."""
    since = date.fromisoformat(read("words")["owners_since"])
    rows = [
        model("TopicOwner")(topic=topic, user=desk.person(keeper), from_date=since)
        for keeper, topics in read("words")["owners"].items()
        for topic in topics
    ]
    return len(write("TopicOwner", rows))


def checks(desk: Desk, pieces: list[Piece], until: date) -> int:
    """Looks at the issuer's page: every two to three weeks while it was new, and of late again at what lasts.
    `until`: the last day of the first round."""
    rows = []
    for piece in pieces:
        if piece.issued:
            rows += list(_looks(desk, piece, until))
    return len(write("SourceCheck", rows))


def _looks(desk: Desk, piece: Piece, until: date) -> Iterator[Any]:
    rng = rng_for("guidance checks", piece.key)
    day = piece.courses[0].received_on
    versions = [one.received_on for one in piece.courses[1:]]
    days: list[date] = []
    while True:
        following = working_days_after(day, rng.randrange(9, 18))
        days += [one for one in versions if day < one <= following]
        day = following
        if day > until:
            break
        days.append(day)
    if piece.is_lasting and desk.ground.resumed_on:
        days += [
            working_days_after(desk.as_of - timedelta(days=back), 0) for back in (rng.randrange(8, 160),)
        ]
    elif piece.is_new and rng.random() < 0.6:
        days.append(desk.as_of - timedelta(days=rng.randrange(1, 4)))
    words = read("words")["checks"]
    for day in sorted(set(days)):
        at = moment(day, 8, rng.randrange(60))
        if piece.courses[0].recorded_at < at < desk.at:
            result = "changed" if day in versions else "same"
            text = rng.choice(words[result])
            by = desk.person(piece.owner)
            yield model("SourceCheck")(item=piece.row, result=result, words=text, at=at, by=by)


def changes(desk: Desk, pieces: list[Piece]) -> int:
    """Changes at the issuers' pages that wait for somebody to say whether they matter; of the present."""
    if not desk.ground.resumed_on:
        return 0
    by_key = {piece.key: piece for piece in pieces}
    rows = []
    for key, days, note in read("words")["changes"]:
        found = moment(desk.as_of + timedelta(days=days), 5, 12)
        rows.append(
            model("SourceChange")(
                uid=uid("change", key),
                item=by_key[key].row,
                found_at=found,
                public_updated_at=found - timedelta(hours=14),
                title=by_key[key].row.title,
                summary=by_key[key].courses[-1].written["summary"],
                note=note,
            )
        )
    return len(write("SourceChange", rows))


def seen(desk: Desk) -> None:
    """The first coordinator last looked three days ago; to the second one more is new."""
    rows = [
        model("SeenUntil")(user=desk.person(name), at=desk.at - timedelta(days=days))
        for name, days in ((COORDINATOR, 3), ("Meredith Osgathorpe", 9))
    ]
    write("SeenUntil", rows)


def statuses() -> dict[str, int]:
    """How many versions stand in each state."""
    found: dict[str, int] = {}
    for state in apps.get_model("guidance.GuidanceVersion")._default_manager.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


__all__ = ["GuidanceKind", "changes", "checks", "datetime", "owners", "seen", "statuses", "store"]
