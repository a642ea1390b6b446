"""The pages of assessments: two steps, refusals beside their questions, who may, and the file."""

import csv
import io
import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent
from tests.people import person, sign_in
from tests.visits.oversight_world import assess, make_oversight_rules
from tests.visits.records_world import NOW, World, make_world
from visits.models import PreVisitAssessment, Team

pytestmark = pytest.mark.django_db
SYMPTOMS = {"household": ["symptoms"]}


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> World:
    make_oversight_rules()
    return make_world()


def as_(user) -> Client:
    return sign_in(Client(), user)


def text_of(response) -> str:
    body = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def address(world: World) -> str:
    return reverse("make_assessment", args=[world.child.uid])


def filled(client: Client, url: str, **other) -> dict:
    """The first step, filled in right, but for `other`."""
    token = client.get(url).context["form"]["token"].value()
    right = {
        "household": ["none"],
        "purpose_kind": "statutory",
        "urgency": "soon",
        "lone_working": "no",
        "ppe": "no",
        "alternatives_considered": "A video call: the family has no camera",
        "token": str(token),
    }
    return right | other


class TestMaking:
    def test_nothing_is_kept_before_the_result_was_read(self, world):
        client = as_(world.worker)
        answers = filled(
            client, address(world), **SYMPTOMS, ppe="yes", ppe_needed_mask="2", ppe_available_mask="2"
        )
        first = client.post(address(world), answers)
        assert "Your answers lead to: do not go" in text_of(first)
        assert "Nothing is saved yet" in text_of(first)
        assert not PreVisitAssessment.objects.exists()
        second = client.post(address(world), answers | {"read": "do_not_go", "result": "do_not_go"})
        made = PreVisitAssessment.objects.get()
        assert second.url == reverse("assessment", args=[made.uid])
        assert (made.made_by, made.result, made.ppe_needed) == (world.worker, "do_not_go", {"mask": 2})
        page = text_of(client.get(second.url))
        assert "Assessment saved." in page
        assert "Somebody has symptoms" in page
        assert "28 March 2020 at 12:00pm" in page

    def test_every_answer_is_carried_along_unseen(self, world):
        client = as_(world.worker)
        other = {"household": ["contact", "shielding"], "purpose_kind": "other", "purpose": "A laptop"}
        items = {"ppe": "yes", "ppe_needed_mask": "2", "ppe_available_mask": "3"}
        answers = filled(client, address(world), **other, **items)
        page = client.post(address(world), answers).content.decode()
        hidden = re.findall(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?', page)
        carried: dict[str, list] = {}
        for name, value in hidden:
            carried.setdefault(name, []).append(value)
        carried = {name: values for name, values in carried.items() if any(values)}
        client.post(address(world), carried | {"result": carried["read"]})
        made = PreVisitAssessment.objects.get()
        assert (made.household, made.purpose, made.ppe_available) == (
            ["contact", "shielding"], "A laptop", {"mask": 3},
        )  # fmt: skip

    def test_another_result_with_a_reason_goes_to_the_manager(self, world):
        client = as_(world.worker)
        answers = filled(client, address(world), **SYMPTOMS) | {"read": "do_not_go", "result": "go"}
        refused = client.post(address(world), answers)
        assert "Enter why you choose another result" in text_of(refused)
        assert "Error: Result of the assessment" in refused.content.decode()
        client.post(address(world), answers | {"result_reason": "The child is alone at home"})
        made = PreVisitAssessment.objects.get()
        assert "The child is alone at home" in text_of(client.get(reverse("assessment", args=[made.uid])))
        waiting = text_of(as_(world.manager).get(reverse("assessments_to_countersign")))
        assert "Look and countersign C-0001" in waiting

    def test_answers_that_changed_after_reading_are_shown_anew(self, world):
        client = as_(world.worker)
        answers = filled(client, address(world), **SYMPTOMS) | {"read": "go", "result": "go"}
        assert "Your answers lead to: do not go" in text_of(client.post(address(world), answers))
        assert not PreVisitAssessment.objects.exists()

    def test_back_to_the_answers_keeps_them(self, world):
        client = as_(world.worker)
        answers = filled(client, address(world), urgency="today") | {"change": "1"}
        page = client.post(address(world), answers)
        assert page.templates[0].name == "visits/assessments/make.html"
        assert page.context["form"]["urgency"].value() == "today"

    def test_sent_twice_it_leads_to_the_first(self, world):
        client = as_(world.worker)
        answers = filled(client, address(world)) | {"read": "go", "result": "go"}
        first = client.post(address(world), answers)
        second = client.post(address(world), answers)
        assert first.url == second.url
        assert PreVisitAssessment.objects.count() == 1

    @pytest.mark.parametrize(
        ("other", "field", "message"),
        [
            ({"household": []}, "household", "Select everything that is true of the household"),
            ({"household": ["none", "contact"]}, "household", "Select either what is true"),
            ({"household": ["plague"]}, "household", "Select one of the choices offered"),
            ({"purpose_kind": "other"}, "purpose", "Enter what the visit is for"),
            ({"urgency": ""}, "urgency", "Select how urgent the visit is"),
            ({"lone_working": "yes"}, "lone_working_plan", "Enter who knows where you are"),
            ({"lone_working": ""}, "lone_working", "Select whether you will be alone"),
            ({"ppe": "yes"}, "ppe_needed_mask", "Enter how many items you need"),
            ({"ppe": "yes", "ppe_needed_mask": "21"}, "ppe_needed_mask", "whole number between 0 and 20"),
            ({"ppe": "yes", "ppe_needed_eye": "two"}, "ppe_needed_eye", "whole number between 0 and 20"),
            ({"ppe": "yes", "ppe_needed_apron": "-1"}, "ppe_needed_apron", "whole number between 0 and 20"),
            ({"alternatives_considered": " "}, "alternatives_considered", "Enter which alternatives"),
            ({"alternatives_considered": "x" * 1001}, "alternatives_considered", "1,000 characters or fewer"),
            ({"alternatives_considered": "a\x07b"}, "alternatives_considered", "must not include control"),
            ({"token": "x"}, "token", "Open this page again"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_stands_beside_its_question(self, world, other, field, message):
        client = as_(world.worker)
        response = client.post(address(world), filled(client, address(world), **other))
        assert any(message in error for error in response.context["form"].errors[field])
        assert message in text_of(response)
        assert not PreVisitAssessment.objects.exists()

    def test_numbers_of_an_earlier_answer_are_none(self, world):
        client = as_(world.worker)
        answers = filled(client, address(world), ppe="no", ppe_needed_mask="3")
        assert "Your answers lead to: go" in text_of(client.post(address(world), answers))

    def test_a_result_that_does_not_exist(self, world):
        client = as_(world.worker)
        answers = filled(client, address(world)) | {"read": "go", "result": "run"}
        assert "Select one of the choices offered" in text_of(client.post(address(world), answers))


class TestWho:
    def test_only_the_caseload_and_its_managers(self, world):
        made = assess(world)
        url = reverse("assessment", args=[made.uid])
        for user, status in (
            (world.worker, 200), (world.manager, 200), (world.auditor, 200),
            (world.stranger, 404), (world.other_manager, 404), (person("BM"), 403),
        ):  # fmt: skip
            assert as_(user).get(url).status_code == status, user
        assert as_(world.stranger).get(address(world)).status_code == 404
        assert as_(world.manager).get(address(world)).status_code == 403

    def test_an_auditor_reads_no_reference(self, world):
        made = assess(world)
        for name, uid in (("assessment", made.uid), ("child_assessments", world.child.uid)):
            page = as_(world.auditor).get(reverse(name, args=[uid])).content.decode()
            assert "C-0001" not in page
            assert "AC-" in page

    def test_countersigning(self, world):
        made = assess(world, household=frozenset({"symptoms"}), result="go", reason="The child is alone")
        url = reverse("countersign_assessment", args=[made.uid])
        assert as_(world.other_manager).post(url).status_code == 404
        assert as_(world.worker).post(url).status_code == 403
        client = as_(world.manager)
        assert "Countersigned." in text_of(client.post(url, follow=True))
        assert "already countersigned" in text_of(client.post(url, follow=True))
        assert "Mona Manager" in text_of(client.get(reverse("assessment", args=[made.uid])))

    def test_the_look_is_on_the_trail(self, world):
        made = assess(world)
        as_(world.manager).get(reverse("assessment", args=[made.uid]))
        assert AuditEvent.objects.filter(action="child.viewed", child_uid=world.child.uid).exists()


class TestBeforeTheVisit:
    def test_the_child_and_the_visit_form_say_what_stands(self, world):
        client = as_(world.worker)
        pages = [reverse("child", args=[world.child.uid]), reverse("record_visit", args=[world.child.uid])]
        for url in pages:
            page = client.get(url)
            assert "None stands. A face-to-face visit needs one" in text_of(page)
            assert address(world) in page.content.decode()
        assess(world)
        for url in pages:
            assert "Valid until 28 March 2020 at 12:00pm." in text_of(client.get(url))

    def test_the_list_tells_standing_from_lapsed(self, world):
        assess(world, now=NOW - timedelta(days=3))
        assess(world)
        page = text_of(as_(world.worker).get(reverse("child_assessments", args=[world.child.uid])))
        assert (page.count("Lapsed"), page.count("Stands")) == (1, 1)


class TestEquipment:
    def short(self, world, **other):
        return assess(world, ppe_needed={"mask": 3}, ppe_available={"mask": 1}, result="do_not_go", **other)

    def test_totals_by_team_and_week(self, world):
        self.short(world)
        self.short(world, user=world.stranger, child=world.other_child)
        for user in (world.manager, person("CO"), world.auditor, person("BM")):
            page = text_of(as_(user).get(reverse("ppe")))
            assert "6 items were needed, of which 4 were missing" in page
            assert "23 March 2020 Team Alder 3 2 missing" in page
            assert "C-0001" not in page

    def test_who_may_not(self, world):
        for user in (world.worker, person("PR"), person("AD")):
            assert as_(user).get(reverse("ppe")).status_code == 403
        for user in (world.worker, person("CO"), person("BM")):
            assert as_(user).get(reverse("ppe_export")).status_code == 403

    @pytest.mark.parametrize("query", ["weeks=x", "weeks=-1", "weeks=9999999999", "weeks=%00", "weeks="])
    def test_no_address_breaks_it(self, world, query):
        assert as_(world.manager).get(f"{reverse('ppe')}?{query}").status_code == 200

    def test_the_file(self, world):
        Team.objects.filter(pk=world.team.pk).update(name="=HYPERLINK(1)")
        self.short(world)
        response = as_(world.manager).get(f"{reverse('ppe_export')}?weeks=13")
        assert response["Cache-Control"].startswith("no-store")
        rows = list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
        assert [(row["week_from"], row["team"], row["mask_needed"], row["mask_short"]) for row in rows] == [
            ("2020-03-23", "'=HYPERLINK(1)", "3", "2")
        ]
        assert AuditEvent.objects.get(action="ppe.exported").detail["rows"] == 1

    def test_its_price_does_not_grow(self, world):
        client = as_(world.manager)

        def queries() -> int:
            with CaptureQueriesContext(
                connection,
            ) as caught:
                client.get(reverse("ppe"))
            return len(caught)

        self.short(world)
        queries()
        one = queries()
        for hours in range(5):
            self.short(world, now=NOW - timedelta(days=hours + 1))
        assert queries() == one
