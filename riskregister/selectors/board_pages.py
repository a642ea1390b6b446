"""What the pages of the board's work read: what may be chosen, by whom, and what came of challenges."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from partners.selectors import meetings
from partners.selectors.belonging import answered_for
from riskregister.constants import (
    PracticeChanged,
    ReviewState,
    RiskState,
    SignalState,
)
from riskregister.models import BoardReview, Challenge, Escalation, History, Risk, Signal

# So many meetings back a decision may be of one.
_MEETINGS = 40


def written_by(thing: str, uid: UUID) -> set[int]:
    """Keys of all who wrote a record down or changed it."""
    rows = History.objects.filter(thing=thing, uid=uid, by__isnull=False)
    return set(rows.values_list("by_id", flat=True))


def may_escalate_anything(user: User) -> bool:
    """Also what is no partner's own: the board and its coordinator."""
    return Scope.ALL in scopes(user.roles, Action.CREATE, Thing.ESCALATION)


def risks_to_escalate(user: User, *, at: datetime) -> QuerySet[Risk]:
    """Risks that `user` may put before the board: within reach; of a partner, its own."""
    rows = Risk.objects.visible_to(user, at=at).exclude(state=RiskState.DRAFT)
    if may_escalate_anything(user):
        return rows
    if not scopes(user.roles, Action.CREATE, Thing.ESCALATION):
        return rows.none()
    return rows.filter(organisation__uid__in=answered_for(user, at=at))


def signals_to_escalate(user: User, *, at: datetime) -> QuerySet[Signal]:
    rows = Signal.objects.visible_to(user, at=at)
    return rows if may_escalate_anything(user) else rows.none()


def open_risks(user: User, *, at: datetime) -> QuerySet[Risk]:
    return Risk.objects.visible_to(user, at=at).filter(state=RiskState.OPEN).order_by("number")


def watchable_signals(user: User, *, at: datetime) -> QuerySet[Signal]:
    rows = signals_to_escalate(user, at=at)
    return rows.filter(state__in=(SignalState.NEW, SignalState.WATCHED)).order_by("-raised_at", "pk")


@dataclass(frozen=True)
class MeetingChoice:
    uid: UUID
    name: str
    starts_at: datetime


def meeting_choices(user: User, *, at: datetime) -> list[MeetingChoice]:
    """The last meetings that `user` may open, the latest first; one query."""
    rows = meetings.past(user, at=at).select_related("series")[:_MEETINGS]
    return [MeetingChoice(row.uid, row.series.name, row.starts_at) for row in rows]


def review_choices(user: User, *, at: datetime) -> QuerySet[BoardReview]:
    """Reviews that were put before the board, the latest first; without their contents."""
    rows = BoardReview.objects.visible_to(user, at=at).exclude(state=ReviewState.DRAFT)
    return rows.only("uid", "month", "version").order_by("-month", "-version")


def escalation_choices(user: User, *, at: datetime) -> QuerySet[Escalation]:
    return Escalation.objects.visible_to(user, at=at).order_by("-raised_at", "pk")


@dataclass(frozen=True)
class Asked:
    """How many challenges were answered and looked at again, and how many changed something."""

    asked: int
    looked_at: int
    changed: int


def challenges_that_changed(rows: QuerySet[Challenge]) -> Asked:
    """One query."""
    found = list(rows.order_by().values_list("changed", flat=True))
    said = [one for one in found if one and one != PracticeChanged.TOO_EARLY]
    did = [one for one in said if one in (PracticeChanged.YES, PracticeChanged.PARTLY)]
    return Asked(len(found), len(said), len(did))
