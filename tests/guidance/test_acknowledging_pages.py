"""Pages of acknowledgement: one press, the whole form, what is outstanding, and how many queries it takes."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from guidance.constants import VersionState
from guidance.history import keep
from guidance.models import Acknowledgement, GuidanceItem, GuidanceVersion
from guidance.selectors import waiting
from guidance.selectors.acknowledgements import acknowledged_at, outstanding, waiting_for
from guidance.services.acknowledgement import acknowledge, remind
from partners.models import Participation
from tests.guidance.acknowledging_world import World, make_world
from tests.guidance.factories import ISSUED, make_version
from tests.partners.factories import represent
from tests.people import person, sign_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def world() -> World:
    return make_world()


def browser(user) -> Client:
    return sign_in(Client(), user)


def url_of(version: GuidanceVersion) -> str:
    return reverse("acknowledge_guidance", args=[version.uid])


def answer(world: World, of: GuidanceVersion, what: str = "read", at: datetime = ISSUED + DAY, why: str = ""):
    return acknowledge(user=world.lead, of=of, organisation=world.police, answer=what, reason=why, now=at)


class TestOnePress:
    @pytest.mark.parametrize("what", ["read", "in_practice"])
    def test_from_the_list_a_partner_answers_by_one_press(self, world, what):
        of = world.issued("police")
        client = browser(world.lead)
        page = client.get(reverse("my_guidance")).content.decode()
        assert of.title in page and "What to do now." in page and url_of(of) in page
        response = client.post(url_of(of), {"party": str(world.police.uid), "answer": what, "back": ""})
        assert response.url == reverse("my_guidance")
        assert Acknowledgement.objects.get().answer == what
        assert "You have acknowledged everything" in client.get(reverse("my_guidance")).content.decode()

    def test_from_the_item_one_comes_back_to_it(self, world):
        of = world.issued("social_workers")
        item = reverse("guidance_item", args=[of.item.uid])
        client = browser(world.worker)
        assert 'name="answer" value="read"' in client.get(item).content.decode()
        response = client.post(url_of(of), {"party": "me", "answer": "read", "back": "item"})
        assert response.url == item
        page = client.get(item).content.decode()
        assert 'value="read"' not in page and 'value="in_practice"' in page

    def test_pressed_twice_it_is_kept_once(self, world):
        of = world.issued("social_workers")
        client = browser(world.worker)
        for _ in range(2):
            client.post(url_of(of), {"party": "me", "answer": "read"})
        assert Acknowledgement.objects.count() == 1


class TestTheForm:
    def test_does_not_apply_asks_why_and_loses_nothing(self, world):
        of = world.issued("police")
        client = browser(world.lead)
        given = {"party": str(world.police.uid), "answer": "not_applicable", "reason": ""}
        page = client.post(url_of(of), given).content.decode()
        assert "Enter why it does not apply" in page and "There is a problem" in page
        page = client.post(url_of(of), given | {"reason": "C-0001 is not ours"}).content.decode()
        assert "C-0001 is not ours" in page and "It names no child" in page
        client.post(url_of(of), given | {"reason": "We run no homes"})
        assert Acknowledgement.objects.get().reason == "We run no homes"

    def test_who_answers_for_two_says_for_which(self, world):
        of = world.issued("police", "social_workers")
        represent(world.lead, world.trust)
        client = browser(world.lead)
        assert "Who answers?" in client.get(url_of(of)).content.decode()
        assert "Select who answers" in client.post(url_of(of), {"answer": "read"}).content.decode()
        client.post(url_of(of), {"party": str(world.trust.uid), "answer": "read"})
        assert Acknowledgement.objects.get().organisation == world.trust

    def test_for_another_organisation_nothing_is_kept(self, world):
        of = world.issued("police", "social_workers")
        for user, party in (
            (world.lead, world.trust.uid),
            (world.worker, world.police.uid),
            (world.lead, "me"),
        ):
            response = browser(user).post(url_of(of), {"party": str(party), "answer": "read"})
            assert response.status_code == 200
        assert Acknowledgement.objects.count() == 0

    def test_an_older_version_leads_to_the_newest(self, world):
        first = world.issued("police")
        second = world.issued(item=first.item, number=2, at=ISSUED + DAY)
        client = browser(world.lead)
        for response in (client.get(url_of(first)), client.post(url_of(first), {"answer": "read"})):
            assert url_of(second) in response.content.decode()
        assert Acknowledgement.objects.count() == 0

    def test_what_is_for_others_says_so(self, world):
        of = world.issued("dsl")
        assert "do not have to acknowledge" in browser(world.lead).get(url_of(of)).content.decode()

    def test_what_was_not_issued_is_not_there(self, world):
        of = make_version(world.issued("police").item, 2)
        assert browser(world.lead).get(url_of(of)).status_code == 404

    def test_a_major_change_says_that_it_asks_again(self, world):
        first = world.issued("police")
        answer(world, first)
        second = world.issued(
            item=first.item, number=2, at=ISSUED + 2 * DAY, change_note="Two visits, not one"
        )
        page = browser(world.lead).get(url_of(second)).content.decode()
        assert "Asked again: version 2 changes what you have to do" in page and "Two visits, not one" in page


class TestMine:
    def test_only_what_is_ones_own_is_listed(self, world):
        mine, others = (
            world.issued("police", title="For the police"),
            world.issued("dsl", title="For schools"),
        )
        page = browser(world.lead).get(reverse("my_guidance")).content.decode()
        assert mine.title in page and others.title not in page

    def test_the_answered_ones_are_kept_apart_with_their_words(self, world):
        of = world.issued("police")
        answer(world, of, "not_applicable", why="We run no homes")
        client = browser(world.lead)
        page = client.get(reverse("my_guidance") + "?show=answered").content.decode()
        assert "Does not apply to us" in page and "We run no homes" in page and "Lou Lead" in page

    @pytest.mark.parametrize("who", ["coordinator", "board"])
    def test_who_answers_nothing_has_no_such_page(self, world, who):
        assert browser(getattr(world, who)).get(reverse("my_guidance")).status_code == 403


class TestOutstanding:
    def test_partners_are_named_and_people_counted(self, world):
        person("SW", name="Another Worker")
        of = world.issued("police", "social_workers")
        acknowledge(user=world.worker, of=of, organisation=None, answer="read", now=ISSUED + DAY)
        page = browser(world.coordinator).get(reverse("guidance_outstanding")).content.decode()
        assert "Moorland Police" in page and "Children’s Trust" in page
        assert "1 of 2 social workers" in page and "Wyn Worker" not in page

    def test_percentages_by_partner(self, world):
        first = world.issued("police")
        world.issued("police")
        answer(world, first, "in_practice")
        found = outstanding(ISSUED + DAY)
        (police,) = found.partners
        assert (police.asked, police.answered, police.percent, police.in_practice) == (2, 1, 50, 1)
        page = browser(world.coordinator).get(reverse("guidance_outstanding")).content.decode()
        assert "1 (50.0%)" in page

    def test_one_partner_can_be_looked_at(self, world):
        for_police, for_trust = (
            world.issued("police", title="Custody"),
            world.issued("social_workers", title="Home visits"),
        )
        url = reverse("guidance_outstanding")
        page = browser(world.coordinator).get(f"{url}?partner={world.police.uid}").content.decode()
        assert for_police.title in page and for_trust.title not in page
        page = browser(world.coordinator).get(f"{url}?partner=nobody").content.decode()
        assert for_police.title in page and for_trust.title in page

    def test_it_says_who_was_reminded(self, world):
        world.issued("police")
        remind(now=datetime(2020, 4, 15, 8, tzinfo=UTC))
        page = browser(world.coordinator).get(reverse("guidance_outstanding")).content.decode()
        assert "reminded: late: the lead, 15 april 2020" in page

    @pytest.mark.parametrize(("who", "status"), [("board", 200), ("lead", 403), ("worker", 403)])
    def test_it_is_for_those_who_read_what_partners_assure(self, world, who, status):
        assert browser(getattr(world, who)).get(reverse("guidance_outstanding")).status_code == status

    def test_all_is_acknowledged(self, world):
        of = world.issued("police")
        answer(world, of)
        page = browser(world.coordinator).get(reverse("guidance_outstanding")).content.decode()
        assert "Everybody has acknowledged what is live." in page and "1 (100.0%)" in page


class TestOnTheItem:
    def test_the_coordinator_sees_each_partner(self, world):
        of = world.issued("police", "social_workers")
        answer(world, of, "in_practice")
        page = browser(world.coordinator).get(reverse("guidance_item", args=[of.item.uid])).content.decode()
        assert "1 of 2 partners have answered" in page and "Put into practice" in page
        assert "1 of 1 manager" not in page and "1 of 1 social worker" in page

    def test_a_partner_does_not_see_the_others(self, world):
        of = world.issued("police", "social_workers")
        page = browser(world.lead).get(reverse("guidance_item", args=[of.item.uid])).content.decode()
        assert "Children’s Trust" not in page


class TestWhoCameLater:
    """Who came to take part after the issue has as many working days as all others had."""

    def test_is_not_late_with_what_was_due_before(self, world):
        world.issued("police")
        # A Friday; the next Monday is a bank holiday.
        Participation.objects.update(from_date=date(2020, 5, 22))
        on_the_day, after = (datetime(2020, 6, day, 9, tzinfo=UTC) for day in (1, 2))
        [police] = outstanding(on_the_day).partners
        assert (police.late, police.oldest_due) == (0, date(2020, 6, 1))
        assert acknowledged_at(on_the_day)[0].acknowledge_by == date(2020, 6, 1)
        assert [one.late for one in outstanding(after).partners] == [1]
        page = browser(world.lead)
        with time_machine.travel(on_the_day, tick=False):
            assert "Due on 1 June 2020" in page.get(reverse("my_guidance")).content.decode()

    def test_of_what_was_issued_since_nothing_else_is_due(self, world):
        Participation.objects.update(from_date=date(2020, 4, 2))
        world.issued("police")
        [police] = outstanding(ISSUED + DAY).partners
        assert police.oldest_due == date(2020, 4, 14)


class TestAsAt:
    def test_it_is_as_it_was_then(self, world):
        of = world.issued("police", "social_workers")
        answer(world, of, at=ISSUED + 2 * DAY)
        answer(world, of, "in_practice", at=ISSUED + 4 * DAY)
        assert acknowledged_at(ISSUED - DAY) == ()
        (before,) = acknowledged_at(ISSUED + DAY)
        assert before.outstanding == ("Children’s Trust", "Moorland Police")
        (between,) = acknowledged_at(ISSUED + 3 * DAY)
        assert (between.answered, between.in_practice) == (("Moorland Police",), ())
        (after,) = acknowledged_at(ISSUED + 5 * DAY)
        assert after.in_practice == ("Moorland Police",)
        assert (after.label, after.version_number) == (of.item.label, 1)
        assert after.acknowledge_by == date(2020, 4, 14)

    def test_a_later_major_version_leaves_the_past_as_it_was(self, world):
        first = world.issued("police")
        answer(world, first)
        world.issued(item=first.item, number=2, at=ISSUED + 5 * DAY)
        assert acknowledged_at(ISSUED + 3 * DAY)[0].outstanding == ()
        assert acknowledged_at(ISSUED + 6 * DAY)[0].outstanding == ("Moorland Police",)

    def test_what_was_replaced_later_was_owed_before(self, world):
        of, other = world.issued("police"), world.issued("dsl")
        item = GuidanceItem.objects.get(pk=of.item_id)
        item.replaced_by, item.replaced_from = other.item, (ISSUED + 5 * DAY).date()
        item.save()
        keep(item, thing="item", at=ISSUED + 4 * DAY, by=None)
        assert len(acknowledged_at(ISSUED + 3 * DAY)) == 1
        assert acknowledged_at(ISSUED + 6 * DAY) == ()

    def test_what_was_closed_is_owed_by_nobody_from_then(self, world):
        of = world.issued("police", "social_workers")
        answer(world, of)
        GuidanceVersion.objects.filter(pk=of.pk).update(
            state=VersionState.EMBEDDED,
            closed_at=ISSUED + 5 * DAY,
            closed_by=world.coordinator,
            shown_by=[{"organisation": "x"}],
        )
        assert acknowledged_at(ISSUED + 4 * DAY)[0].outstanding == ("Children’s Trust",)
        (then,) = acknowledged_at(ISSUED + 6 * DAY)
        assert (then.outstanding, then.owed_by) == ((), ("Moorland Police",))


class TestWaiting:
    def test_it_waits_for_who_has_to_answer(self, world):
        world.issued("police", "managers")
        now = datetime(2020, 4, 16, 9, tzinfo=UTC)
        for user in (world.lead, world.manager):
            (line,) = waiting_for(user, now)
            assert (line.count, line.words, line.overdue) == (
                1,
                "1 piece of guidance is to acknowledge",
                True,
            )
        assert waiting_for(world.worker, now) == waiting_for(world.board, now) == []

    def test_the_coordinator_hears_of_partners_that_are_late(self, world):
        world.issued("police", "social_workers")
        assert waiting_for(world.coordinator, datetime(2020, 4, 14, 9, tzinfo=UTC)) == []
        (line,) = waiting_for(world.coordinator, datetime(2020, 4, 15, 9, tzinfo=UTC))
        assert line.words == "2 partners have not acknowledged guidance in time" and line.overdue

    def test_it_is_on_the_list_of_all_that_waits(self, world):
        world.issued("police")
        found = waiting.waiting_for(world.lead, ISSUED)
        assert "my_guidance" in [line.url_name for line in found]


def _many(world: World, count: int) -> None:
    """Guidance for everybody, each with an answer of everybody."""
    items = GuidanceItem.objects.bulk_create(
        GuidanceItem(
            number=number,
            title=f"Circular {number}",
            issuer="Department for Education",
            audiences=["police", "social_workers", "managers"],
            recorded_at=ISSUED,
        )
        for number in range(10_000, 10_000 + count)
    )
    versions = GuidanceVersion.objects.bulk_create(
        GuidanceVersion(
            item=item,
            number=1,
            kind="new",
            size="major",
            force="must",
            title=item.title,
            received_on=ISSUED.date(),
            effective_from=ISSUED.date(),
            due_on=ISSUED.date(),
            state=VersionState.ISSUED,
            issued_at=ISSUED,
            issued_by=world.coordinator,
            acknowledge_by=date(2020, 4, 14),
            recorded_at=ISSUED,
        )
        for item in items
    )
    given = {"answer": "read", "at": ISSUED}
    Acknowledgement.objects.bulk_create(
        row
        for version in versions[::2]
        for row in (
            Acknowledgement(of=version, organisation=world.police, by=world.lead, **given),
            Acknowledgement(of=version, role="SW", by=world.worker, **given),
        )
    )


@pytest.mark.parametrize(
    ("who", "page", "budget"),
    [
        ("lead", "my_guidance", 17),
        ("lead", "my_guidance?show=answered", 17),
        ("worker", "my_guidance", 17),
        ("coordinator", "guidance_outstanding", 19),
        ("worker", "guidance_for social_workers", 17),
        ("worker", "guidance_roles", 12),
    ],
)
def test_pages_hold_their_budget_with_two_thousand_pieces(
    world, who, page, budget, django_assert_max_num_queries
):
    _many(world, 2000)
    name, _, query = page.partition("?")
    view, _, audience = name.partition(" ")
    url = reverse(view, args=[audience] if audience else []) + (f"?{query}" if query else "")
    client = browser(getattr(world, who))
    client.get(url)
    with django_assert_max_num_queries(budget):
        response = client.get(url)
    assert response.status_code == 200
    assert len(response.content) < 200_000
