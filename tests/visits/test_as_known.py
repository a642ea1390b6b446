"""Totals as known at a moment: any history replayed slowly, and each rule by a case."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings

from safeguarding.kernel.periods import Month
from tests.visits.factories import make_child, make_plan, make_rules, make_user, make_visit, stored_rates
from tests.visits.known_world import counted, moments, recorded_worlds, replace_by_import, store_history
from tests.visits.slow_method import slow_month
from tests.visits.test_engine_rebuild import NOW, rebuild_all
from tests.visits.worlds import AS_OF, store, worlds
from visits.constants import Method, PlanType
from visits.facts import KnownTotal
from visits.models import Plan, Visit
from visits.selectors.as_known import totals_known

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")
MARCH, APRIL, JUNE = (Month.parse(f"2020-0{number}") for number in (3, 4, 6))


def known(month: Month, moment: datetime, plan_type: str = "CP") -> tuple[int, int, int | None]:
    [found] = [row for row in totals_known([month], moment) if row.plan_type == plan_type]
    return found.children, found.face_to_face, found.alternative


# --- Any history ----------------------------------------------------------------------------


def replayed(world, months, moment: datetime) -> list[KnownTotal]:
    plan_histories, visit_histories = world
    known_plans = [plan for history in plan_histories if (plan := history.known(moment))]
    known_visits = [
        counted(visit, given_at, moment)
        for history, _, given_at in visit_histories
        if (visit := history.known(moment))
    ]
    found = []
    for month in months:
        if month.last_day > moment.astimezone(LONDON).date():
            continue
        collected = month >= MARCH
        for plan_type in PlanType.values:
            counts = slow_month(known_plans, known_visits, plan_type, month.year, month.number).counts()
            other = counts["alternative"] if collected else None
            found.append(
                KnownTotal(month, plan_type, counts.total(), counts["face_to_face"], other, collected)
            )
    return found


@given(world=recorded_worlds(), moment=moments)
@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_history_as_known_at_any_moment(db, world, moment):
    months = [Month.parse("2019-03"), Month.parse("2020-02"), MARCH, APRIL, JUNE, Month.parse("2021-02")]
    with transaction.atomic():
        store_history(world)
        assert totals_known(months, moment) == replayed(world, months, moment)
        transaction.set_rollback(True)


@given(world=worlds())
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_now_they_are_the_stored_rates(db, world):
    with transaction.atomic():
        store(world)
        # `store` records some visits later than any month.
        Visit.objects.update(recorded_at=NOW)
        rebuild_all()
        sums: dict = defaultdict(lambda: [0, 0, 0])
        for (month, plan_type, _), (cohort, face, other) in stored_rates().items():
            for place, count in enumerate((cohort, face, other or 0)):
                sums[month, plan_type][place] += count
        found = totals_known(world.months(AS_OF), NOW)
        assert {
            (str(one.month), one.plan_type): [one.children, one.face_to_face, one.alternative or 0]
            for one in found
            if one.children
        } == sums
        transaction.set_rollback(True)


# --- Each rule by a case --------------------------------------------------------------------


@pytest.fixture
def plan() -> Plan:
    make_rules()
    return make_plan(make_child("A"), "CP", date(2020, 1, 6))


CUT_OFF = datetime(2020, 6, 30, 22, 59, 59, 999999, tzinfo=UTC)
LATER = datetime(2022, 5, 4, 9, tzinfo=UTC)


def test_a_visit_recorded_after_the_cut_off_is_not_known(plan):
    make_visit(plan.child, date(2020, 6, 29), recorded_at=CUT_OFF + timedelta(microseconds=1))
    assert known(JUNE, CUT_OFF) == (1, 0, 0)
    assert known(JUNE, LATER) == (1, 1, 0)


def test_a_visit_recorded_at_the_cut_off_is_known(plan):
    make_visit(plan.child, date(2020, 6, 29), recorded_at=CUT_OFF)
    assert known(JUNE, CUT_OFF) == (1, 1, 0)


def test_a_plan_recorded_after_the_cut_off_is_not_known(plan):
    Plan.objects.filter(pk=plan.pk).update(recorded_at=LATER)
    assert known(JUNE, CUT_OFF) == (0, 0, 0)
    assert known(JUNE, LATER) == (1, 0, 0)


def test_a_correction_is_undone(plan):
    visit = make_visit(plan.child, date(2020, 6, 29))
    replace_by_import("visit", visit, LATER, visit_date=date(2020, 5, 29))
    assert known(JUNE, CUT_OFF) == (1, 1, 0)
    assert known(JUNE, LATER) == (1, 0, 0)


def test_the_earliest_of_several_corrections_tells(plan):
    visit = make_visit(plan.child, date(2020, 6, 29))
    replace_by_import("visit", visit, LATER, visit_date=date(2020, 5, 29))
    replace_by_import("visit", visit, LATER + timedelta(days=1), visit_date=date(2020, 4, 1))
    assert known(JUNE, CUT_OFF) == (1, 1, 0)
    assert known(Month.parse("2020-05"), LATER) == (1, 1, 0)


def test_a_correction_before_the_cut_off_stands(plan):
    visit = make_visit(plan.child, date(2020, 6, 29))
    replace_by_import("visit", visit, CUT_OFF, visit_date=date(2020, 5, 29))
    assert known(JUNE, CUT_OFF) == (1, 0, 0)


def test_an_authorisation_given_later_is_not_known(plan):
    visit = make_visit(plan.child, date(2020, 6, 29), Method.VIDEO)
    replace_by_import("visit", visit, LATER, authorised=True, authorised_at=LATER, authorised_by=make_user())
    assert known(JUNE, CUT_OFF) == (1, 0, 0)
    assert known(JUNE, LATER) == (1, 0, 1)


def test_an_authorisation_dated_later_is_not_known_though_nothing_was_kept(plan):
    given = {"authorised": True, "authorised_at": CUT_OFF + timedelta(hours=1), "authorised_by": make_user()}
    make_visit(plan.child, date(2020, 6, 29), Method.VIDEO, **given)
    assert known(JUNE, CUT_OFF) == (1, 0, 0)
    assert known(JUNE, LATER) == (1, 0, 1)


def test_what_an_import_brought_as_authorised_is_known_as_such(plan):
    make_visit(plan.child, date(2020, 6, 29), Method.VIDEO, authorised=True)
    assert known(JUNE, CUT_OFF) == (1, 0, 1)


def test_an_authorisation_taken_back_later_still_counts(plan):
    given = {
        "authorised": True,
        "authorised_at": datetime(2020, 6, 29, 12, tzinfo=UTC),
        "authorised_by": make_user(),
    }
    visit = make_visit(plan.child, date(2020, 6, 29), Method.VIDEO, **given)
    replace_by_import("visit", visit, LATER, authorised=False, authorised_at=None, authorised_by=None)
    assert known(JUNE, CUT_OFF) == (1, 0, 1)
    assert known(JUNE, LATER) == (1, 0, 0)


def test_a_visit_cancelled_later_still_counts(plan):
    visit = make_visit(plan.child, date(2020, 6, 29))
    replace_by_import("visit", visit, LATER, status="cancelled", child_seen=False)
    assert known(JUNE, CUT_OFF) == (1, 1, 0)
    assert known(JUNE, LATER) == (1, 0, 0)


def test_a_plan_closed_by_a_later_import_was_open(plan):
    replace_by_import("plan", plan, LATER, end_date=date(2020, 6, 1))
    assert known(JUNE, CUT_OFF) == (1, 0, 0)
    assert known(JUNE, LATER) == (0, 0, 0)


def test_a_visit_moved_to_another_child_after_a_correction_by_hand_was_the_first_childs(plan):
    """A revision by hand keeps no child; the next one by import does."""
    other = make_plan(make_child("B"), "CIN", date(2020, 1, 6)).child
    visit = make_visit(plan.child, date(2020, 6, 29))
    replace_by_import("visit", visit, LATER, by_hand=True, visit_date=date(2020, 6, 28))
    replace_by_import("visit", visit, LATER + timedelta(days=1), child=other)
    assert known(JUNE, CUT_OFF) == (1, 1, 0)
    assert known(JUNE, CUT_OFF, "CIN") == (1, 0, 0)
    assert known(JUNE, LATER + timedelta(days=1), "CIN") == (1, 1, 0)


def test_a_visit_corrected_by_hand_alone_is_its_childs(plan):
    visit = make_visit(plan.child, date(2020, 6, 29))
    replace_by_import("visit", visit, LATER, by_hand=True, visit_date=date(2020, 1, 1))
    assert known(JUNE, CUT_OFF) == (1, 1, 0)


def test_a_month_that_was_not_over_has_no_total(plan):
    assert totals_known([JUNE], CUT_OFF - timedelta(days=1)) == []
    assert totals_known([JUNE], CUT_OFF) != []


def test_the_day_is_londons(plan):
    # Half an hour into 30 June there.
    assert totals_known([JUNE], datetime(2020, 6, 29, 23, 30, tzinfo=UTC)) != []


def test_before_alternatives_were_collected_there_are_none(plan):
    make_visit(plan.child, date(2020, 2, 27), Method.VIDEO, authorised=True)
    [row] = [row for row in totals_known([Month.parse("2020-02")], CUT_OFF) if row.plan_type == "CP"]
    assert (row.children, row.face_to_face, row.alternative, row.collected) == (1, 0, None, False)
    assert row.not_visited == 1


def test_without_rules_or_months_there_is_nothing():
    assert totals_known([JUNE], CUT_OFF) == []
    make_rules()
    assert totals_known([], CUT_OFF) == []
    assert {row.children for row in totals_known([JUNE], CUT_OFF)} == {0}


def test_queries_do_not_grow_with_months_or_children(plan):
    for number in range(5):
        child = make_plan(make_child(f"more{number}"), "CIN", date(2019, 1, 6)).child
        replace_by_import("visit", make_visit(child, date(2020, 3, 3)), LATER, note="x")
    with CaptureQueriesContext(connection) as few:
        totals_known([JUNE], CUT_OFF)
    with CaptureQueriesContext(connection) as many:
        totals_known([MARCH, APRIL, JUNE], CUT_OFF)
    assert len(few) == len(many)
