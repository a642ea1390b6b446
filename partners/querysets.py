"""The vocabulary of filters over the partnership's records. Every query for a person goes through
`visible_to`; what it leaves out exists for nobody's list, count, search or export."""

from datetime import date, datetime

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.constants import Role
from accounts.policy import Action as Act
from accounts.policy import Scope, Thing, scopes
from partners.constants import ANSWERS_FOR, ConcernState, ReturnState
from safeguarding.kernel.periods import day_of


def _rows(name: str):
    """The rows of a model that imports this module."""
    return apps.get_model("partners", name)._default_manager.all()


def holds_on(day: date) -> Q:
    """The row holds on `day`: from its first day until (not on) its last."""
    return Q(from_date__lte=day) & (Q(until_date=None) | Q(until_date__gt=day))


def answered_for_by(user, day: date):
    """Keys of the organisations for which `user`, a partner's representative, answers on `day`."""
    if Role.PARTNER not in user.roles:
        return _rows("Organisation").none().values("pk")
    return (
        _rows("Representative").filter(holds_on(day), user=user, duty__in=ANSWERS_FOR).values("organisation")
    )


class OrganisationQuerySet(models.QuerySet):
    def in_force(self, day: date) -> "OrganisationQuerySet":
        return self.filter(Q(withdrawn_on=None) | Q(withdrawn_on__gt=day))

    def answered_for_by(self, user, *, at: datetime) -> "OrganisationQuerySet":
        return self.filter(pk__in=answered_for_by(user, day_of(at)))

    def belonged_to_by(self, user, *, at: datetime) -> "OrganisationQuerySet":
        """Whatever the duty: the organisation that somebody works for."""
        return self.filter(Exists(_rows("Representative").filter(
            holds_on(day_of(at)), user=user, organisation=OuterRef("pk")
        )))  # fmt: skip

    def participating(self, day: date) -> "OrganisationQuerySet":
        """Organisations that owe a return on a cycle that opens on `day`."""
        return self.in_force(day).filter(
            Exists(_rows("Participation").filter(holds_on(day), organisation=OuterRef("pk")))
        )


_SENT = (ReturnState.SUBMITTED, ReturnState.ACCEPTED)


class ReturnQuerySet(models.QuerySet):
    def visible_to(self, user, *, at: datetime) -> "ReturnQuerySet":
        """Returns whose answers `user` may read.

        A partner: their organisation's. Coordinator and auditor: what has been submitted, and of a return
        that was sent back what it said then (pages read its submissions, never its draft). A board member:
        accepted ones.
        """
        granted = scopes(user.roles, Act.VIEW, Thing.RETURN)
        reach = Q(pk__in=[])
        if Scope.OWN_ORGANISATION in granted:
            reach |= Q(organisation__in=answered_for_by(user, day_of(at)))
        if Scope.SUBMITTED in granted:
            reach |= Q(submitted_at__isnull=False)
        if Scope.PUBLISHED in granted:
            reach |= Q(state=ReturnState.ACCEPTED)
        return self.filter(reach)

    def own_of(self, user, *, at: datetime) -> "ReturnQuerySet":
        """Returns that `user` may fill, whatever their state; the draft is theirs alone."""
        return self.filter(organisation__in=answered_for_by(user, day_of(at)))

    def sent(self) -> "ReturnQuerySet":
        return self.filter(state__in=_SENT)


class ConcernQuerySet(models.QuerySet):
    def visible_to(self, user, *, at: datetime) -> "ConcernQuerySet":
        granted = scopes(user.roles, Act.VIEW, Thing.CONCERN)
        if Scope.ALL in granted:
            return self
        reach = Q(pk__in=[])
        if Scope.OWN_ORGANISATION in granted:
            reach |= Q(organisation__in=answered_for_by(user, day_of(at))) & ~Q(state=ConcernState.PROPOSED)
        if Scope.INVITED in granted:
            reach |= Q(raised_by=user) | Q(owner=user)
            if Role.BOARD_MEMBER in user.roles:
                reach |= Q(escalated_at__isnull=False)
        if Scope.MINE_DRAFT in granted:
            reach |= Q(raised_by=user)
        return self.filter(reach)


class ActionQuerySet(models.QuerySet):
    def visible_to(self, user, *, at: datetime) -> "ActionQuerySet":
        """Coordinator, auditor and board: all. A partner: their organisation's. Everybody: their own."""
        granted = scopes(user.roles, Act.VIEW, Thing.ACTION)
        if granted & {Scope.ALL, Scope.SUBMITTED}:
            return self
        reach = Q(owner=user)
        if Scope.OWN_ORGANISATION in granted:
            reach |= Q(organisation__in=answered_for_by(user, day_of(at)))
        return self.filter(reach)


class RecoveryPlanQuerySet(models.QuerySet):
    def visible_to(self, user, *, at: datetime) -> "RecoveryPlanQuerySet":
        """The partnership's own is everybody's who may read plans; a partner's from when it was submitted."""
        granted = scopes(user.roles, Act.VIEW, Thing.RECOVERY_PLAN)
        if not granted:
            return self.none()
        reach = Q(organisation=None)
        if Scope.SUBMITTED in granted:
            reach |= Q(submitted_at__isnull=False)
        if Scope.OWN_ORGANISATION in granted:
            reach |= Q(organisation__in=answered_for_by(user, day_of(at)))
        return self.filter(reach)


class OfOrganisationQuerySet(models.QuerySet):
    """Services and backlogs: seen with the plan of their organisation."""

    def visible_to(self, user, *, at: datetime) -> "OfOrganisationQuerySet":
        plans = _rows("RecoveryPlan").visible_to(user, at=at)
        return self.filter(organisation__in=plans.values("organisation"))


class MeetingQuerySet(models.QuerySet):
    def visible_to(self, user, *, at: datetime) -> "MeetingQuerySet":
        """All for coordinator and auditor; else meetings to whose series one's organisation belonged on
        their day, and the board's for a board member."""
        granted = scopes(user.roles, Act.VIEW, Thing.MEETING)
        if Scope.ALL in granted:
            return self
        if Scope.INVITED not in granted:
            return self.none()
        mine = _rows("Representative").filter(holds_on(day_of(at)), user=user).values("organisation")
        member = _rows("SeriesMember").filter(
            Q(until_date=None) | Q(until_date__gt=OuterRef("starts_at__date")),
            series=OuterRef("series"),
            from_date__lte=OuterRef("starts_at__date"),
            organisation__in=mine,
        )
        reach = Q(Exists(member))
        if Role.BOARD_MEMBER in user.roles:
            reach |= Q(series__kind="board")
        return self.filter(reach)
