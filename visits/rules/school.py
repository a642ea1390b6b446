"""Whether a child is safe to attend school, decided by several agencies. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from safeguarding.kernel.errors import Refusal
from visits.constants.oversight import Agency, AttendanceOutcome
from visits.rules.records import check_text, count_words, in_words

REASON_LENGTH = 2000
REASON_WORDS = 5
AGENCIES = 2


@dataclass(frozen=True)
class SchoolDraft:
    """A decision as somebody would have it recorded; field names are those of the record."""

    decided_on: date
    # Codes of Agency.
    took_part: tuple[str, ...]
    outcome: str
    reason: str
    review_on: date


def draft_faults(
    draft: SchoolDraft, *, today: date, first_plan_start: date | None, longest_days: int
) -> Iterator[Refusal]:
    """Everything that keeps the decision from being recorded, each beside its field. `longest_days`: so
    long may it hold before it is reviewed."""
    if draft.decided_on > today:
        yield Refusal(
            "decided_in_future", "The date of the decision must be today or in the past", "decided_on"
        )
    elif first_plan_start and draft.decided_on < first_plan_start:
        began = in_words(first_plan_start)
        words = f"The date must be on or after {began}, when the child’s first plan started"
        yield Refusal("before_first_plan", words, "decided_on")
    elif draft.review_on <= draft.decided_on:
        yield Refusal("review_before_decision", "The review date must be after the decision", "review_on")
    elif draft.review_on > draft.decided_on + timedelta(days=longest_days):
        last = in_words(draft.decided_on + timedelta(days=longest_days))
        yield Refusal(
            "review_too_late", f"The decision must be reviewed by {last} at the latest", "review_on"
        )
    taking_part = set(draft.took_part)
    if not taking_part <= set(Agency.values):
        yield Refusal("unknown_agency", "Select the agencies from the list", "took_part")
    elif len(taking_part) < AGENCIES:
        yield Refusal(
            "one_agency", f"Select at least {AGENCIES} agencies: this is decided together", "took_part"
        )
    if draft.outcome not in AttendanceOutcome.values:
        yield Refusal("outcome_missing", "Select whether the child is safe to attend school", "outcome")
    try:
        text = check_text(draft.reason, field="reason", length=REASON_LENGTH)
    except Refusal as fault:
        yield fault
        return
    if not text:
        yield Refusal("reason_missing", "Enter why", "reason")
    elif count_words(text) < REASON_WORDS:
        yield Refusal("reason_too_short", f"The reason must have at least {REASON_WORDS} words", "reason")
