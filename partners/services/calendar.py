"""The calendar of cycles: its rules from a day on, and its pauses."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.audit import Actor, record
from accounts.policy import Action, Thing
from accounts.selectors import User
from operations.services import lock, once
from partners.models import CyclePause, CycleRule
from partners.rules import cycles as cycle_rules
from partners.rules.calendar import CalendarRule
from partners.rules.cycles import PauseDraft
from partners.rules.reasons import reason_given
from partners.selectors import cycles as selectors
from partners.services.base import need
from partners.services.cycles import CALENDAR_LOCK
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of


def set_rule(*, user: User, rule: CalendarRule, reason: str, token: UUID, now: datetime) -> CycleRule:
    """Periods follow `rule` from its first one on. A rule that was set for the same day, and under which
    nothing has been opened, is replaced.

    Raises AlreadyDone, OutOfReach or the first Refusal of `cycle_rules.rule_faults`.
    """
    with transaction.atomic():
        need(user, Action.EDIT, Thing.CYCLE)
        lock(CALENDAR_LOCK, now=now)
        once(token=token, purpose="set_cycle_rule", user=user, outcome="", now=now)
        for fault in cycle_rules.rule_faults(rule, last_opened=selectors.last_opened()):
            raise fault
        reason = reason_given(reason, asked="Enter why the calendar changes")
        terms = {
            "first_period_start": rule.first_period_start,
            "every_days": rule.every_days,
            "period_days": rule.period_days,
            "snapshot_after_days": rule.snapshot_after_days,
            "due_after_days": rule.due_after_days,
        }
        before = CycleRule.objects.filter(effective_from=rule.effective_from).first()
        made, _ = CycleRule.objects.update_or_create(
            effective_from=rule.effective_from,
            defaults={**terms, "reason": reason, "set_at": now, "set_by": user},
        )
        detail = {
            "from": rule.effective_from.isoformat(),
            "terms": {name: str(value) for name, value in terms.items()},
            "before": {name: str(getattr(before, name)) for name in terms} if before else None,
            "reason": reason,
        }
        _audit("cycle_rule.set", user, now, detail)
    return made


def remove_rule(*, user: User, effective_from: date, now: datetime) -> None:
    """Takes a rule back under which nothing has been opened. Raises OutOfReach, Refusal('no_rule' |
    'rule_used')."""
    with transaction.atomic():
        need(user, Action.EDIT, Thing.CYCLE)
        lock(CALENDAR_LOCK, now=now)
        rule = CycleRule.objects.filter(effective_from=effective_from).first()
        if rule is None:
            raise Refusal("no_rule", "This rule has been taken back already")
        latest = selectors.last_opened()
        if latest and latest >= rule.effective_from:
            raise Refusal(
                "rule_used", "Cycles have been opened by this rule. Set another one from a later day"
            )
        rule.delete()
        _audit("cycle_rule.removed", user, now, {"from": effective_from.isoformat()})


def set_pause(*, user: User, draft: PauseDraft, reason: str, token: UUID, now: datetime) -> CyclePause:
    """Raises AlreadyDone(uid of the pause), OutOfReach or the first Refusal of `cycle_rules.pause_faults`."""
    with transaction.atomic():
        need(user, Action.EDIT, Thing.CYCLE)
        lock(CALENDAR_LOCK, now=now)
        pause = CyclePause(set_at=now, set_by=user)
        once(token=token, purpose="set_cycle_pause", user=user, outcome=str(pause.uid), now=now)
        latest = selectors.last_opened()
        for fault in cycle_rules.pause_faults(draft, today=day_of(now), last_opened=latest):
            raise fault
        pause.reason = reason_given(reason, asked="Enter why the cycles pause")
        pause.from_date, pause.until_date = draft.first_day, draft.last_day + timedelta(days=1)
        pause.save(force_insert=True)
        detail = {
            "from": pause.from_date.isoformat(),
            "until": pause.until_date.isoformat(),
            "reason": pause.reason,
        }
        _audit("cycle_pause.set", user, now, detail, pause.uid)
    return pause


def lift_pause(*, user: User, pause: CyclePause, now: datetime) -> CyclePause:
    """Periods that start from today on are asked for again; what the pause skipped stays skipped.

    Raises OutOfReach, Refusal('already_lifted' | 'pause_over').
    """
    with transaction.atomic():
        need(user, Action.EDIT, Thing.CYCLE)
        lock(CALENDAR_LOCK, now=now)
        current = CyclePause.objects.get(pk=pause.pk)
        if current.lifted_at:
            raise Refusal("already_lifted", "This pause has been lifted already")
        if current.until_date <= day_of(now):
            raise Refusal("pause_over", "This pause is over")
        current.lifted_at, current.lifted_by = now, user
        current.save(update_fields=["lifted_at", "lifted_by"])
        _audit("cycle_pause.lifted", user, now, {}, current.uid)
    return current


def _audit(action: str, user: User, now: datetime, detail: dict[str, Any], uid: UUID | None = None) -> None:
    kind = action.partition(".")[0]
    record(action, actor=Actor.person(user), at=now, object_kind=kind, object_uid=uid, detail=detail)
