"""The vocabulary of filters over guidance. Every query for a person goes through `visible_to`."""

from datetime import date, datetime

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.policy import Action, Scope, Thing, scopes
from guidance.constants import LIVE_STATES, GuidanceKind


class ItemQuerySet(models.QuerySet):
    def visible_to(self, user, *, at: datetime) -> "ItemQuerySet":
        """All for who keeps the register or checks it; what was issued for everybody else."""
        granted = scopes(user.roles, Action.VIEW, Thing.GUIDANCE)
        if Scope.ALL in granted:
            return self
        if Scope.PUBLISHED not in granted:
            return self.none()
        return self.issued()

    def issued(self) -> "ItemQuerySet":
        """Of which some version was issued, whatever became of it since."""
        versions = apps.get_model("guidance", "GuidanceVersion")._default_manager
        return self.filter(Exists(versions.filter(item=OuterRef("pk"), issued_at__isnull=False)))


class VersionQuerySet(models.QuerySet):
    def visible_to(self, user, *, at: datetime) -> "VersionQuerySet":
        """Old versions stay readable."""
        granted = scopes(user.roles, Action.VIEW, Thing.GUIDANCE)
        if Scope.ALL in granted:
            return self
        return self.filter(issued_at__isnull=False) if Scope.PUBLISHED in granted else self.none()

    def latest_issued(self) -> "VersionQuerySet":
        """The newest issued version of each item."""
        later = self.model._default_manager.filter(
            item=OuterRef("item"), number__gt=OuterRef("number"), state__in=LIVE_STATES
        )
        return self.filter(~Exists(later), state__in=LIVE_STATES)

    def in_force(self, day: date) -> "VersionQuerySet":
        """The newest issued version of each item, where it holds on `day` and no other item replaced it."""
        ended = Q(effective_until__isnull=False, effective_until__lte=day)
        replaced = Q(item__replaced_from__isnull=False, item__replaced_from__lte=day)
        return (
            self.latest_issued()
            .filter(effective_from__lte=day)
            .exclude(ended)
            .exclude(replaced)
            .exclude(kind=GuidanceKind.WITHDRAWN)
        )
