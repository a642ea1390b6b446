"""The backlog register: backlogs, and their counts period by period. A count is added, never written over."""

import uuid
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.audit import Actor, record
from accounts.selectors import User
from operations.services import once
from partners.constants import BacklogKind
from partners.models import Backlog, BacklogCount, RecoveryPlan
from partners.rules import backlogs as rules
from partners.rules.backlogs import CountDraft
from partners.rules.plans import WORDS_LENGTH
from partners.rules.texts import check_text
from partners.selectors.backlogs import count_rows
from partners.services.base import OutOfReach, unchanged, write
from partners.services.plans import locked_of
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of


def add_backlog(
    *,
    user: User,
    plan: RecoveryPlan,
    kind: str,
    name: str,
    unit: str,
    national: bool,
    token: UUID,
    now: datetime,
) -> Backlog:
    """Puts a backlog of the plan's organisation on the register.

    Raises AlreadyDone(uid of the backlog), OutOfReach, Refusal('unknown_kind' | 'text_missing' |
    'backlog_exists').
    """
    if plan.organisation_id is None:
        raise OutOfReach
    with transaction.atomic():
        backlog = Backlog(
            uid=uuid.uuid4(), organisation_id=plan.organisation_id, created_at=now, created_by=user
        )
        once(token=token, purpose="add_backlog", user=user, outcome=str(backlog.uid), now=now)
        locked_of(plan.organisation_id, user, now)
        if kind not in BacklogKind.values:
            raise Refusal("unknown_kind", "Select the kind of backlog from the list", "kind")
        backlog.kind, backlog.national = kind, national
        backlog.name = check_text(
            name, field="name", length=rules.NAME_LENGTH, missing="Enter what the backlog is called"
        )
        backlog.unit = check_text(
            unit, field="unit", length=rules.UNIT_LENGTH, missing="Enter what is counted"
        )
        try:
            with transaction.atomic():
                backlog.save(force_insert=True)
        except IntegrityError:
            raise Refusal(
                "backlog_exists", "A backlog of this name is on the register already", "name"
            ) from None
        _audit("backlog.added", backlog, user, now, {"kind": kind, "national": national})
    return backlog


def record_count(
    *, user: User, backlog: Backlog, draft: CountDraft, token: UUID, now: datetime
) -> BacklogCount:
    """Adds the count of a period, or with a reason the correction of one.

    Raises AlreadyDone, OutOfReach, Refusal('backlog_closed') or one of `rules.count`.
    """
    with transaction.atomic():
        once(token=token, purpose="record_count", user=user, outcome=str(backlog.uid), now=now)
        # Of two people who count the same period, the second waits here and finds the first one's count.
        current = _locked(backlog, user, now)
        if current.closed_on:
            raise Refusal("backlog_closed", "This backlog is closed, so nothing more is counted.")
        reason = rules.count(draft, rules.latest_rows(count_rows(current)), today=day_of(now))
        row = BacklogCount.objects.create(
            backlog=current,
            period_start=draft.period_start,
            period_end=draft.period_end,
            before=draft.before,
            came_in=draft.came_in,
            went_out=draft.went_out,
            stock=draft.stock,
            correction_reason=reason,
            at=now,
            by=user,
        )
        write(current)
        detail = {"period_end": draft.period_end.isoformat(), "stock": draft.stock, "corrects": bool(reason)}
        _audit("backlog.counted", current, user, now, detail)
    return row


def close_backlog(
    *, user: User, backlog: Backlog, reason: str, expected_version: int, now: datetime
) -> Backlog:
    """The backlog leaves the register from tomorrow; its counts stay.

    Raises StaleEdit, OutOfReach, Refusal('backlog_closed' | 'text_missing').
    """
    with transaction.atomic():
        current = _locked(backlog, user, now)
        if current.closed_on:
            raise Refusal("backlog_closed", "This backlog was closed before.")
        words = check_text(
            reason, field="reason", length=WORDS_LENGTH, missing="Enter why the backlog is closed"
        )
        unchanged(current, expected_version)
        # From tomorrow: what was said of today, at any moment of today, stands.
        write(current, closed_on=day_of(now) + timedelta(days=1))
        _audit("backlog.closed", current, user, now, {"reason": words})
    return current


def _locked(backlog: Backlog, user: User, now: datetime) -> Backlog:
    current = Backlog.objects.select_for_update(no_key=True).get(pk=backlog.pk)
    locked_of(current.organisation_id, user, now)
    return current


def _audit(action: str, backlog: Backlog, user: User, now: datetime, detail: dict[str, Any]) -> None:
    record(
        action,
        actor=Actor.person(user),
        at=now,
        object_kind="backlog",
        object_uid=backlog.uid,
        detail=detail,
    )
