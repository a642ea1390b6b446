"""Stored rates for the pages under test: rows as the engine leaves them."""

from datetime import UTC, date, datetime, timedelta

from accounts.constants import Role
from accounts.models import User
from safeguarding.kernel.periods import Month
from tests.people import person
from tests.visits import factories
from visits.models import (
    PublishedRate,
    RatesState,
    Restriction,
    StaleVisits,
    Team,
    TeamMember,
    VisitRate,
)

NOW = datetime(2020, 7, 2, 9, tzinfo=UTC)
ALTERNATIVES_FROM = Month.parse("2020-03")


def manager_of(*teams: Team) -> User:
    """Somebody who manages these teams."""
    user = person(Role.MANAGER)
    for team in teams:
        TeamMember.objects.create(team=team, user=user, role="manager", from_date=date(2015, 1, 1))
    return user


def rate(
    month: str, plan_type: str, team: Team, face_to_face: int, alternative: int | None, not_visited: int
):
    """One stored row, from its parts."""
    return VisitRate.objects.create(
        month=Month.parse(month).index,
        plan_type=plan_type,
        team=team,
        cohort=face_to_face + (alternative or 0) + not_visited,
        face_to_face=face_to_face,
        alternative=alternative,
        method_version="v1",
        computed_at=NOW,
    )


def worked_out(first: str, last: str, *, at: datetime = NOW) -> None:
    RatesState.objects.update_or_create(
        pk=1,
        defaults={
            "first_month": Month.parse(first).index,
            "last_month": Month.parse(last).index,
            "current_at": at - timedelta(minutes=2),
        },
    )


def waiting(*, since: datetime) -> None:
    child = factories.make_child()
    StaleVisits.objects.create(child=child, first_month=24240, last_month=24240, marked_at=since)


def published_april(team: Team, other: Team) -> None:
    """April 2020 and March 2019 of child protection plans, over two teams: 72.2% and 74.7%."""
    rate("2019-03", "CP", team, 74, None, 25)
    rate("2019-03", "CP", other, 150, None, 51)
    rate("2020-04", "CP", team, 47, 20, 26)
    rate("2020-04", "CP", other, 105, 10, 44)


def a_service(months: int = 28, teams: int = 14, last: str = "2020-06") -> list[Team]:
    """Every month of every team and plan type, the same on every run, with small counts in many."""
    made = [
        factories.make_team(
            f"{number:02d}", name=f"Team {number:02d}", locality=f"Locality {'ABCDEF'[number % 6]}"
        )
        for number in range(1, teams + 1)
    ]
    end = Month.parse(last)
    rows = []
    for back in range(months):
        month = end.plus(-back)
        collected = month >= ALTERNATIVES_FROM
        for kind, plan_type in enumerate(("CP", "CIN", "CIC")):
            for number, team in enumerate(made):
                seed = (month.index * 31 + number * 17 + kind * 7) % 23
                cohort = 9 + seed + 6 * kind
                not_visited = seed % 9
                alternative = (seed * 3 + month.index) % 8 if collected else None
                face_to_face = cohort - not_visited - (alternative or 0)
                rows.append(
                    VisitRate(
                        month=month.index,
                        plan_type=plan_type,
                        team=team,
                        cohort=cohort,
                        face_to_face=face_to_face,
                        alternative=alternative,
                        method_version="v1",
                        computed_at=NOW,
                    )
                )
    VisitRate.objects.bulk_create(rows)
    worked_out(str(end.plus(1 - months)), last)
    return made


def lockdowns() -> None:
    Restriction.objects.create(
        name="First national lockdown",
        from_date=date(2020, 3, 23),
        until_date=date(2020, 7, 4),
        source="test",
    )


def published() -> None:
    """The child protection figures of a paper."""
    for month, face_to_face, alternative, total in (
        ("2019-03", "74.7", None, "74.7"),
        ("2020-03", "59.2", "12.7", "71.9"),
        ("2020-04", "52.3", "19.9", "72.2"),
        ("2020-06", "76.8", "7.8", "84.6"),
    ):
        PublishedRate.objects.create(
            month=Month.parse(month).index,
            plan_type="CP",
            face_to_face=face_to_face,
            alternative=alternative,
            total=total,
            source="A published paper",
        )
