"""Who may open a child's record beside the ordinary: emergencies, blocks, and an auditor's reveal."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.audit import Actor, record
from accounts.policy import Action, Thing
from accounts.selectors import User
from safeguarding.kernel.errors import Refusal
from visits.constants import EMERGENCY_ACCESS_HOURS
from visits.models import AccessBlock, Child, EmergencyAccess
from visits.rules import records as record_rules
from visits.services.visits import OutOfReach


def record_view(*, user: User, child: Child, page: str, now: datetime) -> None:
    """Puts on the trail that `user` looked at the child's record; `page` names what was shown.
    Runs in the view's transaction: a look that cannot be recorded shows nothing."""
    _audit("child.viewed", user, now, child.uid, detail={"page": page})


def record_listing(*, user: User, shown: int, filters: dict[str, str], now: datetime) -> None:
    """Puts on the trail that `user` was shown a list of `shown` children, by which filters."""
    record(
        "children.listed",
        actor=Actor.person(user),
        at=now,
        object_kind="child",
        detail={"shown": shown, "filters": filters},
    )


def open_emergency_access(*, user: User, child_ref: str, reason: str, now: datetime) -> EmergencyAccess:
    """Opens a record outside the caseload for EMERGENCY_ACCESS_HOURS, by its exact reference.

    A second request while it is open gives the same access. Raises Refusal('unknown_reference',
    also for a record that the person is kept from: both look the same), 'already_yours', or the
    reason's faults.
    """
    with transaction.atomic():
        reason = record_rules.emergency_reason(reason)
        child = (
            Child.objects.unblocked_for(user)
            .select_for_update(of=("self",))
            .filter(child_ref=child_ref)
            .first()
        )
        access = None
        if child:
            open_now = EmergencyAccess.objects.filter(child=child, user=user, closes_at__gt=now)
            access = open_now.first()
            if access is None and Child.objects.open_to(user, Action.CREATE, Thing.VISIT, at=now).contains(
                child
            ):
                raise Refusal(
                    "already_yours", "This child is in your caseload. Find the record there.", "child_ref"
                )
        if child and access is None:
            access = EmergencyAccess.objects.create(
                child=child,
                user=user,
                reason=reason,
                opened_at=now,
                closes_at=now + timedelta(hours=EMERGENCY_ACCESS_HOURS),
            )
            _audit("emergency_access.opened", user, now, child.uid, "emergency_access", access.uid)
        elif child is None:
            # A row of these is somebody guessing references.
            record("emergency_access.not_found", actor=Actor.person(user), at=now, object_kind="child")
    if access is None:
        raise Refusal(
            "unknown_reference", "No record has this reference. Check it and enter it in full", "child_ref"
        )
    return access


def mark_emergency_access_seen(*, user: User, access: EmergencyAccess, now: datetime) -> EmergencyAccess:
    """A manager of the child's team has looked at it; doing it twice changes nothing.

    Raises OutOfReach, or Refusal('four_eyes') for one's own.
    """
    with transaction.atomic():
        current = (
            EmergencyAccess.objects.select_for_update(of=("self",)).select_related("child").get(pk=access.pk)
        )
        _manages(current.child, user, now)
        if current.user_id == user.pk:
            raise Refusal("four_eyes", "Another manager must look at a record that you opened yourself.")
        if current.seen_at is None:
            current.seen_at, current.seen_by = now, user
            current.save(update_fields=["seen_at", "seen_by"])
            child_uid = current.child.uid
            _audit("emergency_access.seen", user, now, child_uid, "emergency_access", current.uid)
    return current


def block_access(*, user: User, child: Child, person: User, now: datetime) -> AccessBlock:
    """A manager keeps `person` from the child's record: own family, or a conflict of interest.
    Raises OutOfReach or Refusal('already_blocked')."""
    with transaction.atomic():
        _manages(child, user, now)
        try:
            with transaction.atomic():
                block = AccessBlock.objects.create(child=child, user=person, set_at=now, set_by=user)
        except IntegrityError:
            raise Refusal("already_blocked", "This person is already kept from the record", "email") from None
        _audit("access_block.set", user, now, child.uid, "user", person.uid)
    return block


def lift_access_block(*, user: User, child: Child, block_id: int, now: datetime) -> None:
    """Raises OutOfReach where the child or the block is not this manager's to change."""
    with transaction.atomic():
        _manages(child, user, now)
        block = (
            AccessBlock.objects.select_related("user")
            .filter(pk=block_id, child=child, lifted_at=None)
            .first()
        )
        if block is None:
            raise OutOfReach
        block.lifted_at, block.lifted_by = now, user
        block.save(update_fields=["lifted_at", "lifted_by"])
        _audit("access_block.lifted", user, now, child.uid, "user", block.user.uid)


def reveal_child(*, user: User, child: Child, reason: str, now: datetime) -> str:
    """The reference behind an auditor's code, given once for a reason that goes on the trail.
    Raises OutOfReach or the reason's faults."""
    with transaction.atomic():
        if not Child.objects.visible_to(user, at=now).contains(child):
            raise OutOfReach
        clean = record_rules.reason_given(reason, asked="Enter why you need the reference")
        _audit("child.revealed", user, now, child.uid, detail={"reason": clean})
    return child.child_ref


def _manages(child: Child, user: User, now: datetime) -> None:
    if not Child.objects.open_to(user, Action.EDIT, Thing.PLAN, at=now).contains(child):
        raise OutOfReach


def _audit(
    action: str,
    user: User,
    now: datetime,
    child_uid: UUID,
    kind: str = "child",
    uid: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    record(
        action,
        actor=Actor.person(user),
        at=now,
        object_kind=kind,
        object_uid=uid or child_uid,
        child_uid=child_uid,
        detail=detail,
    )
