"""The audit trail's page and file: who sees which half, filters, pages, cells."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import trail
from accounts.audit import Actor, record
from accounts.models import AuditEvent
from tests.people import PASSWORD, person, sign_in

pytestmark = pytest.mark.django_db

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
CHILD = uuid4()


def write(action: str, actor: Actor | None = None, at: datetime = AT, **fields) -> AuditEvent:
    with transaction.atomic():
        return record(action, actor=actor or Actor.job("test"), at=at, **fields)


@pytest.fixture
def auditor() -> Client:
    client = sign_in(Client(), person("AU", name="Au"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def page(client: Client, **query) -> str:
    response = client.get(reverse("audit_trail"), query)
    assert response.status_code == 200
    return response.content.decode()


def test_an_auditor_sees_all_and_an_administrator_security_only(auditor):
    write("child.viewed", child_uid=CHILD)
    write("right.given", detail={"right": "MG"})
    admin = sign_in(Client(), person("AD"))
    assert str(CHILD) in page(auditor)
    assert str(CHILD) not in page(admin)
    assert "right: MG" in page(auditor) and "right: MG" in page(admin)
    assert "No event matches" in page(admin, reference=str(CHILD))
    assert "Child&#x27;s record opened" not in page(admin)


@pytest.mark.parametrize("role", ["BM", "MG", "SW", "PR", "CO"])
def test_nobody_else_sees_any_even_by_the_reader(role):
    user = person(role)
    write("right.given")
    assert sign_in(Client(), user).get(reverse("audit_trail")).status_code == 403
    assert trail.page(user, trail.Filters()).rows == []


def test_filters(auditor):
    worker = person("SW", name="Willa Worker")
    write("visit.recorded", Actor.person(worker), child_uid=CHILD, object_uid=uuid4())
    write("visit.corrected", Actor.job("nightly"), at=AT - timedelta(days=30))
    viewer = person("AU")

    def actions(**filters) -> list[str]:
        return [
            row.action
            for row in trail.page(viewer, trail.Filters(**filters)).rows
            if row.action[:5] == "visit"
        ]

    assert actions() == ["visit.corrected", "visit.recorded"]
    assert actions(who="willa") == ["visit.recorded"]
    assert actions(who=worker.email) == ["visit.recorded"]
    assert actions(who="job:nightly") == ["visit.corrected"]
    assert actions(action="visit.corrected") == ["visit.corrected"]
    assert actions(reference=CHILD) == ["visit.recorded"]
    assert actions(from_day=AT.date()) == ["visit.recorded"]
    assert actions(until_day=AT.date() - timedelta(days=1)) == ["visit.corrected"]
    assert actions(from_day=AT.date(), until_day=AT.date()) == ["visit.recorded"]
    assert "Visit: recorded" in page(auditor, action="visit.recorded")


def test_a_day_is_a_day_of_the_place():
    """23:30 UTC on 30 June is half past midnight on 1 July in summer."""
    write("visit.recorded", at=datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
    rows = trail.page(person("AU"), trail.Filters(from_day=datetime(2026, 7, 1).date())).rows
    assert [row.action for row in rows] == ["visit.recorded"]


def test_pages_go_back_in_hundreds_without_a_gap(auditor):
    viewer = person("AU")
    with transaction.atomic():
        for number in range(250):
            record("visit.recorded", actor=Actor.job("test"), at=AT, detail={"number": number})
    filters = trail.Filters(action="visit.recorded")
    seen: list[int] = []
    before = None
    sizes = []
    while True:
        found = trail.page(viewer, filters, before=before)
        seen += [row.detail["number"] for row in found.rows]
        sizes.append(len(found.rows))
        before = found.older
        if before is None:
            break
    assert sizes == [100, 100, 50]
    assert seen == list(range(249, -1, -1))
    text = page(auditor, action="visit.recorded")
    assert f"before={AuditEvent.objects.order_by('-pk').filter(action='visit.recorded')[99].pk}" in text


@pytest.mark.parametrize("before", ["x", "-1", "99999999999999999999999", "٣", "", "1e3"])
def test_a_made_up_page_number_is_no_fault(auditor, before):
    page(auditor, before=before)


@pytest.mark.parametrize(
    "query", [{"reference": "x"}, {"from_day_day": "31", "from_day_month": "2", "from_day_year": "2026"},
              {"action": "no.such"}, {"who": "x" * 200}]
)  # fmt: skip
def test_a_filter_that_makes_no_sense_is_said_beside_it(auditor, query):
    response = auditor.get(reverse("audit_trail"), query)
    assert response.status_code == 422
    assert "govuk-error-summary" in response.content.decode()


def test_the_file_starts_no_formula_and_is_itself_on_the_trail(auditor):
    write("visit.cancelled", detail={"reason": '=HYPERLINK("http://evil")'}, object_kind="=1+1")
    response = auditor.get(reverse("audit_trail_download"), {"action": "visit.cancelled"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Cache-Control"] == "no-store, private"
    text = b"".join(response.streaming_content).decode()
    assert text[0] == "\ufeff"
    header, row = list(csv.reader(StringIO(text[1:])))
    assert header[4] == "What"
    assert row[4] == "visit.cancelled" and row[5] == "'=1+1"
    assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@"))]
    event = AuditEvent.objects.get(action="audit_trail.downloaded")
    assert event.detail == {"events": 1, "filters": ["action"]}


def test_the_file_needs_fresh_proof_and_the_right_to_take_it():
    client = sign_in(Client(), person("AU"))
    assert client.get(reverse("audit_trail_download"))["Location"].startswith(
        reverse("account_reauthenticate")
    )
    assert sign_in(Client(), person("AD")).get(reverse("audit_trail_download")).status_code == 403


def test_nothing_typed_is_live(auditor):
    write("visit.cancelled", detail={"reason": "<script>alert(1)</script>"})
    assert "<script>alert(1)" not in page(auditor)


def test_a_page_reads_by_an_index_whatever_its_depth():
    """No sort and no scan of the whole table stands between the reader and a page."""
    write("visit.recorded")
    viewer = person("AU")
    for filters in (trail.Filters(), trail.Filters(action="visit.recorded"), trail.Filters(reference=CHILD)):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            trail.page(viewer, filters, before=10)
        assert "OFFSET" not in queries[-1]["sql"]
        assert "COUNT(" not in queries[-1]["sql"]
