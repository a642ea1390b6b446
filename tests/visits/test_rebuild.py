"""A rebuild among people who go on working, and several drains at once."""

import contextlib
import threading
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from django.db import connection, transaction

from accounts.audit import Actor
from operations.services import LeaseBusy, LeaseLost, take
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
from tests.visits.worlds import AS_OF
from visits.constants import RATES_LEASE
from visits.models import Child, RatesState, StaleVisits, Visit, VisitCell, VisitRate
from visits.rates import rebuild as engine
from visits.rates.marks import mark_stale_plans, mark_stale_visits
from visits.rates.rebuild import rebuild, writing
from visits.services.rates import rebuild_visit_rates, update_visit_rates

NOW = datetime(2021, 4, 10, 12, tzinfo=UTC)
ACTOR = Actor.command("test")


def update():
    return update_visit_rates(actor=ACTOR, now=NOW, as_of=AS_OF)


def rebuild_now(**options):
    return rebuild_visit_rates(actor=ACTOR, now=NOW, as_of=AS_OF, **options)


def differing() -> tuple[int, int]:
    with writing("check", clock=lambda: NOW) as held:
        found = rebuild(held, as_of=AS_OF, clock=lambda: NOW, write=False)
    return found.cells_differing, found.rates_differing


def populate(children: int = 8) -> list[Child]:
    chance = Random(3)
    make_rules()
    teams = [make_team(str(number)) for number in range(3)]
    made = []
    for number in range(children):
        child = make_child(f"C{number}")
        for plan_type in ("CP", "CIN", "CIC"):
            make_plan(
                child,
                plan_type,
                date(2019, 6, 3) + timedelta(days=chance.randrange(200)),
                team=chance.choice(teams),
            )
        for _ in range(6):
            make_visit(child, date(2020, 1, 1) + timedelta(days=chance.randrange(400)))
        made.append(child)
    return made


@pytest.fixture
def children(db) -> list[Child]:
    made = populate()
    update()
    return made


def test_every_kind_of_wrong_figure_is_put_right(children):
    right = stored_cells(), stored_rates()
    cells = VisitCell.objects.order_by("child_id", "month", "plan_type")
    first, second, third = cells[0], cells[1], cells[2]
    VisitCell.objects.filter(pk=first.pk).delete()
    VisitCell.objects.filter(pk=second.pk).update(outcome=2 - second.outcome)
    VisitCell.objects.filter(pk=third.pk).update(team=make_team("wrong"))
    VisitCell.objects.create(
        child=children[0], month=2030 * 12, plan_type="CP", plan_id=1, team=make_team("late"), outcome=0
    )
    VisitRate.objects.filter(month=2020 * 12 + 3).update(cohort=99)
    VisitRate.objects.filter(month=2020 * 12 + 4).delete()
    VisitRate.objects.filter(month=2020 * 12 + 5).update(method_version="v0")
    found = rebuild_now()
    assert found.cells_differing == 3
    assert found.rates_differing > 0
    assert (stored_cells(), stored_rates()) == right
    assert set(VisitRate.objects.values_list("method_version", flat=True)) == {"v1"}
    assert rebuild_now().cells_differing == 0


@pytest.mark.parametrize("moment", ["load_plans", "load_places", "load_contacts", "load_cells"])
def test_what_is_saved_while_a_rebuild_reads_is_not_lost(children, monkeypatch, moment):
    """Before and after each reading, somebody records a visit, moves a plan and begins another."""
    VisitCell.objects.all().delete()
    read = getattr(engine, moment)

    def meanwhile(*args):
        change(children[0])
        result = read(*args)
        change(children[1])
        return result

    monkeypatch.setattr(engine, moment, meanwhile)
    rebuild_now()
    monkeypatch.undo()
    assert StaleVisits.objects.exists()
    assert differing() == (0, 0)  # what waits is no alarm
    update()
    assert not StaleVisits.objects.exists()
    assert differing() == (0, 0)
    assert RatesState.objects.get().current_at >= NOW


def change(child: Child) -> None:
    with transaction.atomic():
        make_visit(child, date(2020, 11, 20))
        mark_stale_visits(child.pk, [date(2020, 11, 20)], NOW)
        plan = child.plans.order_by("pk").first()
        move_plan(plan, make_team(), date(2020, 10, 1))
        mark_stale_plans([(child.pk, date(2020, 10, 1), None)], NOW)
        other = make_plan(child, "CP", date(2019, 2, 1), date(2020, 6, 1), team=make_team())
        mark_stale_plans([(child.pk, other.start_date, other.end_date)], NOW)


def test_an_overtaken_rebuild_writes_nothing(children, monkeypatch):
    VisitCell.objects.filter(month=2020 * 12 + 3).update(outcome=2)
    wrong = stored_cells()
    read = engine.load_cells

    def overtaken(*args):
        with transaction.atomic():
            take(RATES_LEASE, "another", now=NOW + timedelta(minutes=10), seconds=1)
        return read(*args)

    monkeypatch.setattr(engine, "load_cells", overtaken)
    with pytest.raises(LeaseLost):
        rebuild_now()
    assert stored_cells() == wrong


def test_two_rebuilds_do_not_run_at_once(children):
    with writing("first", clock=lambda: NOW), pytest.raises(LeaseBusy):
        rebuild_now()


@pytest.mark.slow
@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_writers_and_drains_at_once_leave_no_wrong_figure():
    children = populate(6)
    update()
    stop = threading.Event()
    faults: list[BaseException] = []

    def work(job, seed: int) -> None:
        chance = Random(seed)
        try:
            while not stop.is_set():
                job(chance)
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    def write(chance: Random) -> None:
        child, day = chance.choice(children), date(2020, 1, 1) + timedelta(days=chance.randrange(400))
        with transaction.atomic():
            known = Visit.objects.filter(child=child).order_by("?").first()
            if known is None or chance.random() < 0.5:
                make_visit(child, day)
                mark_stale_visits(child.pk, [day], NOW)
            else:
                Visit.objects.filter(pk=known.pk).update(visit_date=day, authorised=chance.random() < 0.5)
                mark_stale_visits(child.pk, [known.visit_date, day], NOW)

    def tidy(chance: Random) -> None:
        update()
        if chance.random() < 0.1:
            with contextlib.suppress(LeaseBusy, LeaseLost):
                rebuild_now()

    threads = [
        threading.Thread(target=work, args=(job, seed))
        for seed, job in enumerate([write, write, write, tidy, tidy])
    ]
    for thread in threads:
        thread.start()
    stop.wait(6)
    stop.set()
    for thread in threads:
        thread.join()
    assert faults == []
    update()
    assert not StaleVisits.objects.exists()
    assert differing() == (0, 0)
