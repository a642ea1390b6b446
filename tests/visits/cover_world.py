"""Rows of absence and cover, for tests."""

from datetime import datetime, timedelta

from accounts.models import User
from visits.models import Child, Cover, WorkerAbsence


def absence_row(user: User, by: User, at: datetime, start: int = -3, until: int | None = None):
    """Away from `start` until `until` (not that day), both counted in days from `at`."""
    today = at.date()
    return WorkerAbsence.objects.create(
        user=user,
        from_date=today + timedelta(days=start),
        until_date=None if until is None else today + timedelta(days=until),
        can_work_at_home=True,
        recorded_at=at,
        recorded_by=by,
    )


def cover_row(child: Child, user: User, by: User, at: datetime, start: int = 0, until: int = 14) -> Cover:
    """Cover from `start` until `until` (not that day), both counted in days from `at`."""
    return Cover.objects.create(
        child=child,
        user=user,
        from_date=at.date() + timedelta(days=start),
        until_date=at.date() + timedelta(days=until),
        assigned_at=at,
        assigned_by=by,
    )
