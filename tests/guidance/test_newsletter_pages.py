"""The pages of newsletters: composed, changed, sent, and what became of the mails."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from guidance.models import Newsletter, NewsletterMail
from guidance.services import newsletters
from operations.constants import MailState
from tests.guidance.factories import make_issued, make_item
from tests.people import person, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper():
    return person("CO", name="Keeper")


@pytest.fixture
def client(keeper):
    return sign_in(Client(), keeper)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def issued(keeper, now):
    approver = person("CO", name="Approver")

    def make(title: str, **fields):
        item = make_item(title, audiences=["social_workers"])
        return make_issued(item, author=keeper, approver=approver, at=now - timedelta(hours=1), **fields)

    return make


@pytest.fixture
def draft(keeper, now, issued):
    issued("One", force="must")
    issued("Two", force="may")
    return newsletters.compose(
        user=keeper,
        from_date=(now - timedelta(days=5)).date(),
        until_date=now.date(),
        title="The fortnight",
        intro="Dear all",
        now=now,
    )


def days(name: str, day: date) -> dict[str, str]:
    return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


def edited(draft: Newsletter, **fields: str) -> dict[str, str]:
    """The form as it is opened, with what is typed over it."""
    given = {"title": draft.title, "intro": draft.intro, "version": str(draft.version)}
    for index, entry in enumerate(draft.entries.all()):
        given |= {f"place_{index}": str(index + 1), f"text_{index}": entry.text}
    return given | fields


class TestTheWalk:
    def test_composed_changed_sent_and_seen(self, client, issued, now):
        issued("One", force="must")
        issued("Two", force="may")
        person("SW", name="Worker")
        url = reverse("compose_newsletter")
        form = client.get(url).context["form"]
        assert form.initial["until_date"] == timezone.localdate(now)
        typed = {
            "token": form.initial["token"],
            "title": "The fortnight",
            "intro": "",
            **days("from_date", form.initial["from_date"]),
            **days("until_date", form.initial["until_date"]),
        }
        answer = client.post(url, typed, follow=True)
        draft = Newsletter.objects.get()
        text = answer.content.decode()
        assert text.index("One") < text.index("Two") and "Draft" in text
        client.post(url, typed)
        assert Newsletter.objects.count() == 1
        change = reverse("edit_newsletter", args=[draft.uid])
        assert "Empty the box to leave it out" in client.get(change).content.decode()
        client.post(change, edited(draft, place_0="2", place_1="1", text_1="Second first."))
        draft.refresh_from_db()
        assert draft.entries.first().text == "Second first."
        send = reverse("send_newsletter", args=[draft.uid])
        assert "goes to 1 person" in client.get(send).content.decode()
        answer = client.post(send, {"version": draft.version}, follow=True)
        assert "Worker" in answer.content.decode() and "Not sent yet" in answer.content.decode()
        assert "worker" not in answer.content.decode().replace("Worker", "")
        newsletters.deliver(now=timezone.now())
        page = reverse("newsletter_deliveries", args=[draft.uid])
        assert "@" not in client.get(page).content.decode().split("<main")[1].split("</main")[0]
        for name in ("edit_newsletter", "send_newsletter", "discard_newsletter"):
            assert client.get(reverse(name, args=[draft.uid])).status_code == 403
        again = client.post(send, {"version": draft.version})
        assert "This newsletter has been sent" in again.content.decode()
        assert NewsletterMail.objects.count() == 1

    def test_the_next_begins_the_day_after_the_last(self, client, draft):
        Newsletter.objects.update(until_date=date(2020, 4, 14), from_date=date(2020, 4, 1))
        initial = client.get(reverse("compose_newsletter")).context["form"].initial
        assert (initial["from_date"], initial["until_date"]) == (date(2020, 4, 15), date(2020, 4, 28))

    def test_nothing_to_tell_says_so_and_loses_nothing(self, client):
        url = reverse("compose_newsletter")
        form = client.get(url).context["form"]
        typed = {
            "token": form.initial["token"], "title": "Mine", "intro": "",
            **days("from_date", date(2020, 4, 1)), **days("until_date", date(2020, 4, 14)),
        }  # fmt: skip
        answer = client.post(url, typed).content.decode()
        assert "Nothing was issued from 1 April 2020 to 14 April 2020" in answer and "Mine" in answer


class TestChanging:
    def test_left_out_and_taken_in_again(self, client, draft):
        url = reverse("edit_newsletter", args=[draft.uid])
        client.post(url, edited(draft, place_0=""))
        draft.refresh_from_db()
        assert [entry.of.title for entry in draft.entries.all()] == ["Two"]
        text = client.get(url).content.decode()
        assert "One" in text
        typed = edited(draft, place_1="2", text_1="One again.")
        client.post(url, typed)
        assert [entry.text for entry in draft.entries.all()][1] == "One again."

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ({"place_0": "2"}, "Place 2 is taken"),
            ({"place_0": "", "place_1": ""}, "Keep at least one piece of guidance"),
            ({"text_0": " "}, "Enter the text, or leave it out"),
            ({"text_1": "x" * 1501}, "1,500 characters or fewer"),
            ({"title": ""}, "Enter the title"),
            ({"text_1": "Born on 3 May 2012"}, "looks as if it holds a date of birth"),
        ],
    )
    def test_what_is_refused_is_said_beside_its_question(self, client, draft, typed, words):
        url = reverse("edit_newsletter", args=[draft.uid])
        answer = client.post(url, edited(draft, **typed))
        assert answer.status_code == 200 and words in answer.content.decode()
        if "Born" in typed.get("text_1", ""):
            assert "text_1" in answer.context["form"].errors
            client.post(url, edited(draft, **typed, names_no_child="on"))
            assert draft.entries.filter(text__startswith="Born").exists()

    def test_a_stale_form_shows_both(self, client, draft):
        url = reverse("edit_newsletter", args=[draft.uid])
        client.post(url, edited(draft, title="Theirs"))
        answer = client.post(url, edited(draft, title="Mine"))
        text = answer.content.decode()
        assert answer.status_code == 409 and "Theirs" in text and "Mine" in text

    def test_discarded(self, client, draft):
        url = reverse("discard_newsletter", args=[draft.uid])
        assert "are lost" in client.get(url).content.decode()
        client.post(url, {"version": draft.version})
        assert not Newsletter.objects.exists()


class TestWhoReads:
    def test_a_draft_is_the_keepers_and_the_auditors(self, draft):
        page = reverse("newsletter", args=[draft.uid])
        for role, status in (("AU", 200), ("PR", 404), ("SW", 404), ("BM", 404)):
            assert sign_in(Client(), person(role)).get(page).status_code == status

    def test_what_was_sent_is_everybodys_who_reads_guidance(self, draft, keeper):
        newsletters.send(user=keeper, newsletter=draft, expected_version=1, now=timezone.now())
        reader = sign_in(Client(), person("PR"))
        assert "The fortnight" in reader.get(reverse("newsletters")).content.decode()
        assert "Dear all" in reader.get(reverse("newsletter", args=[draft.uid])).content.decode()
        plain = reader.get(reverse("newsletter_plain", args=[draft.uid]))
        draft.refresh_from_db()
        assert plain.content.decode() == draft.plain and plain["Content-Type"].startswith("text/plain")
        assert reader.get(reverse("newsletter_deliveries", args=[draft.uid])).status_code == 403

    def test_what_failed_is_seen_in_the_list(self, client, draft, keeper):
        person("SW", name="Worker")
        newsletters.send(user=keeper, newsletter=draft, expected_version=1, now=timezone.now())
        NewsletterMail.objects.update(mail_state=MailState.FAILED)
        assert "Sent, 1 mail not delivered" in client.get(reverse("newsletters")).content.decode()

    def test_pages_need_no_more_queries_with_more_entries(self, client, draft, issued, keeper):
        page = reverse("newsletter", args=[draft.uid])

        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                client.get(page)
            return len(queries)

        before = count()
        for number in range(3):
            version = issued(f"More {number}")
            draft.entries.create(of=version, position=10 + number, text="x")
        assert count() == before
