"""What follows a change of visits: the stale months in its own transaction, the bell after commit."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from visits.rates.marks import mark_stale_visits
from visits.signals import visits_changed


def mark_and_ring(child_id: int, days: Iterable[date], *, now: datetime) -> None:
    """Marks the months that visits on `days` can reach, and announces the change once it is committed.

    Robust: whatever a listener meets (a dead broker), the saved visit stays saved and the sweep
    finds the mark.
    """
    mark_stale_visits(child_id, days, now)
    transaction.on_commit(_ring, robust=True)


def _ring() -> None:
    visits_changed.send(sender=None)
