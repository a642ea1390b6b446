"""What was published, held against what is worked out here, and against what was said of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboards.figures.outcomes import Outcomes
from safeguarding.kernel.periods import Month
from visits.facts import PublishedRateFact

# The published table's columns, and the part of the outcomes that each is.
COLUMNS = (("face_to_face", "face_to_face"), ("alternative", "alternative"), ("total", "seen"))


@dataclass(frozen=True)
class Agreement:
    """One published figure beside ours. None: not collected, or (`computed`) hidden or not worked out."""

    month: Month
    plan_type: str
    column: str
    published: Decimal | None
    computed: Decimal | None
    worked_out: bool
    source: str

    @property
    def agrees(self) -> bool:
        return self.worked_out and self.published == self.computed


@dataclass(frozen=True)
class Check:
    """One month held against the baseline: does 'at least the same rate as before' hold?"""

    plan_type: str
    month: Month
    rate: Decimal
    baseline: Decimal

    @property
    def difference(self) -> Decimal:
        return self.rate - self.baseline

    @property
    def holds(self) -> bool:
        return self.difference >= 0


def agreements(
    published: Iterable[PublishedRateFact], computed: Callable[[Month, str], Outcomes | None]
) -> list[Agreement]:
    """Every published figure beside the one worked out from the records."""
    found = []
    for row in published:
        month = Month(row.month)
        ours = computed(month, row.plan_type)
        for column, part in COLUMNS:
            found.append(
                Agreement(
                    month=month,
                    plan_type=row.plan_type,
                    column=column,
                    published=getattr(row, column),
                    computed=ours.rate(part) if ours else None,
                    worked_out=ours is not None and not ours.nobody,
                    source=row.source,
                )
            )
    return found


def at_least_as_before(rates: Sequence[tuple[str, Month, Decimal]], baseline: Month) -> list[Check]:
    """Each later month's total (plan type, month, rate) against the baseline month's of its plan type."""
    before = {plan_type: rate for plan_type, month, rate in rates if month == baseline}
    return [
        Check(plan_type, month, rate, before[plan_type])
        for plan_type, month, rate in rates
        if month > baseline and plan_type in before
    ]
