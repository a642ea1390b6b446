"""Recording a contact that was not face to face, and correcting what was recorded of one."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.audit import Actor, record
from accounts.policy import Action, Thing
from accounts.selectors import User
from operations.services import once
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of
from visits.constants import Status
from visits.models import AlternativeRecord, Child, Visit
from visits.rules import alternatives as alternative_rules
from visits.rules import decisions as decision_rules
from visits.rules import records as record_rules
from visits.rules.alternatives import DETAILS, LEARNED_LENGTH, AlternativeDraft
from visits.rules.records import VisitDraft, check_text
from visits.selectors.alternatives import standing_on
from visits.selectors.decisions import covering
from visits.selectors.records import alternative_of, hands_on
from visits.services.visits import add, check, in_reach, locked, may_change, write


def record_alternative(
    *, user: User, child: Child, draft: AlternativeDraft, token: UUID, now: datetime
) -> Visit:
    """Records a contact that took place and was not face to face, with everything that the regulations
    ask for. It is authorised where a live decision covers its day and the law of that day allowed it.

    Raises AlreadyDone(uid of the visit) where the same form was sent before, OutOfReach, or the first
    Refusal of the rules.
    """
    with transaction.atomic():
        visit = Visit(uid=uuid.uuid4(), child=child, recorded_by=user, recorded_at=now)
        once(token=token, purpose="record_alternative", user=user, outcome=str(visit.uid), now=now)
        # Against a decision on this child that is being authorised at the same time.
        Child.objects.select_for_update(no_key=True).get(pk=child.pk)
        in_reach(child, user, Action.CREATE, now=now, thing=Thing.ALTERNATIVE)
        content = _checked(draft, child, now=now)
        authorised = _authorisation(draft, child, {user.pk}, now=now)
        for name, value in {**content, **authorised}.items():
            setattr(visit, name, value)
        add(visit, "alternative.recorded", user, now, authorised=visit.authorised)
        AlternativeRecord.objects.create(visit=visit, **_details(draft))
    return visit


def write_alternative(
    *,
    user: User,
    visit: Visit,
    expected_version: int,
    draft: AlternativeDraft,
    reason: str,
    now: datetime,
) -> Visit:
    """Makes of `visit` an alternative with this record: one that was planned and has taken place, one
    that came without a record, or a record that is corrected. What was there before is kept.

    Raises StaleEdit, OutOfReach or a Refusal: of the rules, 'nothing_changed', 'reason_missing' once
    the visit is fixed.
    """
    with transaction.atomic():
        Child.objects.select_for_update(no_key=True).get(pk=visit.child_id)
        current = locked(visit, user, expected_version, now=now)
        record_rules.move(current.status, Status.COMPLETED)
        before = alternative_of(current)
        fixed = may_change(current, user, now=now)
        content = _checked(draft, current.child, now=now)
        content.pop("note")
        changes = _differing(current, content)
        details = _differing(before, _details(draft)) if before else _details(draft)
        if not changes and not details:
            raise Refusal("nothing_changed", "Change something, or go back to the contact.")
        # To complete what was planned, or to write what is missing, explains itself.
        corrects = current.status == Status.COMPLETED and (before is not None or bool(changes))
        reason = record_rules.reason_given(
            reason, needed=fixed and corrects, asked="Enter why you are changing this record"
        )
        if changes or not current.authorised:
            hands = hands_on(current) | {user.pk}
            given = _authorisation(draft, current.child, hands, now=now)
            # What came by import under a decision is authorised once it has its record.
            if changes or given["authorised"]:
                changes |= given
        action = "alternative.corrected" if before else "alternative.recorded"
        return write(current, changes, action, user, reason, now=now, details=details)


def _checked(draft: AlternativeDraft, child: Child, *, now: datetime) -> dict[str, Any]:
    """What the visit holds of the draft. Raises the first fault."""
    standing = standing_on(child, draft.method, draft.visit_date, has_record=True)
    today = day_of(now)
    for fault in alternative_rules.alternative_faults(
        draft, today=today, reason_in_words=standing.needs_reason
    ):
        raise fault
    reached = alternative_rules.child_reached(draft.quality)
    content = VisitDraft(draft.visit_date, draft.method, Status.COMPLETED, reached)
    check(content, child, now=now, touched=vars(content))
    return dict(vars(content))


def _details(draft: AlternativeDraft) -> dict[str, Any]:
    """What the record holds beside the visit, texts in one spelling."""
    given = {name: getattr(draft, name) for name in DETAILS}
    return {
        name: check_text(value, field=name, length=LEARNED_LENGTH) if isinstance(value, str) else value
        for name, value in given.items()
    }


def _differing(row: Visit | AlternativeRecord, content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if getattr(row, name) != value}


def _authorisation(
    draft: AlternativeDraft, child: Child, hands: set[int], *, now: datetime
) -> dict[str, Any]:
    """Who authorises the contact, if a live decision covers its day: never somebody with a hand in the
    record, and never what the law of that day did not allow."""
    person = None
    if standing_on(child, draft.method, draft.visit_date, has_record=True).may_be_authorised:
        for decision in covering(child, draft.visit_date):
            person = person or decision_rules.authoriser(decision.deciders, hands)
    if person is None:
        return {"authorised": False, "authorised_at": None, "authorised_by_id": None}
    return {"authorised": True, "authorised_at": now, "authorised_by_id": person}


def record_export(*, user: User, first: date, last: date, rows: int, now: datetime) -> None:
    """Puts on the trail that `user` took away the records of so many alternatives of these days.
    Runs in the view's transaction: what cannot be recorded is not given out."""
    record(
        "alternatives.exported",
        actor=Actor.person(user),
        at=now,
        object_kind="alternative",
        detail={"rows": rows, "first": first.isoformat(), "last": last.isoformat()},
    )
