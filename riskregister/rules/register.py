"""What a risk, a rating, a control, an acceptance must say, and who may change what. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from riskregister.constants import (
    Assurance,
    Confidence,
    ControlState,
    RatingKind,
    Response,
    RiskState,
    RiskTheme,
)
from riskregister.constants import SystemFunction as Function
from safeguarding.kernel.errors import Refusal

TITLE_LENGTH = 200
TEXT_LENGTH = 4000
REASON_WORDS = 5
LONGEST_ACCEPTANCE_DAYS = 366


@dataclass(frozen=True)
class RiskDraft:
    """A risk in words, as somebody would have it."""

    title: str
    cause: str
    event: str
    consequence: str
    theme: str
    functions: tuple[str, ...]
    response: str = Response.TREAT
    rollup: str = "worst"
    restricted: bool = False


@dataclass(frozen=True)
class RatingDraft:
    kind: str
    likelihood: int
    impact: int
    reason: str
    evidence: str
    confidence: str
    dated_on: date


def risk_faults(draft: RiskDraft) -> Iterator[Refusal]:
    """Everything that keeps the risk from being saved, each beside its field."""
    if not draft.title.strip():
        yield Refusal("title_missing", "Enter a short title", "title")
    elif len(draft.title) > TITLE_LENGTH:
        yield Refusal("title_too_long", f"The title must be {TITLE_LENGTH} characters or fewer", "title")
    for name, asked in (
        ("cause", "Enter the cause: what makes it possible"),
        ("event", "Enter the event: what may happen"),
        ("consequence", "Enter the consequence: what it would mean for children"),
    ):
        text = getattr(draft, name)
        if not text.strip():
            yield Refusal(f"{name}_missing", asked, name)
        elif len(text) > TEXT_LENGTH:
            yield Refusal(f"{name}_too_long", f"The text must be {TEXT_LENGTH:,} characters or fewer", name)
    if draft.theme not in RiskTheme.values:
        yield Refusal("theme_missing", "Select what the risk is about", "theme")
    if not draft.functions or not set(draft.functions) <= set(Function.values):
        yield Refusal("functions_missing", "Select at least one function that the risk touches", "functions")


def rating_faults(
    draft: RatingDraft,
    *,
    state: RiskState,
    last: tuple[int, int, str] | None,
    opened_on: date | None,
    today: date,
) -> Iterator[Refusal]:
    """`last`: the likelihood, impact and confidence of the same kind that stand now."""
    if state is RiskState.CLOSED:
        yield Refusal("risk_closed", "This risk is closed. Open it again before you rate it.")
    if draft.kind not in RatingKind.values:
        yield Refusal("kind_missing", "Select which rating you give", "kind")
    for name in ("likelihood", "impact"):
        if not 1 <= getattr(draft, name) <= 5:
            yield Refusal("outside_matrix", "Select a value from 1 to 5", name)
    if last == (draft.likelihood, draft.impact, draft.confidence):
        yield Refusal(
            "unchanged",
            "This is the rating as it stands. To say that you looked and it still holds, record a review.",
            "likelihood",
        )
    if len(draft.reason.split()) < REASON_WORDS:
        yield Refusal(
            "reason_too_short",
            f"Enter the reason for this rating, in at least {REASON_WORDS} words",
            "reason",
        )
    if draft.confidence not in Confidence.values:
        yield Refusal("confidence_missing", "Select how sure you are of this rating", "confidence")
    if draft.dated_on > today:
        yield Refusal("future_date", "The day must be today or in the past", "dated_on")
    elif opened_on and draft.dated_on < opened_on and state is RiskState.OPEN:
        yield Refusal(
            "before_opened", "The day must be on or after the day on which the risk was opened", "dated_on"
        )


def opening(*, state: RiskState, rated: bool) -> None:
    """Raises Refusal('not_a_draft' | 'not_rated')."""
    if state is not RiskState.DRAFT:
        raise Refusal("not_a_draft", "This risk is already on the register.")
    if not rated:
        raise Refusal("not_rated", "Give the risk a current rating before you open it.")


def closing(*, state: RiskState, reason: str, changed: str, open_actions: int) -> None:
    """Raises Refusal('not_open' | 'reason_missing' | 'changed_missing' | 'open_actions')."""
    if state is not RiskState.OPEN:
        raise Refusal("not_open", "Only an open risk can be closed.")
    if not reason.strip():
        raise Refusal("reason_missing", "Enter why the risk is closed", "reason")
    if not changed.strip():
        raise Refusal("changed_missing", "Enter what is different for children, and how you know", "changed")
    if open_actions:
        raise Refusal(
            "open_actions", "Actions of this risk are still open. Finish or withdraw them, then close it."
        )


def reopening(*, state: RiskState, reason: str) -> None:
    if state is not RiskState.CLOSED:
        raise Refusal("not_closed", "Only a closed risk can be opened again.")
    if not reason.strip():
        raise Refusal("reason_missing", "Enter why the risk is opened again", "reason")


def control(*, text: str, state: str, assurance: str, proof: str, proof_on: date | None, today: date) -> None:
    """Raises the first Refusal, beside its field."""
    if not text.strip():
        raise Refusal("text_missing", "Enter what the control is", "text")
    if state not in ControlState.values or assurance not in Assurance.values:
        raise Refusal(
            "choice_missing", "Select whether the control is in place and how that is known", "state"
        )
    shown = assurance in (Assurance.SHOWN, Assurance.TESTED)
    if shown and not proof.strip():
        raise Refusal("proof_missing", "Enter what shows that the control works", "proof")
    if shown and proof_on is None:
        raise Refusal("proof_date_missing", "Enter when that was last seen", "proof_on")
    if proof_on and proof_on > today:
        raise Refusal("future_date", "The day must be today or in the past", "proof_on")


def acceptance(
    *, response: str, state: RiskState, conditions: str, reason: str, expires_on: date, today: date
) -> None:
    """Asking the board to bear a risk. Raises the first Refusal."""
    if state is not RiskState.OPEN:
        raise Refusal("not_open", "Only an open risk can be accepted.")
    if response not in (Response.TOLERATE, Response.MONITOR):
        raise Refusal(
            "wrong_response",
            "Only a risk that is tolerated, or outside the partnership’s control, can be accepted.",
        )
    for name, text, asked in (
        ("reason", reason, "Enter why the board should bear this risk"),
        ("conditions", conditions, "Enter the conditions on which it is borne"),
    ):
        if not text.strip():
            raise Refusal(f"{name}_missing", asked, name)
    if expires_on <= today:
        raise Refusal("already_over", "The last day must be in the future", "expires_on")
    if (expires_on - today).days > LONGEST_ACCEPTANCE_DAYS:
        raise Refusal("too_long", "An acceptance holds for a year at most", "expires_on")


def decision(
    *,
    decided: bool,
    same_person: bool,
    state: RiskState,
    approve: bool,
    reason: str,
    expires_on: date,
    today: date,
) -> None:
    """The board's answer to an acceptance that was asked for. Raises the first Refusal."""
    if decided:
        raise Refusal("already_decided", "Somebody has already decided this.")
    if same_person:
        raise Refusal("four_eyes", "You asked for this acceptance, so another board member must decide.")
    if approve and state is not RiskState.OPEN:
        raise Refusal("not_open", "This risk is no longer open, so there is nothing to bear.")
    if approve and expires_on < today:
        raise Refusal("already_over", "Its last day has passed. It must be asked for again.")
    if not approve and not reason.strip():
        raise Refusal("reason_missing", "Enter why the board does not bear this risk", "reason")


def contribution(*, ours: bool, theirs: bool, same: bool, states: frozenset[RiskState]) -> None:
    """A partner's own risk contributes to one of the partnership. Raises Refusal('wrong_direction' |
    'not_open')."""
    if same or not (ours and theirs):
        raise Refusal("wrong_direction", "A partner’s own risk can contribute to a partnership risk only.")
    if states != {RiskState.OPEN}:
        raise Refusal("not_open", "Both risks must be open. Open yours first.")


def look(*, state: RiskState, note: str, roles: frozenset[str], authority: frozenset[str]) -> None:
    """Looking again at a risk. Raises Refusal('not_open' | 'note_missing' | 'no_authority')."""
    if state is not RiskState.OPEN:
        raise Refusal("not_open", "Only an open risk is reviewed.")
    if authority and not (roles & authority):
        raise Refusal("no_authority", "At this level of risk another role reviews it. The page says who.")
    if not note.strip():
        raise Refusal("note_missing", "Enter what you looked at and why the rating still holds", "note")
