"""What runs by itself about people."""

from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from accounts.audit import Actor
from accounts.services import switch_off_dormant


@shared_task
def switch_off_dormant_accounts() -> None:
    switch_off_dormant(actor=Actor.job("switch_off_dormant_accounts"), now=timezone.now())


@shared_task
def clear_ended_sessions() -> None:
    """Rows of sessions that have run out open nothing; they are not kept either."""
    call_command("clearsessions")
