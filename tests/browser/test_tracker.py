"""The tracker, notifications and the assurance dashboard in a browser, at both widths."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from operations.constants import MailState
from operations.models import Notification
from partners.models import Cycle
from partners.services.tracker import remind
from tests.browser.test_decisions import look
from tests.browser.test_records import open_as
from tests.dashboards.assurance_world import make_world as make_assurance
from tests.partners.tracker_world import World, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)


@pytest.fixture
def world(live_server) -> World:
    """A cycle whose date passed eight days ago."""
    made = make_world()
    due = timezone.now() - 8 * DAY
    Cycle.objects.filter(pk=made.cycle.pk).update(opens_at=due - 5 * DAY, opened_at=due - 5 * DAY, due_at=due)
    return made


def now() -> datetime:
    return timezone.now()


def test_from_a_reminder_to_the_return_and_from_the_tracker_to_the_ladder(
    live_server, page: Page, world: World
):
    remind(now=now())
    open_as(page, live_server, world.lead, reverse("notifications"))
    expect(page.get_by_text("1 not read yet.")).to_be_visible()
    page.get_by_role("button", name="Mark as read").click()
    expect(page.get_by_text("You have read all of them.")).to_be_visible()
    page.get_by_role("link", name="Open what this is about").click()
    expect(page).to_have_url(live_server.url + reverse("return", args=[world.of_police.uid]))

    open_as(page, live_server, world.coordinator, reverse("tracker"))
    expect(page.get_by_text("2 of 2 partners have sent nothing for the return due")).to_be_visible()
    page.get_by_role("link", name="Cycle 12", exact=True).click()
    expect(page.get_by_role("cell", name="Lou Lead").last).to_be_visible()
    expect(page.get_by_text("Passed over: a later step was due already").first).to_be_visible()


def test_from_a_cell_of_the_grid_to_the_answers_behind_it(live_server, page: Page):
    made = make_assurance()
    open_as(page, live_server, made.board, reverse("assurance") + f"?cycle={made.second.uid}")
    expect(page.get_by_role("heading", name="1 theme of concern at 1 partner")).to_be_visible()
    page.get_by_role("link", name="Answers on Services to children, Police").click()
    expect(page.get_by_text("In cycle 1: As usual")).to_be_visible()
    page.get_by_role("link", name="Back to assurance").click()
    expect(page.get_by_role("heading", name="Assurance", exact=True)).to_be_visible()


def test_nothing_stands_in_the_way_of_anybody(live_server, page: Page, world: World):
    """axe on every page, at the widths of a telephone and of a desk."""
    remind(now=now())
    Notification.objects.filter(recipient=world.lead).update(mail_state=MailState.FAILED)
    cycle = reverse("tracker_cycle", args=[world.cycle.uid])
    for user, pages in (
        (world.coordinator, [reverse("tracker"), cycle, reverse("notifications"), reverse("assurance")]),
        (world.lead, [reverse("tracker"), cycle, reverse("notifications")]),
    ):
        for url in pages:
            open_as(page, live_server, user, url)
            look(page, url)


def test_nothing_stands_in_the_way_of_the_board(live_server, page: Page):
    made = make_assurance()
    chosen = f"?cycle={made.second.uid}"
    answers = reverse("assurance_answers", args=[made.second.uid, made.police.uid])
    for url in (reverse("assurance") + chosen, answers):
        open_as(page, live_server, made.board, url)
        look(page, url)
