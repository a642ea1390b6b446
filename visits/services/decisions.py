"""Asking for management decisions and deciding them. Each is one transaction of lock, rules, change,
move and audit event; a decision that comes to stand authorises the alternatives it covers."""

import uuid
from collections.abc import Iterable, Mapping
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
from visits.constants.oversight import DecisionState
from visits.models import Child, DecisionMove, ManagementDecision, Plan, Visit
from visits.rules import decisions as decision_rules
from visits.rules import records as record_rules
from visits.rules.decisions import OPEN, QUESTIONS, Choice, DecisionDraft
from visits.selectors import decisions
from visits.selectors.alternatives import standing_on
from visits.selectors.oversight_rules import limit
from visits.selectors.records import hands_on
from visits.services.visits import OutOfReach, write

# What of a request its moves keep.
_KEPT = ("due_on", "alternative", "covers_from", "review_on", *QUESTIONS)


def ask_for_decision(
    *,
    user: User,
    child: Child,
    plan: Plan,
    draft: DecisionDraft,
    renews: ManagementDecision | None,
    token: UUID,
    now: datetime,
) -> ManagementDecision:
    """Asks the managers of the child's team not to see the child face to face for a while.

    Raises AlreadyDone(uid of the decision) where the same form was sent before, OutOfReach, or a Refusal:
    the first of `decision_rules.faults`, those of `decision_rules.renewal_of`, 'already_open' while another
    request of the plan is open, 'rule_missing'.
    """
    today = day_of(now)
    with transaction.atomic():
        decision = ManagementDecision(
            uid=uuid.uuid4(), child=child, plan=plan, asked_at=now, asked_by=user, renews=renews
        )
        once(token=token, purpose="ask_for_decision", user=user, outcome=str(decision.uid), now=now)
        _hold(child.pk)
        _in_reach(child, user, Action.CREATE, now=now)
        if plan.child_id != child.pk:
            raise OutOfReach
        plan.refresh_from_db()
        _fill(decision, draft, today=today)
        if ManagementDecision.objects.filter(plan=plan, state__in=OPEN).exists():
            raise Refusal(
                "already_open",
                "Another request for this plan is still open. Wait for it, or withdraw it first.",
            )
        decision.renewal = decision_rules.renewal_of(
            decisions.before(child.pk, today=today), renews.uid if renews else None
        )
        decision.save(force_insert=True)
        _moved(decision, "", "", user, now, action="decision.asked")
    return decision


def resubmit_decision(
    *,
    user: User,
    decision: ManagementDecision,
    draft: DecisionDraft,
    reason: str,
    expected_version: int,
    now: datetime,
) -> ManagementDecision:
    """Puts a request that was sent back before the managers again, with other answers. Only who asked may,
    so that nobody decides on words of their own.

    Raises StaleEdit, OutOfReach, or a Refusal: 'not_yours', 'nothing_changed', of the rules.
    """
    with transaction.atomic():
        current = _locked(decision, user, expected_version, Action.CREATE, now=now)
        if current.asked_by_id != user.pk:
            raise Refusal(
                "not_yours", "Only the person who asked can change this request. Withdraw it and ask anew."
            )
        decision_rules.move(current.state, DecisionState.ASKED)
        reason = record_rules.check_text(reason, field="reason", length=decision_rules.ANSWER_LENGTH)
        earlier = _answers(current)
        _fill(current, draft, today=day_of(now))
        if _answers(current) == earlier:
            raise Refusal("nothing_changed", "Change what the manager asked about, or withdraw the request.")
        changes = {name: getattr(current, name) for name in _KEPT}
        return _move(current, DecisionState.ASKED, changes, reason, user, "decision.resubmitted", now=now)


def withdraw_decision(
    *, user: User, decision: ManagementDecision, reason: str, expected_version: int, now: datetime
) -> ManagementDecision:
    """Takes a request back before it is decided. Anybody who may ask for this child may, since who asked
    may be away.

    Raises StaleEdit, OutOfReach or a Refusal.
    """
    with transaction.atomic():
        current = _locked(decision, user, expected_version, Action.CREATE, now=now)
        decision_rules.move(current.state, DecisionState.WITHDRAWN)
        reason = record_rules.reason_given(reason, asked="Enter why you are withdrawing this request")
        return _move(current, DecisionState.WITHDRAWN, {}, reason, user, "decision.withdrawn", now=now)


def decide(
    *,
    user: User,
    decision: ManagementDecision,
    choice: Choice,
    note: str,
    expected_version: int,
    now: datetime,
) -> ManagementDecision:
    """A manager of the child's team, who did not ask, authorises, declines or sends back.

    From the second renewal on the first approval leads to a second approver. What comes to stand
    authorises the alternatives that took place on its days, but for those in which every decider had
    a hand. Raises StaleEdit, OutOfReach or a Refusal: 'self_approval', 'second_is_another',
    'request_expired', 'plan_closed', 'reason_missing', of the moves, 'rule_missing'.
    """
    today = day_of(now)
    with transaction.atomic():
        current = _locked(decision, user, expected_version, Action.DECIDE, now=now)
        decision_rules.decider(
            person=user.pk,
            state=current.state,
            asked_by=current.asked_by_id,
            decided_by=current.decided_by_id,
        )
        became = decision_rules.outcome(
            choice,
            state=current.state,
            renewal=current.renewal,
            second_from=limit("second_approver_from_renewal", today),
        )
        note = decision_rules.note(note, choice=choice)
        if choice is Choice.AUTHORISE:
            decision_rules.approval(
                plan=decisions.days_of(current.plan), review_on=current.review_on, today=today
            )
        changes = _decided(current, became, note, user, now=now)
        # Locked before the first event is written: from there on every other writer of the trail waits.
        waiting = _waiting_contacts(current) if became == DecisionState.AUTHORISED else []
        moved = _move(current, became, changes, note, user, f"decision.{became}", now=now)
        _authorise(waiting, decisions.deciders_of(moved), user, now=now)
    return moved


def _decided(
    current: ManagementDecision, became: str, note: str, user: User, *, now: datetime
) -> dict[str, Any]:
    """The columns that say who decided; a request sent back is as if nobody had."""
    if became == DecisionState.SENT_BACK:
        return {"decided_at": None, "decided_by_id": None, "decision_note": ""}
    if current.state == DecisionState.SECOND:
        columns: dict[str, Any] = {"seconded_at": now, "seconded_by_id": user.pk}
    else:
        columns = {"decided_at": now, "decided_by_id": user.pk, "decision_note": note}
    if became == DecisionState.AUTHORISED:
        columns["retrospective"] = decision_rules.is_retrospective(
            covers_from=current.covers_from, decided_on=day_of(now)
        )
    return columns


def _waiting_contacts(decision: ManagementDecision) -> list[Visit]:
    """Those on record already; later ones ask `selectors.decisions.covering` as they are recorded."""
    waiting = decisions.covered_alternatives(decision).filter(authorised=False).select_related("child")
    return list(waiting.select_for_update(of=("self",)))


def _authorise(visits: Iterable[Visit], deciders: tuple[int, ...], user: User, *, now: datetime) -> None:
    """In the name of a decider without a hand in the contact, and never what the law did not allow."""
    for visit in visits:
        law = standing_on(visit.child, visit.method, visit.visit_date, has_record=True)
        person = decision_rules.authoriser(deciders, hands_on(visit)) if law.may_be_authorised else None
        if person is not None:
            changes = {"authorised": True, "authorised_at": now, "authorised_by_id": person}
            write(visit, changes, "visit.authorised", user, "", now=now)


def _hold(child_id: int) -> None:
    """Until the transaction ends, nobody else records an alternative of this child or decides about it:
    neither may miss what the other is just writing. Before any lock on the child's records."""
    Child.objects.select_for_update(no_key=True).get(pk=child_id)


def _in_reach(child: Child, user: User, action: Action, *, now: datetime) -> None:
    if not Child.objects.open_to(user, action, Thing.DECISION, at=now).contains(child):
        raise OutOfReach


def _locked(
    decision: ManagementDecision, user: User, expected_version: int, action: Action, *, now: datetime
) -> ManagementDecision:
    _hold(decision.child_id)
    rows = ManagementDecision.objects.select_for_update(of=("self",)).select_related("child", "plan")
    current = rows.get(pk=decision.pk)
    _in_reach(current.child, user, action, now=now)
    if current.version != expected_version:
        raise StaleEdit(current.version, expected_version)
    return current


def _fill(decision: ManagementDecision, draft: DecisionDraft, *, today: date) -> None:
    """Puts the answers on the row. Raises the first fault."""
    longest = limit("decision_longest_days", today)
    for fault in decision_rules.faults(
        draft, plan=decisions.days_of(decision.plan), today=today, longest=longest
    ):
        raise fault
    for name, value in vars(draft).items():
        if name in QUESTIONS:
            value = record_rules.check_text(value, field=name, length=decision_rules.ANSWER_LENGTH)
        setattr(decision, name, value)


def _answers(decision: ManagementDecision) -> dict[str, Any]:
    """The request as a move keeps it: field name -> plain value, days as ISO text."""
    kept = {name: getattr(decision, name) for name in _KEPT}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in kept.items()}


def _move(
    decision: ManagementDecision,
    became: str,
    changes: Mapping[str, Any],
    reason: str,
    user: User,
    action: str,
    *,
    now: datetime,
) -> ManagementDecision:
    """Saves the locked row with its new state, and the move."""
    was = decision.state
    for name, value in {**changes, "state": became}.items():
        setattr(decision, name, value)
    decision.version += 1
    # The version in the filter holds even where the lock does not (SQLite has no row locks).
    written = ManagementDecision.objects.filter(pk=decision.pk, version=decision.version - 1).update(
        version=decision.version, state=became, **changes
    )
    if not written:
        raise StaleEdit(decision.version, decision.version - 1)
    _moved(decision, was, reason, user, now, action=action)
    return decision


def _moved(
    decision: ManagementDecision, was: str, reason: str, user: User, now: datetime, *, action: str
) -> None:
    DecisionMove.objects.create(
        decision=decision,
        was=was,
        became=decision.state,
        reason=reason,
        answers=_answers(decision),
        moved_at=now,
        moved_by=user,
    )
    # The answers and reasons are the record's own text and stay with the moves.
    record(
        action,
        actor=Actor.person(user),
        at=now,
        object_kind="decision",
        object_uid=decision.uid,
        child_uid=decision.child.uid,
        detail={
            "was": was,
            "became": str(decision.state),
            "renewal": decision.renewal,
            "retrospective": decision.retrospective,
        },
    )
