"""Guidance counted by its moves, for reviews."""

from datetime import datetime
from statistics import median_high

from guidance.constants import VersionState
from guidance.facts.counts import GuidanceCounts
from guidance.models import VersionMove
from safeguarding.kernel.periods import day_of


def counted_between(after: datetime | None, until: datetime) -> GuidanceCounts:
    """What came into each state later than `after` (None: ever) and not later than `until`. One query.

    A version that came into a state twice (sent back, taken up again) counts where it did so first; the
    days are counted from receipt to the first issue, the middle one being the higher of two.
    """
    first: dict[tuple[int, str], datetime] = {}
    received_on = {}
    rows = VersionMove.objects.filter(at__lte=until).order_by("at", "pk")
    for version, state, at, received in rows.values_list("of", "to_state", "at", "of__received_on"):
        first.setdefault((version, state), at)
        received_on[version] = received
    within = {key: at for key, at in first.items() if after is None or at > after}

    def came(state: VersionState) -> int:
        return sum(1 for _, reached in within if reached == state)

    days = sorted(
        (day_of(at) - received_on[version]).days
        for (version, state), at in within.items()
        if state == VersionState.ISSUED
    )
    return GuidanceCounts(
        received=came(VersionState.RECEIVED),
        set_aside=came(VersionState.SET_ASIDE),
        interpreted=came(VersionState.INTERPRETED),
        approved=came(VersionState.APPROVED),
        issued=came(VersionState.ISSUED),
        median_days=median_high(days) if days else None,
        most_days=days[-1] if days else None,
    )
