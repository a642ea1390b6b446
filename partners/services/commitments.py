"""Services of the commitment register and their levels. A level is added, never written over."""

import uuid
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.audit import Actor, record
from accounts.selectors import User
from operations.services import once
from partners.models import RecoveryPlan, Service, ServiceLevelChange
from partners.rules import services as rules
from partners.rules.plans import WORDS_LENGTH
from partners.rules.services import LevelDraft
from partners.rules.texts import check_text
from partners.selectors.commitments import levels_of
from partners.services.base import OutOfReach, unchanged, write
from partners.services.plans import locked_of
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of


def add_service(
    *,
    user: User,
    plan: RecoveryPlan,
    name: str,
    normal_level: str,
    draft: LevelDraft,
    token: UUID,
    now: datetime,
) -> Service:
    """Puts a service of the plan's organisation on the register, at the level at which it runs.

    Raises AlreadyDone(uid of the service), OutOfReach, Refusal('text_missing' | 'service_exists' |
    'starts_ahead') or one of `rules.level_change`.
    """
    if plan.organisation_id is None:
        raise OutOfReach
    with transaction.atomic():
        service = Service(
            uid=uuid.uuid4(), organisation_id=plan.organisation_id, created_at=now, created_by=user
        )
        once(token=token, purpose="add_service", user=user, outcome=str(service.uid), now=now)
        locked_of(plan.organisation_id, user, now)
        service.name = check_text(
            name, field="name", length=rules.NAME_LENGTH, missing="Enter what the service is called"
        )
        service.normal_level = check_text(
            normal_level,
            field="normal_level",
            length=rules.NORMAL_LENGTH,
            missing="Enter what the service normally offers",
        )
        reason = rules.level_change(draft, before="", last_in_force=None, today=day_of(now))
        if draft.from_date > day_of(now):
            words = "Enter how it runs today. You can plan a change once the service is on the register"
            raise Refusal("starts_ahead", words, "from_date")
        try:
            with transaction.atomic():
                service.save(force_insert=True)
        except IntegrityError:
            raise Refusal(
                "service_exists", "A service of this name is on the register already", "name"
            ) from None
        _add_level(service, draft, reason, user, now)
        _audit("service.added", service, user, now, {"level": draft.level})
    return service


def change_level(
    *, user: User, service: Service, draft: LevelDraft, expected_version: int, now: datetime
) -> ServiceLevelChange:
    """The service runs at another level from a day on; of a day ahead it is planned.

    Raises StaleEdit, OutOfReach, Refusal('off_the_register') or one of `rules.level_change`.
    """
    today = day_of(now)
    with transaction.atomic():
        current = _locked(service, user, now)
        if current.withdrawn_on:
            raise Refusal("off_the_register", "This service is no longer on the register.")
        levels = levels_of(current)
        in_force = [level for level in levels if level.from_date <= today]
        before = [level for level in levels if level.from_date <= draft.from_date]
        reason = rules.level_change(
            draft,
            before=before[-1].level if before else "",
            last_in_force=in_force[-1].from_date if in_force else None,
            today=today,
        )
        unchanged(current, expected_version)
        change = _add_level(current, draft, reason, user, now)
        write(current)
        detail = {"level": draft.level, "from_date": draft.from_date.isoformat()}
        _audit("service.level_changed", current, user, now, detail)
    return change


def withdraw_change(*, user: User, service: Service, row: int, now: datetime) -> ServiceLevelChange:
    """A planned change is given up before its day; it stays in the history.

    Raises OutOfReach (also where the row is not the service's) or a Refusal of `rules.withdrawal`.
    """
    with transaction.atomic():
        current = _locked(service, user, now)
        change = current.levels.filter(pk=row).first()
        if change is None:
            raise OutOfReach
        rules.withdrawal(
            from_date=change.from_date, withdrawn=change.withdrawn_at is not None, today=day_of(now)
        )
        change.withdrawn_at, change.withdrawn_by = now, user
        change.save(update_fields=["withdrawn_at", "withdrawn_by"])
        write(current)
        _audit("service.change_given_up", current, user, now, {"level": change.level})
    return change


def take_off(*, user: User, service: Service, reason: str, expected_version: int, now: datetime) -> Service:
    """The service leaves the register from tomorrow: entered by mistake, or part of another one now.

    Raises StaleEdit, OutOfReach, Refusal('off_the_register' | 'text_missing' | 'service_is_cut').
    """
    today = day_of(now)
    with transaction.atomic():
        current = _locked(service, user, now)
        if current.withdrawn_on:
            raise Refusal("off_the_register", "This service is no longer on the register.")
        levels = levels_of(current)
        in_force = [level for level in levels if level.from_date <= today]
        rules.taking_off(
            below_normal=bool(in_force) and in_force[-1].level in rules.NOT_AT_NORMAL_LEVEL,
            planned=any(
                level.level in rules.NOT_AT_NORMAL_LEVEL for level in levels if level not in in_force
            ),
        )
        words = check_text(
            reason, field="reason", length=WORDS_LENGTH, missing="Enter why the service leaves the register"
        )
        unchanged(current, expected_version)
        # From tomorrow: what was said of today, at any moment of today, stands.
        write(current, withdrawn_on=today + timedelta(days=1))
        _audit("service.taken_off", current, user, now, {"reason": words})
    return current


def _locked(service: Service, user: User, now: datetime) -> Service:
    current = Service.objects.select_for_update(no_key=True).get(pk=service.pk)
    locked_of(current.organisation_id, user, now)
    return current


def _add_level(
    service: Service, draft: LevelDraft, reason: str, user: User, now: datetime
) -> ServiceLevelChange:
    return ServiceLevelChange.objects.create(
        service=service, level=draft.level, from_date=draft.from_date, reason=reason, at=now, by=user
    )


def _audit(action: str, service: Service, user: User, now: datetime, detail: dict[str, Any]) -> None:
    record(
        action,
        actor=Actor.person(user),
        at=now,
        object_kind="service",
        object_uid=service.uid,
        detail=detail,
    )
