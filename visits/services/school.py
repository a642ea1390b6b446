"""Recording what agencies decided together on attendance at school. Never edited: another follows."""

import uuid
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.audit import Actor, record
from accounts.policy import Action, Thing
from accounts.selectors import User
from operations.services import once
from safeguarding.kernel.periods import day_of
from visits.models import Child, SchoolDecision
from visits.rules import school as school_rules
from visits.rules.records import check_text
from visits.rules.school import SchoolDraft
from visits.selectors.oversight_rules import limit
from visits.selectors.records import first_plan_start
from visits.services.visits import in_reach


def decide_school(
    *, user: User, child: Child, draft: SchoolDraft, token: UUID, now: datetime
) -> SchoolDecision:
    """Records a decision; it follows the one before, which stays as it is.

    Raises AlreadyDone(uid of the decision) where the same form was sent before, OutOfReach,
    Refusal('rule_missing') or the first fault of `school_rules.draft_faults`.
    """
    with transaction.atomic():
        decision = SchoolDecision(uid=uuid.uuid4(), child=child, recorded_by=user, recorded_at=now)
        once(token=token, purpose="decide_school", user=user, outcome=str(decision.uid), now=now)
        in_reach(child, user, Action.CREATE, now=now, thing=Thing.SCHOOL_DECISION)
        longest = limit("school_review_longest_days", draft.decided_on)
        faults = school_rules.draft_faults(
            draft, today=day_of(now), first_plan_start=first_plan_start(child), longest_days=longest
        )
        for fault in faults:
            raise fault
        decision.decided_on, decision.review_on = draft.decided_on, draft.review_on
        decision.took_part, decision.outcome = sorted(set(draft.took_part)), draft.outcome
        decision.reason = check_text(draft.reason, field="reason", length=school_rules.REASON_LENGTH)
        decision.save(force_insert=True)
        record(
            "school_decision.recorded",
            actor=Actor.person(user),
            at=now,
            object_kind="school_decision",
            object_uid=decision.uid,
            child_uid=child.uid,
            detail={"outcome": decision.outcome, "took_part": decision.took_part},
        )
    return decision
