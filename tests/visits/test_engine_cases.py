"""Cases of the method worked by hand, through the one statement and through the whole rebuild."""

from datetime import UTC, date, datetime

import pytest

from safeguarding.kernel.periods import Month
from tests.visits.factories import (
    make_child,
    make_plan,
    make_rules,
    make_team,
    make_visit,
    move_plan,
    stored_cells,
)
from visits.models import Child, RatesState
from visits.rates.cuts import refresh_cuts
from visits.rates.rebuild import rebuild, writing
from visits.rates.recompute import recompute

NOW = datetime(2021, 6, 1, 12, tzinfo=UTC)
NOT_VISITED, ALTERNATIVE, FACE_TO_FACE = 0, 1, 2


def by_statement() -> None:
    state, _ = RatesState.objects.get_or_create(pk=1)
    first, last = Month.parse("2017-01"), Month.parse("2021-05")
    refresh_cuts(state, first, last, NOW)
    recompute([(child, first.index, last.index) for child in Child.objects.values_list("pk", flat=True)], NOW)


def by_rebuild() -> None:
    with writing("test", clock=lambda: NOW) as held:
        rebuild(held, as_of=date(2021, 5, 31), clock=lambda: NOW)


@pytest.fixture(params=[by_statement, by_rebuild])
def outcome(request, db):
    """Works everything out and gives (plan, team, outcome) of child A, or None outside the cohort."""
    make_rules()

    def of(month: str, plan_type: str = "CP"):
        request.param()
        return stored_cells().get(("A", month, plan_type))

    return of


@pytest.fixture
def child(db):
    return make_child("A")


@pytest.fixture
def team(db):
    return make_team("7")


def test_the_worked_example(outcome, child, team):
    make_plan(child, "CP", date(2020, 3, 2), team=team, plan_ref="1")
    make_visit(child, date(2020, 3, 13))
    make_visit(child, date(2020, 3, 25), "video", authorised=True)
    assert outcome("2020-03") == ("1", "7", ALTERNATIVE)


def test_the_worked_example_a_month_later(outcome, child, team):
    make_plan(child, "CP", date(2020, 3, 2), team=team, plan_ref="1")
    make_visit(child, date(2020, 3, 25), "video", authorised=True)
    assert outcome("2020-04") == ("1", "7", NOT_VISITED)


@pytest.mark.parametrize(
    ("start", "month", "long_interval"),
    [
        # On the anniversary's own day, and a day before it.
        (date(2020, 3, 31), "2021-03", True),
        (date(2020, 4, 1), "2021-03", False),
        (date(2020, 2, 28), "2021-02", True),
        # Of 29 February the anniversary is 1 March.
        (date(2020, 2, 29), "2021-02", False),
        (date(2020, 2, 29), "2021-03", True),
        (date(2019, 2, 28), "2020-02", True),
        (date(2019, 3, 1), "2020-02", False),
    ],
)
def test_the_longer_interval_begins_on_the_first_anniversary(
    outcome, child, team, start, month, long_interval
):
    make_plan(child, "CIC", start, team=team, plan_ref="1", long_term=True)
    # More than 42 days before the month's end, and not more than 91.
    end = Month.parse(month).last_day
    make_visit(child, date.fromordinal(end.toordinal() - 60))
    assert outcome(month, "CIC") == ("1", "7", FACE_TO_FACE if long_interval else NOT_VISITED)


@pytest.mark.parametrize(("days_back", "seen"), [(91, FACE_TO_FACE), (92, NOT_VISITED)])
def test_the_ninety_first_day_counts(outcome, child, team, days_back, seen):
    make_plan(child, "CIC", date(2019, 1, 1), team=team, plan_ref="1", long_term=True)
    make_visit(child, date.fromordinal(date(2020, 6, 30).toordinal() - days_back))
    assert outcome("2020-06", "CIC") == ("1", "7", seen)


@pytest.mark.parametrize(
    ("end", "there"), [(date(2020, 3, 31), False), (date(2020, 4, 1), True), (None, True)]
)
def test_a_plan_closed_on_the_months_last_day_is_not_open(outcome, child, team, end, there):
    make_plan(child, "CP", date(2020, 3, 2), end, team=team, plan_ref="1")
    assert (outcome("2020-03") is not None) == there


@pytest.mark.parametrize(
    # In May 2020 the 8th was a bank holiday and the 4th was not; so was the 25th.
    ("start", "there"),
    [(date(2020, 5, 14), True), (date(2020, 5, 15), False)],
)
def test_ten_working_days_make_a_cohort_around_the_bank_holidays_of_may_2020(
    outcome, child, team, start, there
):
    make_plan(child, "CP", start, team=team, plan_ref="1")
    assert (outcome("2020-05") is not None) == there


def test_the_plan_that_began_first_then_the_lower_number_counts(outcome, child, team):
    for ref in ("10", "9", "a"):
        make_plan(child, "CP", date(2020, 1, 6), team=team, plan_ref=ref)
    make_plan(child, "CP", date(2020, 1, 7), team=make_team("8"), plan_ref="1")
    assert outcome("2020-03") == ("9", "7", NOT_VISITED)


def test_a_new_type_needs_its_own_days_and_keeps_the_childs_visits(outcome, child, team):
    make_plan(child, "CP", date(2020, 1, 6), date(2020, 3, 20), team=team, plan_ref="1")
    make_plan(child, "CIN", date(2020, 3, 20), team=team, plan_ref="2")
    make_visit(child, date(2020, 4, 20))
    assert outcome("2020-03") is None
    assert outcome("2020-03", "CIN") is None
    assert outcome("2020-04", "CIN") == ("2", "7", FACE_TO_FACE)


@pytest.mark.parametrize(
    "visit",
    [
        {"status": "cancelled"},
        {"status": "planned"},
        {"seen": False},
        {"method": "doorstep"},
        {"method": "video", "authorised": True, "seen": False},
    ],
)
def test_what_never_counts(outcome, child, team, visit):
    make_plan(child, "CP", date(2020, 1, 6), team=team, plan_ref="1")
    make_visit(child, date(2020, 4, 24), **visit)
    assert outcome("2020-04") == ("1", "7", NOT_VISITED)


def test_a_visit_entered_twice_or_late_is_one_outcome(outcome, child, team):
    make_plan(child, "CP", date(2020, 1, 6), team=team, plan_ref="1")
    make_visit(child, date(2020, 4, 24), "video", authorised=True)
    make_visit(child, date(2020, 4, 24), recorded_at=datetime(2021, 5, 1, tzinfo=UTC))
    make_visit(child, date(2020, 4, 24))
    assert outcome("2020-04") == ("1", "7", FACE_TO_FACE)


@pytest.mark.parametrize(("month", "seen"), [("2020-02", NOT_VISITED), ("2020-03", ALTERNATIVE)])
def test_alternatives_go_by_the_month_not_by_their_own_day(outcome, child, team, month, seen):
    make_plan(child, "CIC", date(2019, 6, 3), team=team, plan_ref="1")
    make_visit(child, date(2020, 2, 20), "telephone", authorised=True)
    assert outcome(month, "CIC") == ("1", "7", seen)


@pytest.mark.parametrize(("moved", "holder"), [(date(2020, 4, 30), "8"), (date(2020, 5, 1), "7")])
def test_the_team_is_that_of_the_months_last_day(outcome, child, team, moved, holder):
    plan = make_plan(child, "CP", date(2020, 1, 6), team=team, plan_ref="1")
    move_plan(plan, make_team("8"), moved)
    assert outcome("2020-04") == ("1", holder, NOT_VISITED)
