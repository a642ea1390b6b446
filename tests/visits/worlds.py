"""Small random worlds, stored in the database and stated for the slow method."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import strategies as st

from safeguarding.kernel.periods import Month, last_complete_month
from tests.visits.factories import RECORDED_AT, make_child, make_plan, make_team, move_plan
from tests.visits.slow_method import RULES, SlowPlan, SlowRule, SlowVisit, slow_month
from visits.constants import Method, Outcome, PlanType, Regime, Status, Unit
from visits.models import AlternativeRecording, Child, Plan, Team, Visit, VisitRule

# Days on which the method turns: ends of months, leap days, bank holidays that moved, anniversaries.
TURNING_DAYS = [
    date.fromisoformat(day)
    for day in [
        "2019-02-28",
        "2019-03-01",
        "2019-12-25",
        "2019-12-31",
        "2020-01-01",
        "2020-01-31",
        "2020-02-14",
        "2020-02-28",
        "2020-02-29",
        "2020-03-01",
        "2020-03-13",
        "2020-03-16",
        "2020-03-17",
        "2020-03-31",
        "2020-04-01",
        "2020-04-09",
        "2020-04-10",
        "2020-04-13",
        "2020-04-30",
        "2020-05-01",
        "2020-05-04",
        "2020-05-08",
        "2020-05-25",
        "2020-05-29",
        "2020-05-31",
        "2020-06-30",
        "2020-12-28",
        "2021-02-26",
        "2021-02-28",
        "2021-03-01",
    ]
]
FIRST_DAY, LAST_DAY = date(2019, 1, 1), date(2021, 4, 10)
AS_OF = date(2021, 4, 10)

days = (
    st.sampled_from(TURNING_DAYS)
    | st.dates(date(2019, 11, 1), date(2020, 8, 31))
    | st.dates(FIRST_DAY, LAST_DAY)
)
CHILDREN = ["A", "B", "C"]
TEAMS = ["7", "8", "9"]


@dataclass
class World:
    plans: list[SlowPlan]
    visits: list[SlowVisit]
    rules: tuple[SlowRule, ...] = RULES
    alternatives_since: date = date(2020, 3, 1)

    def months(self, as_of: date = AS_OF) -> list[Month]:
        """From the first plan's month to the last complete one."""
        if not self.plans:
            return []
        return list(Month.of(min(plan.start for plan in self.plans)).until(last_complete_month(as_of)))


@dataclass(frozen=True)
class Expected:
    cells: dict = field(default_factory=dict)
    rates: dict = field(default_factory=dict)


@st.composite
def plans(draw, ref: str) -> SlowPlan:
    start = draw(days)
    end = draw(
        st.none()
        | st.sampled_from([day for day in TURNING_DAYS if day >= start] or [start])
        | st.dates(start, LAST_DAY)
    )
    moves = draw(
        st.lists(
            st.tuples(days.filter(lambda day: day > start), st.sampled_from(TEAMS)),
            max_size=2,
            unique_by=lambda move: move[0],
        )
    )
    return SlowPlan(
        ref=ref,
        child=draw(st.sampled_from(CHILDREN)),
        plan_type=draw(st.sampled_from(PlanType.values)),
        start=start,
        end=end,
        long_term=draw(st.booleans()),
        teams=((start, draw(st.sampled_from(TEAMS))), *sorted(moves)),
    )


@st.composite
def visits(draw) -> SlowVisit:
    status = draw(
        st.sampled_from(
            [Status.COMPLETED, Status.COMPLETED, Status.COMPLETED, Status.CANCELLED, Status.PLANNED]
        )
    )
    return SlowVisit(
        child=draw(st.sampled_from(CHILDREN)),
        day=draw(days),
        method=draw(st.sampled_from([Method.FACE_TO_FACE, *Method.values])),
        status=status,
        seen=status == Status.COMPLETED and draw(st.sampled_from([True, True, True, False])),
        authorised=draw(st.booleans()),
    )


# Numbers and texts, so that the election between plans of one day has something to order.
REFS = ["10", "9", "007", "7", "a", "B", "10a"]


@st.composite
def worlds(draw) -> World:
    refs = draw(st.lists(st.sampled_from(REFS), min_size=1, max_size=6, unique=True))
    found = draw(st.lists(visits(), max_size=14))
    # The same visit entered twice.
    twice = draw(st.lists(st.sampled_from(found), max_size=2)) if found else []
    return World([draw(plans(ref)) for ref in refs], found + twice)


def store(world: World) -> None:
    """Writes the world's records and rules; marks nothing as stale."""
    store_rules(world)
    for child in CHILDREN:
        make_child(child)
    for team in TEAMS:
        make_team(team)
    for plan in world.plans:
        store_plan(plan)
    Visit.objects.bulk_create(visit_row(visit, number) for number, visit in enumerate(world.visits))


def store_rules(world: World) -> None:
    VisitRule.objects.all().delete()
    AlternativeRecording.objects.all().delete()
    AlternativeRecording.objects.create(collected_from=world.alternatives_since, source="test")
    for rule in world.rules:
        VisitRule.objects.create(
            plan_type=rule.plan_type,
            regime=Regime.LONG_TERM if rule.long_term else Regime.STANDARD,
            interval=rule.interval,
            unit=Unit.CALENDAR_DAYS if rule.plan_type == PlanType.CIC else Unit.WORKING_DAYS,
            effective_from=max(rule.since, date(1900, 1, 1)),
            effective_until=None if rule.until == date.max else rule.until,
            source="test",
        )


def store_plan(plan: SlowPlan) -> Plan:
    first, *moves = plan.teams
    row = make_plan(
        Child.objects.get(child_ref=plan.child),
        plan.plan_type,
        plan.start,
        plan.end,
        team=Team.objects.get(team_ref=first[1]),
        plan_ref=plan.ref,
        long_term=plan.long_term,
    )
    for day, team in moves:
        move_plan(row, Team.objects.get(team_ref=team), day)
    return row


def visit_row(visit: SlowVisit, number: int) -> Visit:
    return Visit(
        visit_ref=f"v{number}",
        child=Child.objects.get(child_ref=visit.child),
        visit_date=visit.day,
        method=visit.method,
        status=visit.status,
        child_seen=visit.seen,
        authorised=visit.authorised,
        # Recorded late or early: the method does not ask when.
        recorded_at=RECORDED_AT + timedelta(days=number * 90),
    )


_OUTCOMES = {
    "not_visited": Outcome.NOT_VISITED,
    "alternative": Outcome.ALTERNATIVE,
    "face_to_face": Outcome.FACE_TO_FACE,
}


def expected(world: World, as_of: date = AS_OF) -> Expected:
    """What cells and rates must hold, by the slow statement, in the form of factories.stored_*."""
    result = Expected()
    for month in world.months(as_of):
        collected = month.last_day >= world.alternatives_since
        for plan_type in PlanType.values:
            found = slow_month(
                world.plans,
                world.visits,
                plan_type,
                month.year,
                month.number,
                world.rules,
                world.alternatives_since,
            )
            counts: dict[str, Counter] = {}
            for child, (outcome, plan, team) in found.outcomes.items():
                result.cells[child, str(month), plan_type] = (plan, team, int(_OUTCOMES[outcome]))
                counts.setdefault(team, Counter())[outcome] += 1
            for team, count in counts.items():
                other = count["alternative"] if collected else None
                result.rates[str(month), plan_type, team] = (count.total(), count["face_to_face"], other)
    return result
