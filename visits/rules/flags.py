"""Hazard flags: what one must say, how long it stands, and who may agree to it, review or clear it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from safeguarding.kernel.errors import Refusal
from visits.constants import REASON_LENGTH, REASON_WORDS
from visits.rules.records import check_text, count_words, in_words, reason_given

SOURCE_LENGTH = 200
TOLD_LENGTH = 200
# A flag of a kind that ends by itself may be given at most so many times the kind's own days.
LONGEST_TIMES = 2
# A flag of another kind may be given an end within a year.
LONGEST_DAYS = 366


class FlagStanding(Enum):
    """What a flag is on a day."""

    STANDS = "stands"
    # Stands, and nobody has looked at it again by the day that was set: to be renewed or removed.
    PAST_REVIEW = "past_review"
    # Its last day has passed by itself: to be raised again or removed.
    ENDED = "ended"
    CLEARED = "cleared"

    @property
    def lapsed(self) -> bool:
        return self in (FlagStanding.PAST_REVIEW, FlagStanding.ENDED)


@dataclass(frozen=True)
class KindTerms:
    """How long flags of a kind stand."""

    # None: until somebody clears it.
    lasts_days: int | None
    review_days: int
    needs_agreement: bool


@dataclass(frozen=True)
class FlagDates:
    """Until when a flag stands: the day of its review, and the first day on which it stands no longer."""

    review_on: date
    ends_on: date | None


@dataclass(frozen=True)
class FlagDraft:
    """A flag as somebody would have it raised. Days that are None follow from the kind."""

    reason: str
    source: str
    starts_on: date
    told_family: bool
    # How the family was told, or why not yet.
    told_family_how: str
    review_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True)
class FlagState:
    """What the rules go by of a flag on record. People are keys."""

    raised_by: int
    agreed: bool
    cleared: bool
    starts_on: date
    review_on: date
    ends_on: date | None


def standing(flag: FlagState, today: date) -> FlagStanding:
    if flag.cleared:
        return FlagStanding.CLEARED
    if flag.ends_on is not None and flag.ends_on <= today:
        return FlagStanding.ENDED
    return FlagStanding.PAST_REVIEW if flag.review_on < today else FlagStanding.STANDS


def dates(draft: FlagDraft, terms: KindTerms, *, today: date) -> FlagDates:
    """The draft's own days, and where it has none the kind's: the end counted from the start, the review
    from today, never after the end."""
    ends = draft.ends_on
    if ends is None and terms.lasts_days is not None:
        ends = draft.starts_on + timedelta(days=terms.lasts_days)
    review = draft.review_on or today + timedelta(days=terms.review_days)
    if draft.review_on is None and ends is not None:
        review = min(review, ends)
    return FlagDates(review, ends)


def draft_faults(
    draft: FlagDraft, terms: KindTerms, *, today: date, first_plan_start: date | None
) -> Iterator[Refusal]:
    """Everything that keeps the flag from being raised, each beside its field."""
    if draft.starts_on > today:
        yield Refusal("future_start", "The day from which it holds must be today or in the past", "starts_on")
    elif first_plan_start and draft.starts_on < first_plan_start:
        began = in_words(first_plan_start)
        words = f"The day must be on or after {began}, when the child’s first plan started"
        yield Refusal("before_first_plan", words, "starts_on")
    else:
        set_days = dates(draft, terms, today=today)
        if set_days.ends_on is not None and set_days.ends_on <= today:
            yield Refusal(
                "already_over",
                f"Such a flag would have ended on {in_words(set_days.ends_on)}. Check both days",
                "ends_on" if draft.ends_on else "starts_on",
            )
        else:
            yield from _date_faults(set_days, terms, since=draft.starts_on, today=today)
    yield from _text_faults(draft)


def _date_faults(days: FlagDates, terms: KindTerms, *, since: date, today: date) -> Iterator[Refusal]:
    longest = terms.lasts_days * LONGEST_TIMES if terms.lasts_days is not None else LONGEST_DAYS
    last_end = since + timedelta(days=longest)
    if days.ends_on is None and terms.lasts_days is not None:
        yield Refusal("end_missing", "A flag of this kind ends by itself: enter the day", "ends_on")
    elif days.ends_on is not None and days.ends_on <= today:
        yield Refusal("ends_in_past", "The day on which it ends must be in the future", "ends_on")
    elif days.ends_on is not None and days.ends_on > last_end:
        yield Refusal(
            "ends_too_late", f"A flag of this kind must end by {in_words(last_end)} at the latest", "ends_on"
        )
    last_review = today + timedelta(days=terms.review_days)
    if days.review_on <= today:
        yield Refusal("review_in_past", "The review date must be in the future", "review_on")
    elif days.review_on > last_review:
        yield Refusal(
            "review_too_late",
            f"A flag of this kind must be reviewed by {in_words(last_review)} at the latest",
            "review_on",
        )
    elif days.ends_on is not None and days.ends_on > today and days.review_on > days.ends_on:
        yield Refusal(
            "review_after_end",
            f"The review date must not be after {in_words(days.ends_on)}, when the flag ends",
            "review_on",
        )


def _text_faults(draft: FlagDraft) -> Iterator[Refusal]:
    how = "Enter how the family was told" if draft.told_family else "Enter why the family is not told yet"
    for name, length, missing in (
        ("reason", REASON_LENGTH, "Enter why you raise this flag"),
        ("source", SOURCE_LENGTH, "Enter where you know this from"),
        ("told_family_how", TOLD_LENGTH, how),
    ):
        try:
            text = check_text(getattr(draft, name), field=name, length=length)
        except Refusal as fault:
            yield fault
            continue
        if not text:
            yield Refusal(f"{name}_missing", missing, name)
        elif name == "reason" and count_words(text) < REASON_WORDS:
            yield Refusal("reason_too_short", f"The reason must have at least {REASON_WORDS} words", "reason")


def agreement(flag: FlagState, *, person: int, today: date, needs_agreement: bool) -> None:
    """Raises Refusal where `person` may not agree to this flag: never who raised it."""
    if flag.cleared:
        raise Refusal("flag_cleared", "This flag was cleared, so there is nothing to agree to.")
    if flag.agreed:
        raise Refusal("already_agreed", "A manager has already agreed to this flag.")
    if not needs_agreement:
        raise Refusal("needs_no_agreement", "A flag of this kind needs no manager’s agreement.")
    if standing(flag, today) is FlagStanding.ENDED:
        raise Refusal("flag_ended", "This flag has ended. Raise it again if it still holds.")
    if person == flag.raised_by:
        raise Refusal("four_eyes", "You raised this flag, so another manager must agree to it.")


def review(
    flag: FlagState, days: FlagDates | None, terms: KindTerms, *, reason: str, today: date
) -> tuple[FlagDates, str]:
    """Until when the flag stands after a review, and the reason in one spelling. `days` None: by its kind.

    A flag that has ended is not brought back: months in between would then count it after all.
    Raises the first Refusal: 'flag_cleared', 'flag_ended', of the days, of the reason.
    """
    if flag.cleared:
        raise Refusal("flag_cleared", "This flag was cleared. Raise it again if it still holds.")
    if standing(flag, today) is FlagStanding.ENDED:
        raise Refusal("flag_ended", "This flag has ended. Raise it again if it still holds.")
    chosen = days or review_dates(flag, terms, today=today)
    for fault in _date_faults(chosen, terms, since=today, today=today):
        raise fault
    return chosen, reason_given(reason, asked="Enter why the flag still stands")


def review_dates(flag: FlagState, terms: KindTerms, *, today: date) -> FlagDates:
    """What a review offers: the kind's days until the next, or the flag's end where that comes first."""
    following = today + timedelta(days=terms.review_days)
    return FlagDates(min(following, flag.ends_on) if flag.ends_on else following, flag.ends_on)


def clearing(flag: FlagState, *, reason: str, today: date) -> tuple[date, str]:
    """The first day on which a cleared flag stands no longer, and the reason in one spelling.

    Raises Refusal: 'flag_cleared', or the reason's faults.
    """
    if flag.cleared:
        raise Refusal("flag_cleared", "This flag was already cleared.")
    ends = min(flag.ends_on, today) if flag.ends_on else today
    return max(ends, flag.starts_on), reason_given(reason, asked="Enter why you remove this flag")
