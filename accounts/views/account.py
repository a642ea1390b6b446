"""One's own account, and the call that keeps a session alive."""

from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts import presenters, selectors, sessions
from accounts.access import signed_in


@signed_in
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "accounts/account.html",
        {
            "who": presenters.own_account(request.user),
            "second_step": Authenticator.objects.filter(
                user=request.user, type=Authenticator.Type.TOTP
            ).exists(),
            "rights": presenters.rights_table(selectors.rights_of(request.user)),
        },
    )


@signed_in
@require_POST
def keep_alive(request: HttpRequest) -> HttpResponse:
    """The person wants to stay signed in: the idle limit counts from now."""
    sessions.seen(request.session, timezone.now(), at_once=True)
    return HttpResponse(status=204)
