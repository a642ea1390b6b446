"""The link with which somebody chooses a password, and how it reaches them."""

import logging
from smtplib import SMTPException

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.constants import NO_MAIL_BACKENDS
from accounts.models import User

log = logging.getLogger(__name__)


def path_for(user: User) -> str:
    """Works once, for INVITATION_DAYS; a sign-in or a newly chosen password ends it."""
    return reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)},
    )


def sent(user: User, link: str) -> bool:
    """Whether the link went out by e-mail; if not, the one who invites hands it over."""
    if settings.EMAIL_BACKEND.endswith(NO_MAIL_BACKENDS):
        return False
    text = render_to_string("accounts/invitation_message.txt", {"link": link})
    try:
        return bool(send_mail("Your account for Safeguarding Oversight", text, None, [user.email]))
    except (SMTPException, OSError) as error:
        log.warning("an invitation could not be sent: %s", type(error).__name__)
        return False
