"""Arranging a child's virtual contact with the family, and saying what became of it."""

import uuid
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.audit import Actor, record
from accounts.policy import Action, Thing
from accounts.selectors import User
from operations.services import once
from safeguarding.kernel.errors import StaleEdit
from safeguarding.kernel.periods import day_of
from visits.models import Child, FamilyContact
from visits.rules import contacts as contact_rules
from visits.rules.contacts import ContactDraft
from visits.rules.records import check_text
from visits.selectors.contacts import in_care_on
from visits.services.visits import in_reach


def arrange_contact(
    *, user: User, child: Child, draft: ContactDraft, token: UUID, now: datetime
) -> FamilyContact:
    """Arranges a contact for a child in care.

    Raises AlreadyDone(uid of the contact) where the same form was sent before, OutOfReach, or the first
    fault of `contact_rules.draft_faults`.
    """
    with transaction.atomic():
        contact = FamilyContact(uid=uuid.uuid4(), child=child, recorded_by=user, recorded_at=now)
        once(token=token, purpose="arrange_contact", user=user, outcome=str(contact.uid), now=now)
        in_reach(child, user, Action.CREATE, now=now, thing=Thing.FAMILY_CONTACT)
        in_care = in_care_on(child, draft.planned_on)
        for fault in contact_rules.draft_faults(draft, today=day_of(now), in_care=in_care):
            raise fault
        contact.with_whom = check_text(
            draft.with_whom, field="with_whom", length=contact_rules.WITH_WHOM_LENGTH
        )
        contact.method, contact.planned_on = draft.method, draft.planned_on
        contact.save(force_insert=True)
        _audit("family_contact.arranged", contact, user, now, {"method": contact.method})
    return contact


def record_outcome(
    *, user: User, contact: FamilyContact, expected_version: int, held: str, why_not: str, now: datetime
) -> FamilyContact:
    """What became of a contact: held, in part or not, the last two with a reason. Final.

    Raises StaleEdit, OutOfReach or a Refusal of `contact_rules.outcome` ('result_is_final', …).
    """
    with transaction.atomic():
        rows = FamilyContact.objects.select_for_update(of=("self",)).select_related("child")
        current = rows.get(pk=contact.pk)
        in_reach(current.child, user, Action.EDIT, now=now, thing=Thing.FAMILY_CONTACT)
        reason = contact_rules.outcome(
            current.held, held, planned_on=current.planned_on, reason=why_not, today=day_of(now)
        )
        if current.version != expected_version:
            raise StaleEdit(current.version, expected_version)
        changes = {"held": held, "why_not": reason, "outcome_at": now, "outcome_by": user}
        for name, value in changes.items():
            setattr(current, name, value)
        current.version += 1
        # The version in the filter holds even where the lock does not (SQLite has no row locks).
        written = FamilyContact.objects.filter(pk=current.pk, version=expected_version).update(
            version=current.version, **changes
        )
        if not written:
            raise StaleEdit(current.version, expected_version)
        _audit("family_contact.outcome", current, user, now, {"held": held})
    return current


def _audit(action: str, contact: FamilyContact, user: User, now: datetime, detail: dict[str, Any]) -> None:
    record(
        action,
        actor=Actor.person(user),
        at=now,
        object_kind="family_contact",
        object_uid=contact.uid,
        child_uid=contact.child.uid,
        detail=detail,
    )
