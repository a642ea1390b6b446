"""What anybody reads without signing in: the list, an item, and a feed that holds to RFC 4287."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from defusedxml import ElementTree
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guidance.presenters.feed import atom
from guidance.selectors import published
from tests.guidance.factories import ISSUED, make_issued, make_item, make_version
from tests.people import person, sign_in

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
LIST = "/published/guidance/"
FEED = "/published/guidance/feed.atom"


@pytest.fixture
def issued():
    author, approver = person("CO", name="Ann Author"), person("CO", name="Bob Approver")

    def make(title: str = "Schools", number: int = 1, *, item=None, **fields):
        own = {name: fields.pop(name) for name in ("audiences", "topics", "url") if name in fields}
        return make_issued(
            item or make_item(title, **own), number, author=author, approver=approver, **fields
        )

    return make


def read(path: str = LIST, status: int = 200, client: Client | None = None) -> str:
    answer = (client or Client()).get(path)
    assert answer.status_code == status
    return answer.content.decode()


def page_of(version) -> str:
    return reverse("public_guidance_item", args=[version.item.uid])


class TestWhatIsPublic:
    def test_issued_guidance_without_names_of_people(self, issued):
        version = issued("Open schools", url="https://www.gov.uk/schools", topics=["schools"])
        text = read() + read(page_of(version))
        assert "Open schools" in text and "What it means here." in text and "What to do now." in text
        assert "https://www.gov.uk/schools" in text and "Schools and colleges" in text
        assert "Ann" not in text and "Bob" not in text
        assert "Ann" not in read(FEED) and "Bob" not in read(FEED)

    @pytest.mark.parametrize("state", ["received", "set_aside", "assessed", "interpreted", "approved"])
    def test_what_is_not_issued_is_not_there(self, issued, state):
        version = make_version(make_item("Only a draft"))
        type(version).objects.filter(pk=version.pk).update(state=state)
        assert "Only a draft" not in read() + read(FEED)
        assert "Only a draft" not in read(page_of(version), 404)

    def test_what_is_not_public_is_not_there_nor_is_an_older_version_of_it(self, issued):
        first = issued("Was public")
        assert "Was public" in read()
        issued("Was public", 2, item=first.item, is_public=False, at=ISSUED + timedelta(days=1))
        assert "Was public" not in read()
        assert "Was public" not in read(page_of(first), 404)

    def test_a_draft_of_the_next_version_changes_nothing(self, issued):
        first = issued("Schools")
        make_version(first.item, 2, title="Schools, not yet", change_note="Secret")
        assert "not yet" not in read() + read(page_of(first)) + read(FEED)
        assert "What it means here." in read(page_of(first))

    def test_what_is_over_withdrawn_or_replaced_says_so_and_is_not_listed(self, issued):
        over = issued("Over one", effective_until=date(2020, 6, 1))
        withdrawn = issued("Withdrawn one", kind="withdrawn")
        new, replaced = issued("New one"), issued("Replaced one")
        hidden, by_hidden = issued("Hidden one", is_public=False), issued("By hidden one")
        for version, by in ((replaced, new), (by_hidden, hidden)):
            item = version.item
            item.replaced_by, item.replaced_from = by.item, date(2020, 5, 1)
            item.save()
        text = read()
        assert "New one" in text
        for title in ("Over one", "Withdrawn one", "Replaced one", "By hidden one"):
            assert title not in text
        assert "no longer applies since 1 June 2020" in read(page_of(over))
        assert "Do not follow it any more" in read(page_of(withdrawn))
        text = read(page_of(replaced))
        assert "was replaced on 1 May 2020" in text and page_of(new) in text
        assert "Hidden one" not in read(page_of(by_hidden))
        assert "Withdrawn: Withdrawn one" in read(FEED)

    def test_for_one_audience(self, issued):
        issued("For police", audiences=["police", "carers"])
        issued("For carers", audiences=["carers"])
        text = read(LIST + "?audience=police")
        assert "For police" in text and "For carers" not in text
        assert "Nothing is issued for them now" in read(LIST + "?audience=families")
        assert "For carers" in read(LIST + "?audience=%22")

    def test_empty(self):
        assert "Nothing has been issued yet" in read()

    def test_markup_of_a_text_stays_text(self, issued):
        version = issued("<b>Bold</b>")
        assert "<b>Bold" not in read() + read(page_of(version))


class TestKeeping:
    def test_pages_of_nobody_may_be_kept_a_few_minutes_and_those_of_somebody_never(self, issued):
        page = page_of(issued())
        for path in (LIST, page):
            answer = Client().get(path)
            assert "public" in answer["Cache-Control"] and "max-age=300" in answer["Cache-Control"]
            assert "Cookie" in answer["Vary"]
            signed_in = sign_in(Client(), person("PR")).get(path)
            assert signed_in["Cache-Control"] == "no-store, private"

    def test_pages_need_no_more_queries_with_more_rows(self, issued):
        counts = []
        for number in range(4):
            issued(f"Number {number}")
            with CaptureQueriesContext(connection) as queries:
                read()
            counts.append(len(queries))
        assert counts[0] == counts[3] <= 3

    def test_the_feed_asks_the_database_once_a_minute(self, issued):
        issued()
        with CaptureQueriesContext(connection) as queries:
            read(FEED)
            first = len(queries)
            for _ in range(5):
                read(FEED)
        assert first == len(queries) == 2

    def test_a_reader_that_has_it_gets_nothing_again(self, issued):
        issued()
        answer = Client().get(FEED)
        again = Client().get(FEED, headers={"if-none-match": answer["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        other = Client().get(FEED, headers={"if-none-match": '"other"'})
        assert other.status_code == 200


class TestTheFeed:
    def feed(self):
        answer = Client().get(FEED)
        assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
        return ElementTree.fromstring(answer.content)

    def text(self, element, name: str) -> str:
        found = element.findall(ATOM + name)
        assert len(found) == 1, f"{name} must be there once"
        return found[0].text or ""

    def moment(self, text: str) -> datetime:
        """RFC 3339, with its zone."""
        found = datetime.fromisoformat(text)
        assert found.tzinfo and "T" in text
        return found

    def links(self, element) -> dict[str, str]:
        found = element.findall(ATOM + "link")
        return {link.get("rel"): link.get("href") for link in found}

    def test_what_a_feed_must_have(self, issued, settings):
        settings.SITE_URL = "https://oversight.example.org"
        first = issued("One & <only>", topics=["schools", "courts"])
        last = issued("Two", at=ISSUED + timedelta(days=2))
        feed = self.feed()
        assert feed.tag == ATOM + "feed"
        assert self.text(feed, "title") == "Guidance for people who work with children"
        UUID(self.text(feed, "id").removeprefix("urn:uuid:"))
        assert self.moment(self.text(feed, "updated")) == last.issued_at
        assert feed.find(f"{ATOM}author/{ATOM}name").text == "Safeguarding children partnership"
        assert self.links(feed) == {
            "self": "https://oversight.example.org/published/guidance/feed.atom",
            "alternate": "https://oversight.example.org/published/guidance/",
        }
        entries = feed.findall(ATOM + "entry")
        assert [self.text(entry, "title") for entry in entries] == ["Two", "One & <only>"]
        assert self.text(entries[1], "id") == f"urn:uuid:{first.uid}"
        assert self.moment(self.text(entries[1], "updated")) == first.issued_at
        assert self.links(entries[1]) == {"alternate": f"https://oversight.example.org{page_of(first)}"}
        assert {one.get("term") for one in entries[1].findall(ATOM + "category")} == {
            "Schools and colleges",
            "Courts and tribunals",
        }
        summary = entries[1].find(ATOM + "summary")
        assert summary.get("type") == "html" and "<p>What it means here.</p>" in summary.text
        ids = [element.text for element in feed.iter(ATOM + "id")]
        assert len(set(ids)) == len(ids) == 3
        allowed = {
            "title", "link", "id", "updated", "published", "author", "subtitle", "entry", "summary",
            "category",
        }  # fmt: skip
        parts = {*feed, *(part for entry in entries for part in entry)}
        assert {part.tag.removeprefix(ATOM) for part in parts} <= allowed

    def test_ids_are_for_ever_and_a_new_version_is_a_new_entry(self, issued):
        first = issued("Schools")
        before = self.feed()
        ids = {self.text(before, "id"), self.text(before.find(ATOM + "entry"), "id")}
        cache.clear()
        again = self.feed()
        assert ids == {self.text(again, "id"), self.text(again.find(ATOM + "entry"), "id")}
        second = issued("Schools", 2, item=first.item, at=ISSUED + timedelta(days=1))
        cache.clear()
        entries = self.feed().findall(ATOM + "entry")
        assert [self.text(entry, "id") for entry in entries] == [f"urn:uuid:{second.uid}"]

    def test_an_empty_feed_is_valid_and_does_not_move(self):
        feed = self.feed()
        assert self.moment(self.text(feed, "updated")) == datetime(2020, 1, 1, tzinfo=UTC)
        assert feed.find(ATOM + "author") is not None and feed.find(ATOM + "entry") is None

    def test_one_odd_character_does_not_take_the_feed_away(self, issued):
        issued("Bell\x07 and escape\x1b")
        assert "Bell  and escape" in self.text(self.feed().find(ATOM + "entry"), "title")

    def test_markup_is_escaped_once(self, issued):
        issued("Schools")
        told = published.for_feed()
        object.__setattr__(told[0], "meaning", "<script>x</script> & more")
        summary = ElementTree.fromstring(atom(told)).find(f"{ATOM}entry/{ATOM}summary").text
        assert "&lt;script&gt;" in summary and "<script>" not in summary and "&amp; more" in summary

    def test_no_more_than_fifty(self, issued, monkeypatch):
        monkeypatch.setattr(published, "FEED_LENGTH", 2)
        for number in range(3):
            issued(f"Number {number}", at=ISSUED + timedelta(days=number))
        titles = [self.text(entry, "title") for entry in self.feed().findall(ATOM + "entry")]
        assert titles == ["Number 2", "Number 1"]
