"""Actions: which moves there are, when the day may be moved, and who may verify. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from partners.constants import ActionState, EvidenceKind, Priority, SlipReason
from partners.rules.free_texts import said
from partners.rules.texts import check_text, in_words
from safeguarding.kernel.errors import Refusal

TITLE_LENGTH = 200
TEXT_LENGTH = 4000
REASON_LENGTH = 1000
# A later day belongs into a plan.
LONGEST_DAYS = 3 * 366

# From what an action is to what it may become. What fails to be verified, or is found undone later, is
# open again; nothing leads out of withdrawn.
ALLOWED_MOVES: dict[str, frozenset[str]] = {
    ActionState.OPEN: frozenset({ActionState.DONE, ActionState.WITHDRAWN}),
    ActionState.DONE: frozenset({ActionState.VERIFIED, ActionState.OPEN}),
    ActionState.VERIFIED: frozenset({ActionState.OPEN}),
    ActionState.WITHDRAWN: frozenset(),
}
_NOW_IT_IS = {
    ActionState.OPEN: "This action is open.",
    ActionState.DONE: "This action has been finished already and waits to be verified.",
    ActionState.VERIFIED: "This action has been verified already.",
    ActionState.WITHDRAWN: "This action was withdrawn. Add a new one.",
}


def check_move(state: str, to: str) -> None:
    """Raises Refusal('move_not_allowed') with what the action is now."""
    if to not in ALLOWED_MOVES[state]:
        raise Refusal("move_not_allowed", _NOW_IT_IS[ActionState(state)])


def check_open(state: str) -> None:
    """Its day and owner change only while it is open. Raises Refusal('move_not_allowed')."""
    if state != ActionState.OPEN:
        raise Refusal("move_not_allowed", _NOW_IT_IS[ActionState(state)])


def title(text: str) -> str:
    return said(text, field="title", length=TITLE_LENGTH, missing="Enter what is to be done, in a few words")


def what(text: str) -> str:
    return check_text(text, field="what", length=TEXT_LENGTH)


def reason(text: str, asked: str) -> str:
    return said(text, field="reason", length=REASON_LENGTH, missing=asked)


def check_priority(priority: str) -> None:
    if priority not in Priority.values:
        raise Refusal("unknown_priority", "Select the priority", "priority")


def due_day(day: date, *, today: date) -> date:
    """Raises Refusal('due_in_past' | 'due_too_late')."""
    last = today + timedelta(days=LONGEST_DAYS)
    if day < today:
        raise Refusal("due_in_past", "The due date must be today or in the future", "due_on")
    if day > last:
        raise Refusal("due_too_late", f"The due date must be {in_words(last)} or earlier", "due_on")
    return day


def slip(*, due_on: date, to: date, reason_code: str, words: str, today: date) -> str:
    """The words of a slip. Raises Refusal('not_later', …) and the faults of a due date."""
    due_day(to, today=today)
    if to <= due_on:
        fault = f"The new date must be after {in_words(due_on)}. To finish earlier, finish it"
        raise Refusal("not_later", fault, "due_on")
    if reason_code not in SlipReason.values:
        raise Refusal("reason_code_missing", "Select why the date moves", "reason_code")
    return reason(words, "Enter what happened, and what makes the new date hold")


@dataclass(frozen=True)
class Finish:
    """How somebody says that an action is done."""

    done_on: date
    # What shows it; where a file does, which one.
    evidence_text: str
    # What is different for children, and how that is known: both or neither, and both for high priority.
    changed_for_children: str = ""
    evidence_kind: str = ""


def finish(given: Finish, *, priority: str, created_on: date, today: date) -> Finish:
    """The same in one spelling. Raises the first fault, beside its field."""
    if given.done_on > today:
        raise Refusal("done_in_future", "The date must be today or in the past", "done_on")
    if given.done_on < created_on:
        words = f"The date must be {in_words(created_on)} or later: the action was added then"
        raise Refusal("done_before_added", words, "done_on")
    evidence = said(
        given.evidence_text,
        field="evidence_text",
        length=TEXT_LENGTH,
        missing="Enter what shows that it is done. If a file does, attach it and say which",
    )
    changed = check_text(given.changed_for_children, field="changed_for_children", length=TEXT_LENGTH)
    asked = priority == Priority.HIGH or bool(given.evidence_kind)
    if asked and not changed:
        raise Refusal("changed_missing", "Enter what is different for children", "changed_for_children")
    if changed and given.evidence_kind not in EvidenceKind.values:
        raise Refusal("evidence_kind_missing", "Select how you know", "evidence_kind")
    return Finish(given.done_on, evidence, changed, given.evidence_kind)


def check_verifier(
    *,
    person: int,
    done_by: int | None,
    owner: int | None,
    organisation: int,
    belongs_to: Collection[int],
    priority: str,
) -> None:
    """Another person than the one who finished or owned it; of high priority somebody of another
    organisation. People and organisations are keys; `belongs_to`: the verifier's organisations.

    Raises Refusal('own_work' | 'same_organisation' | 'no_organisation').
    """
    if person in (done_by, owner):
        raise Refusal("own_work", "You finished or own this action, so somebody else must verify it.")
    if priority != Priority.HIGH:
        return
    if organisation in belongs_to:
        words = "This action has high priority: somebody of another organisation must verify it."
        raise Refusal("same_organisation", words)
    if not belongs_to:
        words = (
            "This action has high priority: somebody of another organisation must verify it. "
            "No organisation is on record for you. Ask the coordinator to add you to yours."
        )
        raise Refusal("no_organisation", words)
