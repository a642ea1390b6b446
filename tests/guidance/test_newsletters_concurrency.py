"""Two people and two workers at once on a newsletter, on PostgreSQL. Beside the promise that a mail is sent
once stands a control that shows the loss which it keeps off."""

from datetime import UTC, date, datetime
from threading import Barrier

import pytest
from django.core import mail

from accounts.models import AuditHead
from guidance.models import Dispatch, Newsletter, NewsletterMail
from guidance.services import dissemination, newsletter_mails, newsletters
from operations import mailing
from operations.constants import MailState
from safeguarding.kernel.errors import Refusal
from tests.guidance.factories import make_issued, make_item
from tests.people import person
from tests.visits.test_records_concurrency import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.concurrency,
    pytest.mark.postgres,
]

NOW = datetime(2020, 4, 17, 9, tzinfo=UTC)
WORKERS = 5


@pytest.fixture
def keeper():
    # As the migration leaves it; the flush between tests took it away.
    AuditHead.objects.get_or_create(pk=1)
    return person("CO", name="Keeper")


@pytest.fixture
def draft(keeper) -> Newsletter:
    item = make_item("Schools", audiences=["social_workers"])
    make_issued(item, author=keeper, approver=person("CO", name="Approver"))
    for number in range(WORKERS):
        person("SW", name=f"Worker {number}")
    return compose(keeper)


def compose(keeper) -> Newsletter:
    return newsletters.compose(
        user=keeper,
        from_date=date(2020, 4, 1),
        until_date=date(2020, 4, 14),
        title="The fortnight",
        intro="",
        now=NOW,
    )


def test_of_several_who_send_it_one_does(keeper, draft):
    def send() -> object:
        return newsletters.send(user=keeper, newsletter=draft, expected_version=1, now=NOW)

    results = at_once(*[send] * 4)
    assert sorted(one.code for one in results if isinstance(one, Refusal)) == ["already_sent"] * 3
    assert NewsletterMail.objects.count() == WORKERS
    assert Dispatch.objects.count() == 1


def test_newsletters_composed_at_once_have_numbers_of_their_own(keeper, draft):
    at_once(*[lambda: compose(keeper)] * 4)
    assert sorted(Newsletter.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5]


def together(monkeypatch, workers: int) -> None:
    """Each worker reads what is due before any of them sends."""
    read, first = Barrier(workers), mailing.send_rows

    def after_all_have_read(rows, model, message, *, now):
        found = list(rows)
        read.wait(timeout=20)
        return first(found, model, message, now=now)

    monkeypatch.setattr(newsletter_mails, "send_rows", after_all_have_read)


def test_of_several_workers_each_mail_is_sent_by_one(keeper, draft, monkeypatch):
    newsletters.send(user=keeper, newsletter=draft, expected_version=1, now=NOW)
    together(monkeypatch, 4)
    results = at_once(*[lambda: newsletters.deliver(now=NOW)] * 4)
    assert sum(one.sent for one in results) == WORKERS
    assert sorted(to for message in mail.outbox for to in message.to) == sorted(
        NewsletterMail.objects.values_list("recipient__email", flat=True)
    )
    assert set(NewsletterMail.objects.values_list("mail_state", "mail_tries")) == {(MailState.SENT, 1)}


def test_control_without_taking_in_hand_everybody_gets_it_twice(keeper, draft, monkeypatch):
    newsletters.send(user=keeper, newsletter=draft, expected_version=1, now=NOW)
    together(monkeypatch, 2)
    monkeypatch.setattr(mailing, "_take_in_hand", lambda row, now: True)
    at_once(*[lambda: newsletters.deliver(now=NOW)] * 2)
    assert len(mail.outbox) == 2 * WORKERS


def test_a_text_that_two_mark_as_sent_is_sent_once(keeper, draft):
    version = draft.entries.get().of
    text = dissemination.plan(
        user=keeper, of=version, channel="twitter", audiences=["police"], text="Read it.", now=NOW
    )

    def mark(proof: str):
        return lambda: dissemination.mark_sent(
            user=keeper,
            dispatch=text,
            expected_version=1,
            sent_at=NOW,
            proof_kind="reference",
            proof=proof,
            reach=None,
            now=NOW,
        )

    results = at_once(mark("one"), mark("two"))
    assert [one.code for one in results if isinstance(one, Refusal)] == ["already_sent"]
