"""Recording, correcting and cancelling one visit. Each is one transaction of lock, rules, change,
what was there before, audit event and mark of the months that it makes stale."""

import uuid
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.audit import Actor, record
from accounts.policy import Action, Thing
from accounts.selectors import User
from operations.services import once
from safeguarding.kernel.errors import Refusal, StaleEdit
from safeguarding.kernel.periods import day_of
from visits.constants import COMPLETED_VISIT_DAYS_AHEAD, Method, Status
from visits.models import AlternativeRecord, Child, Revision, Visit
from visits.rates.marks import mark_stale_visits
from visits.rules import alternatives as alternative_rules
from visits.rules import records as record_rules
from visits.rules.records import VisitDraft
from visits.selectors.records import CORRECTABLE, alternative_of, as_kept, first_plan_start


class OutOfReach(Refusal):
    """The record is not (or no longer) this person's to change: told as if it were not there."""

    def __init__(self) -> None:
        super().__init__("out_of_reach", "This record is not among yours.")


def record_visit(
    *,
    user: User,
    child: Child,
    visit_date: date,
    method: str,
    status: str,
    child_seen: bool,
    note: str,
    token: UUID,
    now: datetime,
) -> Visit:
    """Records a face-to-face visit that took place, or plans a visit, for a child of the caseload.

    An alternative that took place has a record of its own (`record_alternative`).
    Raises AlreadyDone(uid of the visit) where the same form was sent before, OutOfReach,
    Refusal('needs_alternative_record'), or the first Refusal of `record_rules.visit_faults`.
    """
    draft = VisitDraft(visit_date, method, status, child_seen, note)
    with transaction.atomic():
        visit = Visit(uid=uuid.uuid4(), child=child, recorded_by=user, recorded_at=now, **vars(draft))
        # Before the rules: the second of two equal forms leads to the first, whatever changed since.
        once(token=token, purpose="record_visit", user=user, outcome=str(visit.uid), now=now)
        in_reach(child, user, Action.CREATE, now=now)
        alternative_rules.own_form(method, status)
        check(draft, child, now=now, touched=vars(draft))
        add(visit, "visit.recorded", user, now)
    return visit


def add(visit: Visit, action: str, user: User, now: datetime, **detail: Any) -> None:
    """Saves a new visit, with its mark and event. In the transaction of who checked it."""
    visit.visit_ref = f"web-{visit.uid.hex}"
    visit.save(force_insert=True)
    mark_stale_visits(visit.child_id, [visit.visit_date], now)
    what = {"method": visit.method, "status": visit.status, "child_seen": visit.child_seen}
    audit(action, visit, user, now, what | detail)


def correct_visit(
    *, user: User, visit: Visit, expected_version: int, changes: Mapping[str, Any], reason: str, now: datetime
) -> Visit:
    """Changes some of CORRECTABLE and keeps what was there before.

    Raises StaleEdit where somebody else saved since version `expected_version`, OutOfReach, or a
    Refusal: of the rules, 'nothing_changed', 'reason_missing' once the visit is fixed.
    """
    with transaction.atomic():
        current = locked(visit, user, expected_version, now=now)
        changed = {name: value for name, value in changes.items() if getattr(current, name) != value}
        unknown = changed.keys() - set(CORRECTABLE)
        if unknown:
            raise ValueError(f"not a person's to change: {sorted(unknown)}")
        needs_reason = may_change(current, user, now=now)
        if not changed:
            raise Refusal("nothing_changed", "Change something, or go back to the visit.")
        record_rules.move(current.status, changed.get("status", current.status))
        if changed.get("status") == Status.CANCELLED:
            raise Refusal("unknown_status", "Cancel the visit on its own page.", "status")
        draft = VisitDraft(**{name: changed.get(name, getattr(current, name)) for name in CORRECTABLE})
        if alternative_of(current) or changed.keys() & {"method", "status"}:
            alternative_rules.own_form(draft.method, draft.status)
        check(draft, current.child, now=now, touched=changed)
        reason = record_rules.reason_given(
            reason, needed=needs_reason, asked="Enter why you are correcting this visit"
        )
        return write(current, changed, "visit.corrected", user, reason, now=now)


def cancel_visit(*, user: User, visit: Visit, expected_version: int, reason: str, now: datetime) -> Visit:
    """Takes a visit out of the figures, planned or recorded in error; the record stays with the reason.

    Raises StaleEdit, OutOfReach or a Refusal.
    """
    with transaction.atomic():
        current = locked(visit, user, expected_version, now=now, action=Action.WITHDRAW)
        may_change(current, user, now=now)
        record_rules.move(current.status, Status.CANCELLED)
        reason = record_rules.reason_given(reason, asked="Enter why you are cancelling this visit")
        changes = {"status": Status.CANCELLED, "child_seen": False}
        return write(current, changes, "visit.cancelled", user, reason, now=now)


def in_reach(child: Child, user: User, action: Action, *, now: datetime, thing: Thing = Thing.VISIT) -> None:
    if not Child.objects.open_to(user, action, thing, at=now).filter(pk=child.pk).exists():
        raise OutOfReach


def locked(
    visit: Visit,
    user: User,
    expected_version: int,
    *,
    now: datetime,
    action: Action = Action.EDIT,
    thing: Thing = Thing.VISIT,
) -> Visit:
    current = Visit.objects.select_for_update(of=("self",)).select_related("child").get(pk=visit.pk)
    in_reach(current.child, user, action, now=now, thing=thing)
    if current.version != expected_version:
        raise StaleEdit(current.version, expected_version)
    return current


def may_change(visit: Visit, user: User, *, now: datetime) -> bool:
    return record_rules.change(
        person=user.pk, recorder=visit.recorded_by_id, recorded_at=visit.recorded_at, now=now
    )


def check(draft: VisitDraft, child: Child, *, now: datetime, touched: Collection[str]) -> None:
    """Raises the first fault. What nobody touches may stay as it came (by import, or planned for a
    day that is now past), unless the visit's status moves."""
    for fault in record_rules.visit_faults(
        draft,
        today=day_of(now),
        first_plan_start=first_plan_start(child),
        days_ahead=COMPLETED_VISIT_DAYS_AHEAD,
    ):
        if fault.field in touched or "status" in touched:
            raise fault


def write(
    visit: Visit,
    changes: dict[str, Any],
    action: str,
    user: User,
    reason: str,
    *,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> Visit:
    """Saves `changes` over the locked row, with what was there, the event and the mark. `details`: what
    changes in the record of an alternative; a visit that turns out to be face to face has none."""
    if visit.authorised and not record_rules.keeps_authorisation(changes):
        changes = {"authorised": False, "authorised_at": None, "authorised_by_id": None, **changes}
    Revision.objects.create(
        kind="visit",
        record_id=visit.pk,
        version=visit.version,
        was=as_kept(visit),
        replaced_at=now,
        replaced_by=user,
        replaced_by_label=user.email,
        reason=reason,
    )
    days = {visit.visit_date, changes.get("visit_date", visit.visit_date)}
    for name, value in changes.items():
        setattr(visit, name, value)
    visit.version += 1
    # The version in the filter holds even where the lock above does not (SQLite has no row locks).
    written = Visit.objects.filter(pk=visit.pk, version=visit.version - 1).update(
        version=visit.version, **changes
    )
    if not written:
        raise StaleEdit(visit.version, visit.version - 1)
    if visit.method == Method.FACE_TO_FACE:
        AlternativeRecord.objects.filter(visit=visit).delete()
    elif details:
        AlternativeRecord.objects.update_or_create(visit=visit, defaults=dict(details))
    mark_stale_visits(visit.child_id, days, now)
    # The reason is the record's own text and stays with the revision.
    fields = sorted({*changes, *(details or ())})
    audit(action, visit, user, now, {"fields": fields, "version": visit.version})
    return visit


def audit(action: str, visit: Visit, user: User, now: datetime, detail: dict[str, Any]) -> None:
    record(
        action,
        actor=Actor.person(user),
        at=now,
        object_kind="visit",
        object_uid=visit.uid,
        child_uid=visit.child.uid,
        detail=detail,
    )
