"""How the guidance of the demonstration was told: texts through channels with their proof, and newsletters.
Those go through the services, for what is sent is theirs to write and fix."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from guidance.constants import Audience, Channel, DispatchState, GuidanceKind, ProofKind, VersionState
from guidance.rules.dissemination import shortened
from guidance.services.newsletters import compose, send
from safeguarding.demo.guidance.courses import Course, Piece
from safeguarding.demo.guidance.ground import COORDINATOR, OFFICER, Desk, model, read, rng_for, uid, write
from safeguarding.demo.partnership.ground import moment
from safeguarding.kernel.errors import Refusal

_DAY = timedelta(days=1)
_LINK = "https://www.halverton-scp.example/guidance/{key}"
# Newsletters are of two weeks; the first one began on a Monday.
_FORTNIGHT = 14 * _DAY
_FIRST, _LAST = date(2020, 3, 9), date(2020, 9, 6)
# Share of guidance of 2020 that reached not everybody, and of texts that were not sent after all.
_MISSED, _DROPPED = 0.08, 0.03
_PUBLIC = {Audience.FAMILIES, Audience.VOLUNTARY}
_TEAMS = {Audience.SOCIAL_WORKERS, Audience.MANAGERS}
# The newest guidance of the present has its texts ready, not sent.
_PLANNED = {"now-approved-m", "now-issued-1"}
_TITLE = 190


def dispatches(desk: Desk, pieces: list[Piece], versions: dict[str, Any]) -> int:
    """Texts through all channels but the newsletter."""
    rows = []
    for piece in pieces:
        if "channels" in piece.written:
            continue
        for course in piece.courses:
            rows += list(_of(desk, course, versions[course.key]))
    return len(write("Dispatch", rows))


def _of(desk: Desk, course: Course, version: Any) -> Iterator[Any]:
    piece, draft = course.piece, course.drafts[-1] if course.drafts else None
    planned = piece.key in _PLANNED and course.when(VersionState.APPROVED)
    if draft is None or not (course.is_issued or planned):
        return
    rng = rng_for("guidance told", course.key)
    base = course.issued_at if course.is_issued else course.moves[-1].at
    for place, (channel, audiences) in enumerate(_channels(course, rng)):
        at = base + timedelta(minutes=20 + 25 * place)
        if at >= desk.at:
            continue
        row = model("Dispatch")(
            uid=uid("dispatch", course.key, channel),
            of=version,
            channel=channel,
            audiences=[code for code in Audience.values if code in audiences],
            text=_text(course, channel, draft.meaning, draft.to_do),
            planned_at=at,
            planned_by=desk.person(course.author),
        )
        if not planned:
            _end(desk, row, course, channel, at + timedelta(minutes=rng.randrange(15, 900)), rng)
        yield row


def _channels(course: Course, rng: Random) -> list[tuple[str, set[str]]]:
    """Which channels, each with whom it is for. Together they reach everybody, but for a few."""
    audiences = set(course.piece.row.audiences)
    if course.written["kind"] == GuidanceKind.WITHDRAWN:
        return [(Channel.WEBSITE, audiences)]
    found: list[tuple[str, set[str]]] = []
    missed = not course.piece.is_new and rng.random() < _MISSED
    public = audiences & _PUBLIC
    if public and not missed:
        found.append((Channel.WEBSITE, audiences))
        found.append((rng.choice([Channel.FACEBOOK, Channel.TWITTER]), public))
    elif not missed and rng.random() < 0.45:
        found.append((Channel.WEBSITE, audiences))
    if audiences & _TEAMS:
        found.append((Channel.TEAMS, audiences & _TEAMS))
    rest = audiences - _TEAMS - _PUBLIC
    if rest:
        found.append((rng.choice([Channel.EMAIL, Channel.EMAIL, Channel.LIAISON]), rest))
    if not public and rng.random() < 0.3:
        found.append((Channel.TWITTER, audiences))
    return found


def _text(course: Course, channel: str, meaning: str, to_do: str) -> str:
    title, link = course.piece.row.title, _LINK.format(key=course.piece.key)
    words = read("words")["channels"][channel]
    return words.format(title=shortened(title, _TITLE), meaning=meaning, to_do=to_do, link=link)


def _end(desk: Desk, row: Any, course: Course, channel: str, at: datetime, rng: Random) -> None:
    """It was sent, with what shows it, or in the end was not."""
    if rng.random() < _DROPPED and course.written["kind"] != GuidanceKind.WITHDRAWN:
        row.state, row.version = DispatchState.DROPPED, 2
        row.dropped_reason = rng.choice(read("words")["dropped"])
        return
    if at >= desk.at:
        return
    key = course.key.replace("/", "-")
    proofs = {
        Channel.WEBSITE: (ProofKind.LINK, _LINK.format(key=course.piece.key)),
        Channel.TWITTER: (ProofKind.LINK, f"https://social.halverton-scp.example/posts/{key}"),
        Channel.FACEBOOK: (ProofKind.LINK, f"https://social.halverton-scp.example/pages/{key}"),
        Channel.EMAIL: (ProofKind.REFERENCE, f"Distribution list of {at:%d %B %Y}, {at:%H:%M}"),
        Channel.TEAMS: (
            ProofKind.WITNESS,
            "The business officer saw the message in the channel of all teams",
        ),
        Channel.LIAISON: (ProofKind.WITNESS, "In the notes of the weekly call with partners"),
    }
    row.state, row.sent_at, row.sent_by, row.version = DispatchState.SENT, at, row.planned_by, 2
    row.proof_kind, row.proof = proofs[Channel(channel)]
    reached = {Channel.WEBSITE: (90, 900), Channel.TWITTER: (200, 2400), Channel.FACEBOOK: (150, 1900)}
    if channel in reached:
        row.reach = rng.randrange(*reached[Channel(channel)])


# --- Newsletters ------------------------------------------------------------------------------


def newsletters(desk: Desk) -> int:
    """One a fortnight in 2020, and of the present one that is sent and the next as a draft."""
    count = 0
    first = _FIRST
    while first < _LAST and _letter(desk, first, count):
        first += _FORTNIGHT
        count += 1
    if desk.ground.resumed_on:
        # The last Sunday that a week has gone by since.
        last = desk.as_of - (desk.as_of.isoweekday() % 7 + 7) * _DAY
        start = last - _FORTNIGHT + _DAY
        sent = _letter(desk, start, count, last=last) or _letter(desk, start - _FORTNIGHT, count, last=last)
        count += sent
        count += _letter(desk, last + _DAY, count, is_sent=False)
    return count


def _letter(desk: Desk, first: date, count: int, *, last: date | None = None, is_sent: bool = True) -> bool:
    """Whether there was anything to tell, and time to."""
    last = min(last or first + _FORTNIGHT - _DAY, desk.as_of - _DAY)
    at = moment(last + _DAY, 10) if is_sent else desk.at - timedelta(minutes=30)
    if at >= desk.at or last < first:
        return False
    words = read("words")["newsletters"]
    user = desk.person(OFFICER if count % 2 else COORDINATOR)
    days = {"from_date": f"{first.day} {first:%B}", "until_date": f"{last.day} {last:%B %Y}"}
    try:
        made = compose(
            user=user,
            from_date=first,
            until_date=last,
            title=words["title"].format(**days),
            intro=words["intros"][count % len(words["intros"])],
            now=at,
        )
    except Refusal:
        return False
    # The same in every load.
    made.uid = uid("newsletter", made.number)
    made.save(update_fields=["uid"])
    if is_sent:
        sent = at + timedelta(hours=4)
        if sent < desk.at:
            send(user=user, newsletter=made, expected_version=made.version, now=sent)
    return True
