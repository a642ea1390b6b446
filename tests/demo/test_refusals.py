"""The demonstration goes in whole, into an empty database, or not at all."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import AuditEvent, User
from safeguarding.management.commands import load_demo
from visits.models import Child, Team, VisitRule

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demo_on(settings):
    settings.DEMO = True


def refused(command: str, *arguments: str) -> str:
    with pytest.raises(CommandError) as refusal:
        call_command(command, *arguments, stdout=io.StringIO())
    assert refusal.value.returncode == 2
    return str(refusal.value)


def test_one_real_person_is_enough_to_refuse():
    User.objects.create_user("somebody@real.example", None, name="Somebody", created_at=timezone.now())
    assert "already holds accounts of people" in refused("load_demo")
    assert not Team.objects.exists()
    assert not VisitRule.objects.exists()


def test_one_child_is_enough_to_refuse():
    Child.objects.create(child_ref="1")
    assert "already holds records of children" in refused("load_demo")
    assert User.objects.count() == 0


def test_a_day_before_the_published_months_is_refused():
    assert "2020-07-01" in refused("load_demo", "--as-of", "2020-06-30")
    assert not Team.objects.exists()


@pytest.mark.slow
def test_without_its_rates_nothing_is_loaded(monkeypatch):
    def breaks(**kwargs):
        assert Child.objects.exists()
        raise RuntimeError("out of disk")

    monkeypatch.setattr(load_demo, "rebuild_visit_rates", breaks)
    with pytest.raises(RuntimeError):
        call_command("load_demo", "--as-of", "2020-07-20", stdout=io.StringIO())
    assert not Child.objects.exists()
    assert not User.objects.exists()
    assert not AuditEvent.objects.filter(action="demo.loaded").exists()


def test_accounts_that_are_not_there_are_not_listed():
    assert "load_demo" in refused("demo_accounts")


def test_planted_cases_are_listed():
    out = io.StringIO()
    call_command("demo_cases", stdout=out)
    assert "HCT-040002  unauthorised: " in out.getvalue()
    assert "partners    return-silent: Halverton Schools and Colleges Forum " in out.getvalue()
