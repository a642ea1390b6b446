"""The monthly review: its cut-off, its states, and who may move it. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from riskregister.constants import NARRATIVE_LENGTH, ReviewState, SignAct
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import Month

_LONDON = ZoneInfo("Europe/London")

# From which state an act leads to which.
MOVES: dict[SignAct, tuple[frozenset[ReviewState], ReviewState]] = {
    SignAct.SUBMITTED: (frozenset({ReviewState.DRAFT}), ReviewState.IN_REVIEW),
    SignAct.RETURNED: (frozenset({ReviewState.IN_REVIEW, ReviewState.APPROVED}), ReviewState.DRAFT),
    SignAct.APPROVED: (frozenset({ReviewState.IN_REVIEW}), ReviewState.APPROVED),
    SignAct.PUBLISHED: (frozenset({ReviewState.APPROVED}), ReviewState.PUBLISHED),
}

_WRONG_STATE = {
    SignAct.SUBMITTED: "This review is already before the board.",
    SignAct.RETURNED: "Only a review that is before the board can be sent back.",
    SignAct.APPROVED: "Only a review that is before the board can be approved.",
    SignAct.PUBLISHED: "A review is published once somebody has approved it.",
}


@dataclass(frozen=True)
class ReviewFacts:
    """What the rules go by. People are keys; None: a job or a command."""

    state: ReviewState
    compiled: bool
    compiled_by: int | None
    submitted_by: int | None
    approved_by: int | None
    approved_by_chair: bool


@dataclass(frozen=True)
class Signer:
    key: int
    board_member: bool
    coordinator: bool
    chair: bool


def cut_off(month: Month) -> datetime:
    """The last moment of the month in London, in UTC: what was recorded later does not show."""
    following = datetime.combine(month.plus(1).first_day, time(), _LONDON)
    return following.astimezone(UTC) - timedelta(microseconds=1)


def may_compile(month: Month, *, state: ReviewState | None, sealed: bool, now: datetime) -> None:
    """Raises Refusal('month_not_over' | 'sealed' | 'before_the_board'). `state`: of the version that is not
    published yet, None where there is none; `sealed`: a version of the month is published."""
    if cut_off(month) >= now:
        raise Refusal(
            "month_not_over",
            f"{month.name} is not over: its review can be compiled from the day after it ends.",
        )
    if state is None and sealed:
        raise Refusal(
            "sealed",
            f"The review of {month.name} is published and is never recomputed. Start a correction, which is "
            "a new version with a reason.",
        )
    if state not in (None, ReviewState.DRAFT):
        raise Refusal(
            "before_the_board",
            f"The review of {month.name} is before the board. Send it back before you compile it again.",
        )


def move(review: ReviewFacts, act: SignAct, signer: Signer, *, words: str = "") -> ReviewState:
    """The state that follows. Raises Refusal('wrong_state', 'not_compiled', 'not_your_act', 'four_eyes',
    'chair_missing', 'words_missing')."""
    allowed, following = MOVES[act]
    if review.state not in allowed:
        raise Refusal("wrong_state", _WRONG_STATE[act])
    if not review.compiled:
        raise Refusal("not_compiled", "Compile the review first.")
    if act is SignAct.SUBMITTED:
        if not signer.coordinator:
            raise Refusal("not_your_act", "The coordinator puts a review before the board.")
        return following
    if act is SignAct.RETURNED:
        if not (signer.board_member or signer.coordinator):
            raise Refusal("not_your_act", "A board member or the coordinator sends a review back.")
        if not words.strip():
            raise Refusal("words_missing", "Enter why you send the review back", "words")
        return following
    if not signer.board_member:
        raise Refusal("not_your_act", "Board members sign a review off.")
    if signer.key in (review.compiled_by, review.submitted_by):
        raise Refusal("four_eyes", "You compiled this review or put it forward, so others must sign it off.")
    if act is SignAct.PUBLISHED:
        if signer.key == review.approved_by:
            raise Refusal("four_eyes", "You approved this review, so another board member must publish it.")
        if not (signer.chair or review.approved_by_chair):
            raise Refusal("chair_missing", "One of the two who sign a review off must be the chair.")
    return following


def narrative(text: str) -> str:
    """The coordinator's words in one spelling. Raises Refusal('too_long')."""
    text = text.replace("\r\n", "\n").strip()
    if len(text) > NARRATIVE_LENGTH:
        raise Refusal("too_long", f"The text must be {NARRATIVE_LENGTH:,} characters or fewer", "text")
    return text
