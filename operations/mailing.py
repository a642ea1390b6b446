"""Sending rows by mail, each once however many workers do so at the same time.

A row has the columns mail_state, mail_tries, mail_tried_at and mail_error. A worker takes it in hand by
counting the try, before it sends; a row whose worker was killed after that is tried again when its gap is
over. What was not taken MAIL_TRIES times is marked as failed.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.conf import settings
from django.core import mail
from django.core.mail import EmailMessage
from django.db.models import F, Model, Q

from accounts.constants import NO_MAIL_BACKENDS
from accounts.selectors import User
from operations.constants import MAIL_TRIES, MailState

log = logging.getLogger(__name__)

# How long after a try the next one may follow; longer than one sending may take, so that of two workers
# only one has a row in hand. All in all about 16 hours: a server that is down overnight loses nothing.
GAPS = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3), timedelta(hours=12))
# Rows of one round.
MAILS_AT_ONCE = 200
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


def mail_due(now: datetime) -> Q:
    """Rows whose mail may be tried at `now`."""
    ready = Q(mail_tries=0)
    for tries, gap in enumerate(GAPS, 1):
        ready |= Q(mail_tries=tries, mail_tried_at__lte=now - gap)
    return ready & Q(mail_state=MailState.WAITING)


def send_rows(
    rows: Iterable[Any],
    model: type[Model],
    message: Callable[[Any], EmailMessage | None],
    *,
    now: datetime,
) -> Sent:
    """Sends each of `rows` of `model` (those of `mail_due`) as `message` writes it; None: it goes to nobody
    by mail. What was cut short at its last try, in the whole table, is marked as failed."""
    done = Sent(failed=_fail_cut_short(model, now))
    in_a_row = 0
    for row in rows:
        if in_a_row >= _GIVE_UP_AFTER:
            break
        if not _take_in_hand(row, now):
            continue
        letter = message(row)
        if letter is None:
            _after(row, mail_state=MailState.NONE)
            done.not_by_mail += 1
            continue
        fault = _send(letter)
        if fault is None:
            _after(row, mail_state=MailState.SENT, mail_error="")
            done.sent += 1
            in_a_row = 0
            continue
        in_a_row += 1
        last = row.mail_tries >= MAIL_TRIES
        _after(row, mail_error=fault, mail_state=MailState.FAILED if last else MailState.WAITING)
        done.failed += last
    return done


def sends_mail() -> bool:
    """Whether this server sends mail to anybody at all."""
    return not settings.EMAIL_BACKEND.endswith(NO_MAIL_BACKENDS)


def takes_mail(user: User) -> bool:
    """Whether a mail would reach anybody: not a demonstration's made-up people, not who was switched off, and
    not from a server that sends none."""
    return sends_mail() and user.is_active and not user.is_demo


def _take_in_hand(row: Any, now: datetime) -> bool:
    """Counts the try. False if another worker was first."""
    taken = (
        type(row)
        ._default_manager.filter(pk=row.pk, mail_state=MailState.WAITING, mail_tries=row.mail_tries)
        .update(mail_tries=F("mail_tries") + 1, mail_tried_at=now)
    )
    row.mail_tries += 1
    return bool(taken)


def _after(row: Any, **fields: str) -> None:
    type(row)._default_manager.filter(pk=row.pk).update(**fields)


def _fail_cut_short(model: type[Model], now: datetime) -> int:
    """Rows whose last try ended with its worker."""
    return model._default_manager.filter(
        mail_state=MailState.WAITING, mail_tries__gte=MAIL_TRIES, mail_tried_at__lte=now - GAPS[0]
    ).update(mail_state=MailState.FAILED, mail_error=_CUT_SHORT)


def _send(letter: EmailMessage) -> str | None:
    """None, or what went wrong, in words without an address."""
    try:
        letter.connection = mail.get_connection(timeout=_SERVER_SECONDS)
        letter.send()
    except (SMTPException, OSError, ValueError) as error:
        fault = _fault(error)
        log.warning("a mail could not be sent: %s", fault)
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
