"""Training: what may be done with an event, how places are shared, and demand against the usual. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from partners.constants import EventState
from partners.facts.training import DemandLine
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import Month

TITLE_LENGTH = 160
NOTE_LENGTH = 400
ABOUT_LENGTH = 2000
MOST_PLACES = 10_000
# From so many per cent of the usual on, demand is more than would normally be expected.
MORE_THAN_USUAL = 110


class EventAct(Enum):
    CHANGE = "change"
    CANCEL = "cancel"
    BOOK = "book"
    # Who came, and what they said of it; the event has then been held.
    RECORD = "record"


def check_event(act: EventAct, state: str, held_on: date, today: date) -> None:
    """Raises Refusal where `act` is not possible as the event stands."""
    if state == EventState.CANCELLED:
        raise Refusal("event_cancelled", "This event was cancelled.")
    if state == EventState.HELD and act is not EventAct.RECORD:
        raise Refusal("event_held", "This event has been held.")
    if act is EventAct.RECORD and today < held_on:
        raise Refusal("event_to_come", "Record who came on the day of the event or after it.")
    if act is EventAct.BOOK and held_on < today:
        raise Refusal("event_over", "The day of this event has passed.")


def possible(act: EventAct, state: str, held_on: date, today: date) -> bool:
    try:
        check_event(act, state, held_on, today)
    except Refusal:
        return False
    return True


@dataclass(frozen=True)
class Asked:
    """Places asked for and held so far, in the order of asking."""

    key: int
    asked: int
    booked: int


def share(places: int | None, asked: Sequence[Asked]) -> dict[int, int]:
    """Places booked by key: what is held stays (up to what is asked for now), and what is free goes to
    those who wait, the first to ask first. Never more than `places`; None: without limit."""
    if places is None:
        return {one.key: one.asked for one in asked}
    held = {one.key: min(one.asked, one.booked) for one in asked}
    free = places - sum(held.values())
    for one in asked:
        more = max(0, min(one.asked - held[one.key], free))
        held[one.key] += more
        free -= more
    return held


def check_places(places: int | None, booked: int) -> None:
    if places is not None and not 1 <= places <= MOST_PLACES:
        raise Refusal("places", f"Places must be a whole number from 1 to {MOST_PLACES:,}", "places")
    if places is not None and places < booked:
        raise Refusal(
            "fewer_than_booked", f"{booked} places are booked already. Enter at least as many", "places"
        )


def check_asked(asked: int) -> None:
    if not 0 <= asked <= MOST_PLACES:
        raise Refusal("asked_for", f"Enter a whole number from 0 to {MOST_PLACES:,}", "asked_for")


def check_result(
    booked: int, attended: int, useful: int | None, feedback: int | None, field: Mapping[str, str]
) -> None:
    """Nobody came who was not booked; feedback comes from who came. `field`: form fields by name."""
    if not 0 <= attended <= booked:
        raise Refusal("attended", f"Enter a number from 0 to {booked}, the places booked", field["attended"])
    if (useful is None) != (feedback is None):
        words = "Enter both how many gave feedback and how many found it useful, or neither"
        raise Refusal("feedback_half", words, field["feedback"])
    if useful is None or feedback is None:
        return
    if not 0 <= feedback <= attended:
        raise Refusal("feedback", f"Enter a number from 0 to {attended}, those who came", field["feedback"])
    if not 0 <= useful <= feedback:
        raise Refusal(
            "useful", f"Enter a number from 0 to {feedback}, those who gave feedback", field["useful"]
        )


@dataclass(frozen=True)
class Usual:
    """Places usually asked for in a month at a level, from a day on."""

    level: str
    effective_from: date
    places: int


def usual_on(usuals: Iterable[Usual], level: str, month: Month) -> int | None:
    """What holds on the month's last day; a change within a month holds for all of it."""
    begun = [one for one in usuals if one.level == level and one.effective_from <= month.last_day]
    return max(begun, key=lambda one: one.effective_from).places if begun else None


def demand(
    asked: Mapping[tuple[str, int], int],
    usuals: Sequence[Usual],
    levels: Sequence[str],
    first: Month,
    last: Month,
) -> tuple[DemandLine, ...]:
    """Every level in every month of the span; `asked` by level and month's index."""
    return tuple(
        DemandLine(level, month, asked.get((level, month.index), 0), usual_on(usuals, level, month))
        for level in levels
        for month in first.until(last)
    )


def more_than_usual(lines: Iterable[DemandLine]) -> tuple[DemandLine, ...]:
    return tuple(line for line in lines if (line.percent or 0) >= MORE_THAN_USUAL)
