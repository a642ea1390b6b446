"""Whom something for kinds of organisations, or for roles, is sent to."""

from collections.abc import Collection
from datetime import date

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.constants import Role
from accounts.selectors import User
from partners.models import Organisation, Representative
from partners.querysets import holds_on


def people_of(roles: Collection[Role], kinds: Collection[str], *, on: date) -> QuerySet[User]:
    """Active people who hold one of the roles, or who answer for or belong to an organisation in force of one
    of the kinds, each once."""
    people = get_user_model().objects.filter(is_active=True)
    belongs = Representative.objects.filter(
        holds_on(on),
        user=OuterRef("pk"),
        organisation__in=Organisation.objects.in_force(on).filter(kind__in=list(kinds)),
    )
    reach = Q(Exists(belongs))
    for role in roles:
        reach |= Q(pk__in=get_user_model().objects.holding(role).order_by().values("pk"))
    return people.filter(reach).order_by("name", "pk")


def mailboxes_of(kinds: Collection[str], *, on: date) -> dict[int, str]:
    """The contact addresses of organisations in force of these kinds, by the organisation's key."""
    found = Organisation.objects.in_force(on).filter(kind__in=list(kinds)).exclude(contact_email="")
    return dict(found.values_list("pk", "contact_email"))
