"""The first page: what needs whom, and nothing that is not theirs."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.constants import Permission, Role
from operations.models import JobRun
from tests.dashboards import worlds
from tests.dashboards.test_visiting_page import words_of
from tests.partners import factories as partnership
from tests.people import person, sign_in
from tests.visits import factories
from visits.models import Allocation, EmergencyAccess

pytestmark = pytest.mark.django_db


def start(client, user) -> str:
    response = sign_in(client, user).get("/")
    assert response.status_code == 200
    return words_of(response)


def test_a_stranger_reads_what_the_service_is_and_where_to_sign_in(client, settings):
    settings.DEMO = False
    response = client.get("/")
    assert "Sign in" in words_of(response) and "demonstration" not in words_of(response).lower()
    assert 'href="/sign-in/"' in response.content.decode()
    settings.DEMO = True
    assert "This is a demonstration" in words_of(client.get("/"))


@pytest.fixture
def caseload():
    factories.make_rules()
    worker, other = person(Role.SOCIAL_WORKER), person(Role.SOCIAL_WORKER)
    team = factories.make_team()
    today = timezone.localdate()
    children = {}
    for ref, holder, seen_days_ago in (("LATE", worker, 60), ("FINE", worker, 1), ("THEIRS", other, 60)):
        child = children[ref] = factories.make_child(ref)
        factories.make_plan(child, start=date(2020, 1, 6), team=team)
        factories.make_visit(child, today - timedelta(days=seen_days_ago))
        Allocation.objects.create(child=child, user=holder, from_date=date(2020, 1, 6))
    return worker, team, children


def test_a_social_worker_sees_what_is_overdue_first_and_no_other_caseload(client, caseload):
    worker, _, _ = caseload
    text = start(client, worker)
    assert text.index("LATE") < text.index("FINE") and "THEIRS" not in text
    assert "Overdue" in text and "Your teams" not in text


def test_a_manager_sees_who_was_not_seen_and_what_waits_for_a_decision(client, caseload):
    worker, team, children = caseload
    factories.make_visit(children["FINE"], timezone.localdate(), method="video", recorded_by=worker)
    EmergencyAccess.objects.create(
        child=children["THEIRS"],
        user=worker,
        reason="word " * 10,
        opened_at=timezone.now(),
        closes_at=timezone.now() + timedelta(hours=24),
    )
    manager = worlds.manager_of(team)
    text = start(client, manager)
    assert "Not seen in time (2)" in text
    assert "alternative without a decision" in text and "Video call on" in text
    assert "emergency access not looked at" in text and f"{worker.name} opened the record" in text
    other = start(client, worlds.manager_of(factories.make_team()))
    assert "LATE" not in other and "Not seen in time (0)" in other


def test_a_board_member_reads_the_latest_findings(client):
    north, south = factories.make_team(locality="Upper"), factories.make_team(locality="Lower")
    worlds.published_april(north, south)
    worlds.worked_out("2019-01", "2020-04")
    text = start(client, person(Role.BOARD_MEMBER))
    assert (
        "72.2% of children on a child protection plan were seen in April 2020, 2.5 points below March 2019."
        in text
    )
    assert "There were no children in care due to have been visited by the end of April 2020." in text


def test_the_months_of_the_published_figures_are_one_step_away_where_they_are_kept(client):
    north, south = factories.make_team(locality="Upper"), factories.make_team(locality="Lower")
    worlds.published_april(north, south)
    worlds.worked_out("2019-01", "2020-04")
    board = person(Role.BOARD_MEMBER)
    assert "published figures" not in start(client, board)
    worlds.published()
    assert "See the months of the published figures : March 2019 to April 2020" in start(client, board)
    href = client.get("/").context["published"]["href"]
    page = client.get(href)
    assert "April 2020" in words_of(page) and page.context["choice"].first.name == "March 2019"
    # There already: no link to the same page.
    assert "Show the months of the published figures" not in words_of(page)
    assert "Show the months of the published figures" in words_of(client.get("/visiting/?first=2020-04"))


def test_who_may_import_is_led_to_the_page(client):
    importer = person(Role.MANAGER, Permission.IMPORT_RECORDS)
    assert "/records/import/" in sign_in(client, importer).get("/").content.decode()
    not_a_manager = person(Role.COORDINATOR, Permission.IMPORT_RECORDS)
    assert "/records/import/" not in sign_in(client, not_a_manager).get("/").content.decode()


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMINISTRATOR])
def test_whoever_looks_after_the_service_sees_failed_jobs_first(client, role):
    long_ago = timezone.now() - timedelta(minutes=20)
    for kind, state in (
        ("import_records", "done"),
        ("rebuild_visit_rates", "failed"),
        ("nightly_check", "waiting"),
    ):
        JobRun.objects.create(kind=kind, state=state, asked_at=long_ago, asked_by_label="test")
    text = start(client, person(role))
    assert text.index("Rebuild visit rates") < text.index("Nightly check") < text.index("Import records")
    assert "A job has waited for more than 15 minutes" in text


def test_each_role_gets_links_to_its_own_pages_only(client):
    links = {
        Role.AUDITOR: {"Children", "People", "Jobs", "Audit trail"},
        Role.ADMINISTRATOR: {"People", "Jobs", "Audit trail"},
        Role.COORDINATOR: {"People", "Jobs"},
        Role.MANAGER: {"Children", "Jobs", "Your queue", "Absence and cover", "Keep in touch"},
        Role.PARTNER: set(),
    }
    for role, names in links.items():
        response = sign_in(client, person(role)).get("/")
        shown = {link["text"] for link in response.context["links"]}
        assert shown == names | {"Partnership", "Guidance"}, role


def test_what_waits_of_the_partnerships_work_comes_first_and_only_what_is_ones_own(client):
    lead, other = person(Role.PARTNER), person(Role.PARTNER)
    questions = partnership.make_question_set()
    cycle = partnership.make_cycle()
    for who in (lead, other):
        partnership.make_return(partnership.make_organisation(lead=who), cycle, questions)
    page = sign_in(client, lead).get("/")
    assert "The partnership’s work" in words_of(page)
    assert [line["tag"]["text"] for line in page.context["waiting"]] == ["Overdue", "To do"]
    owed, _ = page.context["waiting"]
    # One return, and not the other partner's.
    assert sign_in(client, lead).get(owed["href"]).status_code == 200
    assert "The partnership’s work" not in start(client, person(Role.ADMINISTRATOR))


def test_somebody_without_a_role_is_told_what_to_do(client):
    assert "Your account has no role yet" in start(client, person())


@pytest.mark.parametrize("address", ["/accessibility/", "/privacy/"])
def test_statements_are_for_everybody_and_on_every_page(client, address):
    assert client.get(address).status_code == 200
    assert f'href="{address}"' in client.get("/").content.decode()
    assert (
        f'href="{address}"' in sign_in(client, person(Role.BOARD_MEMBER)).get("/visiting/").content.decode()
    )
