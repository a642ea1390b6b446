"""Job runs: pages, upkeep."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from operations import selectors, services
from operations.constants import JobState
from operations.models import JobRun, OnceToken
from tests.people import person, sign_in

pytestmark = pytest.mark.django_db

AT = datetime(2026, 5, 4, 9, tzinfo=UTC)


def run(state: str = JobState.RUNNING, **fields) -> JobRun:
    given = {"kind": "visit_rates_rebuild", "asked_at": AT, "asked_by_label": "cli:test", "state": state}
    return JobRun.objects.create(**given | fields)


@pytest.fixture
def client() -> Client:
    return sign_in(Client(), person("CO"))


def page(client: Client, job: JobRun) -> str:
    return client.get(reverse("job", args=[job.uid])).content.decode()


def test_a_run_under_way_shows_its_progress_and_renews_itself_with_and_without_javascript(client):
    text = page(client, run(done_steps=2, all_steps=5, step="Reading visits", started_at=AT))
    assert "2 of 5" in text and "Reading visits" in text and "Running" in text
    assert 'data-refresh="3"' in text and "js/refresh.js" in text
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in text


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED])
def test_a_run_that_is_over_says_what_came_of_it_and_stays_still(client, state):
    text = page(
        client,
        run(state, started_at=AT, finished_at=AT + timedelta(seconds=90), outcome="12 rates changed.",
            counts={"cells": 12345}, method_version="1.0"),
    )  # fmt: skip
    assert "12 rates changed." in text and "12,345" in text and "90.0 seconds" in text
    assert "data-refresh" not in text and "http-equiv" not in text


def test_the_list_shows_the_newest_first_and_offers_the_rebuild_to_those_who_may(client):
    run(JobState.DONE, kind="old_job")
    run(kind="new_job")
    text = client.get(reverse("jobs")).content.decode()
    assert text.index("New job") < text.index("Old job")
    assert reverse("rebuild_visit_rates") in text
    auditor = sign_in(Client(), person("AU"))
    assert reverse("rebuild_visit_rates") not in auditor.get(reverse("jobs")).content.decode()


def test_runs_after_every_save_push_no_other_kind_out_of_sight(client):
    run(JobState.FAILED, kind="visit_rates_check", outcome="3 child-months differ.")
    for _ in range(120):
        run(JobState.DONE, kind="visit_rates_update", outcome="1 change worked off.")
    text = client.get(reverse("jobs")).content.decode()
    assert "3 child-months differ." in text and text.count("1 change worked off.") == 10
    assert "3 child-months differ." in client.get(reverse("start")).content.decode()
    only = client.get(reverse("jobs"), {"kind": "visit_rates_update"}).content.decode()
    assert "3 child-months differ." not in only and only.count("1 change worked off.") == 100
    assert client.get(reverse("jobs"), {"kind": "\0"}).status_code == 200


def test_a_run_whose_worker_vanished_says_so():
    gone = run(heartbeat_at=AT - timedelta(minutes=36))
    alive = run(heartbeat_at=AT - timedelta(minutes=34))
    waiting = run(JobState.WAITING)
    assert services.fail_silent_runs(now=AT) == 1
    states = {job.pk: job.state for job in JobRun.objects.all()}
    assert states == {gone.pk: "failed", alive.pk: "running", waiting.pk: "waiting"}


def test_the_limit_is_longer_than_any_task_may_run(settings):
    from operations.constants import SILENT_AFTER

    assert SILENT_AFTER.total_seconds() > settings.CELERY_TASK_TIME_LIMIT


def test_used_tokens_are_forgotten_after_their_forms():
    user = person()
    for days in (1, 3):
        OnceToken.objects.create(
            token=uuid4(), purpose="p", user=user, outcome="o", used_at=AT - timedelta(days=days)
        )
    assert services.forget_used_tokens(now=AT) == 1


def test_selectors():
    run(JobState.FAILED)
    done = run(JobState.DONE)
    waiting = run(JobState.WAITING, asked_at=AT - timedelta(hours=1))
    assert selectors.oldest_waiting_since() == waiting.asked_at
    assert selectors.run_by_uid(uuid4()) is None
    assert [found.uid for found in selectors.latest_runs(limit=2)] == [waiting.uid, done.uid]
