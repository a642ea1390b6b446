"""What the worker does for guidance. The database says what is owed, so that doing it twice, late or after a
crash does no harm."""

from celery import shared_task
from django.utils import timezone

from guidance.services import acknowledgement, fetching, newsletters


@shared_task
def deliver_newsletters() -> None:
    """The mails of newsletters that were sent."""
    newsletters.deliver(now=timezone.now())


@shared_task
def watch_sources() -> None:
    """Issuers' pages that are watched and are due, where that is switched on."""
    fetching.poll(now=timezone.now())


@shared_task
def remind() -> None:
    """Reminders of guidance that partners have not acknowledged."""
    acknowledgement.remind(now=timezone.now())
