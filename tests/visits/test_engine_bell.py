"""The bell to the worker: rung after commit, never in the way of a save, and never needed for good."""

import time
from datetime import UTC, date, datetime

import pytest
from django.db import transaction
from kombu import pools
from kombu.exceptions import OperationalError

from accounts.audit import Actor
from operations.selectors import latest_runs, run_by_uid
from safeguarding.celery import app
from tests.visits.factories import make_child, make_plan, make_rules, make_team, make_visit, stored_cells
from visits import receivers, tasks
from visits.models import StaleVisits
from visits.rates.marks import mark_stale_visits
from visits.services.rates import ask_for_rebuild, update_visit_rates

NOW = datetime(2021, 4, 10, 12, tzinfo=UTC)
ACTOR = Actor.command("test")


@pytest.fixture(autouse=True)
def _bell_is_not_resting(monkeypatch):
    monkeypatch.setattr(receivers, "_quiet_until", 0.0)


@pytest.fixture
def child(db):
    make_rules()
    child = make_child("A")
    make_plan(child, "CP", date(2020, 1, 6), team=make_team("7"), plan_ref="1")
    return child


def save_a_visit(child) -> None:
    with transaction.atomic():
        make_visit(child, date(2020, 4, 24))
        mark_stale_visits(child.pk, [date(2020, 4, 24)], NOW)


def test_a_change_rings_once_it_is_saved(child, monkeypatch, django_capture_on_commit_callbacks):
    rung = []
    monkeypatch.setattr(tasks.drain_visit_rates, "apply_async", lambda *args, **options: rung.append(args))
    with django_capture_on_commit_callbacks(execute=True):
        save_a_visit(child)
        assert rung == []
    assert len(rung) == 1


@pytest.fixture
def dead_broker(monkeypatch):
    """Nobody listens on the broker's port."""
    # The write address first: unless it is set it reads as the other one.
    for name in ("broker_write_url", "broker_url"):
        monkeypatch.setattr(app.conf, name, "redis://127.0.0.1:9/0")
    _forget_connections()
    yield
    _forget_connections()


def _forget_connections() -> None:
    pools.reset()
    app._pool = app.amqp._producer_pool = None


def test_a_dead_broker_costs_neither_the_save_nor_a_wait(
    child, dead_broker, caplog, django_capture_on_commit_callbacks
):
    began = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True):
        save_a_visit(child)
    assert time.monotonic() - began < 2
    assert "The job queue did not answer" in caplog.text
    assert StaleVisits.objects.count() == 1


def test_after_a_failure_the_bell_rests(child, monkeypatch, caplog, django_capture_on_commit_callbacks):
    tries = []

    def hang_up(*args, **options):
        tries.append(args)
        raise OperationalError("nobody there")

    monkeypatch.setattr(tasks.drain_visit_rates, "apply_async", hang_up)
    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            save_a_visit(child)
    assert len(tries) == 1
    assert "the sweep will do" in caplog.text
    assert StaleVisits.objects.count() == 3


def test_the_sweep_finds_what_nobody_rang_for(child):
    update_visit_rates(actor=ACTOR, now=NOW)
    save_a_visit(child)
    tasks.drain_visit_rates()
    assert stored_cells()["A", "2020-04", "CP"] == ("1", "7", 2)
    assert not StaleVisits.objects.exists()


def test_a_rebuild_that_was_asked_for_is_done_and_says_how_far_it_is(
    child, django_capture_on_commit_callbacks
):
    rung = []
    with pytest.MonkeyPatch.context() as patch, django_capture_on_commit_callbacks(execute=True):
        patch.setattr(tasks.rebuild_visit_rates, "apply_async", lambda args, **options: rung.append(args))
        uid = ask_for_rebuild(actor=ACTOR, now=NOW)
        # Asked again while it waits, it is the same one.
        assert ask_for_rebuild(actor=ACTOR, now=NOW) == uid
    assert rung == [(uid,), (uid,)]
    tasks.rebuild_visit_rates(uid)
    run = run_by_uid(uid)
    assert (run.state, run.method_version, run.done_steps, run.all_steps) == ("done", "v1", 5, 5)
    assert run.counts["children"] == 1
    assert "January 2020 to" in run.outcome


def test_a_rebuild_whose_bell_was_lost_is_done_by_the_sweep(child):
    uid = ask_for_rebuild(actor=ACTOR, now=NOW)
    tasks.drain_visit_rates()
    assert run_by_uid(uid).state == "done"
    tasks.rebuild_visit_rates(uid)
    assert len(latest_runs("visit_rates_rebuild")) == 2  # that one, and the first filling of the tables


def test_a_rebuild_that_fails_says_so_and_frees_the_way(child, monkeypatch):
    uid = ask_for_rebuild(actor=ACTOR, now=NOW)
    monkeypatch.setattr("visits.rates.rebuild.load_contacts", lambda table: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        tasks.rebuild_visit_rates(uid)
    assert run_by_uid(uid).state == "failed"
    monkeypatch.undo()
    assert not update_visit_rates(actor=ACTOR, now=NOW).busy
