"""After any change only what it can affect is worked out, and the stored figures are right again."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.audit import Actor
from operations.selectors import latest_runs
from operations.services import LeaseBusy, take
from tests.visits.factories import (
    make_child,
    make_plan,
    make_rules,
    make_team,
    make_visit,
    move_plan,
    stored_cells,
    stored_rates,
)
from tests.visits.slow_method import SlowPlan, SlowRule, SlowVisit
from tests.visits.worlds import (
    AS_OF,
    REFS,
    World,
    expected,
    plans,
    store,
    store_plan,
    store_rules,
    visit_row,
    visits,
    worlds,
)
from visits.constants import RATES_LEASE, Method, Status
from visits.models import (
    AlternativeRecording,
    Child,
    Plan,
    RatesState,
    StaleVisits,
    Visit,
    VisitCell,
    VisitRate,
)
from visits.rates.drain import drain
from visits.rates.marks import (
    mark_stale_plans,
    mark_stale_plans_of,
    mark_stale_visits,
    mark_stale_visits_of,
)
from visits.rates.rebuild import LEASE_SECONDS, rebuild, writing
from visits.services.rates import check_visit_rates, update_visit_rates

NOW = datetime(2021, 4, 10, 12, tzinfo=UTC)
ACTOR = Actor.command("test")


def update(**options):
    return update_visit_rates(actor=ACTOR, now=NOW, as_of=AS_OF, **options)


class Edits:
    """Changes of a world and, in the same breath, of the rows that hold it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.numbers = list(range(len(world.visits)))
        self.next_number = len(world.visits)

    def add_visit(self, visit: SlowVisit) -> None:
        row = visit_row(visit, self.next_number)
        row.save()
        self.world.visits.append(visit)
        self.numbers.append(self.next_number)
        self.next_number += 1
        mark_stale_visits(row.child_id, [visit.day], NOW)

    def change_visit(self, place: int, new: SlowVisit) -> None:
        old = self.world.visits[place]
        # The child of a visit stays.
        new = replace(new, child=old.child)
        row = Visit.objects.get(visit_ref=f"v{self.numbers[place]}")
        row.visit_date, row.method, row.status = new.day, new.method, new.status
        row.child_seen, row.authorised = new.seen, new.authorised
        row.save()
        self.world.visits[place] = new
        mark_stale_visits(row.child_id, [old.day, new.day], NOW)

    def delete_visit(self, place: int) -> None:
        old = self.world.visits.pop(place)
        row = Visit.objects.get(visit_ref=f"v{self.numbers.pop(place)}")
        row.delete()
        mark_stale_visits(row.child_id, [old.day], NOW)

    def add_plan(self, plan: SlowPlan) -> None:
        if plan.ref not in {known.ref for known in self.world.plans}:
            row = store_plan(plan)
            self.world.plans.append(plan)
            mark_stale_plans([(row.child_id, plan.start, plan.end)], NOW)

    def change_plan(self, place: int, new: SlowPlan) -> None:
        """Another type, other dates, teams and long-term mark: the whole row anew."""
        old = self.world.plans[place]
        new = replace(new, ref=old.ref, child=old.child)
        Plan.objects.filter(plan_ref=old.ref).delete()
        row = store_plan(new)
        self.world.plans[place] = new
        end = max(old.end, new.end) if old.end and new.end else None
        mark_stale_plans([(row.child_id, min(old.start, new.start), end)], NOW)

    def delete_plan(self, place: int) -> None:
        old = self.world.plans.pop(place)
        row = Plan.objects.get(plan_ref=old.ref)
        row.delete()
        mark_stale_plans([(row.child_id, old.start, old.end)], NOW)

    def change_rule(self, rule: SlowRule) -> None:
        """The interval of a type is another one from a day on; nobody marks anything."""
        rules = tuple(
            replace(known, until=min(known.until, rule.since))
            if (known.plan_type, known.long_term) == (rule.plan_type, rule.long_term)
            else known
            for known in self.world.rules
            if (known.plan_type, known.long_term) != (rule.plan_type, rule.long_term)
            or known.since < rule.since
        )
        self.world.rules = (*rules, rule)
        store_rules(self.world)

    def collect_alternatives_from(self, day: date) -> None:
        self.world.alternatives_since = day
        store_rules(self.world)


months_first_days = st.dates(date(2019, 6, 1), date(2020, 12, 1)).map(lambda day: day.replace(day=1))
EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("add_visit"), visits()),
        st.tuples(st.just("change_visit"), st.integers(0, 20), visits()),
        st.tuples(st.just("delete_visit"), st.integers(0, 20)),
        st.tuples(st.just("add_plan"), st.sampled_from(REFS).flatmap(plans)),
        st.tuples(st.just("change_plan"), st.integers(0, 20), st.sampled_from(REFS).flatmap(plans)),
        st.tuples(st.just("delete_plan"), st.integers(0, 20)),
        st.tuples(
            st.just("change_rule"),
            st.builds(
                SlowRule,
                st.sampled_from(["CP", "CIN", "CIC"]),
                st.booleans(),
                st.integers(1, 60),
                months_first_days,
            ).filter(lambda rule: rule.plan_type == "CIC" or not rule.long_term),
        ),
        st.tuples(st.just("collect_alternatives_from"), months_first_days),
        st.tuples(st.just("drain")),
    ),
    min_size=1,
    max_size=8,
)


@given(world=worlds(), edits=EDITS)
@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_changes_of_any_world(db, world, edits):
    with transaction.atomic():
        store(world)
        update()
        hand = Edits(world)
        for name, *values in edits:
            if name == "drain":
                update()
                continue
            kept = {"visit": hand.world.visits, "plan": hand.world.plans}.get(name.split("_")[1], [])
            if isinstance(values[0], int):
                if not kept:
                    continue
                values[0] %= len(kept)
            getattr(hand, name)(*values)
        update()
        assert not StaleVisits.objects.exists()
        assert stored_cells() == expected(world).cells
        assert stored_rates() == expected(world).rates
        if world.plans:
            # The whole comparison agrees, so that no nightly check cries wolf.
            with writing("test", clock=lambda: NOW) as held:
                found = rebuild(held, as_of=AS_OF, clock=lambda: NOW, write=False)
            assert (found.cells_differing, found.rates_differing) == (0, 0)
        transaction.set_rollback(True)


@pytest.fixture
def child(db) -> Child:
    """On a child protection plan since 6 January 2020, nothing else; all rates worked out."""
    make_rules()
    child = make_child("A")
    make_plan(child, "CP", date(2020, 1, 6), team=make_team("7"), plan_ref="1")
    update()
    return child


def outcomes(child: Child, *months: str) -> list[int]:
    cells = stored_cells()
    return [cells[child.child_ref, month, "CP"][2] for month in months]


def add_visit(child: Child, day: date, *args, **fields) -> Visit:
    with transaction.atomic():
        visit = make_visit(child, day, *args, **fields)
        mark_stale_visits(child.pk, [day], NOW)
    return visit


def test_a_visit_is_drained_into_its_month(child):
    add_visit(child, date(2020, 4, 24))
    result = update()
    assert (result.changes, result.cells_changed) == (1, 1)
    assert outcomes(child, "2020-03", "2020-04", "2020-05") == [0, 2, 0]
    assert stored_rates()["2020-04", "CP", "7"] == (1, 1, 0)
    assert RatesState.objects.get().current_at >= NOW


def test_only_months_that_the_visit_can_reach_are_marked(child):
    add_visit(child, date(2020, 4, 24))
    # Until the end of June, through a placement of more than a year: 91 days, and not in July.
    assert list(StaleVisits.objects.values_list("first_month", "last_month")) == [
        (2020 * 12 + 3, 2020 * 12 + 5)
    ]


def test_a_correction_marks_the_old_day_and_the_new_one(child):
    with transaction.atomic():
        mark_stale_visits(child.pk, [date(2020, 2, 3), date(2021, 1, 5)], NOW)
    first_months = set(StaleVisits.objects.values_list("first_month", flat=True))
    assert first_months == {2020 * 12 + 1, 2021 * 12}


def test_drained_twice_nothing_happens_the_second_time(child):
    add_visit(child, date(2020, 4, 24))
    update()
    with transaction.atomic():
        mark_stale_visits(child.pk, [date(2020, 4, 24)], NOW)
    before = list(VisitRate.objects.values())
    assert update().cells_changed == 0
    assert list(VisitRate.objects.values()) == before


def test_a_rolled_back_change_leaves_no_mark(child):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make_visit(child, date(2020, 4, 24))
        mark_stale_visits(child.pk, [date(2020, 4, 24)], NOW)
        raise ZeroDivisionError
    assert not StaleVisits.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_mark_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError):
        mark_stale_visits(1, [date(2020, 4, 24)], NOW)


def test_a_crash_in_the_middle_leaves_queue_and_figures_as_they_were(child, monkeypatch):
    add_visit(child, date(2020, 4, 24))
    monkeypatch.setattr("visits.rates.recompute.refresh_rates", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        update()
    assert StaleVisits.objects.count() == 1
    assert outcomes(child, "2020-04") == [0]
    monkeypatch.undo()
    update()
    assert outcomes(child, "2020-04") == [2]


def test_while_a_rebuild_holds_the_lease_rows_wait(child):
    add_visit(child, date(2020, 4, 24))
    with writing("somebody else", clock=lambda: NOW):
        with pytest.raises(LeaseBusy):
            drain(as_of=AS_OF, now=NOW)
        assert update().busy
        assert StaleVisits.objects.count() == 1
    assert update().changes == 1


def test_a_vanished_holder_is_overtaken_within_two_minutes(child):
    with transaction.atomic():
        take(RATES_LEASE, "vanished", now=NOW, seconds=LEASE_SECONDS)
    add_visit(child, date(2020, 4, 24))
    assert update().busy
    later = update_visit_rates(actor=ACTOR, now=NOW + timedelta(seconds=60), as_of=AS_OF)
    assert later.changes == 1


def test_a_month_that_is_over_appears_for_everybody(child):
    update_visit_rates(actor=ACTOR, now=NOW, as_of=date(2021, 4, 29))
    assert ("A", "2021-04", "CP") not in stored_cells()
    result = update_visit_rates(actor=ACTOR, now=NOW, as_of=date(2021, 4, 30))
    assert result.months == 1
    assert ("A", "2021-04", "CP") in stored_cells()


def test_a_plan_before_all_others_makes_the_months_begin_earlier(child):
    with transaction.atomic():
        other = make_child("B")
        plan = make_plan(other, "CIN", date(2018, 7, 2), team=make_team("8"))
        mark_stale_plans([(other.pk, plan.start_date, None)], NOW)
    update()
    assert RatesState.objects.get().first_month == 2018 * 12 + 6
    assert ("B", "2018-08", "CIN") in stored_cells()


def test_a_move_keeps_the_past_months_team(child):
    with transaction.atomic():
        move_plan(Plan.objects.get(), make_team("8"), date(2020, 5, 31))
        mark_stale_plans([(child.pk, date(2020, 5, 31), None)], NOW)
    update()
    teams = {month: team for (_, month, _), (_, team, _) in stored_cells().items()}
    assert (teams["2020-04"], teams["2020-05"], teams["2021-03"]) == ("7", "8", "8")
    assert ("2020-05", "CP", "7") not in stored_rates()


def test_alternatives_turn_into_not_collected_although_no_outcome_changes(child):
    assert stored_rates()["2020-04", "CP", "7"] == (1, 0, 0)
    AlternativeRecording.objects.update(collected_from=date(2020, 5, 1))
    update()
    assert stored_rates()["2020-04", "CP", "7"] == (1, 0, None)
    assert stored_rates()["2020-05", "CP", "7"] == (1, 0, 0)


def test_an_unauthorised_alternative_changes_nothing_until_it_is_authorised(child):
    visit = add_visit(child, date(2020, 4, 24), Method.VIDEO)
    assert update().cells_changed == 0
    with transaction.atomic():
        Visit.objects.filter(pk=visit.pk).update(authorised=True)
        mark_stale_visits(child.pk, [visit.visit_date], NOW)
    update()
    assert outcomes(child, "2020-04") == [1]


def test_marks_of_an_import_reach_as_far_as_those_of_single_visits(child):
    days = [date(2020, 2, 28), date(2020, 2, 29), date(2020, 4, 24), date(2021, 3, 31)]
    for day in days:
        make_visit(child, day, status=Status.PLANNED)
    with transaction.atomic():
        mark_stale_visits(child.pk, days, NOW)
    single = set(StaleVisits.objects.values_list("first_month", "last_month"))
    StaleVisits.objects.all().delete()
    with transaction.atomic():
        count = mark_stale_visits_of("SELECT child_id, visit_date FROM visits_visit", [], NOW)
    together = set(StaleVisits.objects.values_list("first_month", "last_month"))
    assert count == 3
    # One row a child and month: the later day of February reaches as far as both.
    assert {first for first, _ in together} == {first for first, _ in single}
    assert max(last for _, last in together) == max(last for _, last in single)


def test_marks_of_imported_plans(child):
    with transaction.atomic():
        mark_stale_plans_of(
            "SELECT child_id, start_date AS first_day, end_date AS last_day FROM visits_plan", [], NOW
        )
    row = StaleVisits.objects.get()
    assert row.first_month == 2020 * 12
    assert row.last_month > 3000 * 12


def test_without_any_plan_there_is_nothing_to_keep(db):
    make_rules()
    add_visit(make_child("A"), date(2020, 4, 24))
    assert update().changes == 0
    assert not StaleVisits.objects.exists()
    assert not VisitCell.objects.exists()


def test_what_was_done_is_on_record(child):
    add_visit(child, date(2020, 4, 24))
    update()
    run = latest_runs("visit_rates_update")[0]
    assert (run.state, run.method_version) == ("done", "v1")
    assert run.counts == {"changes": 1, "cells_changed": 1, "new_months": 0}
    update()
    assert len(latest_runs("visit_rates_update")) == 1


def test_the_nightly_check_agrees_or_cries_and_repairs_nothing(child, caplog):
    assert check_visit_rates(actor=ACTOR, now=NOW, as_of=AS_OF) is True
    assert check_visit_rates(actor=ACTOR, now=NOW, as_of=AS_OF) is None
    VisitCell.objects.filter(month=2020 * 12 + 3).update(outcome=2)
    tomorrow = NOW + timedelta(days=1)
    assert check_visit_rates(actor=ACTOR, now=tomorrow, as_of=AS_OF) is False
    run = latest_runs("visit_rates_check")[0]
    assert run.state == "failed"
    assert run.counts["cells_differing"] == 1
    assert "differ from the records" in caplog.text
    assert outcomes(child, "2020-04") == [2]


def test_a_change_that_waits_is_no_alarm(child, monkeypatch):
    monkeypatch.setattr("visits.services.rates.update_visit_rates", lambda **options: None)
    add_visit(child, date(2020, 4, 24))
    assert check_visit_rates(actor=ACTOR, now=NOW, as_of=AS_OF) is True
