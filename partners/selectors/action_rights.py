"""Who may do what with an action."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.policy import Action as Act
from accounts.policy import Scope, Thing, scopes
from accounts.selectors import User
from partners.constants import ActionState
from partners.models import Action, Organisation
from partners.rules import actions as rules
from safeguarding.kernel.errors import Refusal


def editable(user: User, *, at: datetime) -> QuerySet[Action]:
    """What `user` may finish, move or hand on: the coordinator all, a partner their organisation's,
    each their own."""
    return _within(user, Act.EDIT, at)


def decidable(user: User, *, at: datetime) -> QuerySet[Action]:
    """What `user` may verify, as far as the matrix goes; `rules.check_verifier` says the rest."""
    return _within(user, Act.DECIDE, at)


def _within(user: User, act: Act, at: datetime) -> QuerySet[Action]:
    granted = scopes(user.roles, act, Thing.ACTION)
    rows = Action.objects.visible_to(user, at=at)
    if Scope.ALL in granted:
        return rows
    reach = Q(pk__in=[])
    if Scope.OWN_ORGANISATION in granted:
        reach |= Q(organisation__in=Organisation.objects.answered_for_by(user, at=at))
    if granted and act == Act.EDIT:
        reach |= Q(owner=user)
    return rows.filter(reach)


@dataclass(frozen=True)
class ActionRights:
    """What somebody may do with an action as it is now."""

    finish: bool = False
    withdraw: bool = False
    verify: bool = False
    # Why not, where the matrix would let them.
    why_not_verify: str = ""
    reopen: bool = False


def action_rights(action: Action, user: User, *, at: datetime) -> ActionRights:
    """Of an action that `user` may see. Who may finish may also move the day and hand it on."""
    is_open, done = action.state == ActionState.OPEN, action.state == ActionState.DONE
    if is_open:
        decides = editable(user, at=at).filter(pk=action.pk).exists()
        every = Scope.ALL in scopes(user.roles, Act.EDIT, Thing.ACTION)
        return ActionRights(finish=decides, withdraw=decides and every)
    if not decidable(user, at=at).filter(pk=action.pk).exists():
        return ActionRights()
    every = Scope.ALL in scopes(user.roles, Act.DECIDE, Thing.ACTION)
    reopen = done or (every and action.state == ActionState.VERIFIED)
    if not done:
        return ActionRights(reopen=reopen)
    why_not = why_not_verify(action, user, at=at)
    return ActionRights(verify=not why_not, why_not_verify=why_not, reopen=reopen)


def why_not_verify(action: Action, user: User, *, at: datetime) -> str:
    """What keeps `user` from verifying a finished action; empty: nothing."""
    belongs = Organisation.objects.belonged_to_by(user, at=at).values_list("pk", flat=True)
    try:
        rules.check_verifier(
            person=user.pk,
            done_by=action.done_by_id,
            owner=action.owner_id,
            organisation=action.organisation_id,
            belongs_to=set(belongs),
            priority=action.priority,
        )
    except Refusal as refusal:
        return refusal.message
    return ""
