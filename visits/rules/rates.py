"""What the visit-rate method decides (docs/visit-rates.md). Pure: values in, verdicts out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from visits.constants import REFERENCE_LENGTH


@dataclass(frozen=True)
class Interval:
    """How often a child is to be seen, for one plan type and regime (visits.models.VisitRule):
    `length` in `unit`, from `effective_from` until, and no longer on, `effective_until`."""

    plan_type: str
    regime: str
    length: int
    unit: str
    effective_from: date
    effective_until: date | None = None

    def holds(self, on: date) -> bool:
        return self.effective_from <= on and (self.effective_until is None or on < self.effective_until)


def in_force(intervals: Iterable[Interval], plan_type: str, regime: str, on: date) -> Interval | None:
    """The interval that holds on a day; of several, the one that began last. None where no rule holds."""
    holding = [
        interval
        for interval in intervals
        if (interval.plan_type, interval.regime) == (plan_type, regime) and interval.holds(on)
    ]
    return max(holding, key=lambda interval: interval.effective_from, default=None)


def reference_order(reference: str) -> str:
    """A text that sorts by code point as references do: all-digit ones first, by value and then as
    text, the others after them as text. At most REFERENCE_LENGTH + 5 characters."""
    if not (reference.isascii() and reference.isdigit()):
        return f"1{reference}"
    value = reference.lstrip("0")
    zeros = len(reference) - len(value)
    # Of two texts of one value, the one with more zeros before it is the lower.
    return f"0{len(value):02d}{value}{REFERENCE_LENGTH - zeros:02d}"
