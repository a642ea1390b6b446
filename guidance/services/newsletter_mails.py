"""The mails of newsletters that were sent: one each, however many workers send them (operations.mailing)."""

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives

from accounts.selectors import User
from guidance.models import Newsletter, NewsletterMail
from operations.constants import MailState
from operations.services import MAILS_AT_ONCE, Sent, mail_due, send_rows, sends_mail, takes_mail


def mail_row(
    newsletter: Newsletter, *, recipient: User | None = None, organisation: int | None = None
) -> NewsletterMail:
    """A mail that waits; to a demonstration's made-up people and organisations none goes out."""
    made_up = recipient.is_demo if recipient else settings.DEMO
    return NewsletterMail(
        newsletter=newsletter,
        recipient=recipient,
        organisation_id=organisation,
        mail_state=MailState.NONE if made_up else MailState.WAITING,
    )


def deliver(*, now: datetime) -> Sent:
    """Sends what is due. State-based: a worker that was killed, or a server that was down, loses nothing."""
    rows = NewsletterMail.objects.filter(mail_due(now)).select_related(
        "newsletter", "recipient", "organisation"
    )
    return send_rows(rows.order_by("newsletter_id", "pk")[:MAILS_AT_ONCE], NewsletterMail, _message, now=now)


def _message(row: NewsletterMail) -> EmailMessage | None:
    """The address is read now: of who has moved it is the new one; who has none left gets nothing."""
    address = ""
    if row.recipient and takes_mail(row.recipient):
        address = row.recipient.email
    elif row.organisation and sends_mail() and not settings.DEMO:
        address = row.organisation.contact_email
    if not address:
        return None
    letter = EmailMultiAlternatives(row.newsletter.title, row.newsletter.plain, to=[address])
    letter.attach_alternative(row.newsletter.html, "text/html")
    return letter
