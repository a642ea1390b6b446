"""Escalations to the board: put before it, proposed by a rule, taken up or declined, answered, and looked at
again after 90 days. Each is one transaction of lock, rules, change, history and audit event. None is ever
removed."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from accounts.selectors import User
from operations.services import lock, once
from riskregister.constants import EscalationSource, EscalationState, RiskState, SignalState
from riskregister.models import Escalation, Risk, Signal
from riskregister.rules import board_work as rules
from riskregister.rules.appetite import Standing, breaches
from riskregister.rules.board_work import Act
from riskregister.selectors.as_at import risks_at
from riskregister.selectors.board_pages import (
    may_escalate_anything,
    risks_to_escalate,
    signals_to_escalate,
)
from riskregister.services import board_clock
from riskregister.services.board_steps import OutOfReach, begin, change, locked, unchanged
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of

_WAITING = (EscalationState.PROPOSED, EscalationState.OPEN)
# A check has no row to lock.
_OF_CHECKS = "escalations-of-checks"


@dataclass(frozen=True)
class About:
    """What an escalation is of: one of the three."""

    risk: Risk | None = None
    signal: Signal | None = None
    check_code: str = ""


def escalate(
    *,
    user: User,
    about: About,
    title: str,
    reason: str,
    answer_due_on: date,
    token: UUID,
    now: datetime,
) -> Escalation:
    """Puts something before the board.

    Raises AlreadyDone(uid), OutOfReach, Refusal('already_before_board' | 'not_open' | 'answer_by_past' | …).
    """
    with transaction.atomic():
        made = Escalation(uid=uuid.uuid4(), raised_at=now, raised_by=user, state=EscalationState.OPEN)
        once(token=token, purpose="escalate", user=user, outcome=str(made.uid), now=now)
        missing = "Enter a short title"
        made.title = rules.said(title, field="title", missing=missing, length=rules.TITLE_LENGTH)
        made.reason = rules.said(reason, field="reason", missing="Enter what the board is asked, and why now")
        made.answer_due_on = rules.answer_day(answer_due_on, today=day_of(now))
        _take(made, about, user, now)
        begin(made, "opened", by=user, now=now, detail={"source": made.source})
        board_clock.tell_board(made, now=now)
    return made


def _take(made: Escalation, about: About, user: User, now: datetime) -> None:
    """What it is about, locked, so that it is before the board once at a time."""
    if about.risk:
        rows = risks_to_escalate(user, at=now).select_for_update(no_key=True, of=("self",))
        made.risk = rows.filter(pk=about.risk.pk).first()
        if made.risk is None:
            raise OutOfReach
        if made.risk.state != RiskState.OPEN:
            raise Refusal("not_open", "Only an open risk is put before the board.", "about")
        made.source = EscalationSource.RISK
        same = Escalation.objects.filter(risk=made.risk)
    elif about.signal:
        found = signals_to_escalate(user, at=now).select_for_update(no_key=True, of=("self",))
        made.signal = found.filter(pk=about.signal.pk).first()
        if made.signal is None:
            raise OutOfReach
        if made.signal.state not in (SignalState.NEW, SignalState.WATCHED):
            words = "Only a threat that is new or watched is put before the board."
            raise Refusal("not_open", words, "about")
        made.source = EscalationSource.SIGNAL
        same = Escalation.objects.filter(signal=made.signal)
    else:
        if not may_escalate_anything(user):
            raise OutOfReach
        lock(_OF_CHECKS, now=now)
        made.check_code, made.source = about.check_code, EscalationSource.CHECK
        same = Escalation.objects.filter(check_code=about.check_code)
    standing = same.filter(state__in=_WAITING).first()
    if standing and standing.state == EscalationState.PROPOSED:
        words = "A rule has proposed to put this before the board. The coordinator takes that up or declines."
        raise Refusal("already_before_board", words, "about")
    if standing:
        raise Refusal("already_before_board", "This is before the board already.", "about")


def take_up(
    *, user: User, escalation: Escalation, answer_due_on: date, expected_version: int, now: datetime
) -> Escalation:
    """What a rule proposed goes before the board.

    Raises StaleEdit, Refusal('not_your_act' | 'wrong_state' | 'answer_by_past' | 'answer_by_too_late').
    """
    with transaction.atomic():
        current = locked(escalation)
        to = rules.step("escalation", Act.TAKE_UP, current.state, user.roles)
        day = rules.answer_day(answer_due_on, today=day_of(now))
        unchanged(current, expected_version)
        values = {
            "state": EscalationState(to),
            "answer_due_on": day,
            "taken_at": now,
            "taken_by": user,
        }
        change(current, "taken_up", values, by=user, now=now, detail={"answer_by": day.isoformat()})
        board_clock.tell_board(current, now=now)
    return current


def decline(
    *, user: User, escalation: Escalation, reason: str, expected_version: int, now: datetime
) -> Escalation:
    """Raises StaleEdit, Refusal('not_your_act' | 'wrong_state' | 'text_missing')."""
    with transaction.atomic():
        current = locked(escalation)
        to = rules.step("escalation", Act.DECLINE, current.state, user.roles)
        why = rules.said(
            reason,
            field="reason",
            missing="Enter why this is not put before the board",
            length=rules.REASON_LENGTH,
        )
        unchanged(current, expected_version)
        values = {
            "state": EscalationState(to),
            "declined_reason": why,
            "taken_at": now,
            "taken_by": user,
        }
        change(current, "declined", values, by=user, now=now, reason=why)
    return current


def answer(
    *, user: User, escalation: Escalation, answer: str, expected_version: int, now: datetime
) -> Escalation:
    """A board member answers, never who put it before the board.

    Raises StaleEdit, Refusal('not_your_act' | 'wrong_state' | 'four_eyes' | 'text_missing').
    """
    with transaction.atomic():
        current = locked(escalation)
        to = rules.step("escalation", Act.ANSWER, current.state, user.roles)
        words = "You put this before the board, so another board member must answer."
        rules.another(user.pk, current.raised_by_id, current.taken_by_id, words=words)
        given = rules.said(answer, field="answer", missing="Enter what the board answers")
        unchanged(current, expected_version)
        values = {
            "state": EscalationState(to),
            "answer": given,
            "answered_at": now,
            "answered_by": user,
        }
        change(current, "answered", values, by=user, now=now)
        board_clock.tell_of_answer(current, now=now)
    return current


def say_what_changed(
    *, user: User, escalation: Escalation, changed: str, how: str, expected_version: int, now: datetime
) -> Escalation:
    """90 days after the answer. Raises StaleEdit, Refusal('not_your_act' | 'wrong_state' | 'too_soon' |
    'said_already' | 'changed_missing' | 'text_missing')."""
    with transaction.atomic():
        current = locked(escalation)
        rules.step("escalation", Act.SAY_WHAT_CHANGED, current.state, user.roles)
        answered = day_of(current.answered_at) if current.answered_at else None
        before = day_of(current.changed_at) if current.changed_at else None
        due = rules.check_due(answered, current.changed, before)
        what, words = rules.what_changed(changed, how, due_on=due, today=day_of(now))
        unchanged(current, expected_version)
        values = {"changed": what, "changed_how": words, "changed_at": now, "changed_by": user}
        change(current, "change_noted", values, by=user, now=now, detail={"changed": what})
    return current


def propose_escalations(now: datetime) -> int:
    """Proposes the partnership's open risks above the board's appetite; how many. What waits already, what
    the board bears, and what was declined or answered since the last rating is passed over, so that ringing
    twice does no harm."""
    made = 0
    for fact in risks_at(now):
        if fact.organisation_uid or fact.state != RiskState.OPEN or fact.current is None:
            continue
        score, highest = fact.current.score, fact.appetite
        if highest is None or score <= highest:
            continue
        accepted = bool(fact.acceptance and fact.acceptance.approved)
        with transaction.atomic():
            # Two bells at once: the second finds what the first proposed.
            risk = Risk.objects.select_for_update(no_key=True, of=("self",)).get(uid=fact.uid)
            standing = _standing(risk, score, highest, fact.current.recorded_at, accepted)
            if not breaches(standing):
                continue
            _propose(risk, fact.label, score, highest, now)
            made += 1
    return made


def _standing(risk: Risk, score: int, highest: int, rated_at: datetime, accepted: bool) -> Standing:
    rows = Escalation.objects.filter(risk=risk)
    settled = rows.exclude(state__in=_WAITING).aggregate(
        declined=Max("taken_at"), answered=Max("answered_at")
    )
    moments = [one for one in settled.values() if one]
    return Standing(
        score=score,
        highest=highest,
        rated_at=rated_at,
        accepted=accepted,
        waiting=rows.filter(state__in=_WAITING).exists(),
        settled_at=max(moments, default=None),
    )


def _propose(risk: Risk, label: str, score: int, highest: int, now: datetime) -> None:
    made = Escalation(
        uid=uuid.uuid4(),
        source=EscalationSource.APPETITE,
        risk=risk,
        title=f"{label}: {risk.title}"[: rules.TITLE_LENGTH],
        reason=f"The risk is rated {score}. The board bears {highest} at most for this theme.",
        state=EscalationState.PROPOSED,
        raised_at=now,
    )
    begin(made, "proposed", by=None, now=now, detail={"score": score, "highest": highest})
    board_clock.tell_coordinators(made, now=now)
