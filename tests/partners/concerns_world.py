"""Two partners, the partnership's people, and concerns and actions in each state."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from accounts.models import User
from partners.constants import (
    ActionState,
    Breadth,
    ConcernKind,
    ConcernState,
    Duty,
    Priority,
    Severity,
    SourceKind,
    Theme,
)
from partners.facts.actions import ActionSource
from partners.facts.concerns import ConcernDraft
from partners.models import Action, ActionMove, Concern, ConcernMove, Organisation
from partners.rules.concerns import answer_due_at
from partners.services import actions, concerns
from tests.partners.factories import make_organisation, represent
from tests.people import person

# A Monday.
NOW = datetime(2020, 6, 15, 9, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)


@dataclass
class World:
    police: Organisation
    health: Organisation
    lead: User
    deputy: User
    other_lead: User
    coordinator: User
    board: User
    manager: User
    worker: User
    auditor: User


def make_world() -> World:
    lead, other_lead = person("PR", name="Lena Lead"), person("PR", name="Oscar Other")
    police = make_organisation("Moorland Police", lead=lead)
    health = make_organisation("Moorland Health", kind="nhs_provider", lead=other_lead)
    world = World(
        police=police,
        health=health,
        lead=lead,
        deputy=person("PR", name="Dan Deputy"),
        other_lead=other_lead,
        coordinator=person("CO", name="Cora Coordinator"),
        board=person("BM", name="Bea Board"),
        manager=person("MG", name="Mona Manager"),
        worker=person("SW", name="Wanda Worker"),
        auditor=person("AU", name="Aude Auditor"),
    )
    represent(world.deputy, police, Duty.DEPUTY)
    represent(world.board, health, Duty.STAFF)
    represent(world.manager, health, Duty.STAFF)
    return world


def draft(**other) -> ConcernDraft:
    right = {
        "kind": ConcernKind.CONCERN,
        "title": "Health visitors see fewer babies",
        "what": "Home visits stopped in two localities",
        "theme": Theme.SERVICES,
        "breadth": Breadth.LOCAL,
        "severity": Severity.MEDIUM,
    }
    return ConcernDraft(**right | other)


def raised(world: World, user: User | None = None, *, now: datetime = NOW, **other) -> Concern:
    user = user or world.lead
    other.setdefault("organisation", world.police.uid if user == world.lead else None)
    return concerns.raise_concern(user=user, draft=draft(**other), token=uuid4(), now=now)


def concern_row(
    organisation: Organisation | None,
    state: str = ConcernState.RAISED,
    *,
    by: User | None = None,
    now: datetime = NOW,
    **fields,
) -> Concern:
    """A concern in a state, with the move that tells of it; `by` none: a rule proposed it."""
    kind = fields.get("kind", ConcernKind.CONCERN)
    values = {
        "kind": kind,
        "title": "Health visitors see fewer babies",
        "what": "Home visits stopped in two localities",
        "theme": Theme.SERVICES,
        "severity": Severity.MEDIUM if kind == ConcernKind.CONCERN else "",
        "raised_at": now,
        "raised_by": by,
        **fields,
    }
    values.setdefault("answer_due_at", answer_due_at(values["severity"], now))
    if state == ConcernState.ESCALATED:
        values |= {"escalated_at": now, "escalated_by": by}
    if state in (ConcernState.ANSWERED, ConcernState.CLOSED):
        values |= {"answer": "Visits start again", "answered_at": now, "answered_by": by}
    if state == ConcernState.CLOSED:
        values |= {
            "changed_for_children": "Babies are seen at home again",
            "evidence_kind": "data",
            "closed_at": now,
            "closed_by": by,
        }
    concern = Concern.objects.create(organisation=organisation, state=state, **values)
    reason = "It is known and dealt with" if state == ConcernState.DECLINED else ""
    due = concern.answer_due_at
    fields = {
        "severity": concern.severity,
        "breadth": concern.breadth,
        "answer_due_at": due.isoformat() if due else "",
    }
    ConcernMove.objects.create(
        concern=concern, to_state=state, reason=reason, fields=fields, at=concern.raised_at, by=by
    )
    return concern


def a_source(kind: str = SourceKind.CONCERN) -> ActionSource:
    return ActionSource(kind, uuid4(), "Health visitors see fewer babies")


def opened(world: World, user: User | None = None, *, now: datetime = NOW, **other) -> Action:
    right = {
        "source": a_source(),
        "title": "Say how many babies wait",
        "what": "By locality",
        "organisation": world.police,
        "owner": world.lead,
        "priority": Priority.NORMAL,
        "due_on": now.date() + 7 * DAY,
        "token": uuid4(),
    }
    return actions.open_action(user=user or world.coordinator, now=now, **right | other)


def action_row(
    organisation: Organisation,
    by: User,
    state: str = ActionState.OPEN,
    *,
    owner: User | None = None,
    now: datetime = NOW,
    verified_by: User | None = None,
    **fields,
) -> Action:
    """An action in a state, with the moves that tell of it."""
    due: date = fields.pop("due_on", now.date() + 7 * DAY)
    values = {
        "title": "Say how many babies wait",
        "source_kind": SourceKind.CONCERN,
        "source_uid": uuid4(),
        "source_label": "Health visitors see fewer babies",
        "original_due_on": due,
        "due_on": due,
        "created_at": now,
        "created_by": by,
        **fields,
    }
    if state in (ActionState.DONE, ActionState.VERIFIED):
        values |= {
            "evidence_text": "The list of 12 June",
            "done_on": now.date(),
            "done_at": now,
            "done_by": by,
        }
    if state == ActionState.VERIFIED:
        values |= {"verified_at": now, "verified_by": verified_by}
    action = Action.objects.create(organisation=organisation, owner=owner, state=state, **values)
    told = {"owner": str(owner.uid) if owner else ""}
    steps = [("", ActionState.OPEN, told)]
    if state in (ActionState.DONE, ActionState.VERIFIED):
        steps.append((ActionState.OPEN, ActionState.DONE, {"done_on": now.date().isoformat()}))
    if state == ActionState.VERIFIED:
        steps.append((ActionState.DONE, state, {}))
    if state == ActionState.WITHDRAWN:
        steps.append((ActionState.OPEN, state, {}))
    for was, to, told in steps:
        ActionMove.objects.create(action=action, from_state=was, to_state=to, fields=told, at=now, by=by)
    return action
