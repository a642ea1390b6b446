"""Actions, read."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.constants import Role
from accounts.policy import Action as Act
from accounts.policy import Scope, Thing, scopes
from accounts.selectors import User
from partners.constants import ActionState, Duty, Priority
from partners.facts.actions import ActionFact, ActionSource
from partners.facts.waiting import Waiting
from partners.models import (
    Action,
    ActionMove,
    ActionSlip,
    Organisation,
    Representative,
)
from partners.querysets import holds_on
from partners.selectors.action_rights import ActionRights, action_rights, decidable, editable
from partners.selectors.action_sources import source_of
from safeguarding.kernel.periods import day_of

__all__ = [
    "ActionRights",
    "action_rights",
    "actions_at",
    "actions_of",
    "chosen",
    "decidable",
    "editable",
    "facts_of",
    "history",
    "mine",
    "of_my_organisations",
    "organisations_to_add_for",
    "overdue",
    "owners_of_all",
    "possible_owners",
    "source_of",
    "to_verify",
    "visible",
    "waiting_for",
]

# An action due within so many days is spoken of on the start page.
SOON_DAYS = 7
# Roles whom the matrix lets work on actions that are theirs.
_WORKS_ON_ACTIONS = (Role.MANAGER, Role.PARTNER, Role.COORDINATOR)


def facts_of(rows: QuerySet[Action]) -> list[ActionFact]:
    """Actions as they are now, in the order of the rows; one query."""
    return [
        _fact(action, state=action.state, due_on=action.due_on, done_on=action.done_on,
              slips=action.slip_count, owner=action.owner.name if action.owner else "",
              verified_on=day_of(action.verified_at) if action.verified_at else None)
        for action in rows.select_related("organisation", "owner").annotate(slip_count=Count("slips"))
    ]  # fmt: skip


def actions_at(at: datetime) -> list[ActionFact]:
    """Every action as it stood at a moment: its state and owner by its moves, the day it was due by its
    slips; the earliest due first. Four queries."""
    moves: dict[int, list[ActionMove]] = {}
    for move in ActionMove.objects.filter(at__lte=at).order_by("at", "pk"):
        moves.setdefault(move.action_id, []).append(move)
    slips: dict[int, list[ActionSlip]] = {}
    for slip in ActionSlip.objects.filter(at__lte=at).order_by("at", "pk"):
        slips.setdefault(slip.action_id, []).append(slip)
    owners = _names({uid for of in moves.values() for move in of if (uid := move.fields.get("owner"))})
    rows = Action.objects.filter(created_at__lte=at).select_related("organisation")
    found = [
        _as_it_stood(action, moves[action.pk], slips.get(action.pk, []), owners)
        for action in rows
        if action.pk in moves
    ]
    return sorted(found, key=lambda fact: (fact.due_on, str(fact.uid)))


def _as_it_stood(
    action: Action, moves: list[ActionMove], slips: list[ActionSlip], owners: dict[str, str]
) -> ActionFact:
    done_on: date | None = None
    verified_on: date | None = None
    owner = ""
    for move in moves:
        owner = move.fields.get("owner", owner)
        if move.to_state == ActionState.DONE:
            done_on = date.fromisoformat(move.fields["done_on"])
        elif move.to_state == ActionState.VERIFIED:
            verified_on = day_of(move.at)
        elif move.to_state == ActionState.OPEN:
            done_on = verified_on = None
    return _fact(
        action,
        state=moves[-1].to_state,
        due_on=slips[-1].to_date if slips else action.original_due_on,
        slips=len(slips),
        owner=owners.get(owner, ""),
        done_on=done_on,
        verified_on=verified_on,
    )


def _fact(
    action: Action,
    *,
    state: str,
    due_on: date,
    slips: int,
    owner: str,
    done_on: date | None,
    verified_on: date | None,
) -> ActionFact:
    return ActionFact(
        uid=action.uid,
        title=action.title,
        source=ActionSource(action.source_kind, action.source_uid, action.source_label),
        milestone=action.milestone,
        organisation=action.organisation.name,
        organisation_uid=action.organisation.uid,
        owner=owner,
        priority=action.priority,
        state=state,
        original_due_on=action.original_due_on,
        due_on=due_on,
        slips=slips,
        done_on=done_on,
        verified_on=verified_on,
    )


def _names(uids: Iterable[str]) -> dict[str, str]:
    return {str(person.uid): person.name for person in get_user_model().objects.filter(uid__in=uids)}


def actions_of(source_kind: str, source_uid: UUID, user: User, at: datetime) -> list[ActionFact]:
    """The actions of a source that `user` may see, the earliest due first."""
    rows = Action.objects.visible_to(user, at=at)
    return facts_of(rows.filter(source_kind=source_kind, source_uid=source_uid))


def overdue(today: date) -> Q:
    return Q(state=ActionState.OPEN, due_on__lt=today)


def led_by(user: User, day: date) -> QuerySet[Organisation]:
    """The organisations whose lead `user` is: they are asked where an action has no owner."""
    leads = Representative.objects.filter(holds_on(day), user=user, duty=Duty.LEAD)
    if Role.PARTNER not in user.roles:
        leads = leads.none()
    return Organisation.objects.filter(pk__in=leads.values("organisation"))


def mine(user: User, *, at: datetime) -> QuerySet[Action]:
    """What `user` owns, and what nobody owns in an organisation whose lead they are."""
    rows = Action.objects.visible_to(user, at=at)
    return rows.filter(Q(owner=user) | Q(owner=None, organisation__in=led_by(user, day_of(at))))


def of_my_organisations(user: User, *, at: datetime) -> QuerySet[Action]:
    """The other actions of the organisations that `user` answers for."""
    own = Organisation.objects.answered_for_by(user, at=at)
    rows = Action.objects.visible_to(user, at=at).filter(organisation__in=own)
    return rows.exclude(pk__in=mine(user, at=at).values("pk"))


def to_verify(user: User, *, at: datetime) -> QuerySet[Action]:
    """Finished actions that wait, and that the rules let `user` verify."""
    belongs = Organisation.objects.belonged_to_by(user, at=at)
    rows = decidable(user, at=at).filter(state=ActionState.DONE).exclude(done_by=user).exclude(owner=user)
    if not belongs.exists():
        return rows.exclude(priority=Priority.HIGH)
    return rows.exclude(priority=Priority.HIGH, organisation__in=belongs)


def possible_owners(organisation: Organisation, *, at: datetime) -> QuerySet[User]:
    """People of the organisation who may work on actions."""
    belongs = Representative.objects.filter(
        holds_on(day_of(at)), user=OuterRef("pk"), organisation=organisation
    )
    people = get_user_model().objects.filter(
        Exists(belongs),
        Q(grants__needs_second=False) | Q(grants__seconded_at__isnull=False),
        is_active=True,
        grants__right__in=_WORKS_ON_ACTIONS,
        grants__ended_at=None,
    )
    return people.distinct().order_by("name", "pk")


def organisations_to_add_for(user: User, *, at: datetime) -> QuerySet[Organisation]:
    """Whom `user` may give an action: all for the coordinator, a partner their own."""
    granted = scopes(user.roles, Act.CREATE, Thing.ACTION)
    rows = Organisation.objects.in_force(day_of(at))
    if Scope.ALL in granted:
        return rows
    return rows.answered_for_by(user, at=at) if granted else rows.none()


def waiting_for(user: User, at: datetime) -> list[Waiting]:
    """What of the actions waits for somebody; few queries."""
    if not scopes(user.roles, Act.VIEW, Thing.ACTION):
        return []
    today = day_of(at)
    found = []
    soon = mine(user, at=at).filter(state=ActionState.OPEN, due_on__lte=today + timedelta(days=SOON_DAYS))
    due = list(soon.order_by().values_list("due_on", flat=True))
    late = sum(day < today for day in due)
    if late:
        words = "1 of your actions is overdue" if late == 1 else f"{late:,} of your actions are overdue"
        found.append(Waiting(late, words, "my_actions", overdue=True))
    if coming := len(due) - late:
        words = "1 of your actions is" if coming == 1 else f"{coming:,} of your actions are"
        found.append(Waiting(coming, f"{words} due within {SOON_DAYS} days", "my_actions"))
    if scopes(user.roles, Act.DECIDE, Thing.ACTION) and (count := to_verify(user, at=at).count()):
        words = "1 action waits" if count == 1 else f"{count:,} actions wait"
        found.append(Waiting(count, f"{words} to be verified", "actions_to_verify"))
    return found


def owners_of_all(organisations: QuerySet[Organisation], *, at: datetime) -> list[tuple[UUID, str]]:
    """Who may own an action of one of the organisations: (uid, 'Lena Lead, Moorland Police')."""
    rows = Representative.objects.filter(
        Q(user__grants__needs_second=False) | Q(user__grants__seconded_at__isnull=False),
        holds_on(day_of(at)),
        organisation__in=organisations,
        user__is_active=True,
        user__grants__right__in=_WORKS_ON_ACTIONS,
        user__grants__ended_at=None,
    )
    found = rows.values_list("organisation__name", "user__name", "user__uid").distinct()
    return [(uid, f"{name}, {of}") for of, name, uid in found.order_by("organisation__name", "user__name")]


def visible(user: User, *, at: datetime) -> QuerySet[Action]:
    return Action.objects.visible_to(user, at=at).select_related(
        "organisation", "owner", "done_by", "verified_by", "created_by"
    )


def chosen(
    rows: QuerySet[Action], *, state: str, source: str, organisation: str, today: date
) -> QuerySet[Action]:
    """The rows that a filter leaves: `state` is a code, 'overdue', 'all', or empty for all that are open;
    `organisation` a uid as text."""
    if source:
        rows = rows.filter(source_kind=source)
    if organisation:
        rows = rows.filter(organisation__uid=organisation)
    if state == "overdue":
        return rows.filter(overdue(today))
    if state == "all":
        return rows
    return rows.filter(state=state or ActionState.OPEN)


def history(action: Action) -> tuple[list[ActionMove], list[ActionSlip]]:
    """Its moves and its slips, each the earliest first."""
    return list(action.moves.select_related("by")), list(action.slips.select_related("by"))
