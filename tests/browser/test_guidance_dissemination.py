"""Guidance told through a channel and a newsletter, and read by anybody, in a browser at both widths."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from guidance.constants import DispatchState
from guidance.models import Dispatch, GuidanceVersion, Newsletter
from guidance.services import newsletters
from tests.browser.test_decisions import fill_date, look
from tests.browser.test_records import open_as
from tests.guidance.factories import make_issued, make_item
from tests.people import person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(live_server):
    now = timezone.now()
    keeper, approver = person("CO", name="Keeper"), person("CO", name="Approver")
    person("SW", name="Worker")
    for number, title in enumerate(("Visits by video", "Schools stay open for vulnerable children"), 1):
        item = make_item(title, audiences=["social_workers", "dsl", "families"], topics=["schools"])
        make_issued(item, author=keeper, approver=approver, at=now - timedelta(hours=number))
    return keeper


def test_from_a_text_to_its_proof(live_server, page: Page, world):
    open_as(page, live_server, world, reverse("guidance_coverage"))
    expect(page.get_by_role("link", name="Visits by video")).to_be_visible()
    look(page, "guidance_coverage")
    version = GuidanceVersion.objects.get(title="Visits by video")
    page.goto(live_server.url + reverse("dispatches", args=[version.uid]))
    look(page, "dispatches, empty")
    page.get_by_role("link", name="Twitter").click()
    page.get_by_label("Text").fill("Too long. " * 40)
    page.get_by_role("button", name="Save text").click()
    page.get_by_role("link", name="The text must be 280 characters or fewer on Twitter").click()
    expect(page.get_by_label("Text")).to_be_focused()
    look(page, "plan_dispatch refused")
    page.get_by_label("Text").fill("You can visit by video. https://www.gov.uk/" + "long/" * 60)
    page.get_by_role("button", name="Save text").click()
    expect(page.get_by_text("Counts as 47 of 280 characters")).to_be_visible()
    look(page, "dispatches")
    page.get_by_role("button", name="Mark as sent").click()
    fill_date(page, "On which day was it sent?", timezone.localdate())
    page.get_by_label("At what time?").fill(timezone.localtime().strftime("%H:%M"))
    page.get_by_label("Link to it").check()
    page.get_by_label("The link, the number, or who saw it").fill("https://twitter.example/1")
    look(page, "mark_dispatch_sent")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Marked as sent.")).to_be_visible()
    assert Dispatch.objects.get().state == DispatchState.SENT


def test_from_composing_to_the_mails(live_server, page: Page, world):
    open_as(page, live_server, world, reverse("newsletters"))
    look(page, "newsletters, empty")
    page.get_by_role("button", name="Compose a newsletter").click()
    page.get_by_label("Title").fill("Guidance of the fortnight")
    look(page, "compose_newsletter")
    page.get_by_role("button", name="Compose", exact=True).click()
    expect(page.get_by_role("heading", name="Visits by video")).to_be_visible()
    look(page, "newsletter")
    page.get_by_role("button", name="Change it").click()
    group = page.get_by_role("group", name="Visits by video")
    group.get_by_label("Place in the newsletter").fill("")
    look(page, "edit_newsletter")
    page.get_by_role("button", name="Save newsletter").click()
    expect(page.get_by_role("heading", name="Visits by video")).to_have_count(0)
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_text("It goes to 1 person")).to_be_visible()
    look(page, "send_newsletter")
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_role("cell", name="Not sent yet")).to_be_visible()
    newsletters.deliver(now=timezone.now())
    page.reload()
    expect(page.get_by_role("rowheader", name="Worker")).to_be_visible()
    look(page, "newsletter_deliveries")
    page.goto(live_server.url + reverse("newsletters"))
    expect(page.get_by_role("cell", name="Sent", exact=True)).to_be_visible()
    look(page, "newsletters")
    newsletter = Newsletter.objects.get()
    page.goto(live_server.url + reverse("newsletter", args=[newsletter.uid]))
    page.emulate_media(media="print")
    expect(page.get_by_text("Send it")).to_have_count(0)


def test_anybody_reads_it_without_signing_in(live_server, page: Page, world):
    page.goto(live_server.url + reverse("public_guidance"))
    look(page, "public_guidance")
    page.get_by_label("For").select_option("Children and families")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Visits by video").click()
    expect(page.get_by_role("heading", name="What to do")).to_be_visible()
    look(page, "public_guidance_item")
    page.get_by_role("link", name="All guidance").click()
    expect(page.get_by_role("link", name="follow it as a feed")).to_be_visible()
    assert page.locator("link[type='application/atom+xml']").count() == 1
