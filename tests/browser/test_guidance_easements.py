"""Easements, what guidance reaches and what shows it in practice, in a browser at both widths."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from guidance.constants import RuleKey
from guidance.models import Easement
from guidance.services.links import link
from tests.browser.test_decisions import fill_date, look
from tests.browser.test_records import open_as
from tests.guidance.factories import ISSUED, make_easement
from tests.guidance.reach_world import World, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)


@pytest.fixture
def world(live_server) -> World:
    return make_world()


def test_an_easement_from_recording_to_its_early_end(live_server, page: Page, world: World):
    today = timezone.localdate()
    open_as(page, live_server, world.keeper, reverse("easements"))
    page.get_by_role("button", name="Record an easement").click()
    page.get_by_label("What is it called here?").fill("Reviews by telephone")
    page.get_by_label("Which regulations, notice or Act is it in?").fill("SI 2020/445")
    page.get_by_label("Which duty does it ease?").select_option("reviews_care")
    page.get_by_label("What may be done while it holds?").fill("A review may be held by telephone.")
    page.get_by_label("What is done when it does not hold?").fill("A review is held in person.")
    fill_date(page, "From which day does it hold?", today - 30 * DAY)
    fill_date(page, "When does it end?", today - 31 * DAY)
    page.get_by_label("Where can this be read?").fill("https://www.legislation.gov.uk/uksi/2020/445")
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_role("link", name="It must hold for a day at least")).to_be_visible()
    look(page, "record_easement refused")
    fill_date(page, "When does it end?", today + 60 * DAY)
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("60 days left")).to_be_visible()
    page.get_by_role("button", name="Decide whether it is used here").click()
    page.get_by_label("Used here within limits of our own").check()
    page.get_by_label("Why, and within which limits?").fill("Only where the child agrees")
    page.get_by_role("button", name="Save decision").click()
    expect(page.get_by_text("Decision saved.")).to_be_visible()
    page.get_by_role("link", name="Change when it ends").click()
    fill_date(page, "When does it end?", today + DAY)
    page.get_by_label("Why?").fill("It was revoked")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Last day today")).to_be_visible()
    assert Easement.objects.get().effective_until == today + DAY


def test_told_until_every_partner_shows_it(live_server, page: Page, world: World):
    version = world.issued()
    item = reverse("guidance_item", args=[version.item.uid])
    open_as(page, live_server, world.keeper, item)
    page.get_by_role("link", name="Link it to something").click()
    page.get_by_label("Question of the assurance return", exact=True).check()
    page.get_by_label("Which question of the assurance return?").select_option("level")
    page.get_by_role("button", name="Link it").click()
    expect(page.get_by_text("0 of 2 partners have shown it.")).to_be_visible()
    for other in (False, True):
        world.says("maintained", other=other)
    page.reload()
    page.get_by_role("link", name="Close it as shown in practice").click()
    look(page, "close_guidance")
    page.get_by_role("button", name="Close it as shown in practice").click()
    expect(page.get_by_text("Closed. The answers that showed it are kept with it.")).to_be_visible()
    look(page, "guidance_item closed")


def test_nothing_stands_in_the_way_of_anybody(live_server, page: Page, world: World):
    """axe on every page of easements and reach, at the widths of a telephone and of a desk."""
    rule = {"rule": RuleKey.REMOTE_VISITS_CARE, "terms": "free"}
    easement = make_easement(title="A long title " * 15, **rule)
    make_easement(title="Still in force", effective_until=timezone.localdate() + 9 * DAY)
    make_easement(title="To come", effective_from=timezone.localdate() + 9 * DAY, effective_until=None)
    version = world.issued()
    made = link(user=world.keeper, item=version.item, kind="question", target="level", now=ISSUED)
    world.says("paused")
    world.issued(version.item, 2, at=timezone.now() - DAY)
    of = {"easement": easement.uid, "item": version.item.uid, "link": made.uid}
    for name in (
        "easements", "returns_to_normal", "easement easement", "record_easement", "amend_easement easement",
        "decide_easement easement", "guidance_reach", "guidance_practice", "link_guidance item",
        "look_guidance_link link", "add_guidance_action item", "guidance_item item",
    ):  # fmt: skip
        view, _, which = name.partition(" ")
        open_as(page, live_server, world.keeper, reverse(view, args=[of[which]] if which else []))
        look(page, name)
    on = date(2020, 9, 25).isoformat()
    open_as(page, live_server, world.partners.lead, f"{reverse('returns_to_normal')}?on={on}")
    expect(page.get_by_role("heading", name="What returns to normal on 25 September 2020")).to_be_visible()
    look(page, "returns_to_normal on a day")
