"""What the worker does for guidance. The database says what is owed, so that doing it twice, late or after a
crash does no harm."""

from celery import shared_task
from django.utils import timezone

from guidance.services import newsletters


@shared_task
def deliver_newsletters() -> None:
    """The mails of newsletters that were sent."""
    newsletters.deliver(now=timezone.now())
