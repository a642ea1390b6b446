"""The world in a database: its rates are the published ones, and it goes into nothing that is in use."""

import csv
import hashlib
import io
from datetime import UTC, datetime, time
from decimal import Decimal

import pytest
from django.contrib.auth import SESSION_KEY, get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.constants import Role
from accounts.models import AuditEvent
from partners.constants import OrganisationKind
from partners.models import Organisation
from safeguarding.demo import anomalies, people
from safeguarding.demo.oversight_anomalies import VISIT_PREFIX
from safeguarding.demo.rows import World
from safeguarding.kernel.periods import Month
from tests.demo.conftest import PAPER_DAY
from tests.demo.reading import slow_reading
from visits.models import Allocation, Child, EmergencyAccess, Plan, PlanTeam, Team, Visit, VisitCell
from visits.querysets import holds_on

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
MORNING = datetime.combine(PAPER_DAY, time(9), UTC)

# As printed: face to face, alternative, total; None: not collected.
PUBLISHED = {
    "CP": {
        "2018-03": ("75.4", None, "75.4"),
        "2019-03": ("74.7", None, "74.7"),
        "2020-03": ("59.2", "12.7", "71.9"),
        "2020-04": ("52.3", "19.9", "72.2"),
        "2020-05": ("53.9", "20.5", "74.4"),
        "2020-06": ("76.8", "7.8", "84.6"),
    },
    "CIN": {
        "2018-03": ("62.7", None, "62.7"),
        "2019-03": ("73.2", None, "73.2"),
        "2020-03": ("62.9", "9.3", "72.2"),
        "2020-04": ("52.2", "27.3", "79.5"),
        "2020-05": ("56.6", "25.3", "81.9"),
        "2020-06": ("72.0", "6.8", "78.8"),
    },
    "CIC": {
        "2018-03": ("87.1", None, "87.1"),
        "2019-03": ("92.8", None, "92.8"),
        "2020-03": ("79.8", "8.5", "88.3"),
        "2020-04": ("64.2", "25.9", "90.1"),
        "2020-05": ("60.8", "30.9", "91.7"),
        "2020-06": ("64.1", "25.9", "90.0"),
    },
}


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """The world as of the paper's day, in a transaction that is undone after this module."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: MORNING)
        outer = transaction.atomic()
        outer.__enter__()
        try:
            call_command("load_reference", stdout=io.StringIO())
            with _demo_on():
                call_command("load_demo", "--as-of", str(PAPER_DAY), stdout=io.StringIO())
            yield
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)


def _demo_on() -> override_settings:
    return override_settings(DEMO=True)


def test_exported_rates_are_the_published_ones(loaded):
    out = io.StringIO()
    call_command("export_visit_rates", "--to", "2020-06", stdout=out)
    rows = {(row["plan_type"], row["month"]): row for row in csv.DictReader(io.StringIO(out.getvalue()))}
    figures = 0
    for plan_type, months in PUBLISHED.items():
        for month, (seen, otherwise, total) in months.items():
            row = rows[plan_type, month]
            assert Decimal(row["face_to_face_pct"]) == Decimal(seen), (plan_type, month)
            assert Decimal(row["total_pct"]) == Decimal(total), (plan_type, month)
            if otherwise is None:
                assert row["alternative_pct"] == row["alternative"] == "not collected"
            else:
                assert Decimal(row["alternative_pct"]) == Decimal(otherwise), (plan_type, month)
            figures += 3
    assert figures == 54


def test_every_month_since_january_2017_has_a_cohort_of_each_type(loaded):
    out = io.StringIO()
    call_command("export_visit_rates", "--to", "2020-06", stdout=out)
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    months = [str(month) for month in Month.parse("2017-01").until(Month.parse("2020-06"))]
    assert sorted((row["month"], row["plan_type"]) for row in rows) == sorted(
        (month, plan_type) for month in months for plan_type in PUBLISHED
    )
    assert all(int(row["cohort"]) > 200 for row in rows)


def test_what_is_stored_is_what_was_made(loaded, paper_world):
    assert _digest_of_database() == _digest_of_world(paper_world)


def test_planted_children_come_out_as_by_the_slow_method(loaded, paper_world):
    words = ("not_visited", "alternative", "face_to_face")
    numbers = {ref: number for number, (ref, _) in enumerate(paper_world.children)}
    teams = [team.ref for team in people.teams()]
    for case in anomalies.planted():
        for plan_type in PUBLISHED:
            for month in Month.parse("2020-02").until(Month.parse("2020-06")):
                slow = slow_reading(paper_world, plan_type, month, numbers[case.child_ref]).outcomes
                cell = VisitCell.objects.filter(
                    child__child_ref=case.child_ref, plan_type=plan_type, month=month.index
                ).select_related("plan", "team")
                stored = [(words[one.outcome], one.plan.plan_ref, one.team.team_ref) for one in cell]
                assert stored == [(outcome, ref, teams[int(team)]) for outcome, ref, team in slow.values()]


def test_a_database_in_use_is_refused_and_left_alone(loaded):
    before = (Child.objects.count(), get_user_model().objects.count(), AuditEvent.objects.count())
    with _demo_on(), pytest.raises(CommandError, match="already holds") as refused:
        call_command("load_demo", stdout=io.StringIO())
    assert refused.value.returncode == 2
    assert before == (Child.objects.count(), get_user_model().objects.count(), AuditEvent.objects.count())


def test_the_load_is_on_the_trail(loaded):
    event = AuditEvent.objects.get(action="demo.loaded")
    assert event.actor_label.startswith("cli:")
    assert event.detail["children"] == Child.objects.count()


def test_demo_accounts_names_one_of_each_role(loaded):
    out = io.StringIO()
    with _demo_on():
        call_command("demo_accounts", stdout=out)
    lines = [line for line in out.getvalue().splitlines() if "@" in line]
    assert sorted(label for line in lines for label in Role.labels if line.startswith(label)) == sorted(
        Role.labels
    )
    assert all(people.DEMO_PASSWORD in line for line in lines)


@pytest.mark.parametrize("person", people.shown(), ids=lambda person: person.rights[0])
def test_each_shown_account_signs_in(loaded, client, settings, person):
    settings.DEMO = True
    client.post(reverse("account_login"), {"login": person.email, "password": people.DEMO_PASSWORD})
    assert client.session[SESSION_KEY] == str(get_user_model().objects.get(email=person.email).pk)
    assert client.get(reverse("start")).status_code == 200


@pytest.mark.parametrize("command", ["load_demo", "demo_accounts"])
def test_without_demo_the_commands_refuse(loaded, settings, command):
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO is off") as refused:
        call_command(command, stdout=io.StringIO())
    assert refused.value.returncode == 2


def test_without_demo_no_account_signs_in(loaded, client, settings):
    settings.DEMO = False
    person = people.shown()[0]
    client.post(reverse("account_login"), {"login": person.email, "password": people.DEMO_PASSWORD})
    assert SESSION_KEY not in client.session


def test_the_published_password_is_one_that_the_service_would_accept(loaded):
    for user in get_user_model().objects.all():
        assert user.is_demo
        assert user.email.endswith(".example")
    validate_password(people.DEMO_PASSWORD)


def test_every_kind_of_organisation_is_there(loaded):
    assert set(Organisation.objects.values_list("kind", flat=True)) == set(OrganisationKind.values)


def test_pages_of_the_shown_people_are_full(loaded):
    users = {right: get_user_model().objects.get(email=p.email) for p in people.shown() for right in p.rights}
    worker, manager = users[Role.SOCIAL_WORKER], users[Role.MANAGER]
    assert 8 <= Allocation.objects.filter(holds_on(PAPER_DAY), user=worker).count() <= 40
    of_team = Child.objects.visible_to(manager, at=MORNING)
    assert of_team.count() > 60
    assert EmergencyAccess.objects.filter(child__in=of_team, closes_at__gt=MORNING, seen_at=None).exists()
    assert worker.access_blocks.filter(lifted_at=None, child__in=of_team).exists()
    assert not Child.objects.visible_to(worker, at=MORNING).filter(access_blocks__user=worker).exists()


def _digest_of_world(world: World) -> str:
    refs = [ref for ref, _ in world.children]
    teams = [team.ref for team in people.teams()]
    emails = [person.email for person in people.workers()]
    rows: list[tuple] = [(ref, str(uid)) for ref, uid in world.children]
    for plan in world.plans:
        end = plan.end.isoformat() if plan.end else ""
        rows.append((plan.plan_ref, str(plan.uid), refs[plan.child], plan.plan_type, str(plan.start), end))
        rows += [(plan.plan_ref, str(since), teams[team]) for since, team in plan.places]
    rows += [
        (
            visit.visit_ref,
            str(visit.uid),
            refs[visit.child],
            str(visit.day),
            visit.method,
            visit.status,
            visit.authorised,
            visit.note,
            visit.recorded_at.astimezone(UTC).isoformat(),
            emails[visit.worker],
        )
        for visit in world.visits
    ]
    return _digest(rows)


def _digest_of_database() -> str:
    rows: list[tuple] = [(child.child_ref, str(child.uid)) for child in Child.objects.all()]
    for plan in Plan.objects.select_related("child"):
        end = plan.end_date.isoformat() if plan.end_date else ""
        rows.append(
            (plan.plan_ref, str(plan.uid), plan.child.child_ref, plan.plan_type, str(plan.start_date), end)
        )
    for place in PlanTeam.objects.select_related("plan", "team"):
        rows.append((place.plan.plan_ref, str(place.from_date), place.team.team_ref))
    rows += [
        (
            visit.visit_ref,
            str(visit.uid),
            visit.child.child_ref,
            str(visit.visit_date),
            visit.method,
            visit.status,
            visit.authorised,
            visit.note,
            visit.recorded_at.astimezone(UTC).isoformat(),
            visit.recorded_by.email,
        )
        for visit in Visit.objects.exclude(visit_ref__startswith=VISIT_PREFIX).select_related(
            "child", "recorded_by"
        )
    ]
    assert Team.objects.count() == len(people.teams())
    return _digest(rows)


def _digest(rows: list[tuple]) -> str:
    return hashlib.sha256(repr(sorted(rows, key=repr)).encode()).hexdigest()
