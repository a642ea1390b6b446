"""Backlogs: what a count must add up to, and when the work that waits will be done. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from math import ceil

from partners.facts.plans import CountFact, Forecast
from partners.rules.plans import WORDS_LENGTH
from partners.rules.texts import check_text, in_words
from safeguarding.kernel.errors import Refusal

# A forecast looks at the pace of so many periods, needs so many, and looks so far ahead.
PERIODS = 3
FEWEST_PERIODS = 2
YEARS_AHEAD = 10
NAME_LENGTH = 160
UNIT_LENGTH = 40
# What a whole number of the database holds.
LARGEST = 2**31 - 1


class Outlook(StrEnum):
    NOT_KNOWN = "not_known"
    # Nothing waits.
    CLEARED = "cleared"
    SHRINKS = "shrinks"
    GROWS = "grows"
    STANDS = "stands"


@dataclass(frozen=True)
class CountDraft:
    """A count as somebody would have it recorded: a period, both days included, and its numbers."""

    period_start: date
    period_end: date
    before: int
    came_in: int
    went_out: int
    stock: int
    correction_reason: str = ""


def count(draft: CountDraft, earlier: Sequence[CountFact], *, today: date) -> str:
    """The reason of a correction in one spelling, "" where it is none. `earlier`: the latest row of each
    period, the oldest first.

    Raises Refusal('ends_before_it_starts' | 'period_not_over' | 'number_out_of_range' | 'already_counted' |
    'overlaps' | 'gap' | 'does_not_add_up' | 'not_carried_over').
    """
    _period(draft, earlier, today)
    _adds_up(draft)
    reason = check_text(draft.correction_reason, field="correction_reason", length=WORDS_LENGTH)
    same = any(one.period_start == draft.period_start for one in earlier)
    if same and not reason:
        words = "This period was counted already. Enter why you correct it"
        raise Refusal("already_counted", words, "correction_reason")
    previous = [one for one in earlier if one.period_end < draft.period_start]
    if previous and previous[-1].stock != draft.before and not reason:
        words = (
            f"The period before ended with {previous[-1].stock:,}. Enter this number, or why you correct it"
        )
        raise Refusal("not_carried_over", words, "before")
    return reason


def _period(draft: CountDraft, earlier: Sequence[CountFact], today: date) -> None:
    if draft.period_end < draft.period_start:
        words = "The last day must be on or after the first day"
        raise Refusal("ends_before_it_starts", words, "period_end")
    if draft.period_end > today:
        raise Refusal("period_not_over", "The last day of the period must be today or earlier", "period_end")
    days = (draft.period_start, draft.period_end)
    if not earlier or any((one.period_start, one.period_end) == days for one in earlier):
        return
    last = earlier[-1]
    next_day = last.period_end + timedelta(days=1)
    if draft.period_start < next_day:
        words = (
            f"These days were counted already, up to {in_words(last.period_end)}. To correct a period, "
            "enter its own first and last day"
        )
        raise Refusal("overlaps", words, "period_start")
    if draft.period_start > next_day:
        words = f"Days are missing. The period must start on {in_words(next_day)}"
        raise Refusal("gap", words, "period_start")


def _adds_up(draft: CountDraft) -> None:
    for name in ("before", "came_in", "went_out", "stock"):
        if not 0 <= getattr(draft, name) <= LARGEST:
            raise Refusal("number_out_of_range", "Enter a whole number, 0 or more", name)
    should = draft.before + draft.came_in - draft.went_out
    if should < 0:
        raise Refusal(
            "does_not_add_up", "More left than was there: check how many came in and went out", "went_out"
        )
    if draft.stock != should:
        words = (
            f"{draft.before:,} before, {draft.came_in:,} in and {draft.went_out:,} out make {should:,}, "
            f"not {draft.stock:,}. Check the four numbers"
        )
        raise Refusal("does_not_add_up", words, "stock")


def latest_rows(rows: Sequence[CountFact]) -> tuple[CountFact, ...]:
    """Of each period the row that was recorded last, the oldest period first."""
    by_period = {row.period_start: row for row in sorted(rows, key=lambda one: one.row)}
    return tuple(by_period[start] for start in sorted(by_period))


def broken_joints(counts: Sequence[CountFact]) -> tuple[date, ...]:
    """First days of periods that do not begin with what the period before ended with: after a correction."""
    pairs = pairwise(counts)
    return tuple(later.period_start for first, later in pairs if later.before != first.stock)


def forecast(counts: Sequence[CountFact]) -> Forecast:
    """From the mean inflow and outflow of the last three periods, weighed by their days. The range: the pace
    of the best and the worst of them. `counts` as from latest_rows."""
    if len(counts) < FEWEST_PERIODS:
        return Forecast(Outlook.NOT_KNOWN, len(counts))
    looked_at = counts[-PERIODS:]
    last = looked_at[-1]
    days = sum(one.days for one in looked_at)
    daily_in = Fraction(sum(one.came_in for one in looked_at), days)
    daily_out = Fraction(sum(one.went_out for one in looked_at), days)
    weekly = (_weekly(daily_in), _weekly(daily_out))
    if last.stock == 0:
        return Forecast(Outlook.CLEARED, len(looked_at), *weekly, cleared_by=last.period_end)
    paces = [Fraction(one.went_out - one.came_in, one.days) for one in looked_at]
    pace = daily_out - daily_in
    outlook = Outlook.SHRINKS if pace > 0 else Outlook.GROWS if pace < 0 else Outlook.STANDS
    return Forecast(
        outlook,
        len(looked_at),
        *weekly,
        cleared_by=_cleared(last, pace),
        earliest=_cleared(last, max(paces)),
        latest=_cleared(last, min(paces)),
    )


def _weekly(daily: Fraction) -> Decimal:
    """To one decimal, halves up, as a number that is read aloud."""
    tenths = daily * 70 + Fraction(1, 2)
    return Decimal(tenths.numerator // tenths.denominator) / 10


def _cleared(last: CountFact, daily: Fraction) -> date | None:
    if daily <= 0:
        return None
    days = ceil(last.stock / daily)
    return last.period_end + timedelta(days=days) if days <= YEARS_AHEAD * 365 else None


def scenario_demand(baseline: Decimal, uplift: int) -> Decimal:
    """The demand under a scenario: 1.1 times the baseline at 10%, exact."""
    return baseline * (100 + uplift) / 100
