"""The rows of the world, before any database: right by the slow method, the same every time, and
growing with the as-of day without changing what was."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest

from safeguarding.demo import people, targets
from safeguarding.demo.plans import ADOLESCENTS
from safeguarding.demo.rows import World
from safeguarding.demo.windows import FIRST_MONTH, windows
from safeguarding.kernel.periods import Month
from tests.demo.conftest import PAPER_DAY, build
from tests.demo.reading import slow_reading
from tests.visits.slow_method import elapsed, first_anniversary

TYPES = ("CP", "CIN", "CIC")
DAYS = (date(2020, 7, 1), date(2024, 2, 29), date(2027, 1, 1), date(2031, 12, 31))
ORDINARY = ("2017-01", "2017-12", "2019-11", "2020-12", "2021-01", "2021-05", "2022-02", "2022-06")
WORKERS = len(people.workers())


def digest(world: World) -> str:
    rows = (world.children, world.plans, world.visits, world.allocations)
    return hashlib.sha256(repr(rows).encode()).hexdigest()


@pytest.mark.parametrize("plan_type", TYPES)
@pytest.mark.parametrize("month", [Month.parse(text) for text in targets.PUBLISHED["CP"]], ids=str)
def test_a_published_month_shows_its_counts_by_the_slow_method(paper_world, month, plan_type):
    cohort, seen, otherwise = targets.PUBLISHED[plan_type][str(month)]
    counts = slow_reading(paper_world, plan_type, month).counts()
    assert (counts["face_to_face"], counts["alternative"], counts.total()) == (seen, otherwise, cohort)


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_months_show_what_they_were_made_to_show(later_world, text):
    month = Month.parse(text)
    for plan_type in TYPES:
        wanted = targets.target(plan_type, month.index - FIRST_MONTH.index)
        counts = slow_reading(later_world, plan_type, month).counts()
        assert (counts.total(), counts["face_to_face"], counts["alternative"]) == wanted


@pytest.mark.parametrize("plan_type", TYPES)
def test_no_total_is_so_small_that_most_readers_would_not_see_it(plan_type):
    for place in range(120):
        cohort, seen, otherwise = targets.target(plan_type, place)
        assert min(seen, cohort - seen - otherwise) > 5
        assert otherwise > 5 or (otherwise == 0 and FIRST_MONTH.plus(place) < Month.parse("2020-03"))


@pytest.mark.parametrize("plan_type", TYPES)
def test_windows_agree_with_the_slow_calendar(plan_type):
    interval = {"CP": 10, "CIN": 20, "CIC": 42}[plan_type]
    day = timedelta(days=1)
    for window in windows(plan_type, 62):
        assert elapsed(window.seen_cut, window.end, plan_type) <= interval
        assert elapsed(window.seen_cut - day, window.end, plan_type) > interval
        assert elapsed(window.open_cut, window.end, plan_type) >= interval
        assert elapsed(window.open_cut + day, window.end, plan_type) < interval
        assert first_anniversary(window.anniversary_cut) <= window.end
        assert first_anniversary(window.anniversary_cut + day) > window.end
        assert window.own


def test_the_same_world_every_time_and_in_every_process(paper_world):
    script = (
        "import django; django.setup(); "
        "from tests.demo.conftest import PAPER_DAY, build; from tests.demo.test_population import digest; "
        "print(digest(build(PAPER_DAY)))"
    )
    changed = {"PYTHONHASHSEED": "77", "DJANGO_SETTINGS_MODULE": "safeguarding.test_settings"}
    other = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, **changed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert digest(build(PAPER_DAY)) == digest(paper_world) == other.stdout.split()[-1]


def test_a_later_day_only_adds(paper_world, later_world):
    """Except where the earlier day could not know: ends to come, moves to come, visits in the diary."""
    later_plans = {plan.plan_ref: plan for plan in later_world.plans}
    for plan in paper_world.plans:
        later = later_plans[plan.plan_ref]
        assert (plan.start, plan.plan_type, plan.uid) == (later.start, later.plan_type, later.uid)
        assert plan.end == later.end or (plan.end is None and later.end >= PAPER_DAY)
        assert plan.places == later.places[: len(plan.places)]
    later_visits = {visit.visit_ref: visit for visit in later_world.visits}
    for visit in paper_world.visits:
        if visit.status != "planned":
            assert later_visits[visit.visit_ref][1:2] == visit[1:2]
            assert later_visits[visit.visit_ref][3:] == visit[3:]


def test_nothing_is_known_before_its_time(paper_world):
    for visit in paper_world.visits:
        assert visit.recorded_at.date() < PAPER_DAY
        assert visit.status == "planned" or visit.day < PAPER_DAY
        assert visit.status != "planned" or PAPER_DAY <= visit.day < PAPER_DAY + timedelta(days=20)
    for plan in paper_world.plans:
        assert plan.recorded_at.date() < PAPER_DAY
        assert plan.end is None or plan.start < plan.end < PAPER_DAY
        assert plan.places[0][0] == plan.start
        assert all(since < PAPER_DAY for since, _ in plan.places)
        assert [since for since, _ in plan.places] == sorted({since for since, _ in plan.places})


def test_references_are_unique_and_name_nobody(later_world):
    for refs in (
        [ref for ref, _ in later_world.children],
        [plan.plan_ref for plan in later_world.plans],
        [visit.visit_ref for visit in later_world.visits],
        [visit.uid for visit in later_world.visits],
        [uid for _, uid in later_world.children],
    ):
        assert len(refs) == len(set(refs))
    assert all(ref.startswith("HCT-") and ref[4:].isdigit() for ref, _ in later_world.children)


def test_one_social_worker_at_a_time(later_world):
    held: dict[int, list] = {}
    for row in later_world.allocations:
        held.setdefault(row.child, []).append(row)
    for rows in held.values():
        rows.sort(key=lambda row: row.from_date)
        for before, after in pairwise(rows):
            assert before.until_date is not None
            assert before.until_date <= after.from_date


def test_caseloads_are_bearable_and_every_worker_has_one(later_world):
    caseloads = Counter(row.worker for row in later_world.allocations if row.until_date is None)
    assert len(caseloads) == WORKERS
    assert max(caseloads.values()) <= 45
    assert sorted(caseloads.values())[WORKERS // 2] in range(8, 30)


def test_no_day_holds_more_visits_than_workers_could_make(later_world):
    busiest = Counter(visit.day for visit in later_world.visits).most_common(1)[0]
    assert busiest[1] <= 2.5 * WORKERS, busiest


def test_teams_differ(later_world):
    teams = slow_reading(later_world, "CP", Month.parse("2022-05")).outcomes.values()
    per_team = Counter(team for _, _, team in teams)
    unseen = Counter(team for outcome, _, team in teams if outcome == "not_visited")
    assert str(ADOLESCENTS) in per_team
    shares = [unseen[team] / cohort for team, cohort in per_team.items() if cohort >= 20]
    assert max(shares) - min(shares) > 0.08


@pytest.mark.parametrize("as_of", DAYS, ids=str)
def test_any_day_makes_a_world(as_of):
    world = build(as_of)
    last = Month.of(as_of).plus(-1)
    for plan_type in TYPES:
        wanted = targets.target(plan_type, last.index - FIRST_MONTH.index)
        counts = slow_reading(world, plan_type, last).counts()
        assert counts.total() == pytest.approx(wanted.cohort, abs=3)
        # The last days' visits may not have been recorded yet.
        assert wanted.face_to_face * 0.8 <= counts["face_to_face"] <= wanted.face_to_face
