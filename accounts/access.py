"""What a view says about who may open it. A view without one of these marks fails a test."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from accounts.constants import Permission
from accounts.policy import Action, Scope, Thing, allows

View = Callable[..., HttpResponseBase]


def public(view: View) -> View:
    """Anybody may open it, signed in or not."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Anybody who is signed in; the page shows only what is theirs."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    guarded.access = "signed in"  # type: ignore[attr-defined]
    return guarded


def requires(
    action: Action,
    thing: Thing,
    permission: Permission | None = None,
    within: frozenset[Scope] = frozenset(Scope),
) -> Callable[[View], View]:
    """Roles that the matrix grants `action` on `thing` (by a scope of `within`, and who hold
    `permission`, if named). Which rows they reach is the queryset's business: `visible_to(user)`."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not allows(request.user.roles, action, thing, within):
                raise PermissionDenied
            if permission and not request.user.holds(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.access = (action, thing, permission)  # type: ignore[attr-defined]
        return guarded

    return mark
