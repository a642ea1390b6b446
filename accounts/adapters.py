"""How allauth is bent to this service: nobody signs up, guessing is locked, secrets are sealed."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from axes.signals import user_locked_out
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts import sealing
from accounts.models import canonical_email


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "Enter a correct email address and password. If they are right, your "
        "account may be switched off: ask the person who looks after access for your organisation",
        "enter_current_password": "Enter your current password",
        "incorrect_code": "Enter a correct code. Each code works once and for a short time",
        "incorrect_password": "Enter your password as you do to sign in",
        "invalid_password_reset": "This link has been used or is out of date",
        "too_many_login_attempts": "There were too many attempts. Wait 5 minutes, then try again",
        "rate_limited": "There were too many attempts. Wait 5 minutes, then try again",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def pre_authenticate(self, request: HttpRequest, **credentials) -> None:
        """Counts the attempt before the password is looked at, so that attempts sent at once
        count as well as those sent in turn; refuses with the same page as the lasting lock."""
        name = canonical_email(credentials.get("email") or "")
        self._login_failed_rl_usage = ratelimit.consume(
            request, app="allauth.account", action="login_failed", key=name
        )
        if not self._login_failed_rl_usage:
            user_locked_out.send(__name__, request=request, username=name, ip_address=client_address(request))
            raise ImmediateHttpResponse(locked_out(request))

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        # Who has just signed in has just proved who they are.
        if methods := request.session.get(AUTHENTICATION_METHODS_SESSION_KEY):
            methods[-1]["reauthenticated"] = True
            request.session.modified = True

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        return redirect("account_login")


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": "Your role needs a second step, so it cannot be taken off",
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
    }

    def encrypt(self, text: str) -> str:
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not authenticator.user.needs_second_factor


def client_address(request: HttpRequest) -> str:
    """The address the request came from: the last one that our own proxies wrote down, never one
    that the caller may have made up."""
    written = request.headers.get("x-forwarded-for", "").split(",")
    forwarded = [part.strip() for part in written if part.strip()]
    if settings.PROXY_COUNT and len(forwarded) >= settings.PROXY_COUNT:
        return forwarded[-settings.PROXY_COUNT]
    return request.META.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104 - a name for "not known", nothing listens


def sign_in_name(request: HttpRequest, credentials: dict | None) -> str:
    """The one spelling under which wrong guesses are counted."""
    found = credentials or request.POST
    return canonical_email(found.get("email") or found.get("login") or "")


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict | None = None
) -> HttpResponse:
    """The same page for every locked name, whether or not an account has it."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    return render(request, "errors/locked_out.html", {"minutes": minutes}, status=429)
