"""The machine's own upkeep."""

from celery import shared_task
from django.utils import timezone

from operations import services


@shared_task
def fail_silent_runs() -> None:
    services.fail_silent_runs(now=timezone.now())


@shared_task
def forget_used_tokens() -> None:
    services.forget_used_tokens(now=timezone.now())


@shared_task
def send_mails() -> None:
    """The copies by mail of what people were notified of."""
    services.send_mails(now=timezone.now())
