"""Monthly reviews of the demonstration, compiled and signed through the services at the moments of then: of
March to August 2020, a correction of June, and the last two months, one of them before the board."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from accounts.audit import Actor
from riskregister.constants import METHOD_VERSION, SignAct
from riskregister.rules.reviews import cut_off
from riskregister.services.releases import prepare, release
from riskregister.services.reviews import compile_review
from riskregister.services.signing import comment, sign, start_correction, write_narrative
from safeguarding.demo.board.ground import CHAIR, COORDINATOR, Desk, model, read, uid
from safeguarding.demo.partnership.ground import moment
from safeguarding.demo.partnership.series import Held
from safeguarding.kernel.periods import Month
from safeguarding.kernel.working_days import working_days_after

FIRST, LAST_OF_2020 = Month.parse("2020-03"), Month.parse("2020-08")
APPROVER = "Aurelia Whitcombe"
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Course:
    """When a review was compiled, put before the board, and signed; `name` finds its words."""

    month: Month
    name: str
    compiled_at: datetime
    submitted_at: datetime
    # None: it is still before the board.
    approved_at: datetime | None
    published_at: datetime | None
    by_bell: bool = False


def lay_out(desk: Desk, meetings: list[Held]) -> list[Course]:
    """The reviews that had been compiled by now, the earliest month first."""
    found = [_course(month, str(month), meetings) for month in FIRST.until(LAST_OF_2020)]
    if desk.ground.resumed_on:
        last = Month.of(desk.as_of).plus(-1)
        if last.plus(-1) > LAST_OF_2020:
            found.append(_course(last.plus(-1), "before-last", meetings))
        if last > LAST_OF_2020:
            found.append(_before_the_board(desk, last))
    return [one for one in found if one.compiled_at < desk.at]


def _course(month: Month, name: str, meetings: list[Held]) -> Course:
    """Compiled on the second working day, signed on the day on which the board met."""
    following = month.plus(1)
    met = [
        one.day.on for one in meetings if one.series["key"] == "board" and Month.of(one.day.on) == following
    ]
    day = met[0] if met else following.first_day + 19 * _DAY
    compiled = working_days_after(month.last_day, 2)
    return Course(
        month,
        name,
        moment(compiled, 10),
        moment(working_days_after(compiled, 3), 14),
        moment(day, 12),
        moment(day, 16),
    )


def _before_the_board(desk: Desk, month: Month) -> Course:
    first = month.plus(1).first_day
    compiled, submitted = max(first, desk.as_of - 4 * _DAY), max(first, desk.as_of - 2 * _DAY)
    return Course(month, "last", moment(compiled, 5, 10), moment(submitted, 6, 20), None, None, by_bell=True)


def begin(desk: Desk, courses: list[Course]) -> dict[str, Any]:
    """Empty drafts, so that what the board did beside a review can name it; by month."""
    kind = model("BoardReview")
    return {
        str(one.month): kind._default_manager.create(
            uid=uid("review", one.month),
            month=one.month.first_day,
            cut_off=cut_off(one.month),
            method_version=METHOD_VERSION,
        )
        for one in courses
    }


def store(desk: Desk, courses: list[Course]) -> int:
    """Compiles and signs, in the order in which it was done; how many reviews there are."""
    words = read("reviews")
    acts = [act for one in courses for act in _acts(desk, one, words["narratives"].get(one.name, []))]
    acts += list(_correction(desk, courses, words["correction"]))
    acts += list(_comments(desk, courses, words["comments"]))
    acts += list(_releases(desk, courses))
    for at, act in sorted(acts, key=lambda one: one[0]):
        if at < desk.at:
            act(at)
    return model("BoardReview")._default_manager.count()


_Act = tuple[datetime, Any]


def _review(month: Month, version: int = 1) -> Any:
    rows = model("BoardReview")._default_manager.filter(month=month.first_day)
    return rows.get(version=version)


def _acts(desk: Desk, one: Course, narratives: list[list[str]]) -> Iterator[_Act]:
    yield one.compiled_at, lambda at: _compile(desk, one.month, at, by_bell=one.by_bell)
    for number, (section, text) in enumerate(narratives, 1):
        at = one.compiled_at + number * timedelta(minutes=25)
        yield at, _narrative(desk, one.month, 1, section, text)
    yield one.submitted_at, _sign(desk, one.month, 1, SignAct.SUBMITTED, COORDINATOR)
    if one.approved_at and one.published_at:
        yield one.approved_at, _sign(desk, one.month, 1, SignAct.APPROVED, APPROVER)
        yield one.published_at, _sign(desk, one.month, 1, SignAct.PUBLISHED, CHAIR)


def _compile(desk: Desk, month: Month, at: datetime, *, by_bell: bool = False) -> None:
    if by_bell:
        compile_review(month=month, actor=Actor.job("board-review"), now=at)
    else:
        user = desk.person(COORDINATOR)
        compile_review(month=month, actor=Actor.person(user), now=at, user=user)


def _narrative(desk: Desk, month: Month, version: int, section: str, text: str) -> Any:
    return lambda at: write_narrative(
        user=desk.person(COORDINATOR),
        review=_review(month, version),
        section=section,
        text=text,
        expected_number=0,
        now=at,
    )


def _sign(desk: Desk, month: Month, version: int, act: SignAct, name: str) -> Any:
    def signed(at: datetime) -> None:
        review = _review(month, version)
        sign(user=desk.person(name), review=review, act=act, expected_digest=review.digest, now=at)

    return signed


def _correction(desk: Desk, courses: list[Course], words: dict[str, Any]) -> Iterator[_Act]:
    """A new version of a published month: begun, compiled, and signed by two within a week."""
    month = Month.parse(words["month"])
    if not any(one.month == month and one.published_at < desk.at for one in courses if one.published_at):
        return
    begun = date.fromisoformat(words["begun"])

    def start(at: datetime) -> None:
        made = start_correction(
            user=desk.person(COORDINATOR), review=_review(month), reason=words["reason"], now=at
        )
        # The same in every load.
        made.uid = uid("review", month, 2)
        made.save(update_fields=["uid"])

    yield moment(begun, 9), start
    yield moment(begun, 10), lambda at: _compile(desk, month, at)
    for number, (section, text) in enumerate(words["narratives"]):
        yield moment(begun, 11, number), _narrative(desk, month, 2, section, text)
    yield moment(begun, 14), _sign(desk, month, 2, SignAct.SUBMITTED, COORDINATOR)
    yield moment(begun + 3 * _DAY, 11), _sign(desk, month, 2, SignAct.APPROVED, CHAIR)
    yield moment(begun + 3 * _DAY, 15), _sign(desk, month, 2, SignAct.PUBLISHED, APPROVER)


def _comments(desk: Desk, courses: list[Course], rows: list[list[Any]]) -> Iterator[_Act]:
    months = {one.name: one.month for one in courses}
    for name, section, day, person, text in rows:
        if name in months and desk.now(day):
            yield desk.moment(day, "comment", text), _comment(desk, months[name], section, person, text)


def _comment(desk: Desk, month: Month, section: str, person: str, text: str) -> Any:
    return lambda at: comment(
        user=desk.person(person),
        review=_review(month),
        section=section,
        text=text,
        token=uid("comment", month, section, person),
        now=at,
    )


def _releases(desk: Desk, courses: list[Course]) -> Iterator[_Act]:
    """July is public; the latest published month waits for a second person."""
    for one in courses:
        if one.published_at is None:
            continue
        if one.name in read("reviews")["released"]:
            yield one.published_at + 1 * _DAY, _prepare(desk, one.month)
            yield one.published_at + 5 * _DAY, _release(desk, one.month)
        if one.name == "before-last":
            yield one.published_at + timedelta(hours=1), _prepare(desk, one.month)


def _prepare(desk: Desk, month: Month) -> Any:
    return lambda at: prepare(user=desk.person(COORDINATOR), review=_review(month), now=at)


def _release(desk: Desk, month: Month) -> Any:
    return lambda at: release(
        user=desk.person(APPROVER), release=_review(month).releases.get(released_at=None), now=at
    )
