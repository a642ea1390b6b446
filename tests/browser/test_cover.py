"""Absence, cover, keeping in touch and the worklists in a browser, on a telephone and at a desk."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.test_records import open_as
from tests.visits.cover_world import absence_row
from tests.visits.decision_world import make_limits
from tests.visits.records_world import World, make_world, recorded
from visits.constants import Method

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(live_server) -> World:
    made = make_world(start=(timezone.now() - timedelta(days=70)).date())
    make_limits()
    recorded(made, method=Method.VIDEO, at=timezone.now())
    return made


def test_a_caseload_without_anybody_is_covered(live_server, page: Page, world: World):
    absence_row(world.worker, world.manager, timezone.now())
    open_as(page, live_server, world.manager, "/cover/")
    expect(page.get_by_text("1 visit overdue or due within 7 days has no owner")).to_be_visible()
    page.get_by_role("link", name="1 of 1 children of Wanda Worker").click()
    page.get_by_label("Social worker").select_option("Carl Colleague")
    last = (timezone.now() + timedelta(days=5)).date()
    days = page.get_by_role("group", name="Last day of cover")
    for name, part in (("Day", last.day), ("Month", last.month), ("Year", last.year)):
        days.get_by_label(name).fill(str(part))
    page.get_by_role("button", name="Assign cover for all").click()
    expect(page.get_by_text("Every due visit has an owner.")).to_be_visible()
    open_as(page, live_server, world.colleague, "/work/visits/")
    expect(page.get_by_role("link", name="C-0001")).to_be_visible()
    expect(page.get_by_text("you cover until")).to_be_visible()


def test_nothing_stands_in_the_way_of_anybody(live_server, page: Page, world: World):
    """axe on every page, at the widths of a telephone and of a desk."""
    absence = absence_row(world.worker, world.manager, timezone.now())
    pages = {
        world.manager: [
            "/",
            reverse("queue"),
            reverse("cover"),
            reverse("record_absence"),
            reverse("end_absence", args=[absence.uid]),
            reverse("cover_child", args=[world.child.uid]),
            reverse("cover_caseload", args=[world.worker.uid]),
            reverse("check_ins"),
            reverse("mark_check_ins", args=[world.team.uid]),
        ],
        world.worker: ["/", reverse("my_visits")],
    }
    for user, urls in pages.items():
        for url in urls:
            open_as(page, live_server, user, url)
            for width in (360, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, url
                found = Axe().run(page)
                assert found.violations_count == 0, f"{url} at {width}: {found.generate_report()}"
