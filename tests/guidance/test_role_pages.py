"""The page of a role: what is live for it, what it asks for, and the easements beside it."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guidance.models import GuidanceItem, GuidanceVersion, Interpretation, SourceCheck
from guidance.selectors import role_page
from tests.guidance.acknowledging_world import World, make_world
from tests.guidance.factories import ISSUED, make_easement, make_item, make_version
from tests.people import sign_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TODAY = date(2020, 6, 1)


@pytest.fixture
def world() -> World:
    return make_world()


def page_for(user, audience: str = "police", query: str = "") -> str:
    url = reverse("guidance_for", args=[audience]) + query
    return sign_in(Client(), user).get(url).content.decode()


def live(audience: str, day: date = TODAY) -> list[int]:
    return [row.version for row in role_page.live_rows(day) if audience in row.audiences]


class TestWhatIsLive:
    def test_issued_and_in_force_for_the_audience_and_nothing_else(self, world):
        of = world.issued("police", "dsl")
        world.issued("dsl")
        make_version(world.issued("police", effective_until=TODAY).item, 2)
        world.issued("police", effective_from=TODAY + DAY)
        world.issued("police", kind="withdrawn")
        replaced = world.issued("police")
        GuidanceItem.objects.filter(pk=replaced.item_id).update(replaced_by=of.item, replaced_from=TODAY)
        assert live("police") == [of.pk]

    def test_a_later_version_takes_the_place_once_it_is_issued(self, world):
        first = world.issued("police")
        make_version(first.item, 2)
        assert live("police") == [first.pk]
        third = world.issued(item=first.item, number=3, at=ISSUED + DAY)
        assert live("police") == [third.pk]

    def test_what_is_binding_comes_first_and_then_what_is_new(self, world):
        may = world.issued("police", force="may", effective_from=date(2020, 5, 3))
        old = world.issued("police", force="must", effective_from=date(2020, 4, 1))
        new = world.issued("police", force="must", effective_from=date(2020, 5, 1))
        assert live("police") == [new.pk, old.pk, may.pk]


class TestThePage:
    def test_it_says_what_to_do_since_when_and_when_it_was_checked(self, world):
        of = world.issued("police", force="must", title="Welfare calls")
        SourceCheck.objects.create(
            item=of.item, result="same", at=datetime(2020, 5, 20, 9, tzinfo=ISSUED.tzinfo)
        )
        page = page_for(world.lead)
        for words in (
            "Welfare calls",
            "What to do now.",
            "From 1 April 2020",
            "20 May 2020",
            "Must: binding by law or agreement",
        ):
            assert words in page
        assert "1 piece of guidance in force" in page

    def test_what_nobody_looked_at_since_says_so(self, world):
        world.issued("police")
        assert "Not since it was received on 1 April 2020" in page_for(world.lead)

    @pytest.mark.parametrize(("days", "marked"), [(-1, True), (0, True), (1, False)])
    def test_what_is_past_its_day_is_marked(self, world, days, marked):
        of = make_version(make_item(audiences=["police"]))
        Interpretation.objects.create(
            of=of,
            number=1,
            state="approved",
            meaning="It means this.",
            to_do="Call first.",
            valid_until=timezone.localdate() + days * DAY,
            author=world.coordinator,
            created_at=ISSUED,
            submitted_at=ISSUED,
            submitted_by=world.coordinator,
            decided_at=ISSUED,
            decided_by=world.other_coordinator,
        )
        GuidanceVersion.objects.filter(pk=of.pk).update(
            state="issued", issued_at=ISSUED, issued_by=world.coordinator, acknowledge_by=TODAY
        )
        page = page_for(world.lead)
        assert "Call first." in page and ("To be looked at again" in page) is marked

    def test_nothing_is_live(self, world):
        assert "No guidance is in force for this role." in page_for(world.lead, "carers")

    def test_an_unknown_audience_is_not_there(self, world):
        client = sign_in(Client(), world.lead)
        assert client.get(reverse("guidance_for", args=["nobody"])).status_code == 404

    def test_all_of_it_on_one_page_to_print(self, world):
        for number in range(30):
            world.issued("police", title=f"Circular number {number:02d}")
        page = page_for(world.lead)
        assert page.count("Circular number") == 25 and "to print" in page
        assert page_for(world.lead, query="?all=1").count("Circular number") == 30

    @pytest.mark.parametrize("who", ["lead", "worker", "board", "coordinator"])
    def test_everybody_who_reads_guidance_reads_it(self, world, who):
        world.issued("police", title="Welfare calls")
        assert "Welfare calls" in page_for(getattr(world, who))


class TestEasements:
    def test_those_of_the_guidance_and_of_its_duties_in_force(self, world):
        of, other = world.issued("police"), world.issued("dsl")
        GuidanceItem.objects.filter(pk=of.item_id).update(duties=["visits_care"])
        own = make_easement(title="Of the guidance", item=of.item, duty="ehc", effective_until=None)
        same = make_easement(title="Of its duty", duty="visits_care", effective_until=date(2020, 9, 1))
        make_easement(title="Of another", item=other.item, duty="visits_care")
        make_easement(title="Of another duty", duty="ehc")
        make_easement(title="Over", item=of.item, effective_until=TODAY)
        rows = [row for row in role_page.live_rows(TODAY) if "police" in row.audiences]
        assert role_page.easements_beside(rows, TODAY) == [same, own]
        assert role_page.easements_beside(rows, date(2020, 9, 1)) == [own]
        assert role_page.easements_beside([], TODAY) == []

    def test_the_page_counts_the_days_left(self, world):
        of = world.issued("police")
        until = timezone.localdate() + 10 * DAY
        make_easement(title="Statements by video", item=of.item, effective_until=until)
        page = page_for(world.lead)
        assert "Statements by video" in page and "10 days" in page and "Not decided yet" in page


class TestTheChooser:
    def test_ones_own_come_first(self, world):
        client = sign_in(Client(), world.lead)
        response = client.get(reverse("guidance_roles"))
        assert [line["text"] for line in response.context["own"]] == ["Police"]
        assert len(response.context["others"]) == 14

    def test_it_counts_what_is_live(self, world):
        world.issued("police", "dsl")
        world.issued("police")
        counts = role_page.counts(role_page.live_rows(TODAY))
        assert (counts["police"], counts["dsl"], counts["carers"]) == (2, 1, 0)
