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


def parties(desk: Desk) -> Iterator[tuple[str, date]]:
    """Partners that take part, and since when."""
    for key in (*PARTNERS, "harbour"):
        yield key, _SINCE
    if desk.ground.resumed_on:
        yield "community", desk.ground.resumed_on


def _partners(desk: Desk, piece: Piece, versions: dict[str, Any]) -> Iterator[Any]:
    for key, since in parties(desk):
        asking = _asked(piece, audiences_of_kind(desk.organisation(key, desk.as_of).kind))
        for course in asking:
            # A partner of the present has answered nothing of the past, one of the past what came by then.
            if course.issued_at.date() >= since:
                yield from _answers(desk, course, versions, key)
        # Health changed hands, so it joined twice.
        for joined in (since, ICB_FROM) if key == "icb" else (since,):
            if asking and asking[0].issued_at.date() < joined < desk.as_of:
                yield from _read_up(desk, piece, versions, key, joined)


def _answers(desk: Desk, course: Course, versions: dict[str, Any], key: str) -> Iterator[Any]:
    rng = rng_for("guidance answer", course.key, key)
    new = desk.at - course.issued_at < _NEW
    waits = new and key in _WAITS
    silent = _NEW_SILENT["partner"] if new else _SILENT if course.piece.is_new else 0
    if waits or rng.random() < silent:
        return
    hours = rng.choice([1, 3, 17, 20, 24, 41, 66, 90, 114])
    if rng.random() < _CHASED:
        hours = rng.randrange(20, 70) * 24
    at = course.issued_at + timedelta(hours=hours, minutes=rng.randrange(60))
    day = at.date()
    actual = "ccg" if key == "icb" and day < ICB_FROM else key
    by = desk.lead(key, day)
    common = {"organisation": desk.organisation(key, day), "by": by}
    reasons = read("words")["not_applicable"]
    if rng.random() < _NOT_FOR_US and course.written["force"] != "must":
        steps = [(at, AckAnswer.NOT_APPLICABLE, reasons[actual])]
    else:
        steps = [(at, AckAnswer.READ, "")]
        if rng.random() < _IN_PRACTICE:
            steps.append((at + timedelta(days=rng.randrange(1, 16)), AckAnswer.IN_PRACTICE, ""))
    for number, (when, answer, reason) in enumerate(steps):
        newest = _newest(course.piece, when)
        if newest and when < desk.at:
            yield model("Acknowledgement")(
                uid=uid("answer", course.key, key, number),
                of=versions[newest.key],
                answer=answer,
                reason=reason,
                at=when,
                **common,
            )


def _newest(piece: Piece, at: datetime) -> Course | None:
    """The newest version issued by then is what is answered."""
    return max((one for one in piece.issued if one.issued_at < at), key=lambda one: one.number, default=None)


def _read_up(desk: Desk, piece: Piece, versions: dict[str, Any], key: str, joined: date) -> Iterator[Any]:
    """Who joined later, or took over from another body, read in the first weeks what held then."""
    day = joined + timedelta(days=rng_for("read up", key, joined, piece.key).randrange(2, 20))
    at = datetime.combine(day, desk.at.timetz()) + timedelta(hours=3)
    newest = _newest(piece, at)
    if newest and at < desk.at:
        yield model("Acknowledgement")(
            uid=uid("answer", piece.key, key, joined),
            of=versions[newest.key],
            organisation=desk.organisation(key, day),
            by=desk.lead(key, day),
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
            newest = _newest(piece, at)
            if newest is None or at >= desk.at:
                continue
            practice = rng.random() < 0.3
            yield model("Acknowledgement")(
                uid=uid("answer", course.key, person.email),
                of=versions[newest.key],
                role=role,
                answer=AckAnswer.IN_PRACTICE if practice else AckAnswer.READ,
                at=at,
                by=desk.person(person.name),
            )
