"""Rows for tests: each function makes one record that is right, and what it needs."""

from datetime import UTC, date, datetime
from itertools import count

from accounts.models import User
from safeguarding.kernel.periods import Month
from visits.constants import Method, PlanType, Regime, Status, Unit
from visits.models import (
    AlternativeRecording,
    Child,
    Locality,
    Plan,
    PlanTeam,
    Team,
    Visit,
    VisitCell,
    VisitRate,
    VisitRule,
)
from visits.rules.rates import reference_order

_numbers = count(1)
RECORDED_AT = datetime(2020, 1, 1, 9, tzinfo=UTC)


def make_user(email: str = "", **fields) -> User:
    """A person without roles; grant them as the test needs."""
    number = next(_numbers)
    fields = {"name": f"Person {number}", "created_at": RECORDED_AT} | fields
    return User.objects.create_user(
        email or f"person{number}@example.org", "correct horse battery staple", **fields
    )


def make_locality(name: str = "") -> Locality:
    return Locality.objects.get_or_create(name=name or f"Locality {next(_numbers)}")[0]


def make_team(team_ref: str = "", *, locality: str | Locality = "", **fields) -> Team:
    ref = team_ref or f"T{next(_numbers)}"
    place = locality if isinstance(locality, Locality) else make_locality(locality)
    return Team.objects.create(**{"team_ref": ref, "name": f"Team {ref}", "locality": place} | fields)


def make_child(child_ref: str = "", **fields) -> Child:
    return Child.objects.create(child_ref=child_ref or f"C{next(_numbers)}", **fields)


def make_plan(
    child: Child,
    plan_type: str = PlanType.CP,
    start: date = date(2020, 1, 6),
    end: date | None = None,
    *,
    team: Team | None = None,
    plan_ref: str = "",
    long_term: bool = False,
) -> Plan:
    """A plan and its first team, from the plan's start."""
    ref = plan_ref or f"P{next(_numbers)}"
    plan = Plan.objects.create(
        child=child,
        plan_ref=ref,
        ref_order=reference_order(ref),
        plan_type=plan_type,
        start_date=start,
        end_date=end,
        long_term=long_term,
        recorded_at=RECORDED_AT,
    )
    PlanTeam.objects.create(plan=plan, team=team or make_team(), from_date=start)
    return plan


def move_plan(plan: Plan, team: Team, day: date) -> None:
    """The plan is with `team` from `day` on."""
    PlanTeam.objects.filter(plan=plan, until_date=None).update(until_date=day)
    PlanTeam.objects.create(plan=plan, team=team, from_date=day)


def make_visit(
    child: Child,
    day: date,
    method: str = Method.FACE_TO_FACE,
    *,
    status: str = Status.COMPLETED,
    seen: bool | None = None,
    authorised: bool = False,
    visit_ref: str = "",
    **fields,
) -> Visit:
    return Visit.objects.create(
        child=child,
        visit_ref=visit_ref or f"V{next(_numbers)}",
        visit_date=day,
        method=method,
        status=status,
        child_seen=status == Status.COMPLETED if seen is None else seen,
        authorised=authorised,
        **{"recorded_at": RECORDED_AT} | fields,
    )


def make_rules() -> None:
    """The method's four intervals in force for ever, and alternatives since March 2020."""
    for plan_type, regime, interval, unit in (
        (PlanType.CP, Regime.STANDARD, 10, Unit.WORKING_DAYS),
        (PlanType.CIN, Regime.STANDARD, 20, Unit.WORKING_DAYS),
        (PlanType.CIC, Regime.STANDARD, 42, Unit.CALENDAR_DAYS),
        (PlanType.CIC, Regime.LONG_TERM, 91, Unit.CALENDAR_DAYS),
    ):
        VisitRule.objects.get_or_create(
            plan_type=plan_type,
            regime=regime,
            effective_from=date(1990, 1, 1),
            defaults={"interval": interval, "unit": unit, "source": "test"},
        )
    AlternativeRecording.objects.get_or_create(collected_from=date(2020, 3, 1), defaults={"source": "test"})


def stored_cells() -> dict[tuple[str, str, str], tuple[str, str, int]]:
    """(child_ref, month, plan type) -> (plan_ref, team_ref, outcome), as stored."""
    rows = VisitCell.objects.values_list(
        "child__child_ref", "month", "plan_type", "plan__plan_ref", "team__team_ref", "outcome"
    )
    return {
        (child, str(Month(month)), kind): (plan, team, outcome)
        for child, month, kind, plan, team, outcome in rows
    }


def stored_rates() -> dict[tuple[str, str, str], tuple[int, int, int | None]]:
    """(month, plan type, team_ref) -> (cohort, face to face, alternative), as stored."""
    rows = VisitRate.objects.values_list(
        "month", "plan_type", "team__team_ref", "cohort", "face_to_face", "alternative"
    )
    return {
        (str(Month(month)), kind, team): (cohort, seen, other)
        for month, kind, team, cohort, seen, other in rows
    }
