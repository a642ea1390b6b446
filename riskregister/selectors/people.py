"""Whom a risk may be given to, and whose it may be."""

from datetime import datetime

from django.db.models import Q

from accounts.constants import Role
from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from partners.selectors import linkable
from partners.selectors.belonging import answered_for

OURS = "partnership"
_MAY_OWN = (Role.BOARD_MEMBER, Role.MANAGER, Role.PARTNER, Role.COORDINATOR)


def possible_owners() -> list[tuple[str, str]]:
    """Everybody whose role lets them answer for a risk: (uid, name)."""
    holds = Q(pk__in=[])
    for role in _MAY_OWN:
        holds |= Q(pk__in=User.objects.holding(role).values("pk"))
    rows = User.objects.filter(holds).order_by("name", "pk").values_list("uid", "name")
    return [(str(uid), name) for uid, name in rows]


def owner_by_uid(uid: str) -> User | None:
    return User.objects.filter(uid=uid).first() if uid else None


def possible_organisations(at: datetime) -> list[tuple[str, str]]:
    """(uid, name)."""
    return [(uid, name) for _, uid, name in linkable.organisations(at)]


def organisation_key(uid: str, at: datetime) -> int | None:
    return next((key for key, one, _ in linkable.organisations(at) if one == uid), None)


def may_be_whose(user: User, *, at: datetime) -> list[tuple[str, str]]:
    """Whose risks `user` may add: the partnership's (OURS), or of an organisation they answer for (uid)."""
    granted = scopes(user.roles, Action.CREATE, Thing.RISK)
    found = [(OURS, "The partnership’s")] if granted - {Scope.OWN_ORGANISATION} else []
    if Scope.OWN_ORGANISATION in granted:
        own = {str(uid) for uid in answered_for(user, at=at).values_list("uid", flat=True)}
        found += [(uid, name) for uid, name in possible_organisations(at) if uid in own]
    return found
