"""Issuers' pages: what a recorded answer says, the polite asking, and a person's word on what changed. No
test reaches the network."""

import json
import threading
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from guidance.constants import GuidanceKind, SourceChangeState, VersionState
from guidance.models import GuidanceVersion, SourceChange, SourceCheck, SourceFetch
from guidance.rules.entries import url_key
from guidance.rules.govuk_pages import api_url, read_page
from guidance.selectors.entry import waiting_for
from guidance.services import fetching, govuk_client
from guidance.services.base import OutOfReach
from guidance.services.govuk_client import Answer
from safeguarding.kernel.errors import Refusal, StaleEdit
from tests.guidance.factories import make_issued, make_item, make_version
from tests.people import person, sign_in
from tests.visits.test_records_pages import text_of

RECORDED = Path(__file__).parent / "recorded"
NOW = datetime(2020, 6, 15, 9, tzinfo=UTC)
DAY = timedelta(days=1)
URL = "https://www.gov.uk/guidance/visits-to-children-in-care-during-coronavirus"
ADDRESS = URL.replace("www.gov.uk", "www.gov.uk/api/content")


def recorded(name: str = "detailed_guide", **other) -> bytes:
    return json.dumps(json.loads((RECORDED / f"{name}.json").read_text()) | other).encode()


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def on(settings):
    settings.GUIDANCE_FETCH = True


@pytest.fixture
def keeper(db):
    return person("CO", name="Cora Coordinator")


@pytest.fixture
def item(db):
    return watched()


def watched(url: str = URL, *, published: date = date(2020, 6, 1), **fields):
    item = make_item("Visits to children in care", url=url, url_key=url_key(url))
    make_version(item, published_on=published, paragraphs=("Visits", "Old words"), **fields)
    return item


class Server:
    """Answers by address; keeps what was asked."""

    def __init__(self, *answers: Answer, of: dict[str, Answer] | None = None):
        self.answers, self.of, self.asked, self.waits = list(answers), of or {}, [], []

    def get(self, url: str, etag: str) -> Answer:
        self.asked.append((url, etag))
        return self.of.get(url) or (self.answers.pop(0) if self.answers else Answer(200, recorded(), '"1"'))

    def poll(self, now: datetime = NOW) -> int:
        return fetching.poll(now=now, get=self.get, wait=self.waits.append)


class TestAddresses:
    @pytest.mark.parametrize(
        ("url", "path"),
        [
            ("https://www.gov.uk/guidance/a-b", "/guidance/a-b"),
            ("http://gov.uk/guidance/a/?x=1#top", "/guidance/a"),
            (" https://www.gov.uk/government/publications/a.cy ", "/government/publications/a.cy"),
        ],
    )
    def test_of_pages(self, url, path):
        assert api_url(url) == f"https://www.gov.uk/api/content{path}"

    @pytest.mark.parametrize(
        "url",
        [
            "", "https://www.gov.uk", "https://www.gov.uk/", "https://www.gov.uk.evil.example/a", "file:///etc/passwd",
            "https://evil.example/https://www.gov.uk/a", "https://www.gov.uk@evil.example/a", "ftp://www.gov.uk/a",
            "https://www.gov.uk/../a", "https://www.gov.uk/a/../b", "https://www.gov.uk:8443/a",
            "https://www.gov.uk/api/content/a", "https://www.gov.uk/search/all", "https://www.gov.uk/a%2e%2e/b",
            "https://www.gov.uk//evil.example/a", "https://www.gov.uk/a\r\nHost: x", "https://[::1/a",
            "https://coronavirus.data.gov.uk/a", "https://www.gov.uk/a b", "https://user:pw@www.gov.uk/a",
        ],
    )  # fmt: skip
    def test_of_nothing_else(self, url):
        assert api_url(url) is None


class TestReading:
    def test_a_detailed_guide(self):
        page = read_page(recorded())
        assert page.title == "Visits to children in care during coronavirus (COVID-19)"
        assert page.organisations == ("Ofsted", "Department for Education")
        assert page.first_published_on == date(2020, 4, 24)
        assert page.public_updated_at == datetime(2020, 6, 8, 16, 45, 12, tzinfo=UTC)
        assert page.note == "Updated what visits by video must record."
        assert not page.withdrawn and not page.cut
        assert page.paragraphs == (
            "Visits",
            "Local authorities must ensure that each child is visited. "
            "They should visit in person where it is safe.",
            "a visit may be made by video call",
            "social workers should see the child alone",
            "Plan | Interval",
            "Child in care | 6 weeks",
        )

    def test_a_guide_of_parts(self):
        page = read_page(recorded("guide"))
        assert page.paragraphs == ("Overview", "You can get help.", "How to apply", "You may apply online.")
        assert page.note == ""

    def test_what_was_withdrawn(self):
        page = read_page(recorded("publication_withdrawn"))
        assert page.withdrawn
        assert page.note == "Withdrawn\n\nThis guidance is out of date. All schools are open."

    @pytest.mark.parametrize(
        "content",
        [
            b"", b"<html>", b"[]", b"null", b"{}", b'{"title": ""}', b'{"title": 3}', b"\xff\xfe",
            b"[" * 100_000, b'{"title": "x"}', b'{"title": "x", "public_updated_at": "soon"}',
        ],
    )  # fmt: skip
    def test_what_is_no_page(self, content):
        with pytest.raises(Refusal) as caught:
            read_page(content)
        assert caught.value.code == "page_unreadable"

    def test_odd_parts_are_left_out(self):
        page = read_page(
            recorded(
                details={"body": 3, "parts": "x", "change_history": [1, {"note": 2}]},
                links={"organisations": 1},
            )
        )
        assert (page.paragraphs, page.organisations, page.note) == ((), (), "")

    def test_a_page_without_end_is_cut(self):
        page = read_page(recorded(details={"body": "<p>x</p>" * 1000}))
        assert len(page.paragraphs) == 500 and page.cut

    def test_signs_that_no_database_takes(self):
        assert read_page(recorded(title="A\0B\u202eC\ud800", details={})).title == "ABC"

    @hypothesis_settings(max_examples=200, deadline=None)
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=20),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        ["body", "parts", "title", "change_history", "organisations", "explanation"]
                    ),
                    inner,
                )
            ),
        )
    )
    def test_nothing_said_breaks_it(self, said):
        assert read_page(recorded(details=said, links=said, withdrawn_notice=said)).title


@pytest.mark.usefixtures("on")
class TestAsking:
    def test_nothing_is_asked_where_it_is_off(self, item, settings):
        settings.GUIDANCE_FETCH = False
        server = Server()
        assert server.poll() == 0 and not server.asked
        with pytest.raises(Refusal) as caught:
            fetching.look_up(URL, get=server.get)
        assert caught.value.code == "fetch_off" and not server.asked

    def test_what_changed_is_found_once_and_the_page_asked_once_a_day(self, item):
        server = Server()
        assert server.poll() == 1
        assert server.asked == [(ADDRESS, "")]
        change = SourceChange.objects.get()
        assert change.item == item and change.state == SourceChangeState.FOUND
        assert (change.note, len(change.paragraphs)) == ("Updated what visits by video must record.", 6)
        assert SourceCheck.objects.get().result == "changed"
        assert server.poll(NOW + DAY / 2) == 0
        server.answers = [Answer(304)]
        assert server.poll(NOW + DAY) == 1
        assert server.asked[-1] == (ADDRESS, '"1"')
        assert SourceChange.objects.count() == 1
        assert SourceCheck.objects.order_by("pk").last().result == "same"
        server.poll(NOW + 2 * DAY)
        assert SourceChange.objects.count() == 1

    def test_what_is_on_the_register_already_is_no_news(self, db):
        watched(published=date(2020, 6, 8))
        Server().poll()
        assert not SourceChange.objects.exists()
        later = recorded(public_updated_at="2020-06-15T10:00:00+01:00")
        Server(Answer(200, later)).poll(NOW + DAY)
        assert SourceChange.objects.count() == 1

    @pytest.mark.parametrize(
        ("url", "fields"),
        [
            ("https://www.nhs.uk/a", {}),
            ("", {}),
            (URL, {"state": VersionState.SET_ASIDE}),
            (URL, {"kind": GuidanceKind.WITHDRAWN}),
            ("https://www.gov.uk/search/all", {}),
        ],
    )
    def test_only_what_holds_and_is_on_gov_uk(self, db, url, fields):
        watched(url, **fields)
        server = Server()
        assert server.poll() == 0 and not server.asked

    def test_what_was_replaced_is_not_watched(self, item):
        item.replaced_by, item.replaced_from = make_item(), date(2020, 6, 1)
        item.save()
        assert Server().poll() == 0

    def test_what_was_issued_is_watched_also_when_a_change_since_did_not_matter(self, item):
        make_issued(item, 2, author=person("CO", name="Author"), approver=person("CO", name="Approver"))
        make_version(item, 3, state=VersionState.SET_ASIDE)
        assert Server().poll() == 1

    def test_one_a_second(self, db):
        for number in range(4):
            watched(f"{URL}-{number}")
        server = Server()
        assert server.poll() == 4
        assert server.waits == [1.0, 1.0, 1.0]

    @pytest.mark.parametrize("status", [429, 503])
    def test_where_the_server_asks_for_rest_the_round_ends(self, db, status):
        for number in range(4):
            watched(f"{URL}-{number}")
        assert Server(Answer(status)).poll() == 1

    def test_a_server_that_is_not_reached_is_left_alone(self, db):
        for number in range(6):
            watched(f"{URL}-{number}")
        server = Server(*[Answer(0, fault="It was not reached (TimeoutError)")] * 6)
        assert server.poll() == 3
        assert set(SourceFetch.objects.values_list("fault", flat=True)) == {
            "It was not reached (TimeoutError)"
        }

    def test_after_each_fault_twice_as_long(self, item):
        moments, now = [], NOW
        for _ in range(24 * 40):
            if Server(Answer(500)).poll(now):
                moments.append(now)
            now += timedelta(hours=1)
        gaps = [(later - before) / timedelta(hours=1) for before, later in pairwise(moments)]
        assert gaps[:5] == [40, 80, 160, 320, 320]

    @pytest.mark.parametrize("status", [404, 410])
    def test_a_page_that_is_gone_is_said_once(self, item, status):
        Server(Answer(status)).poll()
        Server(Answer(status)).poll(NOW + 3 * DAY)
        assert [check.result for check in SourceCheck.objects.all()] == ["gone"]
        assert SourceFetch.objects.get().faults == 2

    def test_an_answer_that_is_no_page_is_a_fault(self, item):
        Server(Answer(200, b"<html>")).poll()
        assert "cannot be read" in SourceFetch.objects.get().fault
        assert not SourceCheck.objects.exists()

    def test_two_workers_ask_once_for_each_page(self, item):
        other = watched(f"{URL}-2")
        first, second = Server(), Server()
        known = first.get
        # Both knew both pages as due before either asked.
        first.get = lambda url, etag: (second.poll(), known(url, etag))[1]
        first.poll()
        assert [url for url, _etag in first.asked] == [ADDRESS]
        assert [url for url, _etag in second.asked] == [api_url(other.url)]

    def test_few_queries(self, db, django_assert_max_num_queries):
        for _ in range(3):
            watched("https://www.nhs.uk/a")
        with django_assert_max_num_queries(1):
            Server().poll()

    @pytest.mark.parametrize(
        ("answer", "url", "code"),
        [
            (Answer(404), URL, "page_gone"),
            (Answer(500), URL, "page_not_reached"),
            (Answer(0, fault="x"), URL, "page_not_reached"),
            (Answer(200, b"{}"), URL, "page_unreadable"),
            (Answer(200, recorded()), "https://evil.example/a", "not_govuk"),
        ],
    )
    def test_looking_up_says_what_is_wrong(self, answer, url, code):
        with pytest.raises(Refusal) as caught:
            fetching.look_up(url, get=Server(answer).get)
        assert (caught.value.code, caught.value.field) == (code, "url")


class TestClient:
    """Beside a server of this machine, in GOV.UK's place."""

    @pytest.fixture
    def serve(self, monkeypatch):
        servers = []

        def start(handle):
            class Handler(BaseHTTPRequestHandler):
                def do_GET(self):
                    handle(self)

                def log_message(self, *args):
                    pass

            server = HTTPServer(("127.0.0.1", 0), Handler)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            servers.append(server)
            monkeypatch.setattr(govuk_client, "API", f"http://127.0.0.1:{server.server_port}/api/content")
            return f"{govuk_client.API}/a"

        yield start
        for server in servers:
            server.shutdown()
            server.server_close()

    @staticmethod
    def answer(request, status: int, body: bytes = b"", **headers: str) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    @pytest.fixture(autouse=True)
    def _running_clock(self, _clock):
        with time_machine.travel(NOW, tick=True):
            yield

    def test_a_page_with_its_mark(self, serve):
        asked = []

        def handle(request):
            asked.append(request.headers)
            self.answer(request, 200, b"{}", ETag='"7"')

        assert govuk_client.fetch(serve(handle), '"6"') == Answer(200, b"{}", '"7"')
        assert asked[0]["If-None-Match"] == '"6"' and "safeguarding-oversight" in asked[0]["User-Agent"]

    def test_nothing_new(self, serve):
        assert govuk_client.fetch(serve(lambda request: self.answer(request, 304))).status == 304

    def test_a_server_that_asks_for_rest(self, serve):
        url = serve(lambda request: self.answer(request, 429, Retry_After="120"))
        assert govuk_client.fetch(url) == Answer(429, retry_after=120)

    def test_a_redirect_within_the_api(self, serve):
        def handle(request):
            if request.path.endswith("/a"):
                self.answer(request, 303, Location="/api/content/b")
            else:
                self.answer(request, 200, request.path.encode())

        assert govuk_client.fetch(serve(handle)).body == b"/api/content/b"

    @pytest.mark.parametrize(
        "to", ["https://evil.example/a", "/other", "//evil.example/api/content/a", "file:///etc"]
    )
    def test_no_redirect_leads_out(self, serve, to):
        asked = []

        def handle(request):
            asked.append(request.path)
            self.answer(request, 302, Location=to)

        found = govuk_client.fetch(serve(handle))
        assert found.fault == "It leads to a page outside GOV.UK’s content" and len(asked) == 1

    def test_redirects_end(self, serve):
        url = serve(lambda request: self.answer(request, 301, Location="/api/content/a"))
        assert govuk_client.fetch(url).fault == "It leads from page to page"

    def test_an_answer_without_end(self, serve, monkeypatch):
        monkeypatch.setattr(govuk_client, "_MAX_BYTES", 100_000)
        found = govuk_client.fetch(serve(lambda request: self.answer(request, 200, b"x" * 300_000)))
        assert found == Answer(0, fault="The answer is too large or took too long")

    def test_an_answer_that_takes_too_long(self, serve, monkeypatch):
        monkeypatch.setattr(govuk_client, "_WHOLE_SECONDS", -1)
        assert govuk_client.fetch(serve(lambda request: self.answer(request, 200, b"x"))).status == 0

    def test_nobody_there(self, serve):
        url = serve(lambda request: None)
        assert govuk_client.fetch(url).fault.startswith("It was not reached (")

    def test_no_other_address_is_asked(self):
        with pytest.raises(ValueError):
            govuk_client.fetch("https://evil.example/api/content/a")


def take(keeper, change, **other) -> GuidanceVersion:
    right = {
        "user": keeper,
        "change": change,
        "expected_version": change.item.version,
        "size": "major",
        "force": "must",
        "change_note": change.note,
        "audiences_affected": ("police",),
        "duties_changed": ("visits_care",),
        "now": NOW,
    }
    return fetching.take_in(**right | other)


@pytest.mark.usefixtures("on")
class TestDeciding:
    @pytest.fixture
    def change(self, item) -> SourceChange:
        Server().poll()
        return SourceChange.objects.select_related("item").get()

    def test_it_matters(self, keeper, change):
        version = take(keeper, change)
        assert (version.number, version.kind, version.force) == (2, "amended", "must")
        assert version.published_on == version.effective_from == date(2020, 6, 8)
        paragraphs = list(version.paragraphs.values_list("text", "force"))
        assert len(paragraphs) == 6 and paragraphs[1][1] == "must"
        change.refresh_from_db()
        assert (change.state, change.became, change.decided_by) == ("taken", version, keeper)

    def test_it_does_not(self, keeper, change):
        fetching.dismiss(user=keeper, change=change, words="Only links", now=NOW)
        change.refresh_from_db()
        assert (change.state, change.words) == ("dismissed", "Only links")
        assert change.item.versions.count() == 1

    def test_what_was_withdrawn_comes_as_that(self, keeper, item):
        Server(
            Answer(200, recorded("publication_withdrawn", public_updated_at="2020-06-14T09:00:00Z"))
        ).poll()
        assert take(keeper, SourceChange.objects.get()).kind == "withdrawn"

    def test_a_part_that_was_withdrawn_withdraws_not_the_whole(self, keeper, change):
        change.note = "Withdrawn the annex on testing, which is in guidance of its own now."
        change.save()
        assert take(keeper, change).kind == "amended"

    @pytest.mark.parametrize("first", ["take", "dismiss"])
    @pytest.mark.parametrize("second", ["take", "dismiss"])
    def test_decided_once(self, keeper, change, first, second):
        acts = {
            "take": lambda: take(keeper, change),
            "dismiss": lambda: fetching.dismiss(user=keeper, change=change, words="No", now=NOW),
        }
        acts[first]()
        with pytest.raises(Refusal) as caught:
            acts[second]()
        assert caught.value.code == "change_decided"

    def test_refused_it_stays_open(self, keeper, change):
        for act, error in (
            (lambda: take(keeper, change, expected_version=9), StaleEdit),
            (lambda: take(keeper, change, change_note=""), Refusal),
            (lambda: take(keeper, change, audiences_affected=()), Refusal),
            (lambda: fetching.dismiss(user=keeper, change=change, words=" ", now=NOW), Refusal),
            (
                lambda: fetching.dismiss(user=keeper, change=change, words="HCT-040001 is named", now=NOW),
                Refusal,
            ),
        ):
            with pytest.raises(error):
                act()
        change.refresh_from_db()
        assert change.state == "found" and change.item.versions.count() == 1

    @pytest.mark.parametrize("role", ["BM", "MG", "SW", "PR", "AU", "AD"])
    def test_only_who_keeps_the_register(self, change, role):
        other = person(role)
        with pytest.raises(OutOfReach):
            take(other, change)
        with pytest.raises(OutOfReach):
            fetching.dismiss(user=other, change=change, words="No", now=NOW)
        assert not any(line.count for line in waiting_for(other, NOW))

    def test_it_waits_for_the_keeper(self, keeper, change):
        lines = [line for line in waiting_for(keeper, NOW) if line.count]
        assert [(line.words, line.url_name) for line in lines] == [
            ("1 page of an issuer has changed: say whether it matters", "source_changes")
        ]

    def test_its_pages(self, keeper, change):
        client = sign_in(Client(), keeper)
        assert change.title in text_of(client.get(reverse("source_changes")))
        shown = text_of(client.get(reverse("source_change", args=[change.uid])))
        assert "Updated what visits by video must record." in shown
        assert "Added" in shown and "Old words" in shown
        url = reverse("take_source_change", args=[change.uid])
        form = client.get(url).context["form"]
        assert form["change_note"].value() == change.note
        answers = {"version": change.item.version, "size": "", "force": "must", "change_note": "Typed words"}
        refused = client.post(url, answers)
        assert list(refused.context["form"].errors) == ["size"] and "Typed words" in refused.content.decode()
        stale = client.post(url, answers | {"size": "minor", "version": 99})
        assert stale.status_code == 409 and "Typed words" in stale.content.decode()
        done = client.post(url, answers | {"size": "minor"}, follow=True)
        assert "Version 2 of" in text_of(done)
        again = client.post(reverse("dismiss_source_change", args=[change.uid]), {"words": "Typed words"})
        assert "Somebody decided about this change already." in text_of(again)
        assert "Taken in as a new version" in text_of(client.get(f"{reverse('source_changes')}?show=all"))

    def test_dismissed_on_its_page(self, keeper, change):
        client = sign_in(Client(), keeper)
        url = reverse("dismiss_source_change", args=[change.uid])
        assert list(client.post(url, {"words": ""}).context["form"].errors) == ["words"]
        shown = text_of(client.post(url, {"words": "Only links"}, follow=True))
        assert "the change does not matter here" in shown and "No page that is watched has changed." in shown

    def test_a_change_that_is_not_there(self, keeper):
        assert sign_in(Client(), keeper).get(reverse("source_change", args=[uuid4()])).status_code == 404


class TestFillingIn:
    def test_there_is_no_such_page_where_it_is_off(self, keeper):
        assert sign_in(Client(), keeper).get(reverse("guidance_from_address")).status_code == 404

    def test_the_form_is_filled_in_and_nothing_saved(self, keeper, on, monkeypatch):
        monkeypatch.setattr(fetching.look_up, "__kwdefaults__", {"get": Server().get})
        client = sign_in(Client(), keeper)
        response = client.post(reverse("guidance_from_address"), {"url": URL})
        form = response.context["form"]
        assert form["title"].value() == "Visits to children in care during coronavirus (COVID-19)"
        assert form["issuer"].value() == "Ofsted, Department for Education"
        assert f'action="{reverse("new_guidance")}"' in response.content.decode()
        assert not GuidanceVersion.objects.exists()

    @pytest.mark.parametrize("url", ["", "https://evil.example/a", "x"])
    def test_what_is_wrong_stands_beside_the_address(self, keeper, on, url):
        response = sign_in(Client(), keeper).post(reverse("guidance_from_address"), {"url": url})
        assert list(response.context["form"].errors) == ["url"]
        assert url in response.content.decode()
