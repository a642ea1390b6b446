"""Series of meetings, read: their rules, members, what was planned and what was held."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.constants import Role
from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from partners.constants import AttendanceState, MeetingKind, MeetingState
from partners.facts.meetings import AttendanceFact, SeriesFact
from partners.models import (
    CadenceRule,
    Meeting,
    MeetingSeries,
    Organisation,
    SeriesMember,
)
from partners.querysets import holds_on
from partners.rules.cadence import Cadence, Pause, dates
from partners.selectors.history import MeetingThen, meetings_then
from safeguarding.kernel.periods import day_of

LOOKS_BACK = timedelta(days=182)
THERE = (AttendanceState.PRESENT, AttendanceState.DEPUTY)
_DAY = timedelta(days=1)


def cadences_of(series: MeetingSeries) -> list[Cadence]:
    return [as_cadence(row) for row in series.cadences.all()]


def pauses_of(series: MeetingSeries) -> list[Pause]:
    return [Pause(row.from_date, row.until_date) for row in series.pauses.all()]


def as_cadence(row: CadenceRule) -> Cadence:
    return Cadence(row.effective_from, row.frequency, tuple(row.weekdays), row.starts_at, row.which_week)


def members_on(series: MeetingSeries, day: date) -> list[Organisation]:
    """Who is expected on a day, by name."""
    rows = series.members.filter(holds_on(day)).select_related("organisation")
    return [row.organisation for row in rows.order_by("organisation__name")]


def belongs_inside(user: User, *, at: datetime) -> Q:
    """Series of which `user` sees the meetings, as a condition: all for coordinator and auditor, the board's
    for a board member, else those that one's organisation has been a member of."""
    granted = scopes(user.roles, Action.VIEW, Thing.MEETING)
    if Scope.ALL in granted:
        return Q()
    if Scope.INVITED not in granted:
        return Q(pk__in=[])
    mine = Organisation.objects.belonged_to_by(user, at=at).values("pk")
    inside = Q(Exists(SeriesMember.objects.filter(series=OuterRef("pk"), organisation__in=mine)))
    return inside | Q(kind=MeetingKind.BOARD) if Role.BOARD_MEMBER in user.roles else inside


def series_visible_to(user: User, *, at: datetime) -> QuerySet[MeetingSeries]:
    """Series whose page `user` may open. The board also sees how panels run, with small numbers hidden."""
    reach = belongs_inside(user, at=at)
    if Role.BOARD_MEMBER in user.roles:
        reach |= Q(kind=MeetingKind.PANEL)
    return MeetingSeries.objects.filter(reach)


def is_inside(user: User, series: MeetingSeries, *, at: datetime) -> bool:
    return MeetingSeries.objects.filter(belongs_inside(user, at=at), pk=series.pk).exists()


def current_cadence(series: MeetingSeries, day: date) -> Cadence | None:
    begun = [rule for rule in cadences_of(series) if rule.effective_from <= day]
    return max(begun, key=lambda rule: rule.effective_from, default=None)


def meetings_at(
    at: datetime, *, since: date | None = None, among: QuerySet[MeetingSeries] | None = None
) -> list[SeriesFact]:
    """Every series as it ran from `since` (half a year back) to the day of `at`: planned by its rule, held,
    and who came. What was on record at `at`, whatever was corrected since; a series whose first rule was set
    later is not among them. Seven queries however many series."""
    today = day_of(at)
    rows = MeetingSeries.objects.all() if among is None else among
    series = list(rows.prefetch_related("cadences", "pauses").order_by("name"))
    first = since or today - LOOKS_BACK
    meetings: dict[int, list[MeetingThen]] = defaultdict(list)
    begun = Meeting.objects.filter(series__in=series, starts_at__lte=at).order_by("starts_at")
    for meeting in meetings_then(begun, at):
        if day_of(meeting.starts_at) >= first:
            meetings[meeting.series_id].append(meeting)
    came = {uid for of_one in meetings.values() for one in of_one for uid in one.came}
    organisations = {one.uid: one for one in Organisation.objects.filter(uid__in=came)}
    return [
        _fact(one, meetings[one.pk], organisations, first, at)
        for one in series
        if not one.cadences.all() or any(rule.set_at <= at for rule in one.cadences.all())
    ]


def _fact(
    series: MeetingSeries,
    meetings: list[MeetingThen],
    organisations: dict[UUID, Organisation],
    first: date,
    at: datetime,
) -> SeriesFact:
    today = day_of(at)
    cadences = [as_cadence(row) for row in series.cadences.all() if row.set_at <= at]
    pauses = _pauses_then(series, at)
    start = max(first, min((rule.effective_from for rule in cadences), default=first))
    ruled = [rule for rule in cadences if rule.effective_from <= today]
    in_force = {rule.frequency for rule in ruled if rule.effective_from > start}
    in_force |= {max(before, key=lambda rule: rule.effective_from).frequency} if (
        before := [rule for rule in ruled if rule.effective_from <= start]
    ) else set()  # fmt: skip
    # Of today only what has been held: it may still be to come.
    held_today = any(one.state == MeetingState.HELD and day_of(one.starts_at) == today for one in meetings)
    planned = dates(cadences, pauses, start, today if held_today else today - _DAY)
    states = Counter(one.state for one in meetings)
    heard = [one.cases for one in meetings if one.cases is not None]
    return SeriesFact(
        uid=series.uid,
        name=series.name,
        kind=series.kind,
        frequency=next(iter(in_force)) if len(in_force) == 1 else "",
        first=start,
        last=today,
        planned=len(planned),
        held=states[MeetingState.HELD],
        cancelled=states[MeetingState.CANCELLED],
        attendance=attendance_facts(
            (organisations[uid], state) for one in meetings for uid, state in one.came.items()
        ),
        cases=sum(heard) if heard else None,
        paused_since=next((one.from_date for one in pauses if one.holds(today)), None),
    )


def _pauses_then(series: MeetingSeries, at: datetime) -> list[Pause]:
    """As they were set by then; what was resumed later still went on."""
    return [
        Pause(row.from_date, row.until_date if row.resumed_at and row.resumed_at <= at else None)
        for row in series.pauses.all()
        if row.set_at <= at
    ]


def attendance_facts(came: Iterable[tuple[Organisation, str]]) -> tuple[AttendanceFact, ...]:
    """By organisation, in the order of names; of organisations and their states of attendance."""
    expected: Counter[Organisation] = Counter()
    present: Counter[Organisation] = Counter()
    for organisation, state in came:
        expected[organisation] += 1
        present[organisation] += state in THERE
    ordered = sorted(expected, key=lambda one: one.name)
    return tuple(AttendanceFact(one.name, one.uid, expected[one], present[one]) for one in ordered)
