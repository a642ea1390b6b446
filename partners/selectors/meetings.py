"""Meetings, read: lists, one meeting, and what of them waits for whom."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from accounts.policy import Action as Act
from accounts.policy import Thing, allows
from accounts.selectors import User
from partners.constants import AuditPlanState, MeetingState, MinutesState
from partners.facts.meetings import MeetingFact
from partners.facts.waiting import Waiting
from partners.models import AgendaItem, Meeting, MeetingSeries, PanelAudit
from partners.rules import meetings as rules
from partners.rules.meetings import Act as MeetingAct
from partners.rules.meetings import MeetingStanding
from safeguarding.kernel.periods import day_of

# An agenda is out a week before its meeting.
ISSUED_BEFORE = timedelta(days=7)


@dataclass(frozen=True)
class MeetingRights:
    """What `user` may do to a meeting as it stands."""

    move: bool
    cancel: bool
    arrange: bool
    issue: bool
    take_back: bool
    attend: bool
    write: bool
    agree: bool
    correct: bool


def meeting_rights(meeting: Meeting, user: User, *, at: datetime) -> MeetingRights:
    standing = MeetingStanding(
        meeting.state, meeting.minutes_state, meeting.agenda_issued_at is not None, meeting.starts_at
    )
    edits = allows(user.roles, Act.EDIT, Thing.MEETING)
    decides = allows(user.roles, Act.DECIDE, Thing.MEETING)

    def can(act: MeetingAct, granted: bool) -> bool:
        return granted and rules.possible(act, standing, now=at)

    return MeetingRights(
        move=can(MeetingAct.MOVE, edits),
        cancel=can(MeetingAct.CANCEL, decides),
        arrange=can(MeetingAct.ARRANGE, edits),
        issue=can(MeetingAct.ISSUE, edits),
        take_back=can(MeetingAct.TAKE_BACK, edits),
        attend=can(MeetingAct.ATTEND, edits),
        write=can(MeetingAct.WRITE, edits),
        agree=can(MeetingAct.AGREE, decides),
        correct=edits and meeting.minutes_state == MinutesState.AGREED,
    )


def meeting_facts(rows: QuerySet[Meeting]) -> list[MeetingFact]:
    return [
        MeetingFact(
            uid=one.uid,
            series=one.series.name,
            series_uid=one.series.uid,
            kind=one.series.kind,
            number=one.number,
            starts_at=one.starts_at,
            state=one.state,
            minutes_state=one.minutes_state,
            agenda_issued=one.agenda_issued_at is not None,
            note=one.note,
        )
        for one in rows.select_related("series")
    ]


def coming(user: User, *, at: datetime, series: MeetingSeries | None = None) -> QuerySet[Meeting]:
    """Meetings to come that `user` may open, the next first."""
    return _of(user, at, series).filter(starts_at__gte=at).order_by("starts_at")


def past(user: User, *, at: datetime, series: MeetingSeries | None = None) -> QuerySet[Meeting]:
    return _of(user, at, series).filter(starts_at__lt=at).order_by("-starts_at")


def _of(user: User, at: datetime, series: MeetingSeries | None) -> QuerySet[Meeting]:
    rows = Meeting.objects.visible_to(user, at=at)
    return rows if series is None else rows.filter(series=series)


def later_meetings(meeting: Meeting) -> QuerySet[Meeting]:
    """Those held since, that may agree its minutes, the next first."""
    held = meeting.series.meetings.filter(state=MeetingState.HELD, starts_at__gt=meeting.starts_at)
    return held.order_by("starts_at")


def corrections_of(meeting: Meeting) -> QuerySet[AgendaItem]:
    """Items of later meetings that say what was wrong in its agreed minutes."""
    rows = AgendaItem.objects.filter(source_uid=meeting.uid, kind="other", removed_at=None)
    return rows.select_related("meeting").order_by("meeting__starts_at")


def waiting_for(user: User, at: datetime) -> list[Waiting]:
    """Of the coordinator: meetings without a record, agendas to issue, minutes to write or agree, panels'
    audits past their day. Of a member: agendas that are out for the coming week. Few queries."""
    if not allows(user.roles, Act.EDIT, Thing.MEETING):
        return _members_waiting(user, at)
    rows = Meeting.objects.filter(state=MeetingState.PLANNED)
    unrecorded = rows.filter(starts_at__lt=at).count()
    unissued = rows.filter(starts_at__gte=at, starts_at__lt=at + ISSUED_BEFORE, agenda_issued_at=None).count()
    held = Meeting.objects.filter(state=MeetingState.HELD)
    unwritten = held.filter(minutes_state=MinutesState.NONE).count()
    # A draft can be agreed once a later meeting of its series has been held.
    later = held.filter(series=OuterRef("series"), starts_at__gt=OuterRef("starts_at"))
    to_agree = held.filter(Exists(later), minutes_state=MinutesState.DRAFT).count()
    audits = PanelAudit.objects.filter(state=AuditPlanState.PLANNED, due_on__lt=day_of(at)).count()
    found = [
        (unrecorded, "meeting has no record of who came", "meetings have no record of who came", "meetings"),
        (unissued, "meeting of the next seven days has no agenda issued",
         "meetings of the next seven days have no agenda issued", "meetings"),
        (unwritten, "meeting has no minutes yet", "meetings have no minutes yet", "minutes_open"),
        (to_agree, "set of minutes waits to be agreed", "sets of minutes wait to be agreed", "minutes_open"),
        (audits, "panel audit is overdue", "panel audits are overdue", "panels"),
    ]  # fmt: skip
    late = (found[0], found[-1])
    return [
        Waiting(line[0], counted(line[0], line[1], line[2]), line[3], overdue=line in late)
        for line in found
        if line[0]
    ]


def _members_waiting(user: User, at: datetime) -> list[Waiting]:
    rows = Meeting.objects.visible_to(user, at=at).filter(state=MeetingState.PLANNED)
    out = rows.filter(
        starts_at__gte=at, starts_at__lt=at + ISSUED_BEFORE, agenda_issued_at__isnull=False
    ).count()
    one, many = "agenda of the next seven days to read", "agendas of the next seven days to read"
    return [Waiting(out, counted(out, one, many), "meetings")] if out else []


def open_minutes(user: User, *, at: datetime) -> QuerySet[Meeting]:
    """Meetings held whose minutes nobody has agreed, the oldest first."""
    rows = Meeting.objects.visible_to(user, at=at).filter(state=MeetingState.HELD)
    return rows.exclude(minutes_state=MinutesState.AGREED).order_by("starts_at")


def counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
