"""What was not issued stays with who keeps or checks the register: its words are not found, not counted, not
named and not told, wherever guidance of which an earlier version was issued is shown."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from guidance.facts.entry import VersionEntry
from guidance.models import GuidanceItem, GuidanceVersion
from guidance.selectors import published
from guidance.selectors.acknowledgements import mine, outstanding
from guidance.selectors.links import linkable_items
from guidance.selectors.role_page import live_rows
from guidance.services import interpretation as steps
from guidance.services import register as services
from guidance.services.search_text import search_again
from partners.constants import OrganisationKind, SourceKind
from partners.models import Action
from tests.guidance.factories import make_issued, make_item, make_version
from tests.partners.factories import make_organisation
from tests.people import person, sign_in
from tests.visits.test_records_pages import text_of

pytestmark = pytest.mark.django_db
NOW = datetime(2020, 6, 1, 9, tzinfo=UTC)
SECOND = VersionEntry(
    title="Secret edition",
    kind="amended",
    force="must",
    size="major",
    change_note="Zebras are counted",
    summary="About quaggas",
    received_on=date(2020, 6, 1),
    effective_from=date(2020, 6, 1),
    audiences_affected=("dsl",),
    text="Okapis must be counted.",
)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def keeper():
    return person("CO", name="Cora Keeper")


@pytest.fixture
def approver():
    return person("CO", name="Anna Approver")


@pytest.fixture
def item(keeper, approver) -> GuidanceItem:
    """For the police and issued, and with a version since that is not."""
    found = make_item("First edition", audiences=["police"])
    make_issued(found, author=keeper, approver=approver)
    services.add_version(user=keeper, item=found, expected_version=1, entry=SECOND, now=NOW)
    found.refresh_from_db()
    search_again(found)
    return found


def page(user, name: str, *args, **query) -> str:
    return text_of(sign_in(Client(), user).get(reverse(name, args=args), query))


def issue(item: GuidanceItem, keeper, approver) -> None:
    """Its newest version goes the whole way."""
    of = item.versions.order_by("-number").first()
    of = steps.assess(user=keeper, of=of, expected_version=of.version, now=NOW)
    draft = steps.write_draft(
        user=keeper, of=of, expected_version=0, meaning="Count okapis.", to_do="Ring the zoo.", now=NOW
    )
    draft = steps.submit(user=keeper, interpretation=draft, expected_version=draft.version, now=NOW)
    steps.approve(user=approver, interpretation=draft, expected_version=draft.version, now=NOW)
    of.refresh_from_db()
    steps.issue(user=approver, of=of, expected_version=of.version, now=NOW)


class TestSearch:
    @pytest.mark.parametrize("words", ["Secret", "Zebras", "quaggas", "Okapis"])
    def test_its_words_find_nothing_for_readers(self, item, keeper, words):
        reader = person("SW", name="Sal Worker")
        assert "First edition" in page(reader, "guidance", words="First edition")
        assert "First edition" not in page(reader, "guidance", words=words)
        assert "Secret edition" in page(keeper, "guidance", words=words)

    def test_and_do_once_it_is_issued(self, item, keeper, approver):
        issue(item, keeper, approver)
        reader = person("SW", name="Sal Worker")
        for words in ("Okapis", "zoo"):
            assert "Secret edition" in page(reader, "guidance", words=words)


class TestWhomItIsFor:
    """A version that nobody has said anything about yet asks nobody for anything."""

    @pytest.fixture
    def school(self):
        return person("PR", name="Sue School")

    @pytest.fixture(autouse=True)
    def _parties(self, school):
        make_organisation("Hill School", OrganisationKind.SCHOOLS, lead=school)

    def test_those_whom_only_it_is_for_owe_nothing_for_what_was_issued(self, item, school):
        assert mine(school, NOW) == []
        assert [one.party.name for one in outstanding(NOW).partners] == []
        assert [row for row in live_rows(date(2020, 6, 1)) if "dsl" in row.audiences] == []
        assert not published.public_versions(date(2020, 6, 1), audience="dsl").exists()
        assert "Designated safeguarding leads" not in page(school, "guidance_item", item.uid)

    def test_once_it_is_issued_they_do(self, item, school, keeper, approver):
        before = GuidanceItem.objects.get().version
        issue(item, keeper, approver)
        row = GuidanceItem.objects.get()
        assert (row.audiences, row.version) == (["dsl", "police"], before + 1)
        [one] = mine(school, NOW)
        assert (one.party.name, one.of.number, one.outstanding) == ("Hill School", 2, True)

    def test_texts_of_it_are_offered_for_them_before(self, item):
        of = item.versions.get(number=2)
        assert of.for_whom == ["dsl", "police"]
        assert item.versions.get(number=1).for_whom == ["police"]


class TestTitles:
    def test_a_list_to_link_to_names_what_was_issued(self, item, keeper):
        uid, partner = str(item.uid), person("PR", name="Pat")
        assert linkable_items(partner, NOW) == [(uid, f"{item.label} First edition")]
        assert linkable_items(keeper, NOW) == [(uid, f"{item.label} Secret edition")]

    def test_the_public_page_of_what_it_replaced(self, item, keeper, approver):
        old = make_item("Old one", replaced_by=item, replaced_from=date(2020, 5, 1))
        make_issued(old, author=keeper, approver=approver)
        text = text_of(Client().get(reverse("public_guidance_item", args=[old.uid])))
        assert "First edition" in text
        assert "Secret edition" not in text

    def test_an_action_from_it_is_read_by_a_partner(self, item, keeper):
        lead = person("PR", name="Lou Lead")
        police = make_organisation("Moorland Police", lead=lead)
        answers = {
            "title": "Tell the shifts",
            "what": "All of them",
            "organisation": str(police.uid),
            "priority": "high",
            "due_on_day": "1",
            "due_on_month": "7",
            "due_on_year": "2020",
            "token": "00000000-0000-4000-8000-000000000001",
        }
        url = reverse("add_guidance_action", args=[item.uid])
        sign_in(Client(), keeper).post(url, answers)
        action = Action.objects.get(source_kind=SourceKind.GUIDANCE)
        assert "Secret edition" not in page(lead, "action", action.uid)


class TestSource:
    def test_what_was_found_at_the_source_is_for_who_keeps_the_register(self, item, keeper):
        services.check_source(
            user=keeper, item=item, result="changed", words="They ask for giraffes now", now=NOW
        )
        text = page(person("SW", name="Sal Worker"), "guidance_item", item.uid)
        assert "Source last checked" in text
        assert "1 June 2020" in text
        assert "giraffes" not in text
        assert "It has changed" not in text
        assert "it has changed" not in text
        assert "giraffes" in page(keeper, "guidance_item", item.uid)


def test_nothing_of_what_was_never_issued_is_found(keeper):
    found = make_item("Never told")
    make_version(found, summary="About quaggas")
    search_again(found)
    assert found.told_text == ""
    assert GuidanceVersion.objects.count() == 1
    assert "Never told" not in page(person("SW", name="Sal Worker"), "guidance", words="quaggas")
