"""The visit-rate method stated slowly and plainly, day by day and child by child.

It shares nothing with the product's code, so that agreement means something: its own working
days, its own elapsed time, its own election of the plan. Used by property tests and by the
test of the demonstration world. Percentages are left to the callers.
"""

from calendar import monthrange
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)

# England and Wales, weekdays only, as GOV.UK lists them.
BANK_HOLIDAYS = {
    date.fromisoformat(day)
    for day in [
        "2016-01-01",
        "2016-03-25",
        "2016-03-28",
        "2016-05-02",
        "2016-05-30",
        "2016-08-29",
        "2016-12-26",
        "2016-12-27",
        "2017-01-02",
        "2017-04-14",
        "2017-04-17",
        "2017-05-01",
        "2017-05-29",
        "2017-08-28",
        "2017-12-25",
        "2017-12-26",
        "2018-01-01",
        "2018-03-30",
        "2018-04-02",
        "2018-05-07",
        "2018-05-28",
        "2018-08-27",
        "2018-12-25",
        "2018-12-26",
        "2019-01-01",
        "2019-04-19",
        "2019-04-22",
        "2019-05-06",
        "2019-05-27",
        "2019-08-26",
        "2019-12-25",
        "2019-12-26",
        "2020-01-01",
        "2020-04-10",
        "2020-04-13",
        "2020-05-08",
        "2020-05-25",
        "2020-08-31",
        "2020-12-25",
        "2020-12-28",
        "2021-01-01",
        "2021-04-02",
        "2021-04-05",
        "2021-05-03",
        "2021-05-31",
        "2021-08-30",
        "2021-12-27",
        "2021-12-28",
        "2022-01-03",
        "2022-04-15",
        "2022-04-18",
        "2022-05-02",
        "2022-06-02",
        "2022-06-03",
        "2022-08-29",
        "2022-09-19",
        "2022-12-26",
        "2022-12-27",
        "2023-01-02",
        "2023-04-07",
        "2023-04-10",
        "2023-05-01",
        "2023-05-08",
        "2023-05-29",
        "2023-08-28",
        "2023-12-25",
        "2023-12-26",
        "2024-01-01",
        "2024-03-29",
        "2024-04-01",
        "2024-05-06",
        "2024-05-27",
        "2024-08-26",
        "2024-12-25",
        "2024-12-26",
        "2025-01-01",
        "2025-04-18",
        "2025-04-21",
        "2025-05-05",
        "2025-05-26",
        "2025-08-25",
        "2025-12-25",
        "2025-12-26",
        "2026-01-01",
        "2026-04-03",
        "2026-04-06",
        "2026-05-04",
        "2026-05-25",
        "2026-08-31",
        "2026-12-25",
        "2026-12-28",
    ]
}


@dataclass(frozen=True)
class SlowPlan:
    ref: str
    child: str
    plan_type: str
    start: date
    end: date | None = None
    long_term: bool = False
    # (from, team), in any order; the first holds from the start whatever its date.
    teams: tuple[tuple[date, str], ...] = ()


@dataclass(frozen=True)
class SlowVisit:
    child: str
    day: date
    method: str = "face_to_face"
    status: str = "completed"
    seen: bool = True
    authorised: bool = False


@dataclass(frozen=True)
class SlowRule:
    """Interval of a plan type and regime, from a month's end on until another (not included)."""

    plan_type: str
    long_term: bool
    interval: int
    since: date = date.min
    until: date = date.max


RULES = (
    SlowRule("CP", False, 10),
    SlowRule("CIN", False, 20),
    SlowRule("CIC", False, 42),
    SlowRule("CIC", True, 91),
)


@dataclass
class SlowMonth:
    """Outcomes of one month and type: child -> (outcome, plan reference, team)."""

    outcomes: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    def counts(self, team: str | None = None) -> Counter:
        return Counter(outcome for outcome, _, at in self.outcomes.values() if team is None or at == team)


def month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def elapsed(after: date, until: date, plan_type: str) -> int:
    if plan_type == "CIC":
        return (until - after).days
    days, day = 0, after + ONE_DAY
    while day <= until:
        if day.weekday() < 5 and day not in BANK_HOLIDAYS:
            days += 1
        day += ONE_DAY
    return days


def first_anniversary(start: date) -> date:
    try:
        return start.replace(year=start.year + 1)
    except ValueError:
        return date(start.year + 1, 3, 1)


def reference_key(ref: str) -> tuple:
    digits = ref.isascii() and ref.isdigit()
    return (0, int(ref), ref) if digits else (1, 0, ref)


def team_on(plan: SlowPlan, day: date) -> str:
    moves = sorted(plan.teams)
    team = moves[0][1]
    for since, name in moves[1:]:
        if since <= day:
            team = name
    return team


def slow_month(
    plans: list[SlowPlan],
    visits: list[SlowVisit],
    plan_type: str,
    year: int,
    month: int,
    rules: tuple[SlowRule, ...] = RULES,
    alternatives_since: date = date(2020, 3, 1),
) -> SlowMonth:
    end = month_end(year, month)
    in_force = {
        rule.long_term: rule.interval
        for rule in rules
        if rule.plan_type == plan_type and rule.since <= end < rule.until
    }
    shortest = min(in_force.values())
    collected = (year, month) >= (alternatives_since.year, alternatives_since.month)
    result = SlowMonth()
    for child in {plan.child for plan in plans}:
        open_plans = [
            plan
            for plan in plans
            if plan.child == child
            and plan.plan_type == plan_type
            and plan.start <= end
            and (plan.end is None or plan.end > end)
        ]
        if not open_plans:
            continue
        plan = min(open_plans, key=lambda plan: (plan.start, reference_key(plan.ref)))
        if elapsed(plan.start, end, plan_type) < shortest:
            continue
        interval = in_force[False]
        if plan.long_term and True in in_force and first_anniversary(plan.start) <= end:
            interval = in_force[True]
        outcome = "not_visited"
        for visit in visits:
            if visit.child != child or visit.status != "completed" or not visit.seen or visit.day > end:
                continue
            if elapsed(visit.day, end, plan_type) > interval:
                continue
            if visit.method == "face_to_face":
                outcome = "face_to_face"
                break
            if visit.authorised and collected:
                outcome = "alternative"
        result.outcomes[child] = (outcome, plan.ref, team_on(plan, end) if plan.teams else "")
    return result
