"""Concerns and successes: proposed, raised, taken up or declined, escalated, answered, closed, reopened.
Each is one transaction of lock, rules, change, move and audit event. Nothing is made or closed silently:
every step leaves a move."""

import uuid
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.audit import Actor
from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from operations.services import once
from partners.constants import ConcernKind, ConcernState
from partners.facts.concerns import ConcernDraft
from partners.models import Concern, Organisation
from partners.rules import concerns as rules
from partners.selectors import concerns as selectors
from partners.services.base import OutOfReach, need, screened, unchanged
from partners.services.concern_moves import audit, begin, move
from partners.services.proposals import propose_from
from partners.signals import concern_escalated
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of

__all__ = ["answer", "close", "decline", "escalate", "propose_from", "raise_concern", "reopen", "triage"]


def raise_concern(
    *, user: User, draft: ConcernDraft, names_no_child: bool = False, token: UUID, now: datetime
) -> Concern:
    """A person raises a concern or a success; it waits for triage.

    `names_no_child`: the person says so of a text that looks as if it did; it is kept on the move.
    Raises AlreadyDone(uid) where the same form was sent before, OutOfReach, Refusal('looks_personal'), or
    the first fault of `rules.draft`.
    """
    with transaction.atomic():
        concern = Concern(uid=uuid.uuid4(), raised_by=user, raised_at=now, state=ConcernState.RAISED)
        once(token=token, purpose="raise_concern", user=user, outcome=str(concern.uid), now=now)
        need(user, Action.CREATE, Thing.CONCERN)
        given = rules.draft(draft)
        marks = screened({"title": given.title, "what": given.what}, confirmed=names_no_child, now=now)
        concern.organisation = _organisation(user, given.organisation, now)
        concern.kind, concern.title, concern.what = given.kind, given.title, given.what
        concern.theme, concern.breadth, concern.severity = given.theme, given.breadth, given.severity
        concern.answer_due_at = rules.answer_due_at(given.severity, now)
        concern.save(force_insert=True)
        begin(concern, user, now, **marks)
        audit("concern.raised", concern, Actor.person(user), now, {"kind": given.kind, **marks})
    return concern


def triage(
    *,
    user: User,
    concern: Concern,
    expected_version: int,
    breadth: str,
    severity: str,
    owner: UUID | None,
    now: datetime,
) -> Concern:
    """The coordinator takes up a concern, or shares a success. `severity` of a success: empty; `owner`:
    who looks into it, one of `selectors.possible_owners`. The clock runs from when it was raised, by the
    severity chosen here.

    Raises StaleEdit, OutOfReach, Refusal('move_not_allowed' | 'unknown_owner' | …).
    """
    with transaction.atomic():
        current = _locked(concern, user, now)
        rules.check_move(current.kind, current.state, ConcernState.TRIAGED)
        if current.state not in (ConcernState.PROPOSED, ConcernState.RAISED):
            # Back from an answer or from closing is `reopen`, which says why.
            raise Refusal("move_not_allowed", "This has been taken up before. Reopen it, with a reason.")
        unchanged(current, expected_version)
        rules.check_reach(current.kind, breadth, severity)
        severity = severity if current.kind == ConcernKind.CONCERN else ""
        person = _owner(current, owner, now)
        due = rules.answer_due_at(severity, current.raised_at)
        move(
            current, ConcernState.TRIAGED, user, now,
            breadth=breadth, severity=severity, owner=person, answer_due_at=due,
        )  # fmt: skip
        detail = {"breadth": breadth, "severity": severity, "owner": str(person.uid) if person else ""}
        audit("concern.taken_up", current, Actor.person(user), now, detail)
    return current


def decline(*, user: User, concern: Concern, expected_version: int, reason: str, now: datetime) -> Concern:
    """Not taken up, and the partner is told why. Raises as `triage`."""
    reason = rules.reason(reason, "Enter why it is not taken up. The partner reads this")
    with transaction.atomic():
        current = _locked(concern, user, now)
        rules.check_move(current.kind, current.state, ConcernState.DECLINED)
        unchanged(current, expected_version)
        move(current, ConcernState.DECLINED, user, now, reason)
        audit("concern.declined", current, Actor.person(user), now, {})
    return current


def escalate(
    *,
    user: User,
    concern: Concern,
    expected_version: int,
    reason: str,
    answer_by: date,
    names_no_child: bool = False,
    now: datetime,
) -> Concern:
    """Puts a concern before the board, which is to answer by noon of a day.

    Raises StaleEdit, OutOfReach, Refusal('move_not_allowed' | 'answer_by_past' | 'looks_personal' | …).
    """
    reason = rules.reason(reason, "Enter what the board is asked, and why now")
    day = rules.board_day(answer_by, today=day_of(now))
    with transaction.atomic():
        marks = screened({"reason": reason}, confirmed=names_no_child, now=now)
        current = _locked(concern, user, now)
        rules.check_move(current.kind, current.state, ConcernState.ESCALATED)
        unchanged(current, expected_version)
        move(
            current, ConcernState.ESCALATED, user, now, reason, told=marks,
            answer_due_at=rules.noon(day), escalated_at=now, escalated_by=user,
            # An earlier answer stays in its move; this one is owed anew.
            answer="", answered_at=None, answered_by=None,
        )  # fmt: skip
        audit("concern.escalated", current, Actor.person(user), now, {"answer_by": day.isoformat(), **marks})
        uid = current.uid
        transaction.on_commit(lambda: concern_escalated.send(sender=Concern, concern_uid=uid))
    return current


def answer(
    *,
    user: User,
    concern: Concern,
    expected_version: int,
    answer: str,
    names_no_child: bool = False,
    now: datetime,
) -> Concern:
    """What is done about a concern: by the board of what is before it, else by the coordinator or by its
    owner.

    Raises StaleEdit, OutOfReach, Refusal('move_not_allowed' | 'looks_personal' | …).
    """
    words = rules.answer(answer)
    with transaction.atomic():
        marks = screened({"answer": words}, confirmed=names_no_child, now=now)
        current = _row(concern, user, now)
        rules.check_move(current.kind, current.state, ConcernState.ANSWERED)
        if not selectors.may_answer(current, user, at=now):
            raise OutOfReach
        unchanged(current, expected_version)
        move(
            current, ConcernState.ANSWERED, user, now, words, told=marks,
            answer=words, answered_at=now, answered_by=user,
        )  # fmt: skip
        audit("concern.answered", current, Actor.person(user), now, marks)
    return current


def close(
    *,
    user: User,
    concern: Concern,
    expected_version: int,
    changed_for_children: str,
    evidence_kind: str,
    names_no_child: bool = False,
    now: datetime,
) -> Concern:
    """Closed with what is different for children, and how that is known (a code of EvidenceKind).

    Raises StaleEdit, OutOfReach, Refusal('move_not_allowed' | 'looks_personal' | …).
    """
    changed, kind = rules.closing(changed_for_children, evidence_kind)
    with transaction.atomic():
        marks = screened({"changed_for_children": changed}, confirmed=names_no_child, now=now)
        current = _locked(concern, user, now)
        rules.check_move(current.kind, current.state, ConcernState.CLOSED)
        unchanged(current, expected_version)
        move(
            current, ConcernState.CLOSED, user, now, changed, told=marks,
            changed_for_children=changed, evidence_kind=kind, closed_at=now, closed_by=user,
        )  # fmt: skip
        audit("concern.closed", current, Actor.person(user), now, {"evidence_kind": kind, **marks})
    return current


def reopen(*, user: User, concern: Concern, expected_version: int, reason: str, now: datetime) -> Concern:
    """Looked into again (after an answer or closing; the clock starts anew), or back in triage (declined).
    What was said before stays in the moves. Raises as `triage`."""
    reason = rules.reason(reason, "Enter why it is looked at again")
    with transaction.atomic():
        current = _locked(concern, user, now)
        back = ConcernState.RAISED if current.state == ConcernState.DECLINED else ConcernState.TRIAGED
        rules.check_move(current.kind, current.state, back)
        if current.state in (ConcernState.PROPOSED, ConcernState.RAISED):
            raise Refusal("move_not_allowed", "This waits for triage. Take it up instead.")
        unchanged(current, expected_version)
        move(
            current, back, user, now, reason,
            answer_due_at=rules.answer_due_at(current.severity, now),
            answer="", answered_at=None, answered_by=None,
            changed_for_children="", evidence_kind="", closed_at=None, closed_by=None,
        )  # fmt: skip
        audit("concern.reopened", current, Actor.person(user), now, {"state": back.value})
    return current


def _organisation(user: User, uid: UUID | None, now: datetime) -> Organisation | None:
    """The organisation whose concern it is. A partner names one of their own; others than the coordinator
    none. Raises Refusal('unknown_organisation')."""
    offered = selectors.organisations_to_raise_for(user, at=now)
    if uid is None:
        if selectors.must_name_organisation(user):
            raise Refusal("unknown_organisation", "Select your organisation", "organisation")
        return None
    found = offered.filter(uid=uid).first()
    if found is None:
        raise Refusal("unknown_organisation", "Select an organisation from the list", "organisation")
    return found


def _owner(concern: Concern, uid: UUID | None, now: datetime) -> User | None:
    if uid is None:
        if concern.kind == ConcernKind.CONCERN:
            raise Refusal("owner_missing", "Select who looks into it", "owner")
        return None
    person = selectors.possible_owners(concern, at=now).filter(uid=uid).first()
    if person is None:
        raise Refusal("unknown_owner", "Select somebody from the list", "owner")
    return person


def _row(concern: Concern, user: User, now: datetime) -> Concern:
    rows = Concern.objects.visible_to(user, at=now).select_for_update(no_key=True, of=("self",))
    found = rows.filter(pk=concern.pk).first()
    if found is None:
        raise OutOfReach
    return found


def _locked(concern: Concern, user: User, now: datetime) -> Concern:
    """For who decides about every concern: the coordinator."""
    if Scope.ALL not in scopes(user.roles, Action.DECIDE, Thing.CONCERN):
        raise OutOfReach
    return _row(concern, user, now)
