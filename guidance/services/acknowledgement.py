"""Guidance acknowledged: by an organisation, or by somebody in the children's service for themselves."""

from datetime import datetime

from django.db import transaction

from accounts.audit import Actor, record
from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from guidance.constants import LIVE_STATES
from guidance.models import Acknowledgement, GuidanceItem, GuidanceVersion
from guidance.rules import acknowledging as rules
from guidance.services.acknowledgement_reminders import remind
from guidance.services.base import OutOfReach, locked, screened
from partners.selectors.participants import Organisation, organisations_of

__all__ = ["acknowledge", "remind"]


def acknowledge(
    *,
    user: User,
    of: GuidanceVersion,
    organisation: Organisation | None,
    answer: str,
    reason: str = "",
    names_no_child: bool = False,
    now: datetime,
) -> Acknowledgement:
    """Keeps what was answered to the newest issued version; `organisation` None: for oneself. The same answer
    given again (a button pressed twice) is the one that is there.

    Raises OutOfReach, Refusal('unknown_answer' | 'text_missing' | 'looks_personal' | 'not_issued' |
    'superseded' | 'not_for_you').
    """
    why = rules.answer_given(answer, reason)
    if Scope.PUBLISHED not in scopes(user.roles, Action.DECIDE, Thing.GUIDANCE):
        raise OutOfReach
    with transaction.atomic():
        marks = screened({"reason": why}, confirmed=names_no_child, now=now)
        # One answer at a time, and no version is issued meanwhile.
        item = locked(GuidanceItem(pk=of.item_id))
        row = GuidanceVersion.objects.visible_to(user, at=now).filter(pk=of.pk).first()
        if row is None:
            raise OutOfReach
        issued = GuidanceVersion.objects.filter(item=item, state__in=LIVE_STATES)
        newest = max(issued.values_list("number", flat=True), default=None)
        rules.check_answerable(row.number, row.state, newest)
        role = _party(user, item, organisation, now)
        last = _last(item, user, organisation)
        if last and (last.of_id, last.answer, last.reason) == (row.pk, answer, why):
            return last
        made = Acknowledgement.objects.create(
            of=row, organisation=organisation, role=role, answer=answer, reason=why, at=now, by=user
        )
        record(
            "guidance_version.acknowledged",
            actor=Actor.person(user),
            at=now,
            object_kind="guidance_version",
            object_uid=row.uid,
            detail={
                "answer": answer,
                "organisation": str(organisation.uid) if organisation else "",
                "role": role,
                **marks,
            },
        )
    return made


def _party(user: User, item: GuidanceItem, organisation: Organisation | None, now: datetime) -> str:
    """The role in which `user` answers for themselves; "" for an organisation. Raises OutOfReach,
    Refusal('not_for_you')."""
    if organisation is None:
        role = rules.role_for(user.roles, item.audiences)
        rules.check_asked(item.audiences, rules.audiences_of_roles([role]))
        return role
    if not organisations_of(user, at=now).filter(pk=organisation.pk).exists():
        raise OutOfReach
    rules.check_asked(item.audiences, rules.audiences_of_kind(organisation.kind))
    return ""


def _last(item: GuidanceItem, user: User, organisation: Organisation | None) -> Acknowledgement | None:
    given = Acknowledgement.objects.filter(of__item=item, organisation=organisation)
    if organisation is None:
        given = given.filter(by=user)
    return given.order_by("at", "pk").last()
