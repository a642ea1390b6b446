"""How long returns take, over those that were sent."""

from collections.abc import Iterable
from datetime import datetime

from partners.facts.returns import Burden
from partners.models import Cycle, Submission
from partners.rules.burden import median_minutes

CYCLES_SHOWN = 6


def burden(cycles: Iterable[Cycle], at: datetime) -> Burden:
    """The median over the returns of these cycles that had been sent by `at`, each as last sent."""
    rows = Submission.objects.filter(of_return__cycle__in=list(cycles), submitted_at__lte=at)
    latest = dict(rows.order_by("number").values_list("of_return", "worked_seconds"))
    return Burden(median_minutes(latest.values()), len(latest))


def recent_burden(at: datetime, count: int = CYCLES_SHOWN) -> Burden:
    """As `burden`, over the latest `count` cycles that had opened by `at`."""
    return burden(Cycle.objects.filter(opens_at__lte=at).order_by("-number")[:count], at)
