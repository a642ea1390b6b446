"""Evidence files, as far as somebody may see them."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q, QuerySet

from accounts.constants import Role
from accounts.policy import Action as Act
from accounts.policy import Scope, Thing, scopes
from accounts.selectors import User
from partners.constants import ActionState, ReturnState
from partners.models import Action, Evidence, Return

__all__ = [
    "evidence_of_action",
    "evidence_of_return",
    "may_attach_to_action",
    "may_attach_to_return",
    "path_of",
]

# While a return is in these states its organisation works on it.
_IN_HAND = (ReturnState.NOT_STARTED, ReturnState.STARTED, ReturnState.SENT_BACK)


def evidence_of_return(user: User, *, at: datetime) -> QuerySet[Evidence]:
    """Files beside answers. Its organisation sees those that are there now; everybody else, as with the
    answers, those that were there when the return was last submitted."""
    sent = F("of_return__submitted_at")
    own = Return.objects.own_of(user, at=at)
    others = Return.objects.visible_to(user, at=at).exclude(pk__in=own)
    theirs = Q(of_return__in=own, removed_at=None)
    as_submitted = Q(of_return__in=others, uploaded_at__lte=sent) & (
        Q(removed_at=None) | Q(removed_at__gt=sent)
    )
    rows = Evidence.objects.filter(of_return__isnull=False).filter(theirs | as_submitted)
    return rows.select_related("of_return", "question", "uploaded_by")


def evidence_of_action(user: User, *, at: datetime) -> QuerySet[Evidence]:
    """Files beside actions that `user` may see."""
    rows = Evidence.objects.filter(action__in=Action.objects.visible_to(user, at=at), removed_at=None)
    return rows.select_related("action", "uploaded_by")


def may_attach_to_return(user: User, return_: Return, *, at: datetime) -> bool:
    """Only its organisation, while it is in its hands."""
    return return_.state in _IN_HAND and Return.objects.own_of(user, at=at).filter(pk=return_.pk).exists()


def may_attach_to_action(user: User, action: Action, *, at: datetime) -> bool:
    """Who may edit it, as long as it is not verified or withdrawn."""
    if action.state not in (ActionState.OPEN, ActionState.DONE):
        return False
    granted = scopes(user.roles, Act.EDIT, Thing.ACTION)
    if Scope.ALL in granted or (Scope.INVITED in granted and action.owner_id == user.pk):
        return True
    return Scope.OWN_ORGANISATION in granted and _answers_for(user, action, at)


def _answers_for(user: User, action: Action, at: datetime) -> bool:
    if Role.PARTNER not in user.roles:
        return False
    organisations = type(action.organisation).objects.answered_for_by(user, at=at)
    return organisations.filter(pk=action.organisation_id).exists()


def path_of(uid: UUID) -> Path:
    """Where the file of an evidence row lies."""
    return Path(settings.MEDIA_ROOT) / "evidence" / uid.hex
