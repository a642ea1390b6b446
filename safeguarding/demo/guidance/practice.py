"""What the guidance of the demonstration reached: questions of the return, plans and backlogs that are
linked, looks at them since, and what partners said that showed it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps

from guidance.constants import GuidanceLinkKind, VersionState
from guidance.rules.acknowledging import audiences_of_kind
from safeguarding.demo.guidance.answered import parties
from safeguarding.demo.guidance.courses import Course, Piece
from safeguarding.demo.guidance.ground import Desk, model, read, rng_for, uid, write

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
# Share of the changes after which what is linked was looked at.
_LOOKED = 0.8
_SAID = 200


def links(desk: Desk, pieces: list[Piece], versions: dict[str, Any]) -> int:
    words = _words_of_questions()
    plans = dict(read("words")["plans"])
    rows, looks = [], []
    for piece in pieces:
        wanted = [
            (GuidanceLinkKind.QUESTION, code, words[code]) for code in piece.written.get("questions", ())
        ]
        if piece.key in plans:
            wanted += list(_plan(desk, plans[piece.key]))
        for kind, target, label in wanted if piece.issued else ():
            made = _link(desk, piece, kind, target, label)
            if made is None:
                continue
            rows.append(made)
            looks += list(_looks(desk, piece, made, versions))
    write("GuidanceLink", rows)
    write("LinkLook", looks)
    return len(rows)


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
    """After the first issue, and after most of the changes since."""
    rng = rng_for("guidance looks", piece.key, link.target)
    for course in piece.issued:
        if course.number > 1 and (not course.is_major or rng.random() > _LOOKED):
            continue
        at = course.issued_at + rng.randrange(1, 9) * _DAY + rng.randrange(1, 5) * _HOUR
        if at < desk.at:
            text, by = rng.choice(read("words")["looks"]), desk.person(piece.owner)
            yield model("LinkLook")(link=link, of=versions[course.key], words=text, at=at, by=by)


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
        rows = apps.get_model(f"partners.{name}")._default_manager.filter(
            organisation=desk.ground.organisations[partner]
        )
        found = rows.order_by("pk").values_list("uid", label).first()
        if found:
            yield kind, str(found[0]), found[1]


# --- Shown in practice ------------------------------------------------------------------------


def close(desk: Desk, pieces: list[Piece], versions: dict[str, Any]) -> int:
    """Closes what partners' returns showed, with the answers that showed it."""
    said = _said()
    rows, moves = [], []
    for piece in pieces:
        for course in piece.courses:
            at = course.when(VersionState.EMBEDDED)
            row = versions[course.key]
            shown = _shown(desk, piece, course, at, said) if at else []
            if not shown:
                continue
            by = desk.person(piece.owner)
            row.state, row.version = VersionState.EMBEDDED, row.version + 1
            row.closed_at, row.closed_by, row.shown_by = at, by, shown
            desk.keep(row, "version", at, by)
            rows.append(row)
            moves.append(
                model("VersionMove")(
                    of=row, from_state=VersionState.ISSUED, to_state=VersionState.EMBEDDED, at=at, by=by
                )
            )
    columns = ["state", "version", "closed_at", "closed_by", "shown_by"]
    model("GuidanceVersion")._default_manager.bulk_update(rows, columns, batch_size=50)
    write("VersionMove", moves)
    return len(rows)


# By key of the organisation: when, which cycle, and the answers in words by code of the question.
_Said = dict[int, list[tuple[datetime, int, dict[str, str]]]]


def _said() -> _Said:
    """Every return that was sent, the oldest first."""
    labels = _labels()
    found: _Said = {}
    rows = apps.get_model("partners.Submission")._default_manager.order_by("submitted_at")
    for at, number, key, answers in rows.values_list(
        "submitted_at", "of_return__cycle__number", "of_return__organisation", "answers"
    ):
        words = {code: _in_words(labels.get(code, {}), given) for code, given in answers.items()}
        found.setdefault(key, []).append((at, number, {code: text for code, text in words.items() if text}))
    return found


def _labels() -> dict[str, dict[str, str]]:
    rows = apps.get_model("partners.Question")._default_manager.values_list("code", "options")
    return {code: {str(one["value"]): one["label"] for one in options} for code, options in rows}


def _in_words(labels: dict[str, str], given: Any) -> str:
    value = given.get("value") if isinstance(given, dict) else given
    if value is None:
        return ""
    if isinstance(value, dict):
        return f"{len(value)} rows filled in"
    return labels.get(str(value), str(value))[:_SAID]


def _shown(desk: Desk, piece: Piece, course: Course, at: datetime, said: _Said) -> list[dict[str, Any]]:
    """What each partner whom it is for said last, after it was issued and before it was closed."""
    found = []
    for key, since, _ in parties(desk):
        organisation = desk.organisation(key, at.date())
        if since > at.date() or not audiences_of_kind(organisation.kind) & set(piece.row.audiences):
            continue
        sent = [row for row in said.get(organisation.pk, ()) if course.issued_at < row[0] < at]
        for code in piece.written["questions"]:
            last = next((row for row in reversed(sent) if code in row[2]), None)
            if last:
                found.append(
                    {
                        "organisation": organisation.name,
                        "question": code,
                        "cycle": last[1],
                        "said": last[2][code],
                    }
                )
                break
    return found
