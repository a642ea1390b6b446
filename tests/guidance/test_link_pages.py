"""Pages of what guidance reaches: linking, looking, closing, and an action that comes from it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guidance.constants import VersionState
from guidance.models import GuidanceLink, LinkLook
from guidance.services.links import link
from partners.models import Action
from tests.guidance.factories import ISSUED, make_item, make_version
from tests.guidance.reach_world import NOW, World, make_world
from tests.people import person, sign_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def world() -> World:
    return make_world()


def browser(user) -> Client:
    return sign_in(Client(), user)


def read(user, name: str, *args, **query) -> str:
    response = browser(user).get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def linked(world: World, version=None, code: str = "level") -> GuidanceLink:
    item = (version or world.issued()).item
    return link(user=world.keeper, item=item, kind="question", target=code, now=ISSUED)


class TestOnTheItem:
    def test_told_not_shown_until_every_partner_said_so(self, world):
        version = world.issued()
        item = version.item
        assert "No question of the assurance return asks about it" in read(
            world.keeper, "guidance_item", item.uid
        )
        linked(world, version)
        page = read(world.keeper, "guidance_item", item.uid)
        assert "Told, not shown" in page and "0 of 2 partners have shown it." in page
        assert "Nothing yet" in page
        world.says("maintained")
        world.says("reduced", other=True)
        page = read(world.keeper, "guidance_item", item.uid)
        assert "1 of 2 partners has shown it." in page and "Partly assured" in page and "Reduced" in page

    def test_only_for_who_keeps_or_checks_the_register(self, world):
        item = linked(world).item
        assert "Reach and practice" in read(person("AU"), "guidance_item", item.uid)
        assert "Link it to something" not in read(person("AU"), "guidance_item", item.uid)
        for role in ("SW", "BM", "PR"):
            assert "Reach and practice" not in read(person(role), "guidance_item", item.uid)

    def test_the_number_of_queries_does_not_grow(self, world, django_assert_max_num_queries):
        version = world.issued()
        for code in ("level", "waiting", "staff_away", "why_paused", "next_review"):
            linked(world, version, code)
        world.says("maintained")
        client, url = browser(world.keeper), reverse("guidance_item", args=[version.item.uid])
        client.get(url)
        with django_assert_max_num_queries(60):
            client.get(url)


class TestLinking:
    def test_a_question_is_linked_and_removed(self, world):
        item = world.issued().item
        url = reverse("link_guidance", args=[item.uid])
        client = browser(world.keeper)
        client.post(url, {"kind": "question", "target_question": "level"})
        made = GuidanceLink.objects.get()
        assert "How do your services to children run?" in read(world.keeper, "guidance_item", item.uid)
        for _ in range(2):
            response = client.post(reverse("unlink_guidance", args=[made.uid]))
            assert response.url == reverse("guidance_item", args=[item.uid])
        made.refresh_from_db()
        assert made.removed_at
        assert client.get(reverse("look_guidance_link", args=[made.uid])).status_code == 404

    def test_what_is_missing_is_asked_for(self, world):
        item = world.issued().item
        page = browser(world.keeper).post(reverse("link_guidance", args=[item.uid]), {"kind": "question"})
        assert "Select what it reaches" in page.content.decode()

    def test_guidance_that_a_person_may_not_see_is_not_there(self, world):
        received = make_item()
        make_version(received)
        assert browser(world.keeper).get(reverse("link_guidance", args=[received.uid])).status_code == 200
        assert browser(person("PR")).get(reverse("link_guidance", args=[received.uid])).status_code == 403


class TestLooking:
    def test_from_the_list_of_what_changed(self, world):
        version = world.issued()
        made = linked(world, version)
        page = read(world.keeper, "guidance_reach")
        assert "Nothing is to be looked at." in page and "Nothing changed since" in page
        world.issued(version.item, 2, at=ISSUED + DAY)
        url = reverse("look_guidance_link", args=[made.uid])
        page = read(world.keeper, "guidance_reach")
        assert "The guidance changed 4 April 2020" in page and url in page
        assert url not in read(person("AU"), "guidance_reach")
        page = browser(world.keeper).post(url, {"words": "As for C-0001"}).content.decode()
        assert "It names no child" in page
        browser(world.keeper).post(url, {"words": "The question asks it"})
        assert LinkLook.objects.get().words == "The question asks it"
        assert "Nothing is to be looked at." in read(world.keeper, "guidance_reach")

    def test_the_number_of_queries_does_not_grow(self, world, django_assert_max_num_queries):
        for _ in range(12):
            linked(world)
        client = browser(world.keeper)
        with django_assert_max_num_queries(14):
            client.get(reverse("guidance_reach"))


class TestPractice:
    def test_by_whether_it_is_shown(self, world):
        told, unasked = linked(world).item, world.issued(make_item("Never asked", audiences=["police"])).item
        for other in (False, True):
            world.says("maintained", other=other)
        late = world.issued(make_item("Issued late", audiences=["police"]), at=NOW)
        linked(world, late)

        def titles(show: str) -> list[bool]:
            page = read(world.keeper, "guidance_practice", show=show)
            return [f"{one.label} " in page for one in (told, unasked, late.item)]

        assert titles("") == [False, True, True]
        assert titles("unasked") == [False, True, False]
        assert titles("shown") == [True, False, False]
        assert titles("all") == titles("nonsense")[:0] + [True, True, True]
        assert "3 told, 1 shown." in read(world.keeper, "guidance_practice")

    def test_the_number_of_queries_does_not_grow(self, world, django_assert_max_num_queries):
        for _ in range(12):
            linked(world)
        client = browser(world.keeper)
        with django_assert_max_num_queries(20):
            client.get(reverse("guidance_practice"))


class TestClosing:
    def test_once_every_partner_has_shown_it(self, world):
        version = world.issued()
        linked(world, version)
        url = reverse("close_guidance", args=[version.uid])
        client = browser(world.keeper)
        page = client.post(url, {"version": str(version.version)}).content.decode()
        assert "no answer shows it yet for Other trust and Own police" in page
        for other in (False, True):
            world.says("maintained", other=other)
        assert "Every partner whom it is for has shown it" in client.get(url).content.decode()
        assert client.post(url, {"version": "99"}).status_code == 409
        assert client.post(url, {"version": str(version.version)}).status_code == 302
        version.refresh_from_db()
        assert version.state == VersionState.EMBEDDED
        page = read(world.keeper, "guidance_item", version.item.uid)
        assert "Shown in practice" in page and "What showed it" in page and "As usual" in page
        assert client.get(url).status_code == 403


class TestActions:
    def test_one_comes_from_the_guidance(self, world):
        item = world.issued().item
        organisation = world.partners.own
        url = reverse("add_guidance_action", args=[item.uid])
        due = timezone.localdate() + 7 * DAY
        answers = {
            "title": "Tell every station",
            "what": "",
            "organisation": str(organisation.uid),
            "owner": str(world.partners.lead.uid),
            "priority": "normal",
            "due_on_day": str(due.day),
            "due_on_month": str(due.month),
            "due_on_year": str(due.year),
            "token": "3f5b3c0e-6d6c-4b7e-8d38-5a7a4e3a6b12",
        }
        client = browser(world.keeper)
        stranger = answers | {"owner": str(world.partners.stranger.uid)}
        assert "Choose from the list somebody of Own police" in client.post(url, stranger).content.decode()
        client.post(url, answers)
        action = Action.objects.get()
        assert (action.source_kind, action.source_uid, action.owner) == (
            "guidance", item.uid, world.partners.lead,
        )  # fmt: skip
        assert "Tell every station" in read(world.keeper, "guidance_item", item.uid)
        client.post(url, answers)
        assert Action.objects.count() == 1
