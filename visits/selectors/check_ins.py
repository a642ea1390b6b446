"""Keeping in touch with people who work at home: which teams spoke with each of their workers in a week.

Only that a conversation took place and whether support was asked for is on record. Figures are by team
and week, never by person.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.selectors import User
from safeguarding.kernel.periods import day_of
from visits.constants import TeamRole
from visits.models import CheckIn, Team, TeamMember, WorkerAbsence
from visits.querysets import holds_on
from visits.rules.cover import Days, expected


@dataclass(frozen=True)
class CheckInWeek:
    """One team in one week; `week` is its Monday."""

    week: date
    team_uid: UUID
    team: str
    # Workers of the team with whom a check-in was expected, with how many there was one, and how many of
    # them asked for support: counts that are not suppressed yet.
    workers: int
    spoken: int
    support_asked: int

    @property
    def complete(self) -> bool:
        """Whether the team spoke with everybody."""
        return self.workers > 0 and self.spoken == self.workers


@dataclass(frozen=True)
class WorkerThisWeek:
    """A worker of a team, for the manager who marks the week. `spoken`: None until it is marked, then
    whether support was asked for."""

    # Key.
    id: int
    name: str
    support_asked: bool | None


def weekly(first: date, last: date, *, teams: Collection[int] | None = None) -> list[CheckInWeek]:
    """Teams by week, for weeks whose Monday lies from `first` to `last`, the earliest first; `teams`:
    keys, None for all. Teams without a worker in a week are left out. Three queries."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    weeks = [day for day in days if day.weekday() == 0]
    if not weeks:
        return []
    end = weeks[-1] + timedelta(days=7)
    places = TeamMember.objects.filter(
        Q(until_date=None) | Q(until_date__gt=weeks[0]), from_date__lt=end, role=TeamRole.WORKER
    )
    marks = CheckIn.objects.filter(week__gte=weeks[0], week__lte=weeks[-1])
    if teams is not None:
        places, marks = places.filter(team__in=list(teams)), marks.filter(team__in=list(teams))
    away = _away(weeks[0], end)
    said = {
        (team, user, week): support
        for team, user, week, support in marks.values_list("team", "user", "week", "support_asked")
    }
    members: dict[tuple[date, str, UUID, int], set[int]] = defaultdict(set)
    for team, name, uid, user, start, until in places.values_list(
        "team", "team__name", "team__uid", "user", "from_date", "until_date"
    ):
        for week in weeks:
            # A place of the week is one that holds on its Friday: who left during the week is not asked for.
            if Days(start, until).holds(week + timedelta(days=4)) and expected(week, away.get(user, ())):
                members[week, name, uid, team].add(user)
    return [
        CheckInWeek(
            week=week,
            team_uid=uid,
            team=name,
            workers=len(users),
            spoken=sum((team, user, week) in said for user in users),
            support_asked=sum(said.get((team, user, week), False) for user in users),
        )
        for (week, name, uid, team), users in sorted(members.items(), key=lambda item: item[0][:2])
    ]


def _away(first: date, end: date) -> dict[int, list[Days]]:
    """Worker key -> absences without work at home that meet these days."""
    rows = WorkerAbsence.objects.filter(
        Q(until_date=None) | Q(until_date__gt=first), from_date__lt=end, can_work_at_home=False
    )
    found: dict[int, list[Days]] = defaultdict(list)
    for user, start, until in rows.values_list("user", "from_date", "until_date"):
        found[user].append(Days(start, until))
    return found


def teams_of(user: User, *, at: datetime) -> QuerySet[Team]:
    """Teams for which this manager marks the week."""
    return Team.objects.managed_by(user, on=day_of(at)).order_by("name", "pk")


def workers_of(team: Team, week: date, *, today: date) -> list[WorkerThisWeek]:
    """Everybody who works in the team, with the week's mark, by name."""
    day = min(today, week + timedelta(days=4))
    places = TeamMember.objects.filter(holds_on(day), team=team, role=TeamRole.WORKER)
    marks = dict(CheckIn.objects.filter(team=team, week=week).values_list("user", "support_asked"))
    away = _away(week, week + timedelta(days=7))
    people = (
        places.filter(user__is_active=True).order_by("user__name", "user").values_list("user", "user__name")
    )
    return [
        WorkerThisWeek(user, name, marks.get(user))
        for user, name in people
        if user in marks or expected(week, away.get(user, ()))
    ]
