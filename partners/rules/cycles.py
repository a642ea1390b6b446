"""What may be done with a cycle and its returns, and which calendar a cycle may have. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from partners.constants import CycleState, ReturnState
from partners.rules.calendar import CalendarRule
from safeguarding.kernel.errors import Refusal

LONGEST_STEP_DAYS = 92
LONGEST_PERIOD_DAYS = 184
LONGEST_PAUSE_DAYS = 366
LONGEST_EXTENSION_DAYS = 60
_SENT = (ReturnState.SUBMITTED, ReturnState.ACCEPTED)


class _Cycle(Protocol):
    state: str
    due_at: datetime


class _Return(Protocol):
    state: str
    extended_until: datetime | None


def open_for(cycle: _Cycle, return_: _Return, now: datetime) -> None:
    """Passes while the return may be filled and sent: late, too, for as long as the cycle is open, and in a
    closed cycle until the return's own extension ends. Raises Refusal('cycle_closed')."""
    if cycle.state != CycleState.CLOSED:
        return
    if return_.extended_until is not None and now < return_.extended_until:
        return
    raise Refusal(
        "cycle_closed", "This cycle is closed. Ask the partnership’s coordinator to extend your return"
    )


def due_at(cycle: _Cycle, return_: _Return) -> datetime:
    """Until when the return is owed: the cycle's date, or the return's own where that is later."""
    return max(cycle.due_at, return_.extended_until or cycle.due_at)


def close(state: str) -> None:
    """Raises Refusal('already_closed')."""
    if state == CycleState.CLOSED:
        raise Refusal("already_closed", "This cycle is already closed")


def reopen(state: str) -> None:
    """Raises Refusal('not_closed')."""
    if state != CycleState.CLOSED:
        raise Refusal("not_closed", "This cycle is open")


def extend(cycle: _Cycle, return_: _Return, until: datetime, now: datetime) -> None:
    """Raises Refusal('already_sent' | 'extended_into_past' | 'extended_too_far' | 'not_an_extension')."""
    if return_.state in _SENT:
        raise Refusal("already_sent", "This return has been sent. To have it changed, send it back")
    if until <= now:
        raise Refusal("extended_into_past", "The new due date must be in the future", "until")
    if until <= due_at(cycle, return_):
        raise Refusal("not_an_extension", "The new due date must be later than the one now", "until")
    if until > now + timedelta(days=LONGEST_EXTENSION_DAYS):
        words = f"The new due date must be within the next {LONGEST_EXTENSION_DAYS} days"
        raise Refusal("extended_too_far", words, "until")


def rule_faults(rule: CalendarRule, *, last_opened: date | None) -> Iterator[Refusal]:
    """Everything that keeps `rule` from being set; `last_opened`: the first day of the latest period whose
    cycle exists, since what was opened stays as it is."""
    if last_opened and rule.first_period_start <= last_opened:
        yield Refusal(
            "rule_rewrites_cycles",
            "The first period must start after the latest period that has been opened "
            f"({last_opened.day}/{last_opened.month}/{last_opened.year})",
            "first_period_start",
        )
    if not 1 <= rule.every_days <= LONGEST_STEP_DAYS:
        words = f"Days from one period to the next must be between 1 and {LONGEST_STEP_DAYS}"
        yield Refusal("step_out_of_range", words, "every_days")
    if not 1 <= rule.period_days <= LONGEST_PERIOD_DAYS:
        words = f"Days in a period must be between 1 and {LONGEST_PERIOD_DAYS}"
        yield Refusal("period_out_of_range", words, "period_days")
    if not 1 <= rule.due_after_days <= LONGEST_STEP_DAYS:
        words = f"Days until the return is due must be between 1 and {LONGEST_STEP_DAYS}"
        yield Refusal("due_out_of_range", words, "due_after_days")
    if not 0 <= rule.snapshot_after_days <= max(rule.due_after_days, 0):
        words = "The day of the figures must be between the period’s last day and the day the return is due"
        yield Refusal("snapshot_out_of_range", words, "snapshot_after_days")


@dataclass(frozen=True)
class PauseDraft:
    """A pause as somebody would have it; both days included."""

    first_day: date
    last_day: date


def pause_faults(draft: PauseDraft, *, today: date, last_opened: date | None) -> Iterator[Refusal]:
    if draft.last_day < draft.first_day:
        yield Refusal("pause_ends_first", "The last day must be on or after the first day", "last_day")
    if draft.last_day < today:
        yield Refusal("pause_in_past", "The last day must be today or in the future", "last_day")
    if last_opened and draft.first_day <= last_opened:
        words = (
            "The pause must begin after the start of the latest period that has been opened "
            f"({last_opened.day}/{last_opened.month}/{last_opened.year})"
        )
        yield Refusal("pause_over_cycles", words, "first_day")
    if (draft.last_day - draft.first_day).days >= LONGEST_PAUSE_DAYS:
        words = f"A pause must be {LONGEST_PAUSE_DAYS} days or shorter. Set another one when this one ends"
        yield Refusal("pause_too_long", words, "last_day")
