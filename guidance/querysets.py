"""The vocabulary of filters over guidance. Every query for a person goes through `visible_to`."""

from datetime import date, datetime

from django.apps import apps
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

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

    def titled_for(self, user) -> "ItemQuerySet":
        """Each with `shown_title`: of the newest version, for who sees all of them; else of the newest issued
        one."""
        if Scope.ALL in scopes(user.roles, Action.VIEW, Thing.GUIDANCE):
            return self.annotate(shown_title=F("title"))
        return self.annotate(shown_title=told_title())

    def issued(self) -> "ItemQuerySet":
        """Of which some version was issued, whatever became of it since."""
        versions = apps.get_model("guidance", "GuidanceVersion")._default_manager
        return self.filter(Exists(versions.filter(item=OuterRef("pk"), issued_at__isnull=False)))


def told_title() -> Coalesce:
    """Of items: the title of the newest issued version; "" where none was issued."""
    versions = apps.get_model("guidance", "GuidanceVersion")._default_manager
    issued = versions.filter(item=OuterRef("pk"), issued_at__isnull=False).order_by("-number")
    return Coalesce(Subquery(issued.values("title")[:1]), Value(""))


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
        """Of each item the newest issued version that has taken effect by `day`, where it holds then and no
        other item replaced it. One that was issued and takes effect later leaves the one before in force."""
        taken_over = self.model._default_manager.filter(
            item=OuterRef("item"),
            number__gt=OuterRef("number"),
            state__in=LIVE_STATES,
            effective_from__lte=day,
        )
        ended = Q(effective_until__isnull=False, effective_until__lte=day)
        replaced = Q(item__replaced_from__isnull=False, item__replaced_from__lte=day)
        return (
            self.filter(~Exists(taken_over), state__in=LIVE_STATES, effective_from__lte=day)
            .exclude(ended)
            .exclude(replaced)
            .exclude(kind=GuidanceKind.WITHDRAWN)
        )
