"""What the worker does for visits. The database says what is owed, so that doing it twice, late or
after a crash does no harm."""

from celery import shared_task
from django.utils import timezone

from accounts.audit import Actor
from visits.services import imports, rates


@shared_task
def drain_visit_rates() -> None:
    """After each change, and each minute for what the bell missed."""
    now = timezone.now()
    rates.update_visit_rates(actor=Actor.job("visit-rates"), now=now)
    rates.run_waiting_rebuilds(now=now)


@shared_task
def rebuild_visit_rates(run_uid: str) -> None:
    rates.run_waiting_rebuilds(now=timezone.now(), run_uid=run_uid)


@shared_task
def run_imports(run_uid: str | None = None) -> None:
    """After an upload, and each minute for what the bell missed."""
    imports.run_waiting_imports(now=timezone.now(), run_uid=run_uid)


@shared_task
def sweep_visit_rates() -> None:
    """Each night: what is new, then everything compared with the records."""
    rates.check_visit_rates(actor=Actor.job("visit-rates"), now=timezone.now())
