"""What may be recorded, corrected and cancelled: pure rules that refuse by name."""

import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import Month
from visits.constants import (
    EMERGENCY_ACCESS_REASON_WORDS,
    FREE_EDIT_HOURS,
    NOTE_LENGTH,
    PLANNED_VISIT_DAYS_AHEAD,
    REASON_LENGTH,
    REASON_WORDS,
    Method,
    Status,
)

# From what a visit is to what it may become; nothing leads out of cancelled.
ALLOWED_MOVES: dict[str, frozenset[str]] = {
    Status.PLANNED: frozenset({Status.PLANNED, Status.COMPLETED, Status.CANCELLED}),
    Status.COMPLETED: frozenset({Status.COMPLETED, Status.CANCELLED}),
    Status.CANCELLED: frozenset(),
}
# A change of one of these is another contact than the one that was authorised.
AUTHORISED_CONTENT = frozenset({"visit_date", "method", "status", "child_seen"})


@dataclass(frozen=True)
class VisitDraft:
    """A visit as somebody would have it recorded."""

    visit_date: date
    method: str
    status: str
    child_seen: bool
    note: str = ""


def visit_faults(
    draft: VisitDraft, *, today: date, first_plan_start: date | None, days_ahead: int
) -> Iterator[Refusal]:
    """Everything that keeps `draft` from being recorded, each beside its field.

    `days_ahead`: so far may a completed visit lie after `today` (0 on a page, 1 where another
    clock than the reader's made the record).
    """
    if draft.method not in Method.values:
        yield Refusal("unknown_method", "Select how the child was visited from the list", "method")
    if draft.status not in (Status.COMPLETED, Status.PLANNED):
        yield Refusal("unknown_status", "Select whether the visit took place or is planned", "status")
    if draft.status == Status.COMPLETED and draft.visit_date > today + timedelta(days=days_ahead):
        yield Refusal(
            "future_visit", "The date of a visit that took place must be today or in the past", "visit_date"
        )
    if draft.status == Status.PLANNED:
        if draft.visit_date < today:
            yield Refusal(
                "planned_in_past", "The date of a planned visit must be today or in the future", "visit_date"
            )
        if draft.visit_date > today + timedelta(days=PLANNED_VISIT_DAYS_AHEAD):
            yield Refusal(
                "planned_too_far", "The date of a planned visit must be within the next year", "visit_date"
            )
    if first_plan_start and draft.visit_date < first_plan_start:
        began = in_words(first_plan_start)
        words = f"The visit date must be on or after {began}, when the child’s first plan started"
        yield Refusal("before_first_plan", words, "visit_date")
    if draft.child_seen and draft.status != Status.COMPLETED:
        yield Refusal(
            "seen_when_planned", "The child can only have been seen at a visit that took place", "child_seen"
        )
    try:
        check_text(draft.note, field="note", length=NOTE_LENGTH)
    except Refusal as fault:
        yield fault


def move(old: str, new: str) -> None:
    """Raises Refusal where a visit of status `old` may not become `new`."""
    if new in ALLOWED_MOVES[old]:
        return
    if old == Status.CANCELLED:
        raise Refusal(
            "cancelled_is_fixed", "A cancelled visit cannot be changed. Record a new visit instead."
        )
    raise Refusal(
        "made_stays_made",
        "A visit that took place cannot become a planned one. Cancel it, then record the planned visit.",
        "status",
    )


def in_free_edit(*, recorded_at: datetime, now: datetime) -> bool:
    return now < recorded_at + timedelta(hours=FREE_EDIT_HOURS)


def change(*, person: int, recorder: int | None, recorded_at: datetime, now: datetime) -> bool:
    """Whether a change by `person` needs a reason. In the first day only who recorded the visit
    may change it; afterwards the record is fixed and a correction says why. Ids are keys of people;
    `recorder` is None for an imported row, which is fixed from the start.

    Raises Refusal('not_yours_yet').
    """
    if recorder is None or not in_free_edit(recorded_at=recorded_at, now=now):
        return True
    if person != recorder:
        raise Refusal(
            "not_yours_yet",
            f"Only the person who recorded this visit may change it in the first {FREE_EDIT_HOURS} hours.",
        )
    return False


def check_text(text: str, *, field: str, length: int) -> str:
    """The text in one spelling (NFC, outer spaces gone).

    Raises Refusal('text_too_long' | 'odd_characters'): control characters, halves of surrogate pairs
    and signs that no font has hide what a text says, or break the database.
    """
    clean = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    if len(clean) > length:
        raise Refusal("text_too_long", f"Use {length:,} characters or fewer. You used {len(clean):,}", field)
    for sign in clean:
        if (unicodedata.category(sign) in _UNPRINTED and sign not in "\n\t") or sign in _DIRECTION_SIGNS:
            raise Refusal(
                "odd_characters",
                f"Delete the character that cannot be shown (U+{ord(sign):04X}), or type the text anew",
                field,
            )
    return clean


_UNPRINTED = frozenset({"Cc", "Cs", "Cn", "Co"})
_DIRECTION_SIGNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def reason_given(
    reason: str, *, needed: bool = True, words: int = REASON_WORDS, asked: str = "Enter why"
) -> str:
    """The reason in one spelling. Raises Refusal('reason_missing' | 'reason_too_short') where one is
    needed and `reason` says too little, and as check_text."""
    clean = check_text(reason, field="reason", length=REASON_LENGTH)
    if not clean and not needed:
        return clean
    if not clean:
        raise Refusal("reason_missing", asked, "reason")
    if count_words(clean) < words:
        raise Refusal("reason_too_short", f"The reason must have at least {words} words", "reason")
    return clean


def emergency_reason(reason: str) -> str:
    return reason_given(
        reason, words=EMERGENCY_ACCESS_REASON_WORDS, asked="Enter why you need to open this record now"
    )


def count_words(text: str) -> int:
    """Words with a letter or digit in them: '. . . .' has none."""
    return sum(any(letter.isalnum() for letter in word) for word in text.split())


def keeps_authorisation(changed: Collection[str]) -> bool:
    """Whether an authorisation still holds after these fields have changed."""
    return not AUTHORISED_CONTENT.intersection(changed)


def in_words(day: date) -> str:
    """2 March 2020, whatever the server's locale."""
    return f"{day.day} {Month.of(day).name}"
