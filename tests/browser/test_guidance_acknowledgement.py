"""Guidance acknowledged from the list to the coordinator's page, and the page of a role, in a browser at both
widths."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from guidance.models import Acknowledgement
from tests.browser.test_decisions import look
from tests.browser.test_records import open_as
from tests.guidance.acknowledging_world import World, make_world
from tests.guidance.factories import make_easement
from tests.partners.factories import represent

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)


@pytest.fixture
def world(live_server) -> World:
    return make_world()


def test_a_partner_answers_and_the_coordinator_sees_it(live_server, page: Page, world: World):
    world.issued("police", title="Welfare calls")
    world.issued("police", "social_workers", title="Attendance of social workers")
    open_as(page, live_server, world.lead, reverse("my_guidance"))
    page.get_by_role("button", name="Put into practice").and_(
        page.get_by_role("button", name="Welfare calls")
    ).click()
    expect(page.get_by_text("Moorland Police: put into practice.")).to_be_visible()
    page.get_by_role("link", name="Does not apply").click()
    page.get_by_label("Does not apply to us").check()
    page.get_by_role("button", name="Save answer").click()
    look(page, "acknowledge_guidance refused")
    page.get_by_label("Why does it not apply?").fill("No officer attends on their behalf")
    page.get_by_role("button", name="Save answer").click()
    expect(page.get_by_text("You have acknowledged everything that is for you.")).to_be_visible()
    assert Acknowledgement.objects.count() == 2

    open_as(page, live_server, world.coordinator, reverse("guidance_outstanding"))
    expect(page.get_by_role("row", name="Moorland Police")).to_contain_text("2 (100.0%)")
    page.get_by_role("link", name="Attendance of social workers").click()
    expect(page.get_by_text("1 of 2 partners have answered.")).to_be_visible()
    expect(page.get_by_text("No officer attends on their behalf")).to_be_visible()


def test_nothing_stands_in_the_way_of_anybody(live_server, page: Page, world: World):
    """axe on every page of acknowledgement and of roles, at the widths of a telephone and of a desk."""
    of = world.issued("police", "social_workers", title="A long title " * 15, force="must")
    world.issued("police", "dsl")
    other = world.issued("dsl")
    make_easement(title="Statements by video", item=of.item, effective_until=timezone.localdate() + 10 * DAY)
    represent(world.lead, world.trust)
    acknowledge = reverse("acknowledge_guidance", args=[of.uid])
    pages = (
        (world.lead, reverse("my_guidance")),
        (world.lead, reverse("my_guidance") + "?show=answered"),
        (world.lead, acknowledge),
        (world.lead, reverse("acknowledge_guidance", args=[other.uid])),
        (world.lead, reverse("guidance_item", args=[of.item.uid])),
        (world.coordinator, reverse("guidance_outstanding")),
        (world.coordinator, reverse("guidance_item", args=[of.item.uid])),
        (world.worker, reverse("guidance_roles")),
        (world.worker, reverse("guidance_for", args=["police"])),
        (world.worker, reverse("guidance_for", args=["carers"])),
    )
    for user, url in pages:
        open_as(page, live_server, user, url)
        look(page, url)
