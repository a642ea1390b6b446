"""The vocabulary of filters over records. Every query for a person goes through `visible_to`."""

from collections.abc import Collection
from datetime import date, datetime

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value

from accounts.constants import Permission, Role
from accounts.policy import Action, Scope, Thing, scopes
from safeguarding.kernel.periods import day_of
from visits.constants import Method, Status, TeamRole


def _rows(name: str):
    """The rows of a model that imports this module."""
    return apps.get_model("visits", name)._default_manager.all()


def holds_on(day: date, prefix: str = "") -> Q:
    """The row holds on `day`: from its first day until (not on) its last."""
    return Q(**{f"{prefix}from_date__lte": day}) & (
        Q(**{f"{prefix}until_date": None}) | Q(**{f"{prefix}until_date__gt": day})
    )


class TeamQuerySet(models.QuerySet):
    def managed_by(self, user, *, on: date) -> "TeamQuerySet":
        """Teams whose children a manager answers for: their own; all of them for the head of service."""
        if Role.MANAGER not in user.roles:
            return self.none()
        if user.holds(Permission.HEAD_OF_SERVICE):
            return self
        return self.filter(
            Exists(
                _rows("TeamMember").filter(
                    holds_on(on), team=OuterRef("pk"), user=user, role=TeamRole.MANAGER
                )
            )
        )


class ChildQuerySet(models.QuerySet):
    def visible_to(self, user, *, at: datetime) -> "ChildQuerySet":
        """Children whose record `user` may open at the moment `at`, whatever the page.

        A social worker: the caseload, children they cover for on the days of the cover, and records
        opened in an emergency until they close.
        A manager: children with a plan that is (or, when closed, was last) with one of their
        teams; the head of service: all. An auditor: all, under another name (see `named_for`).
        A blocked pair sees nothing.
        """
        return self.within(scopes(user.roles, Action.VIEW, Thing.CHILD), user, at=at)

    def open_to(self, user, action: Action, thing: Thing, *, at: datetime) -> "ChildQuerySet":
        """Children on whose record `user` may do `action` to `thing` (a visit, a plan) at `at`.
        Never wider than `visible_to`; seeing a record under an audit code opens nothing here."""
        return self.within(scopes(user.roles, action, thing) - {Scope.PSEUDONYMISED}, user, at=at)

    def named_for(self, user, *, at: datetime) -> "ChildQuerySet":
        """Adds `named`: whether `user` sees the child's reference, or else only an audit code."""
        granted = scopes(user.roles, Action.VIEW, Thing.CHILD)
        if Scope.PSEUDONYMISED not in granted:
            return self.annotate(named=Value(True))
        if granted == {Scope.PSEUDONYMISED}:
            return self.annotate(named=Value(False))
        plainly = _rows("Child").open_to(user, Action.VIEW, Thing.CHILD, at=at)
        return self.annotate(named=Exists(plainly.filter(pk=OuterRef("pk"))))

    def unblocked_for(self, user) -> "ChildQuerySet":
        """Children from whose record nobody keeps `user`. One EXISTS over rows that are both theirs and
        in force: `exclude` on a join would put one person's row and another's end together."""
        return self.filter(
            ~Exists(_rows("AccessBlock").filter(child=OuterRef("pk"), user=user, lifted_at=None))
        )

    def within(self, granted: Collection[Scope], user, *, at: datetime) -> "ChildQuerySet":
        """Children that these scopes of the matrix reach for `user` at `at`."""
        day = day_of(at)
        unblocked = self.unblocked_for(user)
        if Scope.PSEUDONYMISED in granted:
            return unblocked
        reach = Q(pk__in=())
        if Scope.OWN_CASELOAD in granted:
            held = _rows("Allocation").filter(holds_on(day), child=OuterRef("pk"), user=user)
            opened = _rows("EmergencyAccess").filter(opened_at__lte=at, closes_at__gt=at, user=user)
            covered = _rows("Cover").filter(holds_on(day), child=OuterRef("pk"), user=user, ended_at=None)
            reach |= Q(Exists(held)) | Q(Exists(opened.filter(child=OuterRef("pk")))) | Q(Exists(covered))
        if Scope.OWN_TEAM in granted:
            teams = _rows("Team").managed_by(user, on=day)
            places = _rows("PlanTeam").filter(holds_on(day), plan__child=OuterRef("pk"), team__in=teams)
            reach |= Q(Exists(places))
        return unblocked.filter(reach)


class _OfChildQuerySet(models.QuerySet):
    def visible_to(self, user, *, at: datetime):
        return self.filter(child__in=_rows("Child").visible_to(user, at=at))


class PlanQuerySet(_OfChildQuerySet):
    def open_on(self, day: date) -> "PlanQuerySet":
        return self.filter(Q(end_date=None) | Q(end_date__gt=day), start_date__lte=day)


class VisitQuerySet(_OfChildQuerySet):
    def counting(self) -> "VisitQuerySet":
        """Visits that a month's outcome may rest on: made, the child seen, and an alternative authorised."""
        return self.filter(
            Q(method=Method.FACE_TO_FACE) | Q(authorised=True), status=Status.COMPLETED, child_seen=True
        )

    def awaiting_authorisation(self) -> "VisitQuerySet":
        """Alternatives at which the child was seen and that no manager has authorised yet."""
        return self.filter(status=Status.COMPLETED, child_seen=True, authorised=False).exclude(
            method=Method.FACE_TO_FACE
        )
