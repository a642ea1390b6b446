"""Easements of the demonstration: what came with the guidance that is on the register, and what the
partnership decided about each."""

from collections import defaultdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from guidance.constants import LocalDecision
from safeguarding.demo.guidance.courses import Piece
from safeguarding.demo.guidance.ground import COORDINATOR, Desk, model, read, uid, write

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


def store(desk: Desk, pieces: list[Piece]) -> int:
    """Ties the easements of the reference data to their guidance, with what was decided, and writes the local
    ones of the present. They count as known from the day on which the guidance was received."""
    by_key = {piece.key: piece for piece in pieces}
    before = _kept_before()
    rows = list(model("Easement")._default_manager.filter(recorded_by=None).order_by("effective_from", "pk"))
    tied = []
    for row in rows:
        words = _words(row.instrument, row.title)
        piece = by_key.get(words["item"]) if words else None
        if words and piece and row.effective_from <= desk.as_of + 60 * _DAY:
            desk.follow("easement", row.uid, before[row.uid])
            _tie(desk, row, piece, words)
            tied.append(row)
    columns = ["item", "recorded_at", "local_decision", "local_words", "decided_at", "decided_by", "version"]
    model("Easement")._default_manager.bulk_update(tied, columns)
    local = [_local(desk, by_key, words) for words in read("easements")["local"]]
    return len(tied) + len(write("Easement", [row for row in local if row]))


def _kept_before() -> dict[UUID, int]:
    found: dict[UUID, int] = defaultdict(int)
    for name in model("History")._default_manager.filter(thing="easement").values_list("uid", flat=True):
        found[name] += 1
    return found


def _words(instrument: str, title: str) -> dict[str, Any] | None:
    """What the demonstration knows of an easement: by its instrument, and of some by their title."""
    for words in read("easements")["decisions"]:
        if words["instrument"] in instrument and words.get("title", "") in title:
            return words
    return None


def _tie(desk: Desk, row: Any, piece: Piece, words: dict[str, Any]) -> None:
    """Two moments: it was recorded with its guidance, and the partnership decided."""
    by = desk.person(piece.owner)
    row.item, row.recorded_at = piece.row, piece.courses[0].recorded_at + _HOUR
    desk.keep(row, "easement", row.recorded_at, by)
    decided = row.recorded_at + words["after"] * _DAY
    if decided >= desk.at:
        row.version += 1
        return
    row.local_decision, row.local_words = words["decision"], words["words"]
    row.decided_at, row.decided_by = decided, by
    row.version += 2
    desk.keep(row, "easement", decided, by)


def _local(desk: Desk, by_key: dict[str, Piece], words: dict[str, Any]) -> Any:
    piece = by_key.get(words["item"])
    if piece is None or desk.ground.resumed_on is None:
        return None
    at, by = piece.courses[0].recorded_at + _HOUR, desk.person(COORDINATOR)
    until = desk.day(words["until"])
    row = model("Easement")(
        uid=uid("easement", words["title"]),
        item=piece.row,
        title=words["title"],
        instrument=words["instrument"],
        duty=words["duty"],
        what_changes=words["what_changes"],
        normally=words["normally"],
        effective_from=piece.courses[0].received_on if words["from"] == "item" else desk.day(words["from"]),
        effective_until=until,
        source="Invented for the demonstration",
        recorded_at=at,
        recorded_by=by,
    )
    desk.keep(row, "easement", at, by)
    decision = words.get("decision", LocalDecision.PENDING)
    decided = at + 2 * _DAY
    if decision != LocalDecision.PENDING and decided < desk.at:
        row.local_decision, row.local_words = decision, words["words"]
        row.decided_at, row.decided_by, row.version = decided, by, 2
        desk.keep(row, "easement", decided, by)
    return row
