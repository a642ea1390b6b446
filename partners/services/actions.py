"""Actions: opened from any source, moved, finished with evidence, verified by another person, reopened,
handed on, withdrawn. Each is one transaction of lock, rules, change, move and audit event."""

import uuid
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.audit import Actor, record
from accounts.policy import Action as Act
from accounts.policy import Scope, Thing, scopes
from accounts.selectors import User
from operations.services import once
from partners.constants import ActionState, SourceKind
from partners.facts.actions import ActionSource
from partners.models import Action, ActionMove, ActionSlip, Organisation
from partners.rules import actions as rules
from partners.rules.actions import Finish
from partners.selectors import actions as selectors
from partners.services.base import OutOfReach, screened, unchanged, write
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of


def open_action(
    *,
    user: User,
    source: ActionSource,
    title: str,
    what: str,
    organisation: Organisation,
    owner: User | None,
    priority: str,
    due_on: date,
    milestone: bool = False,
    names_no_child: bool = True,
    token: UUID | None,
    now: datetime,
) -> Action:
    """A new action. That `user` may see the source is the caller's business (`selectors.source_of`).

    `owner`: one of `selectors.possible_owners`, or None: the organisation's lead is asked. `token`: of the
    form; None where the caller has used one up itself.
    Raises AlreadyDone(uid), OutOfReach, Refusal('unknown_owner' | 'due_in_past' | …).
    """
    with transaction.atomic():
        action = Action(uid=uuid.uuid4(), created_at=now, created_by=user, milestone=milestone)
        if token is not None:
            once(token=token, purpose="open_action", user=user, outcome=str(action.uid), now=now)
        if not selectors.organisations_to_add_for(user, at=now).filter(pk=organisation.pk).exists():
            raise OutOfReach
        if source.kind not in SourceKind.values:
            raise Refusal("unknown_source", "Add the action from the page that it comes from.")
        rules.check_priority(priority)
        action.title, action.what = rules.title(title), rules.what(what)
        marks = screened({"title": action.title, "what": action.what}, confirmed=names_no_child, now=now)
        action.source_kind, action.source_uid = source.kind, source.uid
        action.source_label = source.label[: rules.TITLE_LENGTH]
        action.organisation, action.priority = organisation, priority
        action.owner = _owner(organisation, owner, now)
        action.original_due_on = action.due_on = rules.due_day(due_on, today=day_of(now))
        action.save(force_insert=True)
        _told(action, "", user, now, "", _owner_text(action.owner) | marks)
        detail = {"source": source.kind, "due_on": action.due_on.isoformat(), "priority": priority, **marks}
        _audit("action.opened", action, user, now, detail)
    return action


def slip(
    *,
    user: User,
    action: Action,
    expected_version: int,
    due_on: date,
    reason_code: str,
    reason: str,
    now: datetime,
) -> ActionSlip:
    """Moves the day an action is due; the original day stays, and so does every reason.

    Raises StaleEdit, OutOfReach, Refusal('move_not_allowed' | 'not_later' | …).
    """
    with transaction.atomic():
        current = _locked(selectors.editable(user, at=now), action)
        rules.check_open(current.state)
        words = rules.slip(
            due_on=current.due_on, to=due_on, reason_code=reason_code, words=reason, today=day_of(now)
        )
        unchanged(current, expected_version)
        moved = ActionSlip.objects.create(
            action=current,
            from_date=current.due_on,
            to_date=due_on,
            reason_code=reason_code,
            reason=words,
            at=now,
            by=user,
        )
        write(current, due_on=due_on)
        detail = {"from": moved.from_date.isoformat(), "to": due_on.isoformat(), "reason": reason_code}
        _audit("action.moved", current, user, now, detail)
    return moved


def finish(
    *,
    user: User,
    action: Action,
    expected_version: int,
    given: Finish,
    names_no_child: bool = False,
    now: datetime,
) -> Action:
    """Done, with what shows it; another person verifies.

    Raises StaleEdit, OutOfReach, Refusal('move_not_allowed' | 'looks_personal' | …).
    """
    with transaction.atomic():
        current = _locked(selectors.editable(user, at=now), action)
        rules.check_move(current.state, ActionState.DONE)
        said = rules.finish(
            given, priority=current.priority, created_on=day_of(current.created_at), today=day_of(now)
        )
        texts = {"evidence_text": said.evidence_text, "changed_for_children": said.changed_for_children}
        marks = screened(texts, confirmed=names_no_child, now=now)
        unchanged(current, expected_version)
        texts |= {"evidence_kind": said.evidence_kind}
        write(current, state=ActionState.DONE, done_on=said.done_on, done_at=now, done_by=user, **texts)
        fields = texts | {"done_on": said.done_on.isoformat()} | marks
        _told(current, ActionState.OPEN, user, now, "", fields)
        _audit("action.finished", current, user, now, {"done_on": said.done_on.isoformat(), **marks})
    return current


def verify(*, user: User, action: Action, expected_version: int, now: datetime) -> Action:
    """Another person has looked at the evidence and agrees; for high priority somebody of another
    organisation. Raises StaleEdit, OutOfReach, Refusal('move_not_allowed' | 'own_work' | …)."""
    with transaction.atomic():
        current = _locked(selectors.decidable(user, at=now), action)
        rules.check_move(current.state, ActionState.VERIFIED)
        belongs = Organisation.objects.belonged_to_by(user, at=now).values_list("pk", flat=True)
        rules.check_verifier(
            person=user.pk,
            done_by=current.done_by_id,
            owner=current.owner_id,
            organisation=current.organisation_id,
            belongs_to=set(belongs),
            priority=current.priority,
        )
        unchanged(current, expected_version)
        write(current, state=ActionState.VERIFIED, verified_at=now, verified_by=user)
        _told(current, ActionState.DONE, user, now, "", {})
        _audit("action.verified", current, user, now, {"priority": current.priority})
    return current


def reopen(*, user: User, action: Action, expected_version: int, reason: str, now: datetime) -> Action:
    """The evidence does not show it (done), or it is found undone later (verified; the coordinator and the
    board). Its evidence stays in its moves. Raises StaleEdit, OutOfReach, Refusal."""
    with transaction.atomic():
        current = _locked(selectors.decidable(user, at=now), action)
        rules.check_move(current.state, ActionState.OPEN)
        if current.state == ActionState.VERIFIED and not _grants_all(user, Act.DECIDE):
            raise OutOfReach
        words = rules.reason(reason, "Enter what is missing, so that the owner knows what to do")
        unchanged(current, expected_version)
        was = current.state
        write(
            current,
            state=ActionState.OPEN,
            done_on=None,
            done_at=None,
            done_by=None,
            verified_at=None,
            verified_by=None,
        )
        _told(current, was, user, now, words, {})
        _audit("action.reopened", current, user, now, {"from": was})
    return current


def withdraw(*, user: User, action: Action, expected_version: int, reason: str, now: datetime) -> Action:
    """By the coordinator: no longer to be done. Raises StaleEdit, OutOfReach, Refusal."""
    with transaction.atomic():
        current = _locked(selectors.editable(user, at=now), action)
        if not _grants_all(user, Act.EDIT):
            raise OutOfReach
        rules.check_move(current.state, ActionState.WITHDRAWN)
        words = rules.reason(reason, "Enter why it is no longer to be done")
        unchanged(current, expected_version)
        write(current, state=ActionState.WITHDRAWN)
        _told(current, ActionState.OPEN, user, now, words, {})
        _audit("action.withdrawn", current, user, now, {})
    return current


def reassign(
    *,
    user: User,
    action: Action,
    expected_version: int,
    owner: User | None,
    reason: str,
    now: datetime,
) -> Action:
    """Hands an open action to another person of its organisation, or (None) to its lead.

    Raises StaleEdit, OutOfReach, Refusal('move_not_allowed' | 'unknown_owner' | 'same_owner' | …).
    """
    with transaction.atomic():
        current = _locked(selectors.editable(user, at=now), action)
        rules.check_open(current.state)
        words = rules.reason(reason, "Enter why somebody else takes it on")
        person = _owner(current.organisation, owner, now)
        if current.owner_id == (person.pk if person else None):
            raise Refusal("same_owner", "Select somebody other than the owner it has", "owner")
        unchanged(current, expected_version)
        write(current, owner=person)
        _told(current, current.state, user, now, words, _owner_text(person))
        _audit("action.reassigned", current, user, now, _owner_text(person))
    return current


def record_export(*, user: User, rows: int, filters: dict[str, Any], now: datetime) -> None:
    """Puts a download of actions on the trail."""
    with transaction.atomic():
        record(
            "action.exported", actor=Actor.person(user), at=now, object_kind="action",
            detail={"rows": rows, **filters},
        )  # fmt: skip


def _owner(organisation: Organisation, owner: User | None, now: datetime) -> User | None:
    if owner is None:
        return None
    if not selectors.possible_owners(organisation, at=now).filter(pk=owner.pk).exists():
        raise Refusal("unknown_owner", f"Choose from the list somebody of {organisation.name}", "owner")
    return owner


def _owner_text(owner: User | None) -> dict[str, str]:
    return {"owner": str(owner.uid) if owner else ""}


def _grants_all(user: User, act: Act) -> bool:
    return Scope.ALL in scopes(user.roles, act, Thing.ACTION)


def _locked(rows: QuerySet[Action], action: Action) -> Action:
    found = rows.select_for_update(no_key=True, of=("self",)).filter(pk=action.pk).first()
    if found is None:
        raise OutOfReach
    return found


def _told(action: Action, was: str, user: User, now: datetime, reason: str, fields: dict[str, Any]) -> None:
    ActionMove.objects.create(
        action=action, from_state=was, to_state=action.state, reason=reason, fields=fields, at=now, by=user
    )


def _audit(action: str, of: Action, user: User, now: datetime, detail: dict[str, Any]) -> None:
    record(action, actor=Actor.person(user), at=now, object_kind="action", object_uid=of.uid, detail=detail)
