"""Recovery plans: drawing up, changing, submitting and moving on; scenario sets of the reference data. Each
change is one transaction of lock, rules, change, history and audit event."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.audit import Actor, record
from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from operations.services import once
from partners.constants import PlanStage
from partners.models import Organisation, PlanRevision, PlanStageChange, RecoveryPlan, ScenarioSet
from partners.rules import plans as plan_rules
from partners.rules.plans import REMIT_LENGTH, TITLE_LENGTH, StageDraft
from partners.rules.texts import check_text
from partners.selectors.plans import may_change, stage_now
from partners.services.base import OutOfReach, screened, unchanged, write
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of

_NO_TITLE = "Enter what the plan is called"


def add_plan(
    *, user: User, organisation: Organisation | None, title: str, remit: str, names_no_child: bool = False,
    token: UUID, now: datetime,
) -> RecoveryPlan:  # fmt: skip
    """Starts a plan: of an organisation that `user` answers for, or (None) the partnership's own, which is
    the coordinator's. It is a draft until it is submitted.

    Raises AlreadyDone(uid of the plan), OutOfReach, Refusal('plan_exists' | 'text_missing' |
    'looks_personal').
    """
    with transaction.atomic():
        plan = RecoveryPlan(uid=uuid.uuid4(), organisation=organisation, created_at=now, created_by=user)
        once(token=token, purpose="add_plan", user=user, outcome=str(plan.uid), now=now)
        if not may_add(user, organisation, at=now):
            raise OutOfReach
        plan.title = check_text(title, field="title", length=TITLE_LENGTH, missing=_NO_TITLE)
        plan.remit = check_text(remit, field="remit", length=REMIT_LENGTH)
        texts = {"title": plan.title, "remit": plan.remit}
        marks = screened(texts, confirmed=names_no_child, now=now)
        try:
            with transaction.atomic():
                plan.save(force_insert=True)
        except IntegrityError:
            words = "There is a plan already. Open it to change it"
            raise Refusal("plan_exists", words, "organisation") from None
        PlanStageChange.objects.create(
            plan=plan, stage=PlanStage.NOT_STARTED, from_date=day_of(now), at=now, by=user
        )
        _audit("plan.added", plan, user, now, marks)
    return plan


def may_add(user: User, organisation: Organisation | None, *, at: datetime) -> bool:
    granted = scopes(user.roles, Action.CREATE, Thing.RECOVERY_PLAN)
    if organisation is None:
        return Scope.SUBMITTED in granted
    own = Organisation.objects.answered_for_by(user, at=at).in_force(day_of(at))
    return Scope.OWN_ORGANISATION in granted and own.filter(pk=organisation.pk).exists()


def edit_plan(
    *, user: User, plan: RecoveryPlan, title: str, remit: str, expected_version: int,
    names_no_child: bool = False, now: datetime,
) -> RecoveryPlan:  # fmt: skip
    """Changes what the plan is called and what it covers; what it said before is kept.

    Raises StaleEdit, OutOfReach, Refusal('text_missing' | 'remit_missing' | 'looks_personal').
    """
    with transaction.atomic():
        current = _locked(plan, user, Action.EDIT, now)
        unchanged(current, expected_version)
        changes = {
            "title": check_text(title, field="title", length=TITLE_LENGTH, missing=_NO_TITLE),
            "remit": check_text(remit, field="remit", length=REMIT_LENGTH),
        }
        if current.submitted_at and not changes["remit"]:
            words = "Write what the plan covers. Others have read it by now"
            raise Refusal("remit_missing", words, "remit")
        changed = sorted(name for name, text in changes.items() if getattr(current, name) != text)
        if not changed:
            return current
        marks = screened({name: changes[name] for name in changed}, confirmed=names_no_child, now=now)
        PlanRevision.objects.create(
            plan=current, title=current.title, remit=current.remit, changed_at=now, changed_by=user
        )
        write(current, **changes)
        _audit("plan.changed", current, user, now, {"fields": changed, "version": current.version, **marks})
    return current


def change_stage(
    *, user: User, plan: RecoveryPlan, draft: StageDraft, expected_version: int, now: datetime
) -> PlanStageChange:
    """The plan reaches another stage.

    Raises StaleEdit, OutOfReach or a Refusal of `plan_rules.stage_change`.
    """
    with transaction.atomic():
        current = _locked(plan, user, Action.EDIT, now)
        last = stage_now(current)
        reason = plan_rules.stage_change(
            draft,
            current=last.stage if last else "",
            since=last.from_date if last else None,
            today=day_of(now),
        )
        unchanged(current, expected_version)
        change = PlanStageChange.objects.create(
            plan=current, stage=draft.stage, from_date=draft.from_date, reason=reason, at=now, by=user
        )
        write(current)
        detail = {
            "from": last.stage if last else "",
            "to": draft.stage,
            "from_date": draft.from_date.isoformat(),
        }
        _audit("plan.stage_changed", current, user, now, detail)
    return change


def submit_plan(*, user: User, plan: RecoveryPlan, expected_version: int, now: datetime) -> RecoveryPlan:
    """From now on the partnership reads the plan, and each change as it is made.

    Raises StaleEdit, OutOfReach, Refusal('already_submitted' | 'remit_missing').
    """
    with transaction.atomic():
        # The partnership's own plan is its coordinator's, who has no draft to hand in to somebody else.
        action = Action.SUBMIT if plan.organisation_id else Action.EDIT
        current = _locked(plan, user, action, now)
        plan_rules.submission(submitted=current.submitted_at is not None, remit=current.remit)
        unchanged(current, expected_version)
        write(current, submitted_at=now, submitted_by=user)
        _audit("plan.submitted", current, user, now, {})
    return current


def _locked(plan: RecoveryPlan, user: User, action: Action, now: datetime) -> RecoveryPlan:
    current = RecoveryPlan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    if not may_change(user, current, action, at=now):
        raise OutOfReach
    return current


def locked_of(organisation_id: int, user: User, now: datetime) -> RecoveryPlan:
    """The organisation's plan, locked, where `user` may change it: services and backlogs hang on it.
    Raises OutOfReach."""
    plan = RecoveryPlan.objects.filter(organisation=organisation_id).first()
    if plan is None:
        raise OutOfReach
    return _locked(plan, user, Action.EDIT, now)


def _audit(action: str, plan: RecoveryPlan, user: User, now: datetime, detail: dict[str, Any]) -> None:
    record(
        action,
        actor=Actor.person(user),
        at=now,
        object_kind="recovery_plan",
        object_uid=plan.uid,
        detail=detail,
    )


def load_scenario_sets(rows: Iterable[Mapping[str, Any]]) -> int:
    """Adds scenario sets that are not there yet; a set that is there stands. How many were added.

    A row: code, effective_from (ISO date), name, uplifts (whole percentages, ascending), source.
    """
    added = 0
    with transaction.atomic():
        for row in rows:
            uplifts = list(row["uplifts"])
            if uplifts != sorted(set(uplifts)) or not all(
                isinstance(one, int) and one > 0 for one in uplifts
            ):
                raise Refusal("bad_uplifts", f"{row['code']}: uplifts must be whole and ascending.")
            _, new = ScenarioSet.objects.get_or_create(
                code=row["code"],
                effective_from=date.fromisoformat(row["effective_from"]),
                defaults={"name": row["name"], "uplifts": uplifts, "source": row["source"]},
            )
            added += new
    return added
