"""Virtual contact of a child in care with the family: what may be arranged, and what came of it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from safeguarding.kernel.errors import Refusal
from visits.constants import PLANNED_VISIT_DAYS_AHEAD, Method
from visits.constants.oversight import ContactHeld
from visits.rules.records import check_text, in_words, reason_given

WITH_WHOM_LENGTH = 100
# Held on a screen or by telephone; what is held in person is no virtual contact.
VIRTUAL = (Method.VIDEO, Method.TELEPHONE)
# From what a contact is to what it may become; a result is final.
ALLOWED_MOVES: dict[str, frozenset[str]] = {
    ContactHeld.ARRANGED: frozenset({ContactHeld.HELD, ContactHeld.PARTLY, ContactHeld.NOT_HELD}),
    ContactHeld.HELD: frozenset(),
    ContactHeld.PARTLY: frozenset(),
    ContactHeld.NOT_HELD: frozenset(),
}
_NEEDS_REASON = frozenset({ContactHeld.PARTLY, ContactHeld.NOT_HELD})


@dataclass(frozen=True)
class ContactDraft:
    """A contact as somebody would have it arranged; field names are those of the record."""

    with_whom: str
    method: str
    planned_on: date


def draft_faults(draft: ContactDraft, *, today: date, in_care: bool) -> Iterator[Refusal]:
    """Everything that keeps the contact from being arranged, each beside its field. `in_care`: a plan of
    a child in care stands on the planned day."""
    if draft.method not in VIRTUAL:
        yield Refusal("not_virtual", "Select a video call or a telephone call", "method")
    if draft.planned_on < today:
        yield Refusal("planned_in_past", "The planned date must be today or in the future", "planned_on")
    elif draft.planned_on > today + timedelta(days=PLANNED_VISIT_DAYS_AHEAD):
        yield Refusal("planned_too_far", "The planned date must be within the next year", "planned_on")
    elif not in_care:
        yield Refusal(
            "not_in_care", "On that day no plan of the child as a child in care stands", "planned_on"
        )
    try:
        if not check_text(draft.with_whom, field="with_whom", length=WITH_WHOM_LENGTH):
            yield Refusal("with_whom_missing", "Enter with whom, by their relation to the child", "with_whom")
    except Refusal as fault:
        yield fault


def outcome(was: str, became: str, *, planned_on: date, reason: str, today: date) -> str:
    """Why a contact was held in part or not at all, in one spelling; empty where it was held.

    Raises Refusal: 'unknown_result', 'result_is_final', 'too_early', or the reason's faults.
    """
    if became not in ContactHeld.values or became == ContactHeld.ARRANGED:
        raise Refusal("unknown_result", "Select what became of the contact", "held")
    if became not in ALLOWED_MOVES[was]:
        words = "What became of this contact is already recorded."
        raise Refusal("result_is_final", words)
    if became != ContactHeld.NOT_HELD and planned_on > today:
        words = f"The contact is planned for {in_words(planned_on)} and cannot have been held yet"
        raise Refusal("too_early", words, "held")
    if became not in _NEEDS_REASON:
        return ""
    try:
        return reason_given(reason, asked="Enter why it was held in part or not held")
    except Refusal as fault:
        raise Refusal(fault.code, fault.message, "why_not") from None
