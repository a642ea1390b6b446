"""What the worker does for the register and the board. The database says what is owed, so that doing it
twice, late or after a crash does no harm."""

from celery import shared_task
from django.utils import timezone

from accounts.audit import Actor
from riskregister.services import board_clock, escalations, reviews


@shared_task
def propose_escalations() -> None:
    """Risks above the board's appetite are proposed, and answers that are late climb."""
    now = timezone.now()
    escalations.propose_escalations(now)
    board_clock.tell_of_overdue(now)


@shared_task
def compile_reviews() -> None:
    """The draft of each month that is over and has no review yet."""
    reviews.compile_owed(now=timezone.now(), actor=Actor.job("compile-reviews"))
