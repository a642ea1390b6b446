"""The record pages: what they show to whom, what they refuse beside which field, and at what price."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent, Grant, User
from tests.people import person, sign_in
from tests.visits.factories import make_child, make_plan, make_visit
from tests.visits.records_world import NOW, World, allocate, make_world, recorded
from visits.constants import Method, PlanType, Status
from visits.models import AccessBlock, Allocation, EmergencyAccess, TeamMember, Visit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> World:
    return make_world()


def as_(user) -> Client:
    return sign_in(Client(), user)


def text_of(response) -> str:
    """What the page says, without markup."""
    body = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    words = " ".join(re.sub(r"<[^>]+>", " ", body).replace("&#x27;", "'").split())
    return words.replace(" ,", ",").replace(" .", ".")


def without_tokens(response) -> bytes:
    """The page but for the token against forgery, which differs on every answer."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", response.content)


def title_of(response) -> str:
    return re.search(r"<title>(.*?)</title>", response.content.decode(), re.DOTALL)[1]


def visit_form(client: Client, url: str, **other) -> dict:
    """What the page at `url` would send, filled in right, but for `other`."""
    token = client.get(url).context["form"]["token"].value()
    right = {
        "visit_date_day": "26",
        "visit_date_month": "3",
        "visit_date_year": "2020",
        "method": "face_to_face",
        "status": "completed",
        "child_seen": "yes",
        "note": "Seen at home",
        "token": str(token),
    }
    return right | other


class TestFinding:
    def test_each_sees_their_own(self, world):
        for user, shown, hidden in (
            (world.worker, "C-0001", "C-0002"),
            (world.stranger, "C-0002", "C-0001"),
            (world.manager, "C-0001", "C-0002"),
        ):
            page = text_of(as_(user).get("/children/"))
            assert shown in page
            assert hidden not in page

    def test_a_search_leads_to_the_only_record(self, world):
        response = as_(world.head).post("/children/", {"reference": "c-0001"})
        assert response.url == reverse("child", args=[world.child.uid])

    def test_a_search_finds_by_the_first_characters(self, world):
        page = text_of(as_(world.head).post("/children/", {"reference": "C-"}))
        assert "C-0001" in page
        assert "C-0002" in page

    def test_a_search_finds_nobody_elses_child(self, world):
        page = text_of(as_(world.worker).post("/children/", {"reference": "C-0002"}))
        assert "No child among yours has a reference that begins so." in page

    def test_percent_signs_are_no_wildcards(self, world):
        assert "No child among yours" in text_of(as_(world.head).post("/children/", {"reference": "%"}))

    def test_by_plan_and_by_not_seen_in_time(self, world):
        care = make_child("C-0003")
        make_plan(care, PlanType.CIC, date(2020, 3, 1), team=world.team)
        client = as_(world.manager)
        page = text_of(client.get("/children/?plan=CIC"))
        assert "C-0003" in page
        assert "C-0001" not in page
        late = text_of(client.get("/children/?seen=overdue"))
        assert "C-0001" in late
        assert "days late" in late
        assert "C-0003" not in late
        make_visit(world.child, date(2020, 3, 20))
        assert "C-0001" not in text_of(client.get("/children/?seen=overdue"))

    def test_by_team_one_sees_only_own_teams(self, world):
        client = as_(world.manager)
        assert "C-0001" in text_of(client.get(f"/children/?team={world.team.uid}"))
        response = client.get(f"/children/?team={world.other_team.uid}")
        assert "C-0002" not in text_of(response)
        assert "Birch" not in text_of(client.get("/children/"))

    @pytest.mark.parametrize(
        "query", ["team=x", "plan=DROP", "page=-1", "page=99999999999999999999", "seen=%00"]
    )
    def test_no_address_breaks_it(self, world, query):
        assert as_(world.worker).get(f"/children/?{query}").status_code == 200

    def test_who_may_not_is_told_so(self, world):
        for right in ("BM", "PR", "CO", "AD"):
            assert as_(person(right)).get("/children/").status_code == 403

    def test_the_look_is_on_the_trail_without_the_reference(self, world):
        as_(world.head).post("/children/", {"reference": "C-00"})
        event = AuditEvent.objects.get(action="children.listed")
        assert event.detail == {"shown": 2, "filters": {"by": "reference"}}


class TestChildPage:
    def test_out_of_reach_looks_like_never_was(self, world):
        client = as_(world.worker)
        there = client.get(reverse("child", args=[world.other_child.uid]))
        nowhere = client.get(reverse("child", args=[uuid4()]))
        assert (there.status_code, nowhere.status_code) == (404, 404)
        assert without_tokens(there) == without_tokens(nowhere)
        assert not AuditEvent.objects.filter(action="child.viewed").exists()

    def test_a_look_is_on_the_trail(self, world):
        as_(world.worker).get(reverse("child", args=[world.child.uid]))
        event = AuditEvent.objects.get(action="child.viewed")
        assert (event.child_uid, event.actor_uid) == (world.child.uid, world.worker.uid)

    def test_a_look_that_cannot_be_recorded_shows_nothing(self, world, monkeypatch):
        def broken(*args, **kwargs):
            raise RuntimeError("no trail")

        client = as_(world.worker)
        client.raise_request_exception = False
        monkeypatch.setattr("visits.services.access.record", broken)
        response = client.get(reverse("child", args=[world.child.uid]))
        assert response.status_code == 500
        assert b"C-0001" not in response.content

    def test_it_says_when_the_child_was_seen_and_is_due(self, world):
        make_visit(world.child, date(2020, 3, 20))
        make_visit(world.child, date(2020, 3, 25), Method.VIDEO, authorised=True)
        page = text_of(as_(world.worker).get(reverse("child", args=[world.child.uid])))
        assert "Last seen face to face 7 days since 20 March 2020" in page
        assert "by any contact that counts 2 days since 25 March 2020" in page
        assert "Next visit due by 8 April 2020" in page
        assert "Seen face to face on 20 March 2020, which counts for March." in page

    def test_the_timeline_has_the_latest_first_and_says_who_recorded(self, world):
        recorded(world, visit_date=date(2020, 3, 20))
        make_visit(world.child, date(2020, 3, 25), Method.VIDEO)
        page = text_of(as_(world.worker).get(reverse("child", args=[world.child.uid])))
        later, earlier = page.index("25 March 2020, imported"), page.index("20 March 2020, recorded by Wanda")
        assert later < earlier
        assert "Not authorised" in page

    def test_text_is_never_markup(self, world):
        recorded(world, note="<script>alert(1)</script><b>bold</b>")
        page = as_(world.worker).get(reverse("child", args=[world.child.uid])).content.decode()
        assert "<script>alert" not in page
        assert "&lt;b&gt;bold" in page

    def test_no_title_or_address_names_the_child(self, world):
        visit = recorded(world)
        client = as_(world.worker)
        for name, uid in (
            ("child", world.child.uid),
            ("record_visit", world.child.uid),
            ("visit", visit.uid),
        ):
            url = reverse(name, args=[uid])
            response = client.get(url)
            assert "C-0001" in response.content.decode()
            assert "C-0001" not in title_of(response) + url


class TestAuditor:
    def test_sees_codes_and_no_reference_anywhere(self, world):
        visit = recorded(world)
        client = as_(world.auditor)
        pages = ["/children/", reverse("child", args=[world.child.uid]), reverse("visit", args=[visit.uid])]
        for url in pages:
            page = client.get(url).content.decode()
            assert re.search(r"AC-[A-Z2-7]{4}-[A-Z2-7]{4}", page), url
            assert "C-0001" not in re.sub(r"AC-[A-Z2-7]{4}-[A-Z2-7]{4}", "", page), url
        # In its words: a random token of the page may hold any two letters.
        assert not re.search(r"\bP1\b", text_of(client.get(pages[1])))

    def test_cannot_search_for_a_reference(self, world):
        page = text_of(as_(world.auditor).post("/children/", {"reference": "C-0001"}))
        assert "C-0001" not in page
        # A code may end a part of its own in these letters.
        assert len(re.findall(r"\bAC-", page)) == 2

    def test_who_also_manages_searches_only_the_own_teams(self, world):
        """Otherwise a reference and its audit code could be matched by trying out first characters."""
        Grant.objects.create(user=world.manager, right="AU", granted_at=NOW)
        client = as_(User.objects.get(pk=world.manager.pk))
        assert "No child among yours" in text_of(client.post("/children/", {"reference": "C-0002"}))
        listed = text_of(client.get("/children/"))
        assert "C-0001" in listed
        assert "C-0002" not in listed
        assert listed.count("AC-") == 1

    def test_learns_a_reference_for_a_reason_that_is_kept(self, world):
        url = reverse("reveal_child", args=[world.child.uid])
        client = as_(world.auditor)
        assert "C-0001" not in text_of(client.post(url, {"reason": "curious"}))
        assert not AuditEvent.objects.filter(action="child.revealed").exists()
        assert "C-0001" in text_of(client.post(url, {"reason": "Matching with the case file review"}))
        event = AuditEvent.objects.get(action="child.revealed")
        assert event.detail == {"reason": "Matching with the case file review"}
        assert "C-0001" not in text_of(client.get(url))

    def test_changes_nothing(self, world):
        visit = recorded(world)
        client = as_(world.auditor)
        for name, uid in (
            ("record_visit", world.child.uid),
            ("correct_visit", visit.uid),
            ("cancel_visit", visit.uid),
            ("child_blocks", world.child.uid),
            ("child_allocations", world.child.uid),
        ):
            assert client.post(reverse(name, args=[uid])).status_code == 403


class TestRecordPage:
    def url(self, world):
        return reverse("record_visit", args=[world.child.uid])

    def post(self, world, **other):
        client = as_(world.worker)
        return client, client.post(self.url(world), visit_form(client, self.url(world), **other))

    def test_it_records_and_shows_it(self, world):
        client, response = self.post(world)
        assert response.url == reverse("child", args=[world.child.uid])
        page = text_of(client.get(response.url))
        assert "Visit recorded." in page
        assert "Face to face, child seen 26 March 2020, recorded by Wanda Worker" in page

    def test_an_alternative_that_took_place_has_a_page_of_its_own(self, world):
        _, response = self.post(world, method="video")
        assert "recorded as an alternative to a visit, on its own page" in text_of(response)
        assert not Visit.objects.exists()
        self.post(world, method="video", status="planned", visit_date_day="30")
        assert Visit.objects.get().method == Method.VIDEO

    def test_authorised_cannot_be_sent(self, world):
        self.post(world, authorised="yes", authorised_by=str(world.manager.pk))
        assert Visit.objects.get().authorised is False

    def test_sent_twice_it_leads_to_the_first(self, world):
        client = as_(world.worker)
        form = visit_form(client, self.url(world))
        client.post(self.url(world), form)
        response = client.post(self.url(world), form)
        assert response.url == reverse("visit", args=[Visit.objects.get().uid])
        assert "already saved" in text_of(client.get(response.url))

    @pytest.mark.parametrize(
        ("other", "field", "message"),
        [
            ({"visit_date_day": "28"}, "visit_date", "must be today or in the past"),
            ({"visit_date_day": "31", "visit_date_month": "2"}, "visit_date", "must be a real date"),
            ({"visit_date_year": "2019"}, "visit_date", "on or after 6 January 2020"),
            ({"visit_date_year": ""}, "visit_date", "must include a year"),
            ({"visit_date_day": "٣"}, "visit_date", "must be a real date"),
            ({"status": "planned"}, "visit_date", "must be today or in the future"),
            ({"method": "fax"}, "method", "Select one of the choices offered"),
            ({"method": ""}, "method", "Select how the visit was made"),
            ({"status": ""}, "status", "Select whether the visit took place or is planned"),
            ({"status": "cancelled"}, "status", "Select one of the choices offered"),
            ({"child_seen": ""}, "child_seen", "Select whether the child was seen"),
            ({"child_seen": "maybe"}, "child_seen", "Select one of the choices offered"),
            ({"note": "x" * 4001}, "note", "characters or fewer"),
            ({"note": "a\x00b"}, "note", "control characters"),
            ({"note": "a\x1bb"}, "note", "control characters"),
            ({"note": "a\u202eb"}, "note", "control characters"),
            ({"note": "a\ue000b"}, "note", "character that cannot be shown"),
            ({"token": ""}, "token", "Open this page again"),
            ({"token": "1"}, "token", "Open this page again"),
        ],
    )
    def test_what_is_wrong_is_said_beside_the_field_and_the_rest_is_kept(self, world, other, field, message):
        _, response = self.post(world, **({"note": "A long story of the visit"} | other))
        assert response.status_code == 200
        assert not Visit.objects.exists()
        assert message in " ".join(response.context["form"].errors[field])
        page = response.content.decode()
        assert message in page
        if "note" not in other:
            assert "A long story of the visit" in page
        if "visit_date_day" not in other:
            assert 'value="26"' in page

    def test_a_planned_visit_forgets_an_answer_that_was_hidden(self, world):
        self.post(world, status="planned", visit_date_day="31", child_seen="yes")
        visit = Visit.objects.get()
        assert (visit.status, visit.child_seen) == (Status.PLANNED, False)

    def test_a_manager_may_look_but_not_record(self, world):
        assert as_(world.manager).get(self.url(world)).status_code == 403

    def test_nobody_elses_child(self, world):
        assert as_(world.stranger).get(self.url(world)).status_code == 404
        client = as_(world.stranger)
        assert client.post(self.url(world), {"visit_date_day": "1"}).status_code == 404


class TestCorrectAndCancelPages:
    def form(self, client, url, **other):
        form = client.get(url).context["form"]
        right = {name: form[name].value() or "" for name in form.fields if name != "visit_date"}
        day = form["visit_date"].value() if "visit_date" in form.fields else None
        if day:
            right |= {f"visit_date_{part}": getattr(day, part) for part in ("day", "month", "year")}
        return right | other

    def test_a_correction_keeps_and_shows_what_was_there(self, world):
        visit = recorded(world, at=NOW - timedelta(days=3))
        client = as_(world.worker)
        url = reverse("correct_visit", args=[visit.uid])
        form = self.form(client, url, visit_date_day="20", reason="The date was typed wrongly")
        response = client.post(url, form)
        page = text_of(client.get(response.url))
        assert "Reason: The date was typed wrongly" in page
        assert "Date 23 March 2020 20 March 2020" in page

    def test_without_a_reason_it_is_refused_and_kept(self, world):
        visit = recorded(world, at=NOW - timedelta(days=3))
        client = as_(world.worker)
        url = reverse("correct_visit", args=[visit.uid])
        response = client.post(url, self.form(client, url, note="Seen at school"))
        assert response.context["form"].errors["reason"] == ["Enter why you are correcting this visit"]
        assert "Seen at school" in response.content.decode()

    def test_a_stale_page_gets_409_and_both_texts(self, world):
        visit = recorded(world, at=NOW - timedelta(days=3))
        mine, theirs = as_(world.worker), as_(world.manager)
        url = reverse("correct_visit", args=[visit.uid])
        opened = self.form(mine, url, note="My text", reason="More to be said here")
        theirs.post(url, self.form(theirs, url, note="Their text", reason="Said by the family"))
        response = mine.post(url, opened)
        assert response.status_code == 409
        page = text_of(response)
        assert "Their text" in page
        assert "My text" in page
        assert "Mona Manager" in page
        visit.refresh_from_db()
        assert visit.note == "Their text"

    def test_cancelling_keeps_the_record_and_its_reason(self, world):
        visit = recorded(world)
        client = as_(world.worker)
        url = reverse("cancel_visit", args=[visit.uid])
        response = client.post(url, {"version": 1, "reason": "Recorded for the wrong child"})
        page = text_of(client.get(response.url))
        assert "Face to face Cancelled" in page
        assert "Reason: Recorded for the wrong child" in page
        assert client.get(url).status_code == 403

    def test_a_visit_cancelled_meanwhile_loses_no_typed_text(self, world):
        visit = recorded(world, at=NOW - timedelta(days=3))
        mine, theirs = as_(world.worker), as_(world.manager)
        url = reverse("correct_visit", args=[visit.uid])
        opened = self.form(mine, url, note="My text", reason="More to be said here")
        theirs.post(
            reverse("cancel_visit", args=[visit.uid]), {"version": 1, "reason": "Recorded twice by us"}
        )
        response = mine.post(url, opened)
        assert response.status_code == 409
        assert "My text" in text_of(response)

    @pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
    def test_a_version_that_no_page_sent_is_refused(self, world, version):
        visit = recorded(world)
        url = reverse("cancel_visit", args=[visit.uid])
        response = as_(world.worker).post(url, {"version": version, "reason": "Recorded twice by mistake"})
        assert response.status_code == 200
        assert "version" in response.context["form"].errors

    def test_a_stranger_finds_no_visit(self, world):
        visit = recorded(world)
        client = as_(world.stranger)
        for name in ("visit", "correct_visit", "cancel_visit"):
            assert client.get(reverse(name, args=[visit.uid])).status_code == 404


class TestEmergencyPages:
    REASON = "Duty call from the police about the child tonight at half past nine"

    def test_from_the_form_to_the_managers_look(self, world):
        worker, manager = as_(world.stranger), as_(world.manager)
        url = reverse("open_emergency_access")
        response = worker.post(url, {"child_ref": "C-0001", "reason": self.REASON})
        assert response.url == reverse("child", args=[world.child.uid])
        assert worker.get(response.url).status_code == 200
        listed = manager.get(reverse("emergency_accesses"))
        assert self.REASON in text_of(listed)
        assert "I have looked at this" in text_of(listed)
        manager.post(reverse("emergency_access_seen", args=[EmergencyAccess.objects.get().uid]))
        assert "Looked at by Mona Manager" in text_of(manager.get(reverse("emergency_accesses")))

    def test_refused_beside_the_field_with_all_that_was_typed(self, world):
        client = as_(world.stranger)
        response = client.post(
            reverse("open_emergency_access"), {"child_ref": "C-9999", "reason": self.REASON}
        )
        assert "No record has this reference" in " ".join(response.context["form"].errors["child_ref"])
        assert self.REASON in response.content.decode()

    def test_another_teams_manager_sees_nothing_of_it_and_an_auditor_all(self, world):
        as_(world.stranger).post(
            reverse("open_emergency_access"), {"child_ref": "C-0001", "reason": self.REASON}
        )
        assert self.REASON not in text_of(as_(world.other_manager).get(reverse("emergency_accesses")))
        page = text_of(as_(world.auditor).get(reverse("emergency_accesses")))
        assert self.REASON in page
        assert "C-0001" not in page.replace("AC-", "")


class TestPlacesPages:
    def test_a_manager_allocates_and_ends(self, world):
        client = as_(world.manager)
        url = reverse("child_allocations", args=[world.child.uid])
        page = text_of(client.get(url))
        assert "Carl Colleague" in page
        assert "Sam Stranger" not in page
        client.post(url, {"worker": str(world.colleague.uid)})
        assert Allocation.objects.filter(user=world.colleague, until_date=None).exists()
        first = Allocation.objects.get(user=world.worker)
        client.post(url, {"row": first.pk})
        first.refresh_from_db()
        assert first.until_date == NOW.date()

    def test_a_worker_of_another_team_cannot_be_chosen(self, world):
        url = reverse("child_allocations", args=[world.child.uid])
        response = as_(world.manager).post(url, {"worker": str(world.stranger.uid)})
        assert "worker" in response.context["form"].errors

    @pytest.mark.parametrize("row", ["0", "x", "99999999999999999999"])
    def test_a_row_that_is_not_there_is_404(self, world, row):
        for name in ("child_allocations", "child_blocks"):
            url = reverse(name, args=[world.child.uid])
            assert as_(world.manager).post(url, {"row": row}).status_code == 404

    def test_a_block_by_email(self, world):
        client = as_(world.manager)
        url = reverse("child_blocks", args=[world.child.uid])
        response = client.post(url, {"email": "nobody@example.org"})
        assert "No account has this email address" in text_of(response)
        client.post(url, {"email": world.worker.email.upper()})
        assert AccessBlock.objects.get().user == world.worker
        assert as_(world.worker).get(reverse("child", args=[world.child.uid])).status_code == 404

    def test_an_administrator_gives_a_place(self, world):
        client = as_(person("AD"))
        url = reverse("person_teams", args=[world.stranger.uid])
        client.post(url, {"team": str(world.team.uid), "role": "worker"})
        place = TeamMember.objects.get(user=world.stranger, team=world.team)
        assert "Team Alder" in text_of(client.get(url))
        client.post(url, {"row": place.pk})
        place.refresh_from_db()
        assert place.until_date == NOW.date()
        assert as_(world.manager).get(url).status_code == 403


class TestPrice:
    """Lists must not ask the database once a row."""

    def queries(self, client: Client, url: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as context:
            assert client.get(url).status_code == 200
        return len(context)

    def test_the_list_of_children(self, world):
        client = as_(world.worker)
        client.get("/children/")
        one = self.queries(client, "/children/")
        for number in range(29):
            child = make_child(f"C-1{number:03}")
            make_plan(child, PlanType.CIN, team=world.team)
            make_visit(child, date(2020, 3, 20))
            allocate(child, world.worker)
        assert self.queries(client, "/children/") == one
        assert one <= 22

    def test_the_overdue_list_of_a_manager(self, world):
        client = as_(world.manager)
        url = "/children/?seen=overdue"
        client.get(url)
        one = self.queries(client, url)
        for number in range(29):
            make_plan(make_child(f"C-1{number:03}"), PlanType.CP, team=world.team)
        assert self.queries(client, url) == one
        assert one <= 24

    def test_the_timeline(self, world):
        recorded(world)
        client = as_(world.worker)
        url = reverse("child", args=[world.child.uid])
        client.get(url)
        one = self.queries(client, url)
        for number in range(29):
            recorded(world, visit_date=date(2020, 3, 26) - timedelta(days=number))
        assert self.queries(client, url) == one
        assert one <= 30

    def test_what_awaits_a_manager(self, world):
        recorded(world, method=Method.VIDEO)
        client = as_(world.manager)
        url = reverse("awaiting_authorisation")
        client.get(url)
        one = self.queries(client, url)
        for _ in range(29):
            recorded(world, method=Method.VIDEO)
        assert self.queries(client, url) == one
        assert one <= 14
