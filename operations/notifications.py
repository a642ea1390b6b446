"""Notifications: what people are told, once each, and its copies by mail.

The row is the record and what pages show; a mail is a copy of it that may come late or never. Nothing here
waits for a mail server within a save.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from uuid import UUID

from django.conf import settings
from django.core import mail
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string

from accounts.constants import NO_MAIL_BACKENDS
from accounts.selectors import User
from operations.constants import MAIL_TRIES, MailState
from operations.models import Notification

log = logging.getLogger(__name__)

# How long after a try the next one may follow; longer than one sending may take, so that of two workers
# only one has a row in hand. All in all about 16 hours: a server that is down overnight loses nothing.
GAPS = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3), timedelta(hours=12))
_AT_ONCE = 200
_SERVER_SECONDS = 20
# So many in a row that were not taken: the server is down, and each more would wait for it.
_GIVE_UP_AFTER = 3
_CUT_SHORT = "The sending was cut short."


@dataclass
class Sent:
    """What one round of sending did."""

    sent: int = 0
    failed: int = 0
    not_by_mail: int = 0


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
    """Sends the copies that are due, each once however many workers do so at the same time.

    A worker takes a row in hand by counting the try, before it sends; a row whose worker was killed after
    that is tried again when its gap is over. What was not taken MAIL_TRIES times is marked as failed.
    """
    done = Sent(failed=_fail_cut_short(now))
    in_a_row = 0
    for note in due(now).select_related("recipient")[:_AT_ONCE]:
        if in_a_row >= _GIVE_UP_AFTER:
            break
        if not _take_in_hand(note, now):
            continue
        if not takes_mail(note.recipient):
            _after(note, mail_state=MailState.NONE)
            done.not_by_mail += 1
            continue
        fault = _send(note)
        if fault is None:
            _after(note, mail_state=MailState.SENT, mail_error="")
            done.sent += 1
            in_a_row = 0
            continue
        in_a_row += 1
        last = note.mail_tries >= MAIL_TRIES
        _after(note, mail_error=fault, mail_state=MailState.FAILED if last else MailState.WAITING)
        done.failed += last
    return done


def due(now: datetime) -> QuerySet[Notification]:
    """Notifications whose mail may be tried at `now`, the urgent and the oldest first."""
    ready = Q(mail_tries=0)
    for tries, gap in enumerate(GAPS, 1):
        ready |= Q(mail_tries=tries, mail_tried_at__lte=now - gap)
    return Notification.objects.filter(ready, mail_state=MailState.WAITING).order_by(
        "-urgent", "created_at", "pk"
    )


def takes_mail(user: User) -> bool:
    """Whether a mail would reach anybody: not a demonstration's made-up people, not who was switched off, and
    not from a server that sends none."""
    if settings.EMAIL_BACKEND.endswith(NO_MAIL_BACKENDS):
        return False
    return user.is_active and not user.is_demo


def _take_in_hand(note: Notification, now: datetime) -> bool:
    """Counts the try. False if another worker was first."""
    taken = Notification.objects.filter(
        pk=note.pk, mail_state=MailState.WAITING, mail_tries=note.mail_tries
    ).update(mail_tries=F("mail_tries") + 1, mail_tried_at=now)
    note.mail_tries += 1
    return bool(taken)


def _after(note: Notification, **fields: str) -> None:
    Notification.objects.filter(pk=note.pk).update(**fields)


def _fail_cut_short(now: datetime) -> int:
    """Rows whose last try ended with its worker."""
    return Notification.objects.filter(
        mail_state=MailState.WAITING, mail_tries__gte=MAIL_TRIES, mail_tried_at__lte=now - GAPS[0]
    ).update(mail_state=MailState.FAILED, mail_error=_CUT_SHORT)


def _send(note: Notification) -> str | None:
    """None, or what went wrong, in words without an address."""
    context = {"text": note.text, "link": settings.SITE_URL.rstrip("/") + note.href}
    body = render_to_string("operations/notification_message.txt", context)
    try:
        message = mail.EmailMessage(
            note.title,
            body,
            to=[note.recipient.email],
            connection=mail.get_connection(timeout=_SERVER_SECONDS),
        )
        message.send()
    except (SMTPException, OSError, ValueError) as error:
        fault = _fault(error)
        log.warning("a notification could not be sent by mail: %s", fault)
        return fault
    return None


def _fault(error: Exception) -> str:
    """The kind of fault and the server's number. Its own words may hold the address."""
    code = None
    if isinstance(error, SMTPResponseException):
        code = error.smtp_code
    elif isinstance(error, SMTPRecipientsRefused):
        code = next((answer[0] for answer in error.recipients.values()), None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__


def _one_line(title: str) -> str:
    """As a mail's subject takes it, and the column: a longer one ends in an ellipsis."""
    most = Notification._meta.get_field("title").max_length or 0
    line = " ".join(title.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
