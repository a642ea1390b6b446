"""Every planted case is in the world and does what its sentence says, by the slow method."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from safeguarding.demo import anomalies
from safeguarding.demo.rows import World
from safeguarding.kernel.periods import Month
from tests.demo.reading import slow_reading

MARCH, APRIL, MAY, JUNE = (Month.parse(f"2020-{number:02d}") for number in (3, 4, 5, 6))
CASES = {case.ident: case for case in anomalies.planted()}


class Child:
    """One planted child as the world has it."""

    def __init__(self, world: World, ident: str) -> None:
        self.world = world
        self.number = [ref for ref, _ in world.children].index(CASES[ident].child_ref)
        self.plans = [plan for plan in world.plans if plan.child == self.number]
        self.visits = sorted(
            (visit for visit in world.visits if visit.child == self.number and visit.status != "planned"),
            key=lambda visit: visit.day,
        )

    def month(self, plan_type: str, month: Month):
        """(outcome, plan reference, team), or None where the child is not in the cohort."""
        outcomes = slow_reading(self.world, plan_type, month, self.number).outcomes
        return outcomes.get(self.world.children[self.number][0])

    def outcome(self, plan_type: str, month: Month) -> str | None:
        found = self.month(plan_type, month)
        return found and found[0]

    def on(self, day: date):
        return [visit for visit in self.visits if visit.day == day]


@pytest.fixture
def child(later_world):
    return lambda ident: Child(later_world, ident)


def test_every_case_has_a_test_and_a_sentence():
    tested = {name.removeprefix("test_").replace("_", "-") for name in globals() if name.startswith("test_")}
    for case in (*CASES.values(), *anomalies.STANDING):
        assert case.ident in tested
        assert case.sentence.endswith(".")


def test_not_seen(child):
    boy = child("not-seen")
    (visit,) = [visit for visit in boy.visits if date(2020, 3, 17) <= visit.day <= date(2020, 3, 31)]
    assert (visit.method, visit.status, visit.seen) == ("face_to_face", "completed", False)
    assert boy.outcome("CP", MARCH) == "not_visited"


def test_unauthorised(child):
    girl = child("unauthorised")
    (visit,) = [visit for visit in girl.visits if Month.of(visit.day) == APRIL]
    assert (visit.method, visit.seen, visit.authorised) == ("video", True, False)
    assert girl.outcome("CIN", APRIL) == "not_visited"
    assert girl.outcome("CIN", MAY) == "face_to_face"


def test_three_alternatives(child):
    boy = child("three-alternatives")
    assert [boy.outcome("CIN", month) for month in (APRIL, MAY, JUNE)] == ["alternative"] * 3


def test_unseen_106_days(child):
    girl = child("unseen-106-days")
    seen = [visit.day for visit in girl.visits if visit.method == "face_to_face" and visit.seen]
    assert max(after - before for before, after in pairwise(seen)) == timedelta(days=106)
    assert (date(2020, 3, 10) in seen) and (date(2020, 6, 24) in seen)


def test_moved_mid_month(child):
    boy = child("moved-mid-month")
    assert boy.month("CIC", MARCH)[2] == "0"
    assert boy.month("CIC", APRIL)[2] == "8"


def test_overlapping_plans(child):
    girl = child("overlapping-plans")
    first, second = girl.plans
    assert first.start < second.start < first.end < second.end
    assert girl.month("CIN", APRIL)[1] == first.plan_ref
    assert girl.month("CIN", MAY)[1] == second.plan_ref


def test_closed_on_last_day(child):
    boy = child("closed-on-last-day")
    assert boy.plans[0].end == MARCH.last_day
    assert boy.month("CP", MARCH) is None
    assert boy.month("CP", Month.parse("2020-02")) is not None


def test_duplicate_visit(child):
    girl = child("duplicate-visit")
    one, other = girl.on(date(2020, 5, 21))
    assert one.visit_ref != other.visit_ref
    assert one[3:9] == other[3:9]
    assert girl.outcome("CP", MAY) == "face_to_face"


def test_recorded_late(child):
    boy = child("recorded-late")
    (visit,) = boy.on(date(2020, 5, 20))
    assert visit.recorded_at.date() - visit.day == timedelta(days=40)
    assert boy.outcome("CIN", MAY) == "face_to_face"
    boy.world = replace(boy.world, visits=[other for other in boy.visits if other != visit])
    assert boy.outcome("CIN", MAY) == "not_visited"


def test_never_visited(child):
    girl = child("never-visited")
    assert girl.visits == []
    assert girl.outcome("CIN", Month.parse("2020-01")) == "not_visited"


def test_two_types_at_once(child):
    boy = child("two-types-at-once")
    assert boy.outcome("CP", APRIL) == boy.outcome("CIC", APRIL) == "face_to_face"
    assert boy.outcome("CP", JUNE) is None
    assert boy.outcome("CIC", JUNE) is not None


def test_leap_day(child):
    girl = child("leap-day")
    # 8 weeks and a day after 4 January 2021: too long for 42 days, and not yet under the longer interval.
    assert girl.outcome("CIC", Month.parse("2021-02")) == "not_visited"
    assert girl.on(date(2021, 1, 4))
    following = next(visit.day for visit in girl.visits if visit.day > date(2021, 1, 4))
    assert following > date(2021, 2, 28)
    assert girl.outcome("CIC", Month.parse("2021-05")) == "face_to_face"
    assert (Month.parse("2021-05").last_day - following).days > 42


def test_bank_holiday(child):
    (visit,) = child("bank-holiday").on(date(2020, 5, 8))
    assert visit.seen


def test_one_day_too_old(child):
    boy = child("one-day-too-old")
    (visit,) = [visit for visit in boy.visits if Month.of(visit.day) == APRIL]
    assert (visit.day, visit.method, visit.authorised) == (date(2020, 4, 15), "doorstep", True)
    assert boy.outcome("CP", APRIL) == "not_visited"


def test_through_all_types(child):
    girl = child("through-all-types")
    assert [plan.plan_type for plan in girl.plans] == ["CIN", "CP", "CIC"]
    assert [plan.end for plan in girl.plans[:2]] == [plan.start for plan in girl.plans[1:]]


def test_seen_before_plan(child):
    boy = child("seen-before-plan")
    assert boy.visits[0].day == date(2019, 6, 20) < boy.plans[0].start


def test_counted_by_month(child):
    girl = child("counted-by-month")
    (call,) = girl.on(date(2020, 2, 25))
    assert (call.method, call.authorised) == ("telephone", True)
    assert girl.outcome("CIC", MARCH) == "alternative"
    assert girl.outcome("CIC", Month.parse("2020-02")) in ("not_visited", "face_to_face")


@pytest.mark.parametrize("name", ["paper_world", "later_world"])
def test_unseen_now(name, request):
    world = request.getfixturevalue(name)
    last_seen: dict[int, date] = {}
    for visit in world.visits:
        if visit.method == "face_to_face" and visit.status == "completed" and visit.seen:
            last_seen[visit.child] = max(visit.day, last_seen.get(visit.child, visit.day))
    unseen = [
        plan
        for plan in world.plans
        if plan.plan_type == "CP"
        and plan.end is None
        and world.as_of - max(last_seen.get(plan.child, plan.start), plan.start) > timedelta(days=90)
    ]
    assert 1 <= len(unseen) <= 15


@pytest.mark.parametrize("name", ["paper_world", "later_world"])
def test_unallocated(name, request):
    world = request.getfixturevalue(name)
    allocated = {row.child for row in world.allocations if row.until_date is None}
    waiting = {plan.child for plan in world.plans if plan.end is None} - allocated
    assert 1 <= len(waiting) <= 20
