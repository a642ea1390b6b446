"""Notifications: what people are told, once each, and its copies by mail.

The row is the record and what pages show; a mail is a copy of it that may come late or never. Nothing here
waits for a mail server within a save.
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string

from accounts.selectors import User
from operations.mailing import MAILS_AT_ONCE, Sent, mail_due, send_rows, takes_mail
from operations.models import Notification


def notify(
    *,
    recipient: User,
    subject: str,
    step: str,
    title: str,
    text: str,
    href: str,
    now: datetime,
    urgent: bool = False,
) -> bool:
    """Tells a person something, in the transaction of what it is about; a mail follows.

    `subject` ("return:<uid>") and `step` ("late") say what it is about and why: the same is said to a person
    once, and False is returned for the second time. `title`, `text` and `href` go out by mail: no child's
    name, reference or detail; `href` is the path of a page that asks who is there.
    """
    if not href.startswith("/") or href.startswith("//"):
        raise ValueError("a notification leads to a page of this service")
    try:
        with transaction.atomic():
            Notification.objects.create(
                recipient=recipient,
                subject=subject,
                step=step,
                title=_one_line(title),
                text=text,
                href=href,
                urgent=urgent,
                created_at=now,
            )
    except IntegrityError:
        if not Notification.objects.filter(recipient=recipient, subject=subject, step=step).exists():
            raise
        return False
    return True


def mark_read(user: User, *, now: datetime, uid: UUID | None = None) -> int:
    """Marks one of `user`'s notifications as read, or all; how many were not read before."""
    unread = Notification.objects.filter(recipient=user, read_at=None)
    return (unread.filter(uid=uid) if uid else unread).update(read_at=now)


def send_mails(*, now: datetime) -> Sent:
    """Sends the copies that are due (operations.mailing)."""
    rows = due(now).select_related("recipient")[:MAILS_AT_ONCE]
    return send_rows(rows, Notification, _message, now=now)


def due(now: datetime) -> QuerySet[Notification]:
    """Notifications whose mail may be tried at `now`, the urgent and the oldest first."""
    return Notification.objects.filter(mail_due(now)).order_by("-urgent", "created_at", "pk")


def _message(note: Notification) -> EmailMessage | None:
    if not takes_mail(note.recipient):
        return None
    context = {"text": note.text, "link": settings.SITE_URL.rstrip("/") + note.href}
    body = render_to_string("operations/notification_message.txt", context)
    return EmailMessage(note.title, body, to=[note.recipient.email])


def _one_line(title: str) -> str:
    """As a mail's subject takes it, and the column: a longer one ends in an ellipsis."""
    most = Notification._meta.get_field("title").max_length or 0
    line = " ".join(title.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
