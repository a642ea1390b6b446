"""States of a job, and how long the machine's own notes are kept."""

from datetime import timedelta

from django.db.models import TextChoices


class JobState(TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


# Longer than any task may run (CELERY_TASK_TIME_LIMIT, 30 minutes): silent so long is dead.
SILENT_AFTER = timedelta(minutes=35)

# A form that was opened so long ago is not sent any more (a session lasts 8 hours).
TOKENS_KEPT_FOR = timedelta(days=2)


class MailState(TextChoices):
    """Of a notification's copy by mail."""

    WAITING = "waiting", "Not sent yet"
    SENT = "sent", "Sent"
    FAILED = "failed", "Could not be delivered"
    # The person has no mail address that takes mail, or wants none.
    NONE = "none", "Not sent by mail"


# A mail that the server did not take is tried again so often, then shown as failed.
MAIL_TRIES = 5
