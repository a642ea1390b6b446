"""Sign-in and its relatives, heard and put on the audit trail.

A receiver that fails lets nobody in: the error reaches the request, and the session is not saved.
"""

from typing import Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from axes.signals import user_locked_out
from django.contrib.auth import signals as auth_signals
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts import sessions
from accounts.adapters import client_address
from accounts.audit import Actor, record
from accounts.models import User, canonical_email


def _note(
    action: str, request: HttpRequest | None, user: User | None, actor: Actor | None = None, **detail: Any
) -> None:
    """One event about `user`, in a transaction of its own where there is none around."""
    address = client_address(request) if request is not None else ""
    with transaction.atomic():
        record(
            action,
            actor=actor or (Actor.person(user) if user else Actor.nobody()),
            at=timezone.now(),
            object_kind="account" if user else "",
            object_uid=user.uid if user else None,
            detail={"address": address, **detail},
        )


@receiver(auth_signals.user_logged_in)
def signed_in(sender: type, request: HttpRequest, user: User, **kwargs: Any) -> None:
    sessions.begin(request.session, timezone.now())
    _note("session.signed_in", request, user)


@receiver(auth_signals.user_logged_out)
def signed_out(sender: type, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        _note("session.signed_out", request, user)


@receiver(auth_signals.user_login_failed)
def sign_in_failed(
    sender: type, credentials: dict, request: HttpRequest | None = None, **kwargs: Any
) -> None:
    # What was typed is not kept: it may be a password that slipped into the wrong box.
    email = canonical_email(credentials.get("email") or "")
    known = User.objects.filter(email=email).first() if email else None
    _note("session.sign_in_failed", request, known, Actor.nobody(), step=credentials.get("step", "password"))


@receiver(user_locked_out)
def locked_out(sender: str, request: HttpRequest, username: str, **kwargs: Any) -> None:
    _note("session.locked_out", request, User.objects.filter(email=username).first(), Actor.nobody())


@receiver(mfa_signals.authentication_failed)
def second_step_failed(sender: type, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A wrong code counts towards the same lock as a wrong password."""
    auth_signals.user_login_failed.send(
        sender=__name__, credentials={"email": user.email, "step": "second"}, request=request
    )


@receiver(mfa_signals.authenticator_used)
def second_step_passed(sender: type, request: HttpRequest, user: User, **kwargs: Any) -> None:
    sessions.pass_second_step(request.session)


@receiver(mfa_signals.authenticator_added)
def second_factor_added(
    sender: type, request: HttpRequest, user: User, authenticator: Any, **kwargs: Any
) -> None:
    sessions.pass_second_step(request.session)
    _note("second_factor.added", request, user, kind=authenticator.type)


@receiver(mfa_signals.authenticator_removed)
def second_factor_removed(
    sender: type, request: HttpRequest, user: User, authenticator: Any, **kwargs: Any
) -> None:
    _note("second_factor.removed", request, user, kind=authenticator.type)


@receiver(mfa_signals.authenticator_reset)
def second_factor_renewed(
    sender: type, request: HttpRequest, user: User, authenticator: Any, **kwargs: Any
) -> None:
    _note("second_factor.renewed", request, user, kind=authenticator.type)


@receiver(account_signals.password_changed)
def password_changed(sender: type, request: HttpRequest, user: User, **kwargs: Any) -> None:
    _note("password.changed", request, user)


@receiver(account_signals.password_reset)
def password_chosen_by_link(sender: type, request: HttpRequest, user: User, **kwargs: Any) -> None:
    _note("password.chosen_by_link", request, user)
