"""Recovery plans: stages, submission, and what one organisation asks of another. Pure."""

from dataclasses import dataclass
from datetime import date

from partners.constants import DependencyState, PlanStage
from partners.rules.texts import check_text, in_words
from safeguarding.kernel.errors import Refusal

TITLE_LENGTH = 200
REMIT_LENGTH = 4000
REASON_LENGTH = 1000
# What is asked of another organisation, and its answer.
WORDS_LENGTH = 400

_ORDER = list(PlanStage.values)
State = DependencyState
# Each side may come back to what it said; only who asked gives a dependency up, and that is final.
DEPENDENCY_MOVES: dict[str, frozenset[str]] = {
    State.ASKED: frozenset({State.CONFIRMED, State.REFUSED, State.WITHDRAWN}),
    State.CONFIRMED: frozenset({State.REFUSED, State.WITHDRAWN}),
    State.REFUSED: frozenset({State.CONFIRMED, State.WITHDRAWN}),
    State.WITHDRAWN: frozenset(),
}


@dataclass(frozen=True)
class StageDraft:
    """A plan reaches a stage, from a day on."""

    stage: str
    from_date: date
    reason: str = ""


def goes_back(current: str, new: str) -> bool:
    return bool(current) and _ORDER.index(new) < _ORDER.index(current)


def stage_change(draft: StageDraft, *, current: str, since: date | None, today: date) -> str:
    """The reason in one spelling. `current` (a code, "" before the first) has held since `since`.

    Raises Refusal('unknown_stage' | 'same_stage' | 'stage_in_future' | 'before_last_stage' |
    'text_missing').
    """
    if draft.stage not in PlanStage.values:
        raise Refusal("unknown_stage", "Select the stage from the list", "stage")
    if draft.stage == current:
        raise Refusal(
            "same_stage", "The plan is at this stage already. Select the stage it moved to", "stage"
        )
    if draft.from_date > today:
        raise Refusal(
            "stage_in_future", "The day it reached the stage must be today or in the past", "from_date"
        )
    if since and draft.from_date < since:
        words = f"The day must be on or after {in_words(since)}, when the stage before it was reached"
        raise Refusal("before_last_stage", words, "from_date")
    back = goes_back(current, draft.stage)
    missing = "Enter why the plan goes back a stage" if back else ""
    return check_text(draft.reason, field="reason", length=REASON_LENGTH, missing=missing)


def submission(*, submitted: bool, remit: str) -> None:
    """Raises Refusal('already_submitted' | 'remit_missing')."""
    if submitted:
        raise Refusal(
            "already_submitted", "This plan was submitted before. Changes are seen as you make them."
        )
    if not remit.strip():
        raise Refusal("remit_missing", "Write what the plan covers before you submit it.", "remit")


@dataclass(frozen=True)
class DependencyDraft:
    what: str
    needed_by: date | None = None


def dependency(draft: DependencyDraft, *, of: int | None, on: int, today: date) -> str:
    """What is asked, in one spelling. `of` and `on` are keys of organisations; `of` None: the partnership.

    Raises Refusal('on_oneself' | 'text_missing' | 'needed_in_past').
    """
    if of == on:
        raise Refusal(
            "on_oneself", "Select another organisation. Your own part is a milestone", "on_organisation"
        )
    what = check_text(draft.what, field="what", length=WORDS_LENGTH, missing="Enter what the plan relies on")
    if draft.needed_by and draft.needed_by < today:
        raise Refusal("needed_in_past", "The day by which it is needed must not be in the past", "needed_by")
    return what


def dependency_move(old: str, new: str, *, words: str) -> str:
    """The words in one spelling.

    Raises Refusal('dependency_withdrawn' | 'already_so' | 'no_such_move' | 'text_missing').
    """
    if old == State.WITHDRAWN:
        raise Refusal("dependency_withdrawn", "This is no longer needed, so there is nothing to answer.")
    if old == new:
        raise Refusal("already_so", "This is what was answered already.", "answer")
    if new not in DEPENDENCY_MOVES[old]:
        raise Refusal("no_such_move", "Select whether you confirm it", "state")
    missing = "Enter why it cannot be met" if new == State.REFUSED else ""
    return check_text(words, field="answer", length=WORDS_LENGTH, missing=missing)


def overdue(state: str, needed_by: date | None, *, on: date) -> bool:
    """Nobody has confirmed it, and the day on which it is needed has passed."""
    return state == State.ASKED and needed_by is not None and needed_by < on
