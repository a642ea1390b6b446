"""The pages of interpretation: what they show to whom, where errors stand, and that nothing typed is lost."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guidance.constants import VersionState
from guidance.models import GuidanceVersion, Paragraph, TopicOwner
from guidance.presenters import interpretation as presenters
from guidance.selectors import interpretation as selectors
from tests.guidance.factories import make_issued, make_item, make_version
from tests.guidance.interpretation_world import (
    NOW,
    PARAGRAPHS,
    World,
    fresh,
    make_world,
    newest,
    version_in,
    written,
)
from tests.people import person, sign_in
from tests.visits.test_records_pages import text_of

pytestmark = pytest.mark.django_db
S = VersionState


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> World:
    return make_world()


def as_(user) -> Client:
    return sign_in(Client(), user)


def page(user, name: str, *args, **query) -> str:
    return text_of(as_(user).get(reverse(name, args=args), query))


def post(user, name: str, of: GuidanceVersion, **answers):
    return as_(user).post(reverse(name, args=[of.uid]), answers, follow=True)


def errors_of(response) -> dict[str, list[str]]:
    assert response.status_code == 200
    return response.context["form"].errors


def draft(version: int = 1, **other) -> dict:
    right = {"meaning": "Each week.", "to_do": "Ring first.", "is_public": "on", "version": version}
    return right | {f"note_{n}": "" for n in (1, 2, 3)} | other


def test_the_whole_way_by_the_pages(world):
    of = version_in(world, S.RECEIVED, title="Visits to children", item=make_item(owner=world.author))
    shown = text_of(post(world.author, "assess_guidance", of, matters="yes", version=1))
    assert "It matters here. Now write what it means." in shown
    answers = draft(0, note_1="Each family", force_1="should")
    shown = text_of(post(world.author, "write_interpretation", of, **answers))
    assert "Draft saved." in shown and "Each family" in shown
    shown = text_of(post(world.author, "submit_interpretation", of, version=1))
    assert "Put forward. Another person has to approve it." in shown
    assert "You wrote it or put it forward." in shown
    shown = page(world.approver, "interpretation", of.uid)
    assert "Approve it or send it back" in shown
    shown = text_of(
        post(world.approver, "review_interpretation", of, decision="approve", words="", version=2)
    )
    assert "Approved. It can be issued now." in shown
    shown = text_of(post(world.author, "issue_guidance", of, version=fresh(of).version))
    assert "Issued. Everybody whom it is for is to answer by 15 April 2020." in shown
    shown = page(world.worker, "interpretation", of.uid)
    assert "Each week." in shown and "History" not in shown and "Anna Author" not in shown


@pytest.mark.parametrize("role", ["manager", "worker", "partner", "board", "administrator"])
@pytest.mark.parametrize("state", [S.RECEIVED, S.ASSESSED, S.INTERPRETED, S.APPROVED, S.SET_ASIDE])
def test_what_is_not_issued_is_not_there_for_others(world, role, state):
    of = version_in(world, state)
    assert as_(getattr(world, role)).get(reverse("interpretation", args=[of.uid])).status_code == 404


def test_a_later_draft_is_not_shown_on_an_item_that_is_issued(world):
    """The part of the item's page, for somebody who reads what was issued only."""
    item = make_item()
    version_in(world, S.ISSUED, item=item)
    later = version_in(world, S.APPROVED, item=item, number=2)
    assert presenters.on_item(item, later, world.worker, NOW) == {}
    assert presenters.on_item(item, later, world.auditor, NOW)["interpretation"] == newest(later)


class TestWork:
    def test_by_due_date_with_what_is_overdue(self, world):
        late = version_in(world, S.ASSESSED, due_on=date(2020, 4, 3), title="Late one")
        version_in(world, S.RECEIVED, due_on=date(2020, 4, 9), title="Later one")
        version_in(world, S.ISSUED, due_on=date(2020, 4, 1), title="Issued one")
        shown = page(world.author, "guidance_work")
        assert shown.index("Late one") < shown.index("Later one")
        assert "Issued one" not in shown and "Draft by Anna Author" in shown
        assert "Overdue" in shown
        only = page(world.auditor, "guidance_work", due="overdue")
        assert late.title in only and "Later one" not in only

    def test_how_many_stand_where(self, world):
        version_in(world, S.RECEIVED, due_on=date(2020, 4, 3))
        version_in(world, S.RECEIVED, due_on=NOW.date())
        version_in(world, S.APPROVED, due_on=date(2020, 4, 3))
        version_in(world, S.ISSUED, due_on=date(2020, 4, 3))
        assert selectors.counts(NOW.date()) == {
            S.RECEIVED: 2,
            S.ASSESSED: 0,
            S.INTERPRETED: 0,
            S.APPROVED: 1,
            "overdue": 2,
        }

    @pytest.mark.parametrize(("chosen", "there"), [("mine", "Mine one"), ("approve", "To approve")])
    def test_mine_and_what_i_can_approve(self, world, chosen, there):
        version_in(world, S.RECEIVED, item=make_item(owner=world.approver), title="Mine one")
        version_in(world, S.INTERPRETED, title="To approve")
        shown = page(world.approver, "guidance_work", whose=chosen)
        assert there in shown
        assert ({"Mine one", "To approve"} - {there}).pop() not in shown
        assert "To approve" not in page(world.author, "guidance_work", whose="approve")

    def test_an_address_that_was_tampered_with_shows_all(self, world):
        version_in(world, S.RECEIVED, title="There")
        assert "There" in page(world.author, "guidance_work", state="nonsense", whose="x")

    def test_queries_do_not_grow_with_rows(self, world):
        client = as_(world.author)

        def queries() -> int:
            with CaptureQueriesContext(connection) as found:
                client.get(reverse("guidance_work"))
            return len(found)

        version_in(world, S.ASSESSED)
        queries()
        before = queries()
        for _ in range(6):
            version_in(world, S.ASSESSED, item=make_item(owner=world.approver))
        assert queries() == before


class TestWriting:
    def test_it_begins_from_what_was_issued_before(self, world):
        item = make_item()
        version_in(world, S.ISSUED, item=item)
        of = make_version(item, 2, state=S.ASSESSED)
        shown = page(world.author, "write_interpretation", of.uid)
        assert "We visit each week." in shown and "This begins from what was issued" in shown

    def test_it_begins_from_what_was_sent_back_notes_and_all(self, world):
        of = version_in(world, S.INTERPRETED)
        answers = {"decision": "send_back", "words": "Say who", "version": newest(of).version}
        post(world.approver, "review_interpretation", of, **answers)
        shown = page(world.author, "write_interpretation", of.uid)
        assert "What has to change Say who" in shown
        assert "We visit each week." in shown and "Each family, each week." in shown

    def test_an_error_keeps_what_was_typed(self, world):
        of = version_in(world, S.ASSESSED)
        answers = draft(meaning="The boy born on 3 May 2012", note_2="x" * 1001)
        response = post(world.author, "write_interpretation", of, **answers)
        assert set(errors_of(response)) == {"note_2"}
        response = post(world.author, "write_interpretation", of, **answers | {"note_2": "Ours"})
        assert set(errors_of(response)) == {"meaning"}
        shown = response.content.decode()
        assert "The boy born on 3 May 2012" in shown and "Ours" in shown and "names_no_child" in shown
        answers |= {"note_2": "Ours", "names_no_child": "on"}
        assert "Draft saved." in text_of(post(world.author, "write_interpretation", of, **answers))

    def test_of_two_who_write_the_second_sees_both_texts(self, world):
        of = version_in(world, S.ASSESSED)
        written(world, of, world.approver, meaning="Theirs", notes={2: ("", "Their note")})
        answers = draft(1, meaning="Mine", note_2="My note")
        response = as_(world.author).post(reverse("write_interpretation", args=[of.uid]), answers)
        shown = text_of(response)
        assert response.status_code == 409
        assert all(text in shown for text in ("Theirs", "Mine", "Their note", "My note"))
        assert newest(of).meaning == "Theirs"

    def test_a_long_text_in_parts_and_notes_of_other_parts_stay(self, world):
        of = make_version(
            make_item(), paragraphs=tuple(f"Paragraph {n}." for n in range(1, 71)), state=S.ASSESSED
        )
        written(world, of, notes={70: ("must", "At the end")})
        response = as_(world.author).post(
            reverse("write_interpretation", args=[of.uid]) + "?page=1",
            {"meaning": "A", "to_do": "B", "version": 1, "note_1": "At the start", "go_on": "yes"},
        )
        assert response["Location"].endswith("?page=2")
        notes = {note.paragraph.position: note.text for note in newest(of).notes.all()}
        assert notes == {1: "At the start", 70: "At the end"}
        assert "Paragraph 31." in page(world.author, "write_interpretation", of.uid, page=2)

    def test_how_it_reads_is_told(self, world):
        of = version_in(world, S.ASSESSED)
        written(world, of, meaning="word " * 30 + ".", notes={})
        shown = page(world.author, "interpretation", of.uid)
        assert "Sentences of more than 25 words are hard to read." in shown
        assert "“word word word word word word word word …”" in shown
        written(world, of, meaning="Visit each week.", notes={})
        assert "That is easy to read." in page(world.author, "interpretation", of.uid)


class TestReview:
    def test_each_form_can_be_left_as_it_is(self, world):
        of = version_in(world, S.INTERPRETED)
        back = f'href="{reverse("interpretation", args=[of.uid])}">Leave it as it is</a>'
        url = reverse("review_interpretation", args=[of.uid])
        assert back in as_(world.approver).get(url).content.decode()
        of = version_in(world, S.ASSESSED)
        back = f'href="{reverse("interpretation", args=[of.uid])}">Leave it as it is</a>'
        url = reverse("write_interpretation", args=[of.uid])
        assert back in as_(world.approver).get(url).content.decode()

    def test_where_a_note_says_other_than_the_words_it_is_told(self, world):
        of = make_version(make_item(), state=S.ASSESSED)
        for position, force in ((1, "should"), (2, "must"), (3, "")):
            Paragraph.objects.create(version=of, position=position, text=f"Text {position}", force=force)
        row = written(world, of, notes=dict.fromkeys((1, 2, 3), ("must", "")))
        told = [line["differs"] for line in presenters.beside(selectors.beside(of, row))]
        assert told == [True, False, False]

    def test_what_is_different_from_what_was_issued(self, world):
        item = make_item()
        version_in(world, S.ISSUED, item=item)
        of = make_version(item, 2, paragraphs=PARAGRAPHS, state=S.ASSESSED)
        row = written(world, of, meaning="We visit each day.", notes={})
        post(world.author, "submit_interpretation", of, version=row.version)
        response = as_(world.approver).get(reverse("review_interpretation", args=[of.uid]))
        html = response.content.decode()
        assert "What is different from what was issued for version 1" in text_of(response)
        assert "day." in html.split("<ins>")[1].split("</ins>")[0]
        assert "week." in html.split("<del>")[1].split("</del>")[0]
        assert reverse("guidance_difference", args=[of.uid]) in html

    def test_words_are_asked_for_to_send_it_back(self, world):
        of = version_in(world, S.INTERPRETED)
        response = post(
            world.approver,
            "review_interpretation",
            of,
            decision="send_back",
            words="",
            version=newest(of).version,
        )
        assert errors_of(response) == {"words": ["Enter what has to change"]}

    def test_who_wrote_it_does_not_get_the_form_and_is_refused(self, world):
        of = version_in(world, S.INTERPRETED)
        url = reverse("review_interpretation", args=[of.uid])
        assert as_(world.author).get(url).status_code == 403
        response = post(
            world.author,
            "review_interpretation",
            of,
            decision="approve",
            words="",
            version=newest(of).version,
        )
        assert "You wrote this interpretation" in text_of(response)
        assert fresh(of).state == S.INTERPRETED


ANSWERS = {
    "assess_guidance": {"matters": "yes"},
    "set_aside_guidance": {"reason": "For Wales"},
    "take_up_guidance": {"reason": "For us, too"},
    "submit_interpretation": {},
    "review_interpretation": {"decision": "approve", "words": ""},
    "take_back_guidance": {"reason": "A mistake"},
    "issue_guidance": {},
    "write_interpretation": draft(),
}


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("state", list(S))
def test_no_form_in_any_state_is_a_fault(world, state, name):
    """Opened too early or too late it is refused; sent too early or too late, it says what is so now."""
    of = version_in(world, state)
    client = as_(person("CO", name="Third"))
    url = reverse(name, args=[of.uid])
    assert client.get(url).status_code in (200, 403)
    response = client.post(url, ANSWERS[name] | {"version": of.version})
    assert response.status_code in (200, 302, 409)


def test_a_stale_step_shows_what_is_so_now(world):
    of = version_in(world, S.ASSESSED)
    response = as_(world.author).post(
        reverse("set_aside_guidance", args=[of.uid]), {"reason": "Not for us", "version": 1}
    )
    assert response.status_code == 409
    assert "Not for us" in text_of(response) and "Being interpreted" in text_of(response)


class TestTopics:
    def test_set_and_shown(self, world):
        answers = {
            "topic": "ppe",
            "owner": str(world.approver.uid),
            "from_date_day": "6",
            "from_date_month": "4",
            "from_date_year": "2020",
        }
        shown = text_of(as_(world.author).post(reverse("guidance_topics"), answers, follow=True))
        assert "Abel Approver" in shown and TopicOwner.objects.get().topic == "ppe"
        response = as_(world.author).post(reverse("guidance_topics"), answers)
        assert errors_of(response) == {"owner": ["This is how it is already"]}


class TestTimeToIssue:
    def test_median_spread_by_month_and_force(self, world):
        took = [(1, "must"), (3, "must"), (5, "should"), (20, "may")]
        for days, force in took:
            make_issued(
                make_item(),
                author=world.author,
                approver=world.approver,
                at=datetime(2020, 4, 1 + days, 9, tzinfo=UTC),
                force=force,
                published_on=date(2020, 4, 1),
            )
        make_issued(
            make_item(),
            author=world.author,
            approver=world.approver,
            at=datetime(2020, 5, 9, 9, tzinfo=UTC),
            published_on=None,
            received_on=date(2020, 5, 1),
        )
        shown = page(world.auditor, "guidance_time_to_issue")
        assert "In May 2020 the middle one took 8 days" in shown
        assert "5 days" in shown and "3 to 8 days" in shown
        assert "April 2020 4 4 2.5 to 8.8 20" in shown
        assert "Must 2 2 1.5 to 2.5 3" in shown

    def test_empty(self, world):
        assert "Nothing is issued yet." in page(world.author, "guidance_time_to_issue")

    def test_issued_on_the_day_after_midnight_in_london(self, world):
        make_issued(
            make_item(),
            author=world.author,
            approver=world.approver,
            at=datetime(2020, 4, 1, 23, 30, tzinfo=UTC),
            published_on=date(2020, 4, 1),
        )
        assert [one.days for one in selectors.issued_in()] == [1]


class TestWaiting:
    def test_mine_and_for_my_approval(self, world):
        version_in(world, S.RECEIVED, item=make_item(owner=world.author), due_on=date(2020, 4, 3))
        version_in(world, S.INTERPRETED)
        mine = selectors.waiting_for(world.author, NOW)
        assert [(line.count, line.words, line.overdue) for line in mine if line.count] == [
            (1, "1 piece of guidance waits for your interpretation", True)
        ]
        theirs = selectors.waiting_for(world.approver, NOW)
        assert [line.words for line in theirs if line.count] == [
            "1 piece of guidance waits for your approval"
        ]

    def test_nothing_for_who_keeps_nothing(self, world):
        version_in(world, S.RECEIVED, item=make_item(owner=world.manager))
        assert selectors.waiting_for(world.manager, NOW) == []
