"""What holds for every request of somebody who is signed in."""

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts import sessions

Answer = Callable[[HttpRequest], HttpResponse]

_PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "hid", "magnetometer",
        "microphone", "midi", "payment", "serial", "usb",
    )
)  # fmt: skip


class PermissionsPolicyMiddleware:
    """The browser's devices are of no use here: every answer says so."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS_POLICY)
        return response


class NoStoreMiddleware:
    """Nothing that was shown to somebody who is signed in stays in a browser or a proxy."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        signed_in = request.user.is_authenticated
        response = self.get_response(request)
        if signed_in or request.user.is_authenticated:
            response.headers["Cache-Control"] = "no-store, private"
        return response


class SessionLimitsMiddleware:
    """Ends a session on the server after some minutes without activity, and after some hours in
    any case. A page that renews itself is not activity."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        now = timezone.now()
        ended = sessions.why_ended(request.session, now)
        if ended is None:
            if "X-Refresh" not in request.headers:
                sessions.seen(request.session, now)
            return self.get_response(request)
        logout(request)
        typed = request.method not in ("GET", "HEAD")
        messages.warning(request, ended + (" What you typed was not saved." if typed else ""))
        return redirect_to_login(sessions.way_back(request))


class SecondFactorMiddleware:
    """Those who see children's records or administer reach nothing until this session has passed
    the second step, and set one up first where they have none."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        names = ("mfa_activate_totp", "account_reauthenticate", "account_logout", "keep_alive")
        self.to_set_up = frozenset(reverse(name) for name in names)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated or not user.needs_second_factor or (user.is_demo and settings.DEMO):
            return self.get_response(request)
        if not Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists():
            sessions.forget_second_step(request.session)
            return (
                self.get_response(request)
                if request.path in self.to_set_up
                else redirect("mfa_activate_totp")
            )
        if sessions.passed_second_step(request.session):
            return self.get_response(request)
        # Signed in by password alone, in another browser, before the second step was set up.
        logout(request)
        messages.warning(request, "Sign in again with your second step.")
        return redirect_to_login(sessions.way_back(request))
