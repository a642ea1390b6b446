"""/healthz and /readyz: what they ask, and that they tell nothing else."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from operations.models import JobRun
from safeguarding import health
from tests.visits.factories import make_child
from visits.models import RatesState, StaleVisits


def ready() -> tuple[int, dict]:
    response = Client().get("/readyz")
    assert "no-cache" in response["Cache-Control"]
    return response.status_code, response.json()


def stale(minutes: int) -> None:
    at = timezone.now() - timedelta(minutes=minutes)
    StaleVisits.objects.create(child=make_child(), first_month=1, last_month=2, marked_at=at)


def test_alive_asks_no_database(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        response = Client().get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_ready():
    assert ready() == (200, {"ready": True, "ill": []})


@pytest.mark.django_db
def test_a_broker_away_is_named(settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    assert ready() == (503, {"ready": False, "ill": ["broker"]})


@pytest.mark.django_db
def test_a_database_away_is_named_and_the_answer_comes(monkeypatch):
    def away(now):
        raise OperationalError("connection refused to db.internal password=hunter2")

    monkeypatch.setitem(health._PARTS, "database", away)
    status, said = ready()
    assert (status, said["ill"]) == (503, ["database"])


@pytest.mark.django_db
def test_a_migration_not_applied_is_named():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE app = 'accounts' AND name = %s", [_last("accounts")]
        )
    assert ready()[1]["ill"] == ["migrations"]


def _last(app: str) -> str:
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    return next(name for label, name in MigrationLoader(connection).graph.leaf_nodes() if label == app)


@pytest.mark.django_db
def test_work_that_waits_for_too_long_is_named():
    RatesState.objects.update_or_create(pk=1, defaults={"current_at": timezone.now()})
    stale(minutes=4)
    assert ready()[0] == 200
    stale(minutes=6)
    assert ready()[1]["ill"] == ["waiting work"]


@pytest.mark.django_db
def test_a_job_that_no_worker_takes_is_named():
    now = timezone.now()
    JobRun.objects.create(kind="x", asked_at=now - timedelta(minutes=31), asked_by_label="cli:test")
    assert ready()[1]["ill"] == ["waiting work"]


@pytest.mark.django_db
def test_figures_never_worked_out_are_named():
    stale(minutes=1)
    assert ready()[1]["ill"] == ["last recompute"]
