"""The vocabulary of filters over the register. Every query for a person goes through `visible_to`."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from accounts.policy import Action, Scope, Thing, scopes
from partners.selectors.belonging import answered_for
from riskregister.constants import ReviewState, RiskState


class RiskQuerySet(models.QuerySet):
    def visible_to(self, user, *, at: datetime) -> "RiskQuerySet":
        """Coordinator, auditor, board: the partnership's, also drafts for the coordinator, and partners' own
        from when they were opened. A partner: its own, and the partnership's open or closed ones. Others:
        none; they read what is published."""
        granted = scopes(user.roles, Action.VIEW, Thing.RISK)
        sent = ~Q(state=RiskState.DRAFT)
        reach = Q(pk__in=[])
        if Scope.SUBMITTED in granted:
            reach |= sent
        if Scope.PUBLISHED in granted:
            reach |= sent & Q(organisation=None)
        if Scope.OWN_ORGANISATION in granted:
            reach |= Q(organisation__uid__in=answered_for(user, at=at))
        if (Scope.ALL in scopes(user.roles, Action.CREATE, Thing.RISK)) or (
            Scope.SUBMITTED in scopes(user.roles, Action.CREATE, Thing.RISK)
        ):
            reach |= Q(organisation=None)
        return self.filter(reach)

    def open(self) -> "RiskQuerySet":
        return self.filter(state=RiskState.OPEN)


class SignalQuerySet(models.QuerySet):
    def visible_to(self, user, *, at: datetime) -> "SignalQuerySet":
        granted = scopes(user.roles, Action.VIEW, Thing.SIGNAL)
        if Scope.ALL in granted:
            return self
        reach = Q(pk__in=[])
        if Scope.OWN_ORGANISATION in granted:
            reach |= Q(organisation__uid__in=answered_for(user, at=at)) | Q(raised_by=user)
        if Scope.MINE_DRAFT in granted:
            reach |= Q(raised_by=user)
        return self.filter(reach)


class EscalationQuerySet(models.QuerySet):
    def visible_to(self, user, *, at: datetime) -> "EscalationQuerySet":
        """A partner: of its own risks and threats, and what somebody put before the board."""
        granted = scopes(user.roles, Action.VIEW, Thing.ESCALATION)
        if Scope.ALL in granted:
            return self
        if Scope.OWN_ORGANISATION in granted:
            own = answered_for(user, at=at)
            of_own = Q(risk__organisation__uid__in=own) | Q(signal__organisation__uid__in=own)
            return self.filter(of_own | Q(raised_by=user))
        return self.none()


class DecisionQuerySet(models.QuerySet):
    def visible_to(self, user, *, at: datetime) -> "DecisionQuerySet":
        seen = Scope.ALL in scopes(user.roles, Action.VIEW, Thing.BOARD_DECISION)
        return self if seen else self.none()


class ChallengeQuerySet(models.QuerySet):
    def visible_to(self, user, *, at: datetime) -> "ChallengeQuerySet":
        granted = scopes(user.roles, Action.VIEW, Thing.CHALLENGE)
        if Scope.ALL in granted:
            return self
        if Scope.OWN_ORGANISATION in granted:
            return self.filter(asked_of__uid__in=answered_for(user, at=at))
        return self.none()


class BoardReviewQuerySet(models.QuerySet):
    def visible_to(self, user, *, at: datetime) -> "BoardReviewQuerySet":
        """Coordinator: all. A board member: from when it is put before the board. Others: published ones."""
        granted = scopes(user.roles, Action.VIEW, Thing.BOARD_REVIEW)
        if Scope.ALL in granted:
            return self
        reach = Q(pk__in=[])
        if Scope.INVITED in granted:
            reach |= ~Q(state=ReviewState.DRAFT)
        if Scope.PUBLISHED in granted:
            reach |= Q(state=ReviewState.PUBLISHED)
        return self.filter(reach)

    def published(self) -> "BoardReviewQuerySet":
        return self.filter(state=ReviewState.PUBLISHED)
