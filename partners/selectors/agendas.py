"""What belongs on an agenda by the records, and what of an agenda a person may read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from accounts.policy import Action as Act
from accounts.policy import Scope, Thing, allows, scopes
from accounts.selectors import User
from partners.constants import (
    ActionState,
    AgendaKind,
    ConcernKind,
    ConcernState,
    CycleState,
    MeetingKind,
    MeetingState,
    ReturnState,
    Severity,
)
from partners.facts.actions import ActionFact
from partners.models import Action, AgendaItem, Concern, Cycle, Meeting, Organisation, Return, ReturnMove
from partners.querysets import holds_on
from partners.rules.texts import in_words
from partners.selectors.actions import actions_at, facts_of
from safeguarding.kernel.periods import day_of

# Not before triage, and not what was declined.
_TAKEN_UP = (ConcernState.TRIAGED, ConcernState.ESCALATED, ConcernState.ANSWERED)
_SENT = (ReturnState.SUBMITTED, ReturnState.ACCEPTED)
_SEVEREST_FIRST = Case(
    *(When(severity=code, then=Value(place)) for place, code in enumerate(Severity.values)),
    default=Value(len(Severity.values)),
    output_field=IntegerField(),
)


@dataclass(frozen=True)
class DueItem:
    kind: str
    title: str
    source_uid: UUID | None = None


@dataclass(frozen=True)
class ReturnsShown:
    """How many returns of a cycle are in, and who owes one past its day."""

    cycle_number: int
    received: int
    expected: int
    late: tuple[str, ...]


@dataclass(frozen=True)
class ItemShown:
    """An item as one person may read it."""

    item: AgendaItem
    # Of which its actions and returns are told: of a meeting that is over, its own.
    day: date
    # Who may read it, where it is restricted.
    restricted_to: tuple[str, ...]
    # The concern, for those who may open it.
    concern_uid: UUID | None = None
    returns: ReturnsShown | None = None
    actions: tuple[ActionFact, ...] = ()


# What apps above put on agendas: asked for what came later than a moment (None: ever), as at another.
_Source = Callable[[datetime | None, datetime], Iterable[DueItem]]
_SOURCES: list[_Source] = []


def also_ask(source: _Source) -> None:
    """An app above says, when it is ready, that it has items for agendas; once, however often it does."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def due_items(meeting: Meeting, *, at: datetime) -> list[DueItem]:
    """What the records put on the agenda of `meeting`, in order: minutes, actions, returns, concerns,
    successes, what other apps bring, other business. A panel has only minutes, actions and other business."""
    found = []
    last = previous_meeting(meeting)
    if last:
        found.append(DueItem(AgendaKind.MINUTES, f"Minutes of meeting {last.number}, {_day(last)}", last.uid))
    found.append(DueItem(AgendaKind.ACTIONS, "Actions that are open or overdue"))
    if meeting.series.kind != MeetingKind.PANEL:
        cycle = Cycle.objects.exclude(state=CycleState.PLANNED).order_by("-number").first()
        if cycle:
            title = f"Assurance returns of cycle {cycle.number}"
            found.append(DueItem(AgendaKind.RETURNS, title, cycle.uid))
        for concern in _concerns(meeting, last):
            kind = AgendaKind.CONCERN if concern.kind == ConcernKind.CONCERN else AgendaKind.SUCCESS
            found.append(DueItem(kind, concern.title, concern.uid))
        since = last.starts_at if last else None
        found += [item for source in _SOURCES for item in source(since, at)]
    found.append(DueItem(AgendaKind.OTHER, "Any other business"))
    return found


def previous_meeting(meeting: Meeting) -> Meeting | None:
    """The last one before it that was held."""
    earlier = meeting.series.meetings.filter(state=MeetingState.HELD, starts_at__lt=meeting.starts_at)
    return earlier.order_by("-starts_at").first()


def _concerns(meeting: Meeting, last: Meeting | None) -> QuerySet[Concern]:
    """Taken up and not yet before an earlier meeting of the series: of its members and of nobody in
    particular; the board's: what was escalated, and successes. A success may have been closed since."""
    seen = AgendaItem.objects.filter(
        meeting__series=meeting.series, meeting__starts_at__lt=meeting.starts_at, source_uid__isnull=False
    ).exclude(meeting__state=MeetingState.CANCELLED)
    new = Q(state__in=_TAKEN_UP)
    if last:
        new |= Q(kind=ConcernKind.SUCCESS, state=ConcernState.CLOSED, raised_at__gt=last.starts_at)
    rows = Concern.objects.filter(new).exclude(uid__in=seen.values("source_uid"))
    if meeting.series.kind == MeetingKind.BOARD:
        rows = rows.filter(Q(escalated_at__isnull=False) | Q(kind=ConcernKind.SUCCESS))
    else:
        members = meeting.series.members.filter(holds_on(day_of(meeting.starts_at)))
        rows = rows.filter(Q(organisation=None) | Q(organisation__in=members.values("organisation")))
    return rows.order_by("kind", _SEVEREST_FIRST, "raised_at", "pk")


def readable_items(meeting: Meeting, user: User, *, at: datetime) -> QuerySet[AgendaItem]:
    """Items on the agenda that `user` may read: of a restricted one neither its words nor that it is there.
    A member reads the agenda from when it was issued."""
    rows = meeting.items.filter(removed_at=None)
    if Scope.ALL in scopes(user.roles, Act.VIEW, Thing.MEETING):
        return rows
    if meeting.state != MeetingState.HELD and meeting.agenda_issued_at is None:
        return rows.none()
    mine = Organisation.objects.belonged_to_by(user, at=at).values("pk")
    allowed = AgendaItem.objects.filter(meeting=meeting, restricted_to__in=mine).values("pk")
    return rows.filter(Q(restricted=False) | Q(pk__in=allowed))


def agenda(meeting: Meeting, user: User, *, at: datetime) -> list[ItemShown]:
    """The agenda as `user` may read it. Of another partner's concern it says the title alone.

    Actions and returns stand as they stood when the meeting began, once it has: what was before a meeting
    does not change after it.
    """
    moment = min(at, meeting.starts_at)
    items = list(readable_items(meeting, user, at=at).prefetch_related("restricted_to"))
    concerns = {one.source_uid for one in items if one.kind in (AgendaKind.CONCERN, AgendaKind.SUCCESS)}
    open_to = set(
        Concern.objects.visible_to(user, at=at).filter(uid__in=concerns).values_list("uid", flat=True)
    )
    return [
        ItemShown(
            item=one,
            day=day_of(moment),
            restricted_to=tuple(organisation.name for organisation in one.restricted_to.all()),
            concern_uid=one.source_uid if one.source_uid in open_to else None,
            returns=_returns(one, user, at, moment) if one.kind == AgendaKind.RETURNS else None,
            actions=_actions(meeting, user, at, moment) if one.kind == AgendaKind.ACTIONS else (),
        )
        for one in items
    ]


def _returns(item: AgendaItem, user: User, at: datetime, moment: datetime) -> ReturnsShown | None:
    if item.source_uid is None or not allows(user.roles, Act.VIEW, Thing.CYCLE):
        return None
    rows = Return.objects.filter(cycle__uid=item.source_uid).select_related("cycle", "organisation")
    owed = list(rows.order_by("organisation__name"))
    if not owed:
        return None
    states = {one.pk: one.state for one in owed}
    if moment < at:
        moves = ReturnMove.objects.filter(of_return__in=owed, at__lte=moment).order_by("at", "pk")
        states = dict(moves.values_list("of_return", "to_state"))
    late = [
        one.organisation.name
        for one in owed
        if states.get(one.pk) not in _SENT and (one.extended_until or one.cycle.due_at) < moment
    ]
    received = sum(state in _SENT for state in states.values())
    return ReturnsShown(owed[0].cycle.number, received, len(owed), tuple(late))


def _actions(meeting: Meeting, user: User, at: datetime, moment: datetime) -> tuple[ActionFact, ...]:
    """Open at the moment: actions of this series' meetings, and overdue ones of any source, that `user` may
    read."""
    meetings = set(meeting.series.meetings.values_list("uid", flat=True))
    any_overdue = meeting.series.kind != MeetingKind.PANEL
    rows = Action.objects.visible_to(user, at=at)
    if moment < at:
        may_read = set(rows.values_list("uid", flat=True))
        facts = [one for one in actions_at(moment) if one.uid in may_read]
    else:
        facts = facts_of(rows.filter(state=ActionState.OPEN))
    day = day_of(moment)
    return tuple(
        one
        for one in facts
        if one.is_open and (one.source.uid in meetings or (any_overdue and one.overdue(day)))
    )


def _day(meeting: Meeting) -> str:
    return in_words(day_of(meeting.starts_at))
