"""What the worker does for the partnership. The database says what is owed, so that doing it twice, late or
after a crash does no harm."""

from celery import shared_task
from django.utils import timezone

from accounts.audit import Actor
from partners.services import concern_clock, cycles, files, series, tracker


@shared_task
def open_cycles() -> None:
    cycles.open_due_cycles(now=timezone.now(), actor=Actor.job("open-cycles"))


@shared_task
def remind() -> None:
    """Reminders of returns that are owed and not yet sent."""
    tracker.remind(now=timezone.now())


@shared_task
def tell_of_overdue_concerns() -> None:
    """Concerns whose answer is late climb."""
    concern_clock.tell_of_overdue(timezone.now())


@shared_task
def plan_meetings() -> None:
    """The meetings of the next 60 days, of every series."""
    series.plan_meetings(now=timezone.now())


@shared_task
def sweep_files() -> None:
    """Files of evidence without a row, and workbooks that nobody saved, after a day."""
    files.sweep(timezone.now())
