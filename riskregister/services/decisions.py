"""The board's decisions: written down by the coordinator, confirmed by a board member, looked at again. What
is confirmed is never changed. Each is one transaction of lock, rules, change, history and audit event."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.selectors import User
from operations.services import once
from riskregister.models import BoardReview, Decision, Escalation, Risk
from riskregister.rules import board_work as rules
from riskregister.rules.board_work import Act, DecisionDraft
from riskregister.selectors.board_pages import written_by
from riskregister.services.board_steps import begin, change, locked, unchanged
from safeguarding.kernel.periods import day_of


@dataclass(frozen=True)
class DecidedOn:
    """What a decision belongs to; each may be empty. Who writes it down may open them all."""

    risk: Risk | None = None
    escalation: Escalation | None = None
    review: BoardReview | None = None
    meeting_uid: UUID | None = None


def record_decision(
    *, user: User, draft: DecisionDraft, about: DecidedOn, token: UUID, now: datetime
) -> Decision:
    """Raises AlreadyDone(uid), or the first fault of `rules.decision`."""
    with transaction.atomic():
        made = Decision(uid=uuid.uuid4(), recorded_at=now, recorded_by=user)
        once(token=token, purpose="record_board_decision", user=user, outcome=str(made.uid), now=now)
        for name, value in _columns(draft, about, now, recorded_at=now).items():
            setattr(made, name, value)
        begin(made, "recorded", by=user, now=now, detail={"retrospective": made.retrospective})
    return made


def edit_decision(
    *,
    user: User,
    decision: Decision,
    draft: DecisionDraft,
    about: DecidedOn,
    expected_version: int,
    now: datetime,
) -> Decision:
    """Until a board member confirms it. Raises StaleEdit, Refusal('not_your_act' | 'wrong_state'), or the
    first fault of `rules.decision`."""
    with transaction.atomic():
        current = locked(decision)
        _step(current, Act.EDIT, user)
        values = _columns(draft, about, now, recorded_at=current.recorded_at)
        unchanged(current, expected_version)
        change(current, "edited", values, by=user, now=now)
    return current


def confirm_decision(*, user: User, decision: Decision, expected_version: int, now: datetime) -> Decision:
    """A board member who wrote none of it down says that it is right.

    Raises StaleEdit, Refusal('not_your_act' | 'wrong_state' | 'four_eyes').
    """
    with transaction.atomic():
        current = locked(decision)
        _step(current, Act.CONFIRM, user)
        words = "You wrote this decision down, so another board member must confirm it."
        rules.another(user.pk, *written_by("decision", current.uid), words=words)
        unchanged(current, expected_version)
        change(current, "confirmed", {"confirmed_at": now, "confirmed_by": user}, by=user, now=now)
    return current


def say_what_changed(
    *, user: User, decision: Decision, changed: str, how: str, expected_version: int, now: datetime
) -> Decision:
    """On the day to look again. Raises StaleEdit, Refusal('not_your_act' | 'wrong_state' | 'too_soon' |
    'said_already' | 'changed_missing' | 'text_missing')."""
    with transaction.atomic():
        current = locked(decision)
        _step(current, Act.SAY_WHAT_CHANGED, user)
        before = day_of(current.changed_at) if current.changed_at else None
        due = rules.decision_check_due(current.look_again_on, current.changed, before)
        what, words = rules.what_changed(changed, how, due_on=due, today=day_of(now))
        unchanged(current, expected_version)
        values = {"changed": what, "changed_how": words, "changed_at": now, "changed_by": user}
        change(current, "change_noted", values, by=user, now=now, detail={"changed": what})
    return current


def _step(decision: Decision, act: Act, user: User) -> None:
    rules.step("decision", act, rules.decision_state(decision.confirmed_at), user.roles)


def _columns(draft: DecisionDraft, about: DecidedOn, now: datetime, *, recorded_at: datetime) -> dict:
    given = rules.decision(draft, today=day_of(now))
    return {
        "title": given.title,
        "kind": given.kind,
        "options": given.options,
        "reason": given.reason,
        "dissent": given.dissent,
        "childrens_rights": given.childrens_rights,
        "decided_on": given.decided_on,
        "look_again_on": given.look_again_on,
        "retrospective": rules.retrospective(given.decided_on, day_of(recorded_at)),
        "risk": about.risk,
        "escalation": about.escalation,
        "review": about.review,
        "meeting_uid": about.meeting_uid,
    }
