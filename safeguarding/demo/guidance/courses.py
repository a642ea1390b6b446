"""What became of each version of guidance of the demonstration, and when: received, interpreted by one
keeper, approved by the other, issued. Only what happened before the as-of morning is there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from guidance.constants import GuidanceKind, VersionState
from guidance.constants import InterpretationState as Draft
from guidance.rules.interpretation import due_on
from safeguarding.demo.guidance.ground import COORDINATOR, KEEPERS, OFFICER, Desk, other, read, rng_for
from safeguarding.demo.partnership.ground import moment
from safeguarding.kernel.working_days import is_working_day, working_days_after

_DAY = timedelta(days=1)
# Shares of what was issued in time, and of what was sent back once.
_IN_TIME, _SENT_BACK = 0.86, 0.09
# Where what the fixture says stands on the way.
_STATES = {
    "draft": VersionState.ASSESSED,
    "sentback": VersionState.ASSESSED,
    "embedded": VersionState.ISSUED,
}
_WAY = (
    VersionState.RECEIVED,
    VersionState.ASSESSED,
    VersionState.INTERPRETED,
    VersionState.APPROVED,
    VersionState.ISSUED,
)


@dataclass(frozen=True)
class Move:
    at: datetime
    to: VersionState
    by: str
    reason: str = ""


@dataclass
class Written:
    """An interpretation: begun, written in again, put forward, decided."""

    author: str
    meaning: str
    to_do: str
    begun_at: datetime
    edited_at: datetime | None = None
    submitted_at: datetime | None = None
    decided_at: datetime | None = None
    decision: str = Draft.APPROVED
    words: str = ""


@dataclass
class Course:
    """One version. `moves` are in order, the first its receipt."""

    piece: "Piece"
    number: int
    written: dict[str, Any]
    received_on: date
    due_on: date
    recorder: str
    author: str
    moves: list[Move] = field(default_factory=list)
    drafts: list[Written] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.piece.key}/{self.number}"

    @property
    def recorded_at(self) -> datetime:
        return self.moves[0].at

    @property
    def state(self) -> VersionState:
        return self.moves[-1].to

    def when(self, state: VersionState) -> datetime | None:
        """When it last came into the state."""
        return next((move.at for move in reversed(self.moves) if move.to == state), None)

    @property
    def is_issued(self) -> bool:
        return self.when(VersionState.ISSUED) is not None

    @property
    def issued_at(self) -> datetime:
        """Of one that was issued."""
        return next(move.at for move in self.moves if move.to == VersionState.ISSUED)

    @property
    def is_major(self) -> bool:
        return self.written["size"] == "major"


@dataclass
class Piece:
    """A piece of guidance with the versions known by now."""

    written: dict[str, Any]
    owner: str
    courses: list[Course] = field(default_factory=list)
    # The row, once it is made.
    row: Any = None

    @property
    def key(self) -> str:
        return self.written["key"]

    @property
    def issued(self) -> list[Course]:
        return [one for one in self.courses if one.is_issued]

    @property
    def is_lasting(self) -> bool:
        return bool(self.written.get("lasting"))

    @property
    def is_new(self) -> bool:
        """It came only lately: its days count from the as-of day."""
        return self.written["versions"][0]["received"][0] in "+-"


def lay_out(desk: Desk) -> list[Piece]:
    """Every piece of guidance received by now, in the order of receipt."""
    pieces = [_piece(desk, written) for written in read("items")]
    received = [one for one in pieces if one.courses]
    return sorted(received, key=lambda one: (one.courses[0].recorded_at, one.key))


def _piece(desk: Desk, written: dict[str, Any]) -> Piece:
    owners = {topic: keeper for keeper, topics in read("words")["owners"].items() for topic in topics}
    piece = Piece(written, next(owners[topic] for topic in written["topics"] if topic in owners))
    versions = [one for one in written["versions"] if desk.now(one["received"])]
    days = [desk.working_day(one["received"]) for one in versions]
    for number, (version, day) in enumerate(zip(versions, days, strict=True), 1):
        following = days[number] if number < len(days) else None
        _add(desk, _course(desk, piece, number, version, day, following))
    if _is_withdrawn(piece):
        words = _withdrawal(piece)
        day = date.fromisoformat(words["received"])
        _add(desk, _course(desk, piece, len(versions) + 1, words, day, None))
    return piece


def _add(desk: Desk, course: Course) -> None:
    """Cuts off what is still to come; a version that is not received yet is not there at all."""
    course.moves = [move for move in course.moves if move.at < desk.at]
    course.drafts = [draft for draft in course.drafts if draft.begun_at < desk.at]
    for draft in course.drafts:
        for name in ("edited_at", "submitted_at", "decided_at"):
            at = getattr(draft, name)
            if at and at >= desk.at:
                setattr(draft, name, None)
    if course.moves:
        course.piece.courses.append(course)


def _course(
    desk: Desk, piece: Piece, number: int, version: dict[str, Any], day: date, following: date | None
) -> Course:
    effective = desk.day(version["effective"])
    due = due_on(kind=version["kind"], force=version["force"], received_on=day, effective_from=effective)
    rng = rng_for("guidance course", piece.key, number)
    author = KEEPERS[version["by"]] if "by" in version else piece.owner
    course = Course(piece, number, version, day, due, rng.choice([COORDINATOR, OFFICER]), author)
    days = _days(desk, course, rng, following)
    course.moves.append(Move(_at(days, 0, 9, rng), VersionState.RECEIVED, course.recorder))
    course.moves += _moves(course, days, rng)
    return course


def _days(desk: Desk, course: Course, rng: Random, following: date | None) -> list[date]:
    """The working days from receipt to issue, both included."""
    day, due = course.received_on, course.due_on
    days = _working_days(day, due) or [day]
    if course.written.get("late") or (not course.piece.is_new and rng.random() >= _IN_TIME):
        last = working_days_after(due, rng.randrange(1, 5))
    else:
        last = days[rng.randrange(len(days) * 3 // 10, len(days))]
    latest = following or (desk.as_of if course.piece.is_new or "state" in course.written else None)
    if latest:
        last = max(day, min(last, max(_working_days(day, latest - _DAY), default=day)))
    return _working_days(day, last) or [day]


def _working_days(first: date, last: date) -> list[date]:
    days = (first + n * _DAY for n in range((last - first).days + 1))
    return [day for day in days if is_working_day(day)]


def _at(
    days: list[date], share: float, hour: int, rng: Random, minutes: tuple[int, int] = (0, 28)
) -> datetime:
    """A moment at this share of the way; later shares with later hours keep their order within a day."""
    place = min(len(days) - 1, int(share * len(days)))
    return moment(days[place], hour, rng.randrange(*minutes))


def _moves(course: Course, days: list[date], rng: Random) -> Iterator[Move]:
    """From the receipt to where it stands, with what was written on the way."""
    version, author = course.written, course.author
    if "aside" in version:
        yield Move(_at(days, 0.3, 10, rng), VersionState.SET_ASIDE, author, version["aside"])
        return
    wanted = version.get("state", "issued")
    last = _WAY.index(_STATES.get(wanted, wanted))
    if last < _WAY.index(VersionState.ASSESSED):
        return
    yield Move(_at(days, 0.1, 10, rng), VersionState.ASSESSED, author)
    if wanted == VersionState.ASSESSED:
        return
    begun, edited = _at(days, 0.25, 11, rng), _at(days, 0.5, 12, rng)
    draft = Written(author, version["meaning"], version.get("to_do", ""), begun, edited)
    course.drafts.append(draft)
    if wanted == "draft":
        return
    words = read("words")
    if wanted == "sentback" or (wanted == "issued" and rng.random() < _SENT_BACK):
        draft.meaning = words["first_draft"] + draft.meaning
        draft.submitted_at = _at(days, 0.55, 13, rng)
        draft.decided_at = _at(days, 0.65, 13, rng, (30, 58))
        draft.decision, draft.words = Draft.SENT_BACK, rng.choice(words["sent_back"])
        yield Move(draft.submitted_at, VersionState.INTERPRETED, author)
        yield Move(draft.decided_at, VersionState.ASSESSED, other(author), draft.words)
        if wanted == "sentback":
            return
        draft = Written(author, version["meaning"], version["to_do"], _at(days, 0.7, 14, rng))
        course.drafts.append(draft)
    draft.submitted_at = _at(days, 0.75, 15, rng)
    yield Move(draft.submitted_at, VersionState.INTERPRETED, author)
    if last < _WAY.index(VersionState.APPROVED):
        return
    draft.decided_at, draft.words = _at(days, 0.9, 15, rng, (30, 58)), rng.choice(words["approved"])
    yield Move(draft.decided_at, VersionState.APPROVED, other(author), draft.words)
    if last >= _WAY.index(VersionState.ISSUED):
        yield Move(_at(days, 1, 16, rng), VersionState.ISSUED, rng.choice([COORDINATOR, OFFICER]))


def _is_withdrawn(piece: Piece) -> bool:
    """Guidance of the pandemic that nothing else had ended by April 2022."""
    written = piece.written
    if piece.is_new or piece.is_lasting or "replaced" in written or not piece.courses:
        return False
    return "aside" not in written["versions"][0] and "until" not in written["versions"][-1]


def _withdrawal(piece: Piece) -> dict[str, Any]:
    words, last = read("words")["withdrawn"], piece.written["versions"][-1]
    topics = set(piece.written["topics"])
    text = next(one for one in words["texts"] if not one["topics"] or topics & set(one["topics"]))
    return {
        "kind": GuidanceKind.WITHDRAWN,
        "size": "minor",
        "force": last["force"],
        "published": words["published"],
        "received": words["received"],
        "effective": words["effective"],
        "until": words["until"],
        "summary": last["summary"],
        "change_note": words["note"],
        "audiences_affected": [],
        "duties_changed": [],
        "meaning": text["meaning"],
        "to_do": text["to_do"],
    }
