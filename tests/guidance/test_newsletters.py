"""Newsletters: composed, edited, sent once, delivered once, and fixed from then on."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.db import DatabaseError, transaction

from guidance.constants import Channel, DispatchState, NewsletterState
from guidance.facts.dissemination import EntryDraft
from guidance.models import Dispatch, GuidanceVersion, Newsletter, NewsletterMail
from guidance.rules import dissemination as rules
from guidance.services import dissemination, newsletters
from guidance.services.base import OutOfReach
from operations.constants import MAIL_TRIES, MailState
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from tests.guidance.factories import ISSUED, make_issued, make_item
from tests.operations.test_notifications import Refusing
from tests.partners.factories import make_organisation, represent
from tests.people import person

pytestmark = pytest.mark.django_db

NOW = datetime(2020, 4, 17, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def keeper():
    return person("CO", name="Keeper")


@pytest.fixture
def approver():
    return person("CO", name="Approver")


@pytest.fixture
def issued(keeper, approver):
    def make(title: str, number: int = 1, *, item=None, **fields) -> GuidanceVersion:
        audiences = fields.pop("audiences", ["police"])
        item = item or make_item(title, audiences=audiences)
        return make_issued(item, number, author=keeper, approver=approver, **fields)

    return make


def compose(user, now: datetime = NOW, **fields) -> Newsletter:
    given = {
        "from_date": date(2020, 4, 1),
        "until_date": date(2020, 4, 14),
        "title": "Guidance of the fortnight",
        "intro": "",
    }
    return newsletters.compose(user=user, now=now, **(given | fields))


def send(user, letter: Newsletter, now: datetime = NOW) -> Newsletter:
    return newsletters.send(user=user, newsletter=letter, expected_version=letter.version, now=now)


class TestComposing:
    def test_it_holds_what_was_issued_in_these_days_the_most_binding_first(self, keeper, issued):
        issued("May", force="may", at=datetime(2020, 4, 2, 9, tzinfo=UTC))
        issued("Before", at=datetime(2020, 3, 31, 22, 59, tzinfo=UTC))
        issued("Must", force="must", at=datetime(2020, 4, 14, 22, 59, tzinfo=UTC))
        issued("First minute", force="should", at=datetime(2020, 3, 31, 23, tzinfo=UTC))
        issued("After", at=datetime(2020, 4, 14, 23, tzinfo=UTC))
        letter = compose(keeper)
        assert letter.number == 1
        assert [entry.of.title for entry in letter.entries.all()] == ["Must", "First minute", "May"]
        assert letter.entries.first().text == "What it means here.\n\nWhat to do: What to do now."

    def test_of_two_versions_in_these_days_only_the_newer_is_told(self, keeper, issued):
        first = issued("Schools")
        issued("Schools", 2, item=first.item, at=ISSUED + timedelta(days=1))
        assert [entry.of.number for entry in compose(keeper).entries.all()] == [2]

    def test_what_another_version_followed_since_is_not_told_any_more(self, keeper, issued):
        first = issued("Schools")
        issued("Police")
        issued("Schools", 2, item=first.item, at=datetime(2020, 4, 15, 9, tzinfo=UTC))
        assert [entry.of.title for entry in compose(keeper).entries.all()] == ["Police"]

    def test_what_was_in_a_newsletter_is_not_in_the_next(self, keeper, issued):
        issued("Schools")
        send(keeper, compose(keeper))
        with pytest.raises(Refusal) as refusal:
            compose(keeper)
        assert refusal.value.code == "nothing_issued"

    def test_a_text_that_was_planned_for_it_is_taken_and_sent_with_it(self, keeper, issued):
        version = issued("Schools")
        planned = dissemination.plan(
            user=keeper, of=version, channel="newsletter", audiences=["police"], text="Ours.", now=NOW
        )
        letter = compose(keeper)
        assert letter.entries.get().text == "Ours."
        send(keeper, letter)
        sent = Dispatch.objects.get()
        assert (sent.pk, sent.state, sent.newsletter_id) == (planned.pk, DispatchState.SENT, letter.pk)

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"until_date": date(2020, 3, 31)}, "period_reversed"),
            ({"until_date": date(2020, 4, 18)}, "period_in_future"),
            ({"from_date": date(2020, 1, 1)}, "period_too_long"),
            ({"title": " "}, "text_missing"),
            ({"title": "x" * 201}, "text_too_long"),
            ({"intro": "Born on 3 May 2012"}, "looks_personal"),
        ],
    )
    def test_what_is_refused(self, keeper, issued, fields, code):
        issued("Schools")
        with pytest.raises(Refusal) as refusal:
            compose(keeper, names_no_child=False, **fields)
        assert refusal.value.code == code
        assert not Newsletter.objects.exists()

    def test_more_than_it_may_hold(self, keeper, issued, monkeypatch):
        monkeypatch.setattr(rules, "ENTRIES_AT_MOST", 1)
        issued("One")
        issued("Two")
        with pytest.raises(Refusal) as refusal:
            compose(keeper)
        assert refusal.value.code == "too_many_in_it"

    @pytest.mark.parametrize("role", ["BM", "MG", "SW", "PR", "AU", "AD"])
    def test_only_who_keeps_the_register(self, role, issued):
        issued("Schools")
        with pytest.raises(OutOfReach):
            compose(person(role))

    def test_the_same_form_twice_makes_one(self, keeper, issued):
        issued("Schools")
        token = uuid4()
        letter = compose(keeper, token=token)
        with pytest.raises(AlreadyDone) as done:
            compose(keeper, token=token)
        assert done.value.outcome == str(letter.uid)


class TestEditing:
    def edit(self, user, letter, entries, **fields):
        given = {"expected_version": letter.version, "title": "New", "intro": "Hello"}
        return newsletters.edit(user=user, newsletter=letter, entries=entries, now=NOW, **(given | fields))

    def test_order_text_and_what_is_left_out(self, keeper, issued):
        one, two, three = issued("One"), issued("Two"), issued("Three")
        letter = compose(keeper)
        self.edit(keeper, letter, [EntryDraft(three.uid, "Third"), EntryDraft(one.uid, "First")])
        letter.refresh_from_db()
        assert (letter.title, letter.intro, letter.version) == ("New", "Hello", 2)
        assert list(letter.entries.values_list("of__uid", "text")) == [
            (three.uid, "Third"), (one.uid, "First"),
        ]  # fmt: skip
        self.edit(keeper, letter, [EntryDraft(two.uid, "Back")])
        assert letter.entries.get().of == two

    def test_what_is_refused(self, keeper, issued):
        one = issued("One")
        other = issued("Other", at=datetime(2020, 2, 1, tzinfo=UTC))
        letter = compose(keeper)
        for entries, code in (
            ([], "nothing_in_it"),
            ([EntryDraft(one.uid, "A"), EntryDraft(one.uid, "B")], "twice_in_it"),
            ([EntryDraft(other.uid, "A")], "not_of_these_days"),
            ([EntryDraft(one.uid, " ")], "text_missing"),
            ([EntryDraft(one.uid, "x" * 1501)], "text_too_long"),
        ):
            with pytest.raises(Refusal) as refusal:
                self.edit(keeper, letter, entries)
            assert refusal.value.code == code
        with pytest.raises(StaleEdit):
            self.edit(keeper, letter, [EntryDraft(one.uid, "A")], expected_version=7)

    def test_a_draft_can_be_discarded_and_a_sent_one_not(self, keeper, issued):
        issued("One")
        letter = compose(keeper)
        newsletters.discard(user=keeper, newsletter=letter, expected_version=1, now=NOW)
        assert not Newsletter.objects.exists()
        letter = send(keeper, compose(keeper))
        with pytest.raises(Refusal) as refusal:
            newsletters.discard(user=keeper, newsletter=letter, expected_version=2, now=NOW)
        assert refusal.value.code == "already_sent"


class TestSending:
    def test_it_goes_to_whom_it_is_for_once_each(self, keeper, issued):
        issued("For police and social workers", audiences=["police", "social_workers"])
        lead = person("PR", name="Police lead")
        police = make_organisation("Police", "police", lead=lead, contact_email="desk@police.example")
        represent(person("PR", name="Second"), police)
        make_organisation("Other police", "police", contact_email="DESK@police.example")
        make_organisation("Same box", "police", contact_email=lead.email)
        make_organisation("Gone", "police", contact_email="gone@x.example", withdrawn_on=date(2020, 4, 1))
        make_organisation("Schools", "schools", lead=person("PR", name="Head"), contact_email="a@s.example")
        person("SW", name="Worker")
        person("SW", name="Left", is_active=False)
        person("MG", name="Manager")
        send(keeper, compose(keeper))
        names = NewsletterMail.objects.values_list("recipient__name", "organisation__name")
        people = {person for person, _ in names if person}
        assert people == {"Police lead", "Second", "Worker"}
        assert len([one for _, one in names if one]) == 1
        assert newsletters.deliver(now=NOW).sent == 4
        assert sorted(to for message in mail.outbox for to in message.to)[0].lower() == "desk@police.example"
        assert all(len(message.to) == 1 and not message.cc and not message.bcc for message in mail.outbox)

    def test_the_mail_says_the_same_in_html_and_in_plain_text(self, keeper, issued, settings):
        settings.SITE_URL = "https://oversight.example.org/"
        item = make_item("<Visits> & more", audiences=["police"])
        version = issued("", item=item)
        make_organisation("Police", "police", lead=person("PR", name="Lead"))
        letter = compose(keeper, intro="Dear all,\n\nthis is new.")
        sent = send(keeper, letter)
        newsletters.deliver(now=NOW)
        message = mail.outbox[0]
        html, kind = message.alternatives[0]
        assert kind == "text/html" and message.subject == "Guidance of the fortnight"
        assert message.body == sent.plain and html == sent.html
        assert "<Visits> & more" in message.body and "&lt;Visits&gt; &amp; more" in html
        link = f"https://oversight.example.org/published/guidance/{version.item.uid}/"
        assert link in message.body and link in html
        assert "Keeper" not in html + message.body and "Approver" not in html + message.body
        assert "style=" not in html and "<script" not in html and "<img" not in html

    def test_each_piece_in_it_counts_as_told_by_newsletter(self, keeper, issued):
        version = issued("Schools", audiences=["dsl", "families"])
        letter = send(keeper, compose(keeper))
        told = Dispatch.objects.get()
        assert (told.of, told.channel, told.state) == (version, Channel.NEWSLETTER, DispatchState.SENT)
        assert told.audiences == ["dsl"] and told.newsletter == letter and told.proof == "Newsletter 1"

    def test_not_what_another_version_followed_since_it_was_composed(self, keeper, issued):
        first = issued("Schools")
        letter = compose(keeper)
        issued("Schools", 2, item=first.item, at=NOW)
        with pytest.raises(Refusal) as refusal:
            send(keeper, letter)
        assert refusal.value.code == "followed"
        assert f"A later version of {first.item.label} was issued" in refusal.value.message
        assert not NewsletterMail.objects.exists()

    def test_a_second_click_sends_nothing_more(self, keeper, issued):
        issued("Schools", audiences=["social_workers"])
        person("SW", name="Worker")
        letter = compose(keeper)
        send(keeper, letter)
        with pytest.raises(Refusal) as refusal:
            send(keeper, letter)
        assert refusal.value.code == "already_sent"
        assert NewsletterMail.objects.count() == 1 and Dispatch.objects.count() == 1

    def test_what_was_sent_is_fixed_also_in_the_database(self, keeper, issued):
        issued("Schools")
        letter = send(keeper, compose(keeper))
        for change in (
            lambda: Newsletter.objects.filter(pk=letter.pk).update(html="<p>Other</p>"),
            lambda: Newsletter.objects.filter(pk=letter.pk).delete(),
            lambda: Dispatch.objects.update(text="Other"),
            lambda: Dispatch.objects.all().delete(),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
        assert Newsletter.objects.get().state == NewsletterState.SENT


class TestDelivery:
    @pytest.fixture
    def waiting(self, keeper, issued):
        issued("Schools", audiences=["social_workers"])
        for number in range(4):
            person("SW", name=f"Worker {number}")
        return send(keeper, compose(keeper))

    def test_two_workers_at_once_send_each_once(self, waiting, monkeypatch):
        from guidance.services import newsletter_mails

        first = newsletter_mails.send_rows

        def and_meanwhile(rows, model, message, *, now):
            found = list(rows)
            monkeypatch.setattr(newsletter_mails, "send_rows", first)
            assert newsletters.deliver(now=now).sent == 4
            return first(found, model, message, now=now)

        monkeypatch.setattr(newsletter_mails, "send_rows", and_meanwhile)
        assert newsletters.deliver(now=NOW).sent == 0
        assert len(mail.outbox) == 4

    def test_a_killed_worker_is_followed_by_the_next(self, waiting):
        NewsletterMail.objects.filter(pk=NewsletterMail.objects.first().pk).update(
            mail_tries=1, mail_tried_at=NOW
        )
        assert newsletters.deliver(now=NOW + MINUTE).sent == 3
        assert newsletters.deliver(now=NOW + 5 * MINUTE).sent == 1
        assert newsletters.deliver(now=NOW + timedelta(days=2)).sent == 0
        assert len(mail.outbox) == 4

    def test_a_dead_server_is_tried_again_and_then_shown_as_failed(self, waiting, settings, monkeypatch):
        settings.EMAIL_BACKEND = "tests.operations.test_notifications.Refusing"
        monkeypatch.setattr(Refusing, "fault", ConnectionRefusedError("no server"))
        monkeypatch.setattr(Refusing, "only_for", "")
        now = NOW
        for _ in range(4 * MAIL_TRIES):
            newsletters.deliver(now=now)
            now += timedelta(hours=13)
        rows = NewsletterMail.objects.values_list("mail_state", "mail_tries", "mail_error")
        assert set(rows) == {(MailState.FAILED, MAIL_TRIES, "ConnectionRefusedError")}

    def test_made_up_people_and_organisations_get_none(self, keeper, issued, settings):
        settings.DEMO = True
        issued("Schools", audiences=["social_workers", "police"])
        person("SW", name="Worker", is_demo=True)
        make_organisation("Police", "police", contact_email="desk@police.example")
        send(keeper, compose(keeper))
        newsletters.deliver(now=NOW)
        assert set(NewsletterMail.objects.values_list("mail_state", flat=True)) == {MailState.NONE}
        assert mail.outbox == []

    def test_the_address_is_the_one_of_the_moment(self, waiting):
        worker = NewsletterMail.objects.first().recipient
        type(worker).objects.filter(pk=worker.pk).update(email="new@example.org")
        newsletters.deliver(now=NOW)
        assert ["new@example.org"] in [message.to for message in mail.outbox]
