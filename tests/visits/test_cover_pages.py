"""The pages of cover, keeping in touch and the worklists: what they show to whom, and at what price."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent
from tests.people import sign_in
from tests.visits.cover_world import absence_row, cover_row
from tests.visits.decision_world import authorised, make_limits
from tests.visits.factories import make_child, make_plan, make_visit
from tests.visits.records_world import NOW, World, allocate, make_world, recorded
from visits.constants import Method
from visits.models import CheckIn, Cover, WorkerAbsence

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> World:
    made = make_world()
    make_limits()
    return made


def as_(user) -> Client:
    return sign_in(Client(), user)


def text_of(response) -> str:
    body = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("&#x27;", "'").split())


def day(name: str, ahead: int) -> dict[str, str]:
    then = TODAY + timedelta(days=ahead)
    return {f"{name}_day": str(then.day), f"{name}_month": str(then.month), f"{name}_year": str(then.year)}


class TestCover:
    def test_from_an_absence_to_every_visit_having_an_owner(self, world):
        client = as_(world.manager)
        assert "Every due visit has an owner" in text_of(client.get("/cover/"))
        form = {"worker": world.worker.uid, "home": "yes", "token": uuid4(), **day("from_date", 0)}
        answer = client.post(reverse("record_absence"), form, follow=True)
        # Straight on to the caseload that is now without anybody.
        assert answer.redirect_chain[-1][0] == reverse("cover_caseload", args=[world.worker.uid])
        page = text_of(client.get("/cover/"))
        assert "1 visit overdue or due within 7 days has no owner" in page
        assert "Every due visit" not in page
        assert page.index("nobody able") < page.index("People who are away")
        form = {
            "worker": world.colleague.uid,
            "token": uuid4(),
            **day("from_date", 0),
            **day("last_day", 6),
        }
        answer = client.post(reverse("cover_caseload", args=[world.worker.uid]), form, follow=True)
        page = text_of(answer)
        assert "Cover assigned for 1 child." in page
        assert "Every due visit has an owner" in page
        assert "0 visits have no owner" in page
        assert Cover.objects.get().user == world.colleague

    def test_a_refusal_stands_beside_its_question_and_what_was_typed_stays(self, world):
        form = {"worker": world.worker.uid, "token": uuid4(), **day("from_date", 0), **day("last_day", 6)}
        page = as_(world.manager).post(reverse("cover_child", args=[world.child.uid]), form)
        assert page.context["form"].errors["worker"] == ["This person holds the case already"]
        assert not Cover.objects.exists()

    def test_one_child_covered_and_ended(self, world):
        client = as_(world.manager)
        url = reverse("cover_child", args=[world.child.uid])
        form = {"worker": world.stranger.uid, "token": uuid4(), **day("from_date", 0), **day("last_day", 6)}
        client.post(url, form)
        assert "Sam Stranger" in text_of(client.get(url))
        assert as_(world.stranger).get(reverse("child", args=[world.child.uid])).status_code == 200
        client.post(reverse("end_cover", args=[Cover.objects.get().uid]))
        assert as_(world.stranger).get(reverse("child", args=[world.child.uid])).status_code == 404

    def test_another_teams_is_not_there(self, world):
        absence = absence_row(world.stranger, world.other_manager, NOW)
        cover = cover_row(world.other_child, world.colleague, world.other_manager, NOW)
        client = as_(world.manager)
        for url in (
            reverse("cover_child", args=[world.other_child.uid]),
            reverse("cover_caseload", args=[world.stranger.uid]),
            reverse("end_absence", args=[absence.uid]),
        ):
            assert client.get(url).status_code == 404
        assert client.post(reverse("end_cover", args=[cover.uid])).status_code == 404
        assert "C-0002" not in text_of(client.get("/cover/"))

    def test_of_two_tabs_the_second_learns_what_changed(self, world):
        absence = absence_row(world.worker, world.manager, NOW)
        url = reverse("end_absence", args=[absence.uid])
        first = {"version": 1, **day("back_on", 3)}
        as_(world.manager).post(url, first)
        answer = as_(world.second_manager).post(url, {"version": 1, **day("back_on", 5)})
        assert answer.status_code == 409
        page = text_of(answer)
        assert "The first day back is now: 30 March 2020" in page
        assert 'value="2"' in answer.content.decode()
        again = {"version": 2, **day("back_on", 5)}
        assert as_(world.second_manager).post(url, again).status_code == 302
        assert WorkerAbsence.objects.get().until_date == TODAY + timedelta(days=5)


class TestCheckIns:
    def test_a_week_is_marked_and_shown_by_team(self, world):
        client = as_(world.manager)
        assert "Spoken with 0 of 2 this week" in text_of(client.get("/check-ins/"))
        url = reverse("mark_check_ins", args=[world.team.uid])
        marks = {f"worker_{world.worker.pk}": "spoken", f"worker_{world.colleague.pk}": "support"}
        page = text_of(client.post(url, marks, follow=True))
        assert "Spoken with 2 of 2 this week" in page
        # The overview says nothing of a person.
        assert "Wanda" not in page and "support was" not in page
        assert CheckIn.objects.get(user=world.colleague).support_asked
        # Taken back.
        client.post(url, marks | {f"worker_{world.colleague.pk}": "not_yet"})
        assert not CheckIn.objects.filter(user=world.colleague).exists()

    def test_every_answer_is_offered_and_what_is_marked_is_chosen(self, world):
        CheckIn.objects.create(
            user=world.worker, team=world.team, week=TODAY - timedelta(days=4), recorded_at=NOW,
            recorded_by=world.manager,
        )  # fmt: skip
        page = as_(world.manager).get(reverse("mark_check_ins", args=[world.team.uid])).content.decode()
        assert page.count("Not yet") == page.count("We spoke, and they asked for support") == 2
        chosen = re.findall(r'<input[^>]*name="worker_(\d+)"[^>]*value="(\w+)"[^>]*checked', page)
        assert chosen == [(str(world.colleague.pk), "not_yet"), (str(world.worker.pk), "spoken")]

    def test_another_teams_week_is_not_there(self, world):
        url = reverse("mark_check_ins", args=[world.other_team.uid])
        assert as_(world.manager).get(url).status_code == 404

    def test_the_week_before_by_its_monday(self, world):
        client = as_(world.manager)
        url = reverse("mark_check_ins", args=[world.team.uid])
        assert "Week from 16 March 2020" in text_of(client.get(f"{url}?week=2020-03-16"))
        for odd in ("2020-03-09", "2020-03-17", "x"):
            assert "Week from 23 March 2020" in text_of(client.get(f"{url}?week={odd}"))


class TestWorklists:
    def test_a_social_worker_has_what_is_due_with_what_bears_on_it(self, world):
        recorded(world, method=Method.VIDEO)
        authorised(world)
        later = make_child("C-0003")
        make_plan(later, "CIC", TODAY, team=world.team)
        allocate(later, world.worker)
        client = as_(world.worker)
        page = text_of(client.get("/work/visits/"))
        assert "C-0001" in page and "C-0003" not in page and "C-0002" not in page
        assert "67 days late" in page
        assert "video call authorised until 10 April 2020" in page
        assert "C-0003" in text_of(client.get("/work/visits/?show=all"))
        assert AuditEvent.objects.filter(action="children.listed").count() == 2

    def test_a_managers_queue_with_the_reason_and_a_filter(self, world):
        recorded(world, method=Method.VIDEO)
        make_visit(world.other_child, TODAY, Method.VIDEO)
        client = as_(world.manager)
        page = text_of(client.get("/work/queue/"))
        assert "2 in all" in page
        assert "Video call on 26 March 2020 without a management decision" in page
        assert page.index("child protection: not seen") < page.index("Video call on 26 March")
        assert "C-0002" not in page
        page = text_of(client.get("/work/queue/?kind=alternative_without_decision"))
        assert "A face-to-face visit was due by" not in page
        assert "Video call on 26 March 2020" in page
        assert client.get("/work/queue/?kind=made_up").status_code == 200

    def test_the_start_page_leads_to_both(self, world):
        recorded(world, method=Method.VIDEO)
        page = as_(world.manager).get("/")
        assert "Your queue (2)" in text_of(page)
        assert "/work/queue/?kind=alternative_without_decision" in page.content.decode()
        assert "Alternatives to authorise" not in text_of(page)
        assert "/work/visits/" in as_(world.worker).get("/").content.decode()

    def test_the_price_of_the_pages_does_not_grow(self, world):
        def price(user, url: str) -> int:
            client = as_(user)
            client.get(url)
            with CaptureQueriesContext(connection) as context:
                assert client.get(url).status_code == 200
            return len(context)

        pages = (
            (world.manager, "/work/queue/"),
            (world.worker, "/work/visits/"),
            (world.manager, "/cover/"),
            (world.manager, "/"),
            (world.manager, reverse("cover_caseload", args=[world.worker.uid])),
        )

        def more(number: int) -> None:
            for _ in range(number):
                child = make_child()
                make_plan(child, team=world.team)
                make_visit(child, TODAY - timedelta(days=7), Method.VIDEO)
                allocate(child, world.worker)
                uncovered = make_child()
                make_plan(uncovered, team=world.team)
                cover_row(make_child_of(world), world.stranger, world.manager, NOW)

        absence_row(world.worker, world.manager, NOW)
        more(1)
        before = [price(*page) for page in pages]
        more(29)
        assert [price(*page) for page in pages] == before


def make_child_of(world: World):
    child = make_child()
    make_plan(child, team=world.team)
    return child
