"""What the guidance of the demonstration reached: questions of the return, plans and backlogs that are
linked, looks at them since, and what partners said that showed it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps

from guidance.constants import GuidanceKind, GuidanceLinkKind, VersionState
from guidance.rules.acknowledging import audiences_of_kind
from guidance.rules.practice import check_shown, rows
from partners.facts.answers import SaidAnswer
from partners.facts.questions import QuestionFact
from partners.rules.answers import reading, shown
from partners.selectors.questions import question_fact
from partners.selectors.returns import kept_answers
from safeguarding.demo.guidance.answered import parties
from safeguarding.demo.guidance.courses import Course, Piece
from safeguarding.demo.guidance.ground import Desk, model, read, rng_for, uid, write
from safeguarding.demo.partnership.ground import moment
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.working_days import working_days_after

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
# Share of the changes after which what is linked was looked at.
_LOOKED = 0.8
# A piece of guidance is closed a month after it was issued at the earliest.
_A_MONTH = timedelta(days=30)


def links(desk: Desk, pieces: list[Piece], versions: dict[str, Any]) -> int:
    words = _words_of_questions()
    plans = dict(read("words")["plans"])
    made, looks = [], []
    for piece in pieces:
        wanted: list[tuple[str, str, str]] = [
            (GuidanceLinkKind.QUESTION, code, words[code]) for code in piece.written.get("questions", ())
        ]
        if piece.key in plans:
            wanted += list(_plan(desk, plans[piece.key]))
        for kind, target, label in wanted if piece.issued else ():
            one = _link(desk, piece, kind, target, label)
            if one is None:
                continue
            made.append(one)
            looks += list(_looks(desk, piece, one, versions))
    write("GuidanceLink", made)
    write("LinkLook", looks)
    return len(made)


def _link(desk: Desk, piece: Piece, kind: str, target: str, label: str) -> Any:
    at, by = piece.issued[0].issued_at + _HOUR, desk.person(piece.owner)
    if at >= desk.at:
        return None
    row = model("GuidanceLink")(
        uid=uid("link", piece.key, kind, target),
        item=piece.row,
        kind=kind,
        target=target,
        label=label[:300],
        made_at=at,
        made_by=by,
    )
    desk.keep(row, "link", at, by)
    return row


def _looks(desk: Desk, piece: Piece, link: Any, versions: dict[str, Any]) -> Iterator[Any]:
    """After the first issue, after most of the changes since, and when it was withdrawn or replaced."""
    rng = rng_for("guidance looks", piece.key, link.target)
    for course, changed in _changes(piece):
        ended = changed is not course.issued_at or course.written["kind"] == GuidanceKind.WITHDRAWN
        if course.number > 1 and not ended and (not course.is_major or rng.random() > _LOOKED):
            continue
        at = changed + rng.randrange(1, 9) * _DAY + rng.randrange(1, 5) * _HOUR
        if link.made_at < at < desk.at:
            text = rng.choice(read("words")["looks_at_end" if ended else "looks"])
            by = desk.person(piece.owner)
            yield model("LinkLook")(link=link, of=versions[course.key], words=text, at=at, by=by)


def _changes(piece: Piece) -> Iterator[tuple[Course, datetime]]:
    """Each issued version with the moment of its issue, and the last one with that of its replacement."""
    for course in piece.issued:
        yield course, course.issued_at
    day = piece.row.replaced_from
    if day:
        last = piece.issued[-1]
        yield last, max(last.issued_at + _HOUR, moment(day, 9))


def _words_of_questions() -> dict[str, str]:
    rows = apps.get_model("partners.Question")._default_manager.order_by(
        "section__question_set__version", "pk"
    )
    return dict(rows.values_list("code", "text"))


def _plan(desk: Desk, partner: str) -> Iterator[tuple[str, str, str]]:
    """The recovery plan of a partner, and the oldest of its backlogs."""
    for kind, name, label in (
        (GuidanceLinkKind.PLAN, "RecoveryPlan", "title"),
        (GuidanceLinkKind.BACKLOG, "Backlog", "name"),
    ):
        of_partner = apps.get_model(f"partners.{name}")._default_manager.filter(
            organisation=desk.ground.organisations[partner]
        )
        found = of_partner.order_by("pk").values_list("uid", label).first()
        if found:
            yield kind, str(found[0]), found[1]


# --- Shown in practice ------------------------------------------------------------------------


def close(desk: Desk, pieces: list[Piece], versions: dict[str, Any]) -> int:
    """Closes what all partners whom it is for have shown, on the day after the returns that showed it came
    in, with their answers; by the rule that the service itself follows."""
    said = _said({code for piece in pieces for code in piece.written.get("questions", ())})
    closed, moves = [], []
    for piece in pieces:
        found = _shown(desk, piece, said) if piece.written.get("shown") else None
        if found is None:
            continue
        course, at, shown_by = found
        row, by = versions[course.key], desk.person(piece.owner)
        row.state, row.version = VersionState.EMBEDDED, row.version + 1
        row.closed_at, row.closed_by, row.shown_by = at, by, shown_by
        desk.keep(row, "version", at, by)
        closed.append(row)
        moves.append(
            model("VersionMove")(
                of=row, from_state=VersionState.ISSUED, to_state=VersionState.EMBEDDED, at=at, by=by
            )
        )
    columns = ["state", "version", "closed_at", "closed_by", "shown_by"]
    model("GuidanceVersion")._default_manager.bulk_update(closed, columns, batch_size=50)
    write("VersionMove", moves)
    return len(closed)


def _said(codes: set[str]) -> list[SaidAnswer]:
    """Every answer to these questions in a return that was sent, the oldest first."""
    questions: dict[int, dict[str, QuestionFact]] = {}
    model_of = apps.get_model("partners.Question")._default_manager
    for row in model_of.filter(code__in=codes).select_related("section"):
        questions.setdefault(row.section.question_set_id, {})[row.code] = question_fact(row)
    found = []
    sent = apps.get_model("partners.Submission")._default_manager.select_related(
        "of_return__organisation", "of_return__cycle"
    )
    for one in sent.order_by("submitted_at", "pk"):
        asked = questions[one.of_return.question_set_id]
        for code, given in kept_answers(one, list(asked)).items():
            reads = reading(asked[code], given)
            found.append(
                SaidAnswer(
                    organisation=one.of_return.organisation.name,
                    organisation_uid=one.of_return.organisation.uid,
                    code=code,
                    reading=reads.value if reads else "",
                    shown=shown(asked[code], given),
                    cycle_number=one.of_return.cycle.number,
                    return_uid=one.of_return.uid,
                    submitted_at=one.submitted_at,
                )
            )
    return found


def _shown(
    desk: Desk, piece: Piece, said: list[SaidAnswer]
) -> tuple[Course, datetime, list[dict[str, Any]]] | None:
    """The version that was shown, when that was seen, and by which answers."""
    codes = piece.written["questions"]
    for one in desk.ground.rounds:
        at = moment(working_days_after(one.closes_at.date(), 1), 12)
        issued = [course for course in piece.issued if course.issued_at < at]
        if at >= desk.at or not issued or issued[-1].issued_at + _A_MONTH > at:
            continue
        since = issued[-1].issued_at
        last = {(a.organisation, a.code): a for a in said if since < a.submitted_at < at}
        try:
            shown_by = check_shown(codes, rows(_partners(desk, piece, at), codes, last.values(), since))
        except Refusal:
            continue
        return issued[-1], at, shown_by
    return None


def _partners(desk: Desk, piece: Piece, at: datetime) -> list[str]:
    """Names of those whom it is for."""
    found = [(desk.organisation(key, at.date()), since) for key, since in parties(desk)]
    return [
        organisation.name
        for organisation, since in found
        if since <= at.date() and audiences_of_kind(organisation.kind) & set(piece.row.audiences)
    ]
