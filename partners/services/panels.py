"""Audits that are planned of a panel's work."""

import uuid
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.audit import Actor, record
from accounts.policy import Action, Thing
from accounts.selectors import User
from operations.services import once
from partners.constants import AuditPlanState, MeetingKind
from partners.models import MeetingSeries, PanelAudit
from partners.rules import meetings as rules
from partners.rules.meetings import AuditAct
from partners.rules.texts import check_text
from partners.services.base import need, unchanged, write
from safeguarding.kernel.errors import Refusal


def plan_audit(
    *, user: User, series: MeetingSeries, scope: str, method: str, due_on: date, token: UUID, now: datetime
) -> PanelAudit:
    """Raises AlreadyDone(uid), OutOfReach, Refusal('not_a_panel' | 'text_missing' | …)."""
    need(user, Action.CREATE, Thing.MEETING)
    with transaction.atomic():
        audit = PanelAudit(uid=uuid.uuid4(), series=series, due_on=due_on, planned_at=now, planned_by=user)
        once(token=token, purpose="plan_audit", user=user, outcome=str(audit.uid), now=now)
        if series.kind != MeetingKind.PANEL:
            raise Refusal("not_a_panel", "Only panels have such audits.")
        audit.scope = check_text(
            scope, field="scope", length=rules.REASON_LENGTH, missing="Enter what is audited"
        )
        audit.method = check_text(method, field="method", length=rules.REASON_LENGTH)
        audit.save(force_insert=True)
        _record("panel_audit.planned", audit, user, now, {"due_on": due_on.isoformat()})
    return audit


def finish_audit(*, user: User, audit: PanelAudit, findings: str, version: int, now: datetime) -> PanelAudit:
    """Raises StaleEdit, OutOfReach, Refusal('audit_done' | 'text_missing')."""
    need(user, Action.EDIT, Thing.MEETING)
    with transaction.atomic():
        current = PanelAudit.objects.select_for_update(no_key=True).get(pk=audit.pk)
        rules.check_audit(AuditAct.FINISH, current.state)
        text = check_text(
            findings, field="findings", length=rules.NOTES_LENGTH, missing="Enter what the audit found"
        )
        unchanged(current, version)
        write(current, state=AuditPlanState.DONE, findings=text, done_at=now, done_by=user)
        _record("panel_audit.done", current, user, now, {})
    return current


def _record(action: str, audit: PanelAudit, user: User, now: datetime, detail: dict) -> None:
    record(
        action, actor=Actor.person(user), at=now, object_kind="panel_audit", object_uid=audit.uid,
        detail=detail,
    )  # fmt: skip
