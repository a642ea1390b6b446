"""Who has read the guidance of the demonstration and put it into practice: partners, and the people of the
children's service for themselves. In 2020 nearly everybody in the end; of what is new only some, so that
everybody has something to do."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from accounts.constants import Role
from guidance.constants import AckAnswer
from guidance.rules.acknowledging import audiences_of_kind, audiences_of_roles
from safeguarding.demo import people
from safeguarding.demo.guidance.courses import Course, Piece
from safeguarding.demo.guidance.ground import Desk, model, read, rng_for, uid, write
from safeguarding.demo.partnership.ground import ICB_FROM, PARTNERS

_SINCE = date(2020, 4, 1)
# Shares: to whom it did not apply, who put it into practice; and of those who answered only when the board
# had asked, weeks after the date.
_NOT_FOR_US, _IN_PRACTICE, _CHASED = 0.05, 0.62, 0.07
# Of the newest guidance half of the partners and a third of the people have answered; of what is a little
# older some have not.
_NEW_SILENT = {"partner": 0.5, "person": 0.66}
_SILENT = 0.12
_NEW = timedelta(days=15)
# Those who are shown the sign-in find something to answer.
_WAITS = {"police", "county"}


def store(desk: Desk, pieces: list[Piece], versions: dict[str, Any]) -> int:
    rows: list[Any] = []
    for piece in pieces:
        rows += list(_partners(desk, piece, versions))
        rows += list(_people(desk, piece, versions))
    rows.sort(key=lambda row: (row.at, row.uid))
    return len(write("Acknowledgement", rows))


def _asked(piece: Piece, audiences: frozenset[str]) -> list[Course]:
    """The versions that ask somebody of these audiences."""
    asking = piece.issued[:1]
    for course in piece.issued[1:]:
        if course.is_major and audiences & set(course.written["audiences_affected"]):
            asking.append(course)
    return asking if audiences & set(piece.row.audiences) else []


def parties(desk: Desk) -> Iterator[tuple[str, date, date | None]]:
    """Partners that take part: key, since when, until when."""
    for key in (*PARTNERS, "harbour"):
        yield key, _SINCE, None
    if desk.ground.resumed_on:
        yield "community", desk.ground.resumed_on, None


def _partners(desk: Desk, piece: Piece, versions: dict[str, Any]) -> Iterator[Any]:
    for key, since, _ in parties(desk):
        kind = desk.organisation(key, desk.as_of).kind
        asking = _asked(piece, audiences_of_kind(kind))
        for course in asking:
            issued = max(course.issued_at, datetime.combine(since, course.issued_at.timetz()))
            yield from _answers(desk, course, versions[course.key], key, issued)
        if asking and key == "icb" and desk.as_of > ICB_FROM and course.issued_at.date() < ICB_FROM:
            # What the commissioning group had answered, its successor read when it took over.
            yield from _taken_over(desk, piece, versions)


def _answers(desk: Desk, course: Course, version: Any, key: str, issued: datetime) -> Iterator[Any]:
    rng = rng_for("guidance answer", course.key, key)
    new = desk.at - course.issued_at < _NEW
    waits = new and key in _WAITS
    silent = _NEW_SILENT["partner"] if new else _SILENT if course.piece.is_new else 0
    if waits or rng.random() < silent:
        return
    hours = rng.choice([1, 3, 17, 20, 24, 41, 66, 90, 114])
    if rng.random() < _CHASED:
        hours = rng.randrange(20, 70) * 24
    at = issued + timedelta(hours=hours, minutes=rng.randrange(60))
    day = at.date()
    actual = "ccg" if key == "icb" and day < ICB_FROM else key
    by = desk.lead(key, day)
    common = {"of": version, "organisation": desk.organisation(key, day), "by": by}
    reasons = read("words")["not_applicable"]
    if rng.random() < _NOT_FOR_US and course.written["force"] != "must":
        steps = [(at, AckAnswer.NOT_APPLICABLE, reasons[actual])]
    else:
        steps = [(at, AckAnswer.READ, "")]
        if rng.random() < _IN_PRACTICE:
            steps.append((at + timedelta(days=rng.randrange(1, 16)), AckAnswer.IN_PRACTICE, ""))
    until = _next_issue(course)
    for number, (when, answer, reason) in enumerate(steps):
        if when < desk.at and (until is None or when < until):
            name = uid("answer", course.key, key, number)
            yield model("Acknowledgement")(uid=name, answer=answer, reason=reason, at=when, **common)


def _next_issue(course: Course) -> datetime | None:
    """The newest issued version is what is answered."""
    later = [one.issued_at for one in course.piece.issued if one.number > course.number]
    return min(later, default=None)


def _taken_over(desk: Desk, piece: Piece, versions: dict[str, Any]) -> Iterator[Any]:
    day = ICB_FROM + timedelta(days=rng_for("taken over", piece.key).randrange(3, 30))
    at = datetime.combine(day, desk.at.timetz()) + timedelta(hours=3)
    newest = max(
        (one for one in piece.issued if one.issued_at < at), key=lambda one: one.number, default=None
    )
    if newest is None or at >= desk.at:
        return
    yield model("Acknowledgement")(
        uid=uid("answer", piece.key, "icb", "taken over"),
        of=versions[newest.key],
        organisation=desk.organisation("icb", day),
        by=desk.lead("icb", day),
        answer=AckAnswer.READ,
        at=at,
    )


def _people(desk: Desk, piece: Piece, versions: dict[str, Any]) -> Iterator[Any]:
    staff = [
        person for person in people.everybody() if {Role.MANAGER, Role.SOCIAL_WORKER} & set(person.rights)
    ]
    shown = {person.email for person in people.shown()}
    for person in staff:
        role = Role.MANAGER if Role.MANAGER in person.rights else Role.SOCIAL_WORKER
        for course in _asked(piece, audiences_of_roles([role])):
            rng = rng_for("guidance read", course.key, person.email)
            new = desk.at - course.issued_at < _NEW
            # Who is shown the sign-in has the newest still to read.
            silent = _NEW_SILENT["person"] if new else _SILENT if piece.is_new else 0
            if (new and person.email in shown) or rng.random() < silent:
                continue
            late = rng.random() < _CHASED
            minutes = rng.randrange(30_000, 80_000) if late else rng.randrange(30, 9_000)
            at = course.issued_at + timedelta(minutes=minutes)
            until = _next_issue(course)
            if at >= desk.at or (until and at >= until):
                continue
            practice = rng.random() < 0.3
            yield model("Acknowledgement")(
                uid=uid("answer", course.key, person.email),
                of=versions[course.key],
                role=role,
                answer=AckAnswer.IN_PRACTICE if practice else AckAnswer.READ,
                at=at,
                by=desk.person(person.name),
            )
