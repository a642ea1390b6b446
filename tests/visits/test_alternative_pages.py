"""The pages of alternatives: recording, the single record, the list and the file."""

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent
from tests.people import person
from tests.visits.factories import make_visit
from tests.visits.oversight_world import assess, decide, make_oversight_rules, record_alternative
from tests.visits.records_world import NOW, World, make_world, recorded
from tests.visits.test_assessment_pages import as_, text_of
from visits.models import AlternativeRecord, Visit

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> World:
    make_oversight_rules()
    return make_world()


def filled(**other) -> dict[str, str]:
    """The questions, answered right, but for `other`."""
    right = {
        "visit_date_day": "26", "visit_date_month": "3", "visit_date_year": "2020",
        "method": "video", "why": "symptoms", "why_more": "", "who": "The child and their mother",
        "quality": "seen_and_heard", "seen_alone": "yes", "private": "The door was closed",
        "learned": "The child spoke of school",
        "next_contact_on_day": "3", "next_contact_on_month": "4", "next_contact_on_year": "2020",
    }  # fmt: skip
    return right | other


def record(client, url: str, **other):
    token = str(client.get(url).context["form"]["token"].value())
    return client.post(url, filled(token=token) | other)


class TestRecording:
    def url(self, world) -> str:
        return reverse("record_alternative", args=[world.child.uid])

    def test_it_is_saved_and_shown(self, world):
        client = as_(world.worker)
        response = record(client, self.url(world))
        visit = Visit.objects.get()
        assert response.url == reverse("alternative", args=[visit.uid])
        page = text_of(client.get(response.url))
        for words in (
            "It does not count until a management decision covers its date",
            "Video call in place of a visit", "The child was seen and spoke", "Yes, in private",
            "The first contact since the child was last seen face to face",
            "No regulation says how visits under this plan are made", "3 April 2020",
        ):  # fmt: skip
            assert words in page

    def test_a_live_decision_is_said_before_and_after(self, world):
        decide(world)
        client = as_(world.worker)
        assert "A management decision covers today" in text_of(client.get(self.url(world)))
        response = record(client, self.url(world))
        assert "A management decision covers its date" in text_of(client.get(response.url))

    def test_the_row_is_counted_and_warned_of(self, world):
        for days in (20, 10, 5):
            record_alternative(world, visit_date=NOW.date() - days * DAY)
        client = as_(world.worker)
        for url in (self.url(world), reverse("child", args=[world.child.uid])):
            assert "3 contacts in a row were not face to face" in text_of(client.get(url))

    @pytest.mark.parametrize(
        ("other", "field", "message"),
        [
            ({"method": ""}, "method", "Select how the contact was made"),
            ({"method": "face_to_face"}, "method", "Select one of the choices offered"),
            ({"visit_date_day": "28"}, "visit_date", "must be today or in the past"),
            ({"visit_date_day": "31", "visit_date_month": "2"}, "visit_date", "must be a real date"),
            ({"visit_date_day": "5", "visit_date_month": "1"}, "visit_date", "on or after 6 January 2020"),
            ({"why": "other"}, "why_more", "Enter the other reason"),
            ({"who": " "}, "who", "Enter who took part"),
            ({"quality": "adult_only"}, "seen_alone", "select why you did not speak"),
            ({"method": "telephone"}, "quality", "cannot be seen by telephone"),
            ({"private": ""}, "private", "Enter whether others could hear"),
            ({"learned": "x" * 4001}, "learned", "must be 4,000 characters or fewer"),
            ({"who": "a\x07"}, "who", "must not include control characters"),
            ({"next_contact_on_month": "3"}, "next_contact_on", "on or after this one"),
            ({"next_contact_on_year": ""}, "next_contact_on", "must include a year"),
            ({"token": "x"}, "token", "Open this page again"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_stands_beside_its_question(self, world, other, field, message):
        response = record(as_(world.worker), self.url(world), **other)
        assert any(message in error for error in response.context["form"].errors[field])
        assert message in text_of(response)
        assert not Visit.objects.exists()

    def test_every_gap_is_told_at_once(self, world):
        client = as_(world.worker)
        response = client.post(self.url(world), {"token": ""})
        assert {"visit_date", "method", "why", "who", "quality", "seen_alone", "private", "learned",
                "next_contact_on"} <= set(response.context["form"].errors)  # fmt: skip

    def test_sent_twice_it_leads_to_the_first(self, world):
        client = as_(world.worker)
        form = filled(token=str(client.get(self.url(world)).context["form"]["token"].value()))
        first, second = client.post(self.url(world), form), client.post(self.url(world), form)
        assert first.url == second.url
        assert Visit.objects.count() == 1

    def test_the_plain_form_leads_here(self, world):
        page = as_(world.worker).get(reverse("record_visit", args=[world.child.uid])).content.decode()
        assert self.url(world) in page

    def test_whose_it_is_not(self, world):
        assert as_(world.stranger).get(self.url(world)).status_code == 404
        assert as_(world.manager).get(self.url(world)).status_code == 403
        assert as_(person("BM")).get(self.url(world)).status_code == 403


class TestWriting:
    def test_an_imported_one_gets_its_record(self, world):
        visit = make_visit(world.child, NOW.date() - DAY, "video")
        client = as_(world.worker)
        assert "No record of this contact" in text_of(client.get(reverse("alternative", args=[visit.uid])))
        url = reverse("write_alternative", args=[visit.uid])
        client.post(url, filled(version="1"))
        assert AlternativeRecord.objects.get().visit == visit

    def test_a_correction_shows_what_was_there(self, world):
        visit = record_alternative(world)
        client = as_(world.worker)
        url = reverse("write_alternative", args=[visit.uid])
        assert client.get(url).context["form"]["learned"].value() == "The child spoke of school"
        client.post(url, filled(version="1", learned="The child was tired"))
        page = text_of(client.get(reverse("visit", args=[visit.uid])))
        assert "What was learned The child spoke of school The child was tired" in page

    def test_two_tabs_keep_both_texts(self, world):
        visit = record_alternative(world)
        client = as_(world.worker)
        url = reverse("write_alternative", args=[visit.uid])
        client.post(url, filled(version="1", learned="The child was tired"))
        response = client.post(url, filled(version="1", learned="The child was asleep"))
        assert response.status_code == 409
        page = text_of(response)
        assert "The child was tired" in page
        assert "The child was asleep" in page

    def test_the_timeline_says_what_was_learned(self, world):
        record_alternative(world, method="telephone", quality="heard")
        page = text_of(as_(world.worker).get(reverse("child", args=[world.child.uid])))
        assert "Telephone call, child heard" in page
        assert "The child spoke of school" in page

    def test_the_visit_page_leads_there(self, world):
        made, planned = (
            record_alternative(world),
            recorded(world, method="video", status="planned", child_seen=False),
        )
        client = as_(world.worker)
        page = client.get(reverse("visit", args=[made.uid])).content.decode()
        assert reverse("alternative", args=[made.uid]) in page
        assert reverse("correct_visit", args=[made.uid]) not in page
        page = client.get(reverse("visit", args=[planned.uid])).content.decode()
        assert reverse("write_alternative", args=[planned.uid]) in page

    def test_a_face_to_face_visit_has_no_such_page(self, world):
        assert as_(world.worker).get(reverse("alternative", args=[recorded(world).uid])).status_code == 404

    def test_whose_it_is_not(self, world):
        visit = record_alternative(world)
        url = reverse("write_alternative", args=[visit.uid])
        assert as_(world.stranger).get(url).status_code == 404
        assert as_(world.auditor).get(url).status_code == 403
        page = as_(world.auditor).get(reverse("alternative", args=[visit.uid])).content.decode()
        assert "C-0001" not in page


def days(day: str, month: str, year: str) -> str:
    """An address's period from that day to 1 March 2020."""
    first = f"first_day={day}&first_month={month}&first_year={year}"
    return f"{first}&last_day=1&last_month=3&last_year=2020"


class TestList:
    def test_own_teams_and_days(self, world):
        record_alternative(world)
        client = as_(world.manager)
        page = text_of(client.get(reverse("alternatives")))
        assert "C-0001 26 March 2020 Video call 1 Local practice Not authorised" in page
        away = "first_day=1&first_month=3&first_year=2020&last_day=2&last_month=3&last_year=2020"
        assert "No alternative took place" in text_of(client.get(f"{reverse('alternatives')}?{away}"))
        assert "C-0001" not in text_of(as_(world.other_manager).get(reverse("alternatives")))
        assert as_(world.worker).get(reverse("alternatives")).status_code == 403

    @pytest.mark.parametrize(
        ("query", "message"),
        [
            ("first_day=1&first_month=3&first_year=2020", "Enter both days"),
            (days("9", "3", "2020"), "on or after the first"),
            (days("1", "3", "2010"), "within a year"),
            (days("x", "%00", "2020"), "must be a real date"),
        ],
    )  # fmt: skip
    def test_days_that_make_no_sense(self, world, query, message):
        client = as_(world.manager)
        assert message in text_of(client.get(f"{reverse('alternatives')}?{query}"))
        assert message in text_of(client.get(f"{reverse('alternatives_export')}?{query}", follow=True))

    def test_the_file_is_whole_safe_and_on_the_trail(self, world):
        record_alternative(world, learned="=cmd|' /C calc'!A0", who="@mother")
        response = as_(world.manager).get(reverse("alternatives_export"))
        assert response["Cache-Control"].startswith("no-store")
        [row] = csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig")))
        assert row["learned"] == "'=cmd|' /C calc'!A0"
        assert row["who"] == "'@mother"
        assert (row["child"], row["date"], row["seen_alone"], row["in_law"], row["in_a_row"]) == (
            "C-0001", "2020-03-26", "yes", "local_practice", "1",
        )  # fmt: skip
        assert all(row[name] for name in row if name != "why_more")
        event = AuditEvent.objects.get(action="alternatives.exported")
        assert event.detail == {"rows": 1, "first": "2020-02-29", "last": "2020-03-27"}
        assert as_(world.other_manager).get(reverse("alternatives_export")).getvalue().count(b"\n") == 1

    def test_its_price_does_not_grow(self, world):
        client = as_(world.manager)

        def queries() -> int:
            with CaptureQueriesContext(connection) as caught:
                client.get(reverse("alternatives"))
            return len(caught)

        record_alternative(world)
        queries()
        one = queries()
        for days in range(2, 9):
            record_alternative(world, visit_date=NOW.date() - days * DAY)
        assert queries() == one


@pytest.mark.parametrize("name", ["alternatives", "awaiting_authorisation", "assessments_to_countersign"])
def test_a_list_of_children_is_on_the_trail(world, name):
    recorded(world, method="video")
    assess(world, household=frozenset({"symptoms"}), result="go", reason="The child is alone at home")
    as_(world.manager).get(reverse(name))
    event = AuditEvent.objects.get(action="children.listed")
    assert (event.actor_uid, event.detail["shown"]) == (world.manager.uid, 1)
