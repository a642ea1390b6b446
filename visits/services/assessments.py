"""Assessing a household shortly before a visit, and a manager's look at those that need one."""

from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction

from accounts.audit import Actor, record
from accounts.policy import Action, Thing
from accounts.selectors import User
from operations.services import once
from safeguarding.kernel.periods import day_of
from visits.models import Child, PreVisitAssessment
from visits.rules import assessments as assessment_rules
from visits.rules.assessments import ALTERNATIVES_LENGTH, Answers
from visits.rules.records import check_text
from visits.selectors.oversight_rules import limit
from visits.services.visits import in_reach

VALID_HOURS = "assessment_valid_hours"


def make_assessment(
    *,
    user: User,
    child: Child,
    answers: Answers,
    result: str,
    result_reason: str,
    token: UUID,
    now: datetime,
) -> PreVisitAssessment:
    """Keeps the answers, what they led to and what the worker will do, valid from now on for a time.

    Raises AlreadyDone(uid of the assessment) where the same form was sent before, OutOfReach, or the
    first Refusal of the rules.
    """
    with transaction.atomic():
        uid = uuid4()
        once(token=token, purpose="make_assessment", user=user, outcome=str(uid), now=now)
        in_reach(child, user, Action.CREATE, now=now, thing=Thing.ASSESSMENT)
        for fault in assessment_rules.answer_faults(answers):
            raise fault
        proposed = assessment_rules.proposal(answers).result
        reason = assessment_rules.chosen(proposed, result, result_reason)
        assessment = PreVisitAssessment.objects.create(
            uid=uid,
            child=child,
            made_at=now,
            made_by=user,
            valid_until=assessment_rules.valid_until(now, limit(VALID_HOURS, day_of(now))),
            household=sorted(answers.household),
            purpose_kind=answers.purpose_kind,
            purpose=_clean(answers.purpose),
            urgency=answers.urgency,
            lone_working=answers.lone_working,
            lone_working_plan=_clean(answers.lone_working_plan) if answers.lone_working else "",
            ppe_needed=_some(answers.ppe_needed),
            ppe_available=_some(answers.ppe_available),
            alternatives_considered=_clean(answers.alternatives_considered),
            proposed=proposed,
            result=result,
            result_reason=reason,
            needs_countersignature=assessment_rules.needs_countersignature(
                answers.household, proposed, result
            ),
        )
        record(
            "assessment.made",
            actor=Actor.person(user),
            at=now,
            object_kind="assessment",
            object_uid=assessment.uid,
            child_uid=child.uid,
            detail={"proposed": str(proposed), "result": str(result)},
        )
    return assessment


def countersign_assessment(
    *, user: User, assessment: PreVisitAssessment, now: datetime
) -> PreVisitAssessment:
    """A manager has looked at a visit that the answers spoke against. Never one's own.

    Raises OutOfReach or a Refusal ('four_eyes', 'already_countersigned', 'needs_no_countersignature').
    """
    with transaction.atomic():
        current = (
            PreVisitAssessment.objects.select_for_update(of=("self",))
            .select_related("child")
            .get(pk=assessment.pk)
        )
        in_reach(current.child, user, Action.DECIDE, now=now, thing=Thing.ASSESSMENT)
        assessment_rules.countersigning(
            person=user.pk,
            maker=current.made_by_id,
            needed=current.needs_countersignature,
            countersigned=current.countersigned_at is not None,
        )
        current.countersigned_at, current.countersigned_by = now, user
        current.save(update_fields=["countersigned_at", "countersigned_by"])
        record(
            "assessment.countersigned",
            actor=Actor.person(user),
            at=now,
            object_kind="assessment",
            object_uid=current.uid,
            child_uid=current.child.uid,
        )
    return current


def record_ppe_export(*, user: User, first: date, last: date, rows: int, now: datetime) -> None:
    """Puts on the trail that `user` took away the items of these weeks. In the view's transaction."""
    record(
        "ppe.exported",
        actor=Actor.person(user),
        at=now,
        object_kind="assessment",
        detail={"rows": rows, "first": first.isoformat(), "last": last.isoformat()},
    )


def _clean(text: str) -> str:
    # Its length was checked with the answers.
    return check_text(text, field="", length=ALTERNATIVES_LENGTH)


def _some(items: assessment_rules.Items) -> dict[str, int]:
    """Only kinds of which there is at least one."""
    return {kind: number for kind, number in items.items() if number}
