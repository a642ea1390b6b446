"""What a plan asks of another organisation, and the answer from the other side."""

import uuid
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.audit import Actor, record
from accounts.policy import Action
from accounts.selectors import User
from operations.services import once
from partners.constants import DependencyState
from partners.models import Dependency, DependencyMove, Organisation, RecoveryPlan
from partners.rules import plans as plan_rules
from partners.rules.plans import DependencyDraft
from partners.selectors.dependencies import may_answer
from partners.selectors.plans import may_change
from partners.services.base import OutOfReach, unchanged, write
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of


def ask(
    *,
    user: User,
    plan: RecoveryPlan,
    on: Organisation,
    draft: DependencyDraft,
    token: UUID,
    now: datetime,
) -> Dependency:
    """The plan relies on another organisation, which is asked to confirm it; of a draft, once the plan is
    submitted.

    Raises AlreadyDone(uid of the dependency), OutOfReach, Refusal('organisation_gone') or one of
    `plan_rules.dependency`.
    """
    with transaction.atomic():
        asked = Dependency(uid=uuid.uuid4(), plan=plan, on_organisation=on, asked_at=now, asked_by=user)
        once(token=token, purpose="ask_dependency", user=user, outcome=str(asked.uid), now=now)
        if not may_change(user, plan, Action.EDIT, at=now):
            raise OutOfReach
        if not Organisation.objects.in_force(day_of(now)).filter(pk=on.pk).exists():
            words = "This organisation no longer takes part. Select another one"
            raise Refusal("organisation_gone", words, "on_organisation")
        asked.what = plan_rules.dependency(draft, of=plan.organisation_id, on=on.pk, today=day_of(now))
        asked.needed_by = draft.needed_by
        asked.save(force_insert=True)
        _audit("dependency.asked", asked, user, now, {})
    return asked


def answer(
    *, user: User, dependency: Dependency, state: str, words: str, expected_version: int, now: datetime
) -> Dependency:
    """A lead or deputy of the organisation that is asked confirms or refuses; they may come back to it.

    Raises StaleEdit, OutOfReach, Refusal('no_such_move') or one of `plan_rules.dependency_move`.
    """
    if state == DependencyState.WITHDRAWN:
        raise Refusal("no_such_move", "Select whether you confirm it", "state")
    with transaction.atomic():
        current = _locked(dependency)
        if not may_answer(user, current, at=now):
            raise OutOfReach
        _move(current, state, words, user, expected_version, now)
    return current


def withdraw(*, user: User, dependency: Dependency, expected_version: int, now: datetime) -> Dependency:
    """The plan relies on it no longer; who asked says so.

    Raises StaleEdit, OutOfReach or a Refusal of `plan_rules.dependency_move`.
    """
    with transaction.atomic():
        current = _locked(dependency)
        if not may_change(user, current.plan, Action.EDIT, at=now):
            raise OutOfReach
        _move(current, DependencyState.WITHDRAWN, "", user, expected_version, now)
    return current


def _locked(dependency: Dependency) -> Dependency:
    rows = Dependency.objects.select_for_update(no_key=True, of=("self",)).select_related("plan")
    return rows.get(pk=dependency.pk)


def _move(
    current: Dependency, state: str, words: str, user: User, expected_version: int, now: datetime
) -> None:
    was = current.state
    clean = plan_rules.dependency_move(was, state, words=words)
    unchanged(current, expected_version)
    DependencyMove.objects.create(
        dependency=current, from_state=was, to_state=state, words=clean, at=now, by=user
    )
    changes: dict[str, Any] = {"state": state}
    if state != DependencyState.WITHDRAWN:
        changes |= {"answer": clean, "answered_at": now, "answered_by": user}
    write(current, **changes)
    _audit(f"dependency.{state}", current, user, now, {"from": was})


def _audit(action: str, row: Dependency, user: User, now: datetime, detail: dict[str, Any]) -> None:
    record(
        action,
        actor=Actor.person(user),
        at=now,
        object_kind="dependency",
        object_uid=row.uid,
        detail=detail,
    )
