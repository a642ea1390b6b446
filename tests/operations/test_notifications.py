"""Notifications: said once, copied by mail once, and each on its reader's own page."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Grant
from operations import notifications, selectors, services
from operations.constants import MAIL_TRIES, MailState
from operations.models import Notification
from tests.people import person, sign_in

pytestmark = pytest.mark.django_db

AT = datetime(2020, 4, 22, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def tell(user, step: str = "due", now: datetime = AT, **fields) -> bool:
    given = {
        "subject": "return:1",
        "title": "Assurance return due on 24 April 2020",
        "text": "Police: the return is due at noon.",
        "href": "/notifications/",
    }
    return services.notify(recipient=user, step=step, now=now, **(given | fields))


def the_note() -> Notification:
    return Notification.objects.get()


class Refusing(EmailBackend):
    """A mail server that takes nothing, or nothing for some."""

    fault: Exception = ConnectionRefusedError("no server")
    only_for = ""

    def send_messages(self, messages):
        if not self.only_for or any(self.only_for in to for message in messages for to in message.to):
            raise self.fault
        return super().send_messages(messages)


@pytest.fixture
def dead_server(settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    monkeypatch.setattr(Refusing, "fault", ConnectionRefusedError("no server"))
    monkeypatch.setattr(Refusing, "only_for", "")
    return Refusing


class TestTelling:
    def test_the_same_is_said_to_a_person_once(self):
        lead, deputy = person("PR", name="Lead"), person("PR", name="Deputy")
        assert tell(lead) is True
        assert tell(lead, title="Again") is False
        assert tell(lead, "late") and tell(deputy)
        assert Notification.objects.count() == 3
        assert not Notification.objects.filter(title="Again").exists()

    def test_a_dead_mail_server_never_breaks_what_is_saved(self, dead_server):
        with transaction.atomic():
            tell(person("PR"))
        assert the_note().mail_state == MailState.WAITING

    @pytest.mark.parametrize("href", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:x"])
    def test_it_leads_nowhere_else(self, href):
        with pytest.raises(ValueError, match="this service"):
            tell(person("PR"), href=href)

    def test_a_long_title_or_one_of_two_lines_fits_a_mails_subject(self):
        tell(person("PR"), title="Due\nBcc: all@example.org " + "x" * 300)
        assert len(the_note().title) == 160
        assert "\n" not in the_note().title and the_note().title.endswith("…")


class TestMails:
    def test_a_mail_is_a_copy_with_a_full_address_of_the_page(self, settings):
        settings.SITE_URL = "https://oversight.example.org/"
        lead = person("PR", name="Lead")
        tell(lead)
        assert services.send_mails(now=AT).sent == 1
        sent = mail.outbox[0]
        assert sent.to == [lead.email]
        assert sent.subject == "Assurance return due on 24 April 2020"
        assert "Police: the return is due at noon." in sent.body
        assert "https://oversight.example.org/notifications/" in sent.body
        assert the_note().mail_state == MailState.SENT
        services.send_mails(now=AT + timedelta(days=2))
        assert len(mail.outbox) == 1

    def test_what_is_not_taken_is_tried_again_after_growing_gaps_and_then_shown_as_failed(self, dead_server):
        tell(person("PR"))
        tried, now = [], AT
        while the_note().mail_state == MailState.WAITING:
            before = the_note().mail_tries
            services.send_mails(now=now)
            if the_note().mail_tries > before:
                tried.append(now)
            now += MINUTE
        assert len(tried) == MAIL_TRIES
        gaps = [later - earlier for earlier, later in pairwise(tried)]
        assert (
            gaps == sorted(gaps) and gaps[0] >= 5 * MINUTE and sum(gaps, timedelta()) >= timedelta(hours=12)
        )
        assert the_note().mail_state == MailState.FAILED
        assert [note.title for note in selectors.undelivered(5)] == [the_note().title]
        services.send_mails(now=now + timedelta(days=9))
        assert the_note().mail_tries == MAIL_TRIES

    def test_a_server_that_comes_back_gets_it(self, dead_server, settings):
        tell(person("PR"))
        services.send_mails(now=AT)
        assert the_note().mail_error == "ConnectionRefusedError"
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        assert services.send_mails(now=AT + MINUTE).sent == 0
        assert services.send_mails(now=AT + 5 * MINUTE).sent == 1
        assert (the_note().mail_state, the_note().mail_error) == (MailState.SENT, "")

    def test_an_error_is_kept_without_the_address(self, dead_server):
        lead = person("PR", name="Lead")
        dead_server.fault = SMTPRecipientsRefused({lead.email: (550, f"{lead.email} unknown".encode())})
        tell(lead)
        services.send_mails(now=AT)
        assert the_note().mail_error == "SMTPRecipientsRefused 550"

    def test_one_bad_address_holds_up_nobody_else(self, dead_server):
        dead_server.only_for = "gone"
        dead_server.fault = SMTPRecipientsRefused({"gone@example.org": (550, b"unknown")})
        tell(person("PR", name="Gone", email="gone@example.org"))
        tell(person("PR", name="Lead"))
        services.send_mails(now=AT)
        assert len(mail.outbox) == 1

    def test_a_dead_server_is_not_waited_for_with_every_mail(self, dead_server):
        dead_server.fault = SMTPServerDisconnected("gone")
        for number in range(6):
            tell(person("PR", name=f"Lead {number}"))
        services.send_mails(now=AT)
        assert Notification.objects.filter(mail_tries=1).count() == 3

    def test_two_workers_at_once_send_each_once(self, monkeypatch):
        for number in range(4):
            tell(person("PR", name=f"Lead {number}"))
        first_look = notifications.due

        def and_meanwhile(now):
            found = list(first_look(now).select_related("recipient"))
            monkeypatch.setattr(notifications, "due", first_look)
            assert services.send_mails(now=now).sent == 4

            class Rows:
                def select_related(self, *names):
                    return found

            return Rows()

        monkeypatch.setattr(notifications, "due", and_meanwhile)
        assert services.send_mails(now=AT).sent == 0
        assert len(mail.outbox) == 4

    def test_a_worker_killed_between_taking_and_sending_loses_nothing(self):
        tell(person("PR"))
        Notification.objects.update(mail_tries=1, mail_tried_at=AT)
        assert services.send_mails(now=AT + MINUTE).sent == 0
        assert services.send_mails(now=AT + 5 * MINUTE).sent == 1

    def test_a_worker_killed_at_the_last_try_leaves_it_failed_not_waiting_for_ever(self):
        tell(person("PR"))
        Notification.objects.update(mail_tries=MAIL_TRIES, mail_tried_at=AT)
        services.send_mails(now=AT + 5 * MINUTE)
        assert the_note().mail_state == MailState.FAILED

    @pytest.mark.parametrize("fields", [{"is_demo": True}, {"is_active": False}])
    def test_nobody_is_written_to_who_takes_no_mail(self, fields):
        tell(person("PR", **fields))
        assert services.send_mails(now=AT).not_by_mail == 1
        assert (the_note().mail_state, mail.outbox) == (MailState.NONE, [])

    def test_where_mail_goes_to_the_log_nothing_is_called_sent(self, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
        tell(person("PR"))
        services.send_mails(now=AT)
        assert the_note().mail_state == MailState.NONE

    def test_what_was_read_on_the_page_is_not_missing(self, dead_server):
        lead = person("PR")
        tell(lead)
        Notification.objects.update(mail_state=MailState.FAILED)
        assert selectors.undelivered_count() == 1
        services.mark_read(lead, now=AT)
        assert selectors.undelivered_count() == 0


class TestThePage:
    def page(self, client: Client, query: str = "") -> str:
        return client.get(reverse("notifications") + query).content.decode()

    def test_one_sees_ones_own_unread_first(self):
        lead = person("PR", name="Lead")
        client = sign_in(Client(), lead)
        tell(lead, "before", title="The old one")
        tell(lead, "due", title="The read one", now=AT + MINUTE)
        tell(lead, "late", title="The new one", now=AT + 2 * MINUTE, urgent=True)
        tell(person("CO"), "board", title="The coordinator’s")
        Notification.objects.filter(step="due").update(read_at=AT)
        text = self.page(client)
        assert "The coordinator’s" not in text
        assert text.index("The new one") < text.index("The old one") < text.index("The read one")
        assert "2 not read yet." in text and "Urgent" in text
        assert selectors.unread_count(lead) == 2

    def test_marking_one_and_all_as_read(self):
        lead, other = person("PR", name="Lead"), person("PR", name="Other")
        client = sign_in(Client(), lead)
        for step in ("before", "due", "late"):
            tell(lead, step)
        tell(other)
        note = lead.notifications.get(step="due")
        response = client.post(reverse("read_notification", args=[note.uid]))
        assert urlsplit(response["Location"]).path == reverse("notifications")
        assert selectors.unread_count(lead) == 2
        client.post(reverse("read_all_notifications"))
        assert selectors.unread_count(lead) == 0
        assert selectors.unread_count(other) == 1
        theirs = other.notifications.get()
        assert client.post(reverse("read_notification", args=[theirs.uid])).status_code == 404
        assert selectors.unread_count(other) == 1

    def test_an_empty_page_says_what_will_be_there(self):
        assert "Nothing has been sent to you yet" in self.page(sign_in(Client(), person("AU")))

    @pytest.mark.parametrize("query", ["?page=x", "?page=0", "?page=" + "9" * 5000, "?page=-1"])
    def test_a_page_number_that_is_none_is_the_first(self, query):
        assert sign_in(Client(), person("AU")).get(reverse("notifications") + query).status_code == 200

    def test_more_rows_need_no_more_queries(self):
        lead = person("PR", name="Lead")
        client = sign_in(Client(), lead)
        counts = []
        for step in ("a", "b", "c", "d", "e"):
            tell(lead, step)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                self.page(client)
            counts.append(len(queries))
        assert len(set(counts[1:])) == 1

    def test_pages(self):
        lead = person("PR", name="Lead")
        client = sign_in(Client(), lead)
        for number in range(26):
            tell(lead, f"s{number}", now=AT + number * MINUTE)
        assert self.page(client, "?page=2").count("app-timeline__item") == 1
        assert client.get(reverse("notifications") + "?page=3").status_code == 404

    def test_a_change_of_rights_leaves_ones_own_readable(self):
        lead = person("PR", name="Lead")
        tell(lead, title="Still here")
        Grant.objects.update(ended_at=AT)
        assert "Still here" in self.page(sign_in(Client(), lead))
