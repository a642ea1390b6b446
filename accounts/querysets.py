"""The vocabulary of filters over people. Every query for a person goes through `visible_to`."""

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.constants import Role
from accounts.policy import Action, Scope, Thing, scopes


class UserQuerySet(models.QuerySet):
    def visible_to(self, user) -> "UserQuerySet":
        """Accounts that `user` may open: all of them, those of partner representatives (a
        coordinator, who invites them), or only one's own."""
        granted = scopes(user.roles, Action.VIEW, Thing.USER_ACCOUNT)
        if Scope.ALL in granted:
            return self
        reach = Q(pk=user.pk)
        if Scope.OWN_ORGANISATION in granted:
            reach |= Q(Exists(_open_grants().filter(user=OuterRef("pk"), right=Role.PARTNER)))
        return self.filter(reach)

    def search(self, text: str) -> "UserQuerySet":
        """Each word of `text` is somewhere in the name, the address or the job title."""
        found = self
        for word in text.split()[:5]:
            found = found.filter(
                Q(name__icontains=word) | Q(email__icontains=word) | Q(job_title__icontains=word)
            )
        return found

    def holding(self, right: str) -> "UserQuerySet":
        """People for whom `right` is in force: given, confirmed where that is needed, not ended."""
        in_force = _open_grants().exclude(needs_second=True, seconded_at=None)
        return self.filter(Exists(in_force.filter(user=OuterRef("pk"), right=right)), is_active=True)


def _open_grants() -> models.QuerySet:
    return apps.get_model("accounts", "Grant")._default_manager.filter(ended_at=None)
