"""Which months a month's visiting is held against. Pure."""

from riskregister.facts.evidence import Evidence, VisitRateFact
from safeguarding.kernel.periods import Month

# The last March before the pandemic, and the one before: the comparators of the Sandwell Children's Trust
# paper of 20 July 2020.
BEFORE_THE_PANDEMIC = (Month.parse("2018-03"), Month.parse("2019-03"))


def comparators(month: Month) -> tuple[Month, ...]:
    """The same month one and two years before, and both Marches before the pandemic; each once, in order."""
    return tuple(sorted({month.plus(-12), month.plus(-24), *BEFORE_THE_PANDEMIC} - {month}))


def of_month(evidence: Evidence) -> tuple[VisitRateFact, ...]:
    return tuple(fact for fact in evidence.visit_rates if fact.month == evidence.month)


def before_the_pandemic(evidence: Evidence, plan_type: str) -> tuple[VisitRateFact, ...]:
    return tuple(
        fact
        for fact in evidence.visit_rates
        if fact.plan_type == plan_type and fact.month in BEFORE_THE_PANDEMIC and fact.month < evidence.month
    )
