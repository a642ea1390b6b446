"""What came in and waits: lists that were looked at and not saved, and changes of pages that are watched."""

from datetime import datetime

from django.db.models import QuerySet

from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from guidance.constants import ListState, SourceChangeState
from guidance.models import GuidanceVersion, SourceChange
from guidance.selectors.lists import lists
from partners.facts.waiting import Waiting


def changes(user: User) -> QuerySet[SourceChange]:
    """For who keeps the register; what is to be decided first, the newest before."""
    if Scope.ALL not in scopes(user.roles, Action.CREATE, Thing.GUIDANCE):
        return SourceChange.objects.none()
    return SourceChange.objects.select_related("item", "decided_by", "became").order_by("-found_at", "-pk")


def open_changes(user: User) -> QuerySet[SourceChange]:
    return changes(user).filter(state=SourceChangeState.FOUND)


def newest_version(change: SourceChange) -> GuidanceVersion | None:
    return change.item.versions.order_by("-number").first()


def waiting_for(user: User, at: datetime) -> list[Waiting]:
    """Two queries."""
    found = open_changes(user).count()
    mine = lists(user).filter(state=ListState.PREVIEW, made_by=user.pk).count()
    pages = "1 page of an issuer has" if found == 1 else f"{found:,} pages of issuers have"
    read = "1 list of guidance is" if mine == 1 else f"{mine:,} lists of guidance are"
    return [
        Waiting(found, f"{pages} changed: say whether it matters", "source_changes"),
        Waiting(mine, f"{read} read and not saved", "guidance_lists"),
    ]
