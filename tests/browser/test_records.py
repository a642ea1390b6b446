"""A social worker records a visit in a browser, and the page and the figures follow."""

import time
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.people import sign_in
from tests.visits.records_world import World, make_world, recorded
from visits.constants import Method
from visits.models import StaleVisits, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(live_server) -> World:
    return make_world(start=(timezone.now() - timedelta(days=70)).date())


def open_as(page: Page, live_server, user: User, url: str) -> None:
    session = sign_in(Client(), user).cookies["sessionid"].value
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto(live_server.url + url)


def fill_in(page: Page, days_ago: int) -> None:
    day = (timezone.now() - timedelta(days=days_ago)).date()
    for name, part in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        page.get_by_label(name, exact=True).fill(str(part))
    page.get_by_label("Face to face").check()
    page.get_by_label("Yes, it took place").check()
    page.get_by_role("group", name="Was the child seen?").get_by_label("Yes").check()
    page.get_by_label("What happened (optional)").fill("Seen at home, alone in the bedroom")


def test_a_visit_is_recorded_shown_and_counted(live_server, page: Page, world: World, worker_process):
    open_as(page, live_server, world.worker, "/children/")
    page.get_by_role("link", name="C-0001").click()
    page.get_by_role("button", name="Record a visit").click()
    fill_in(page, days_ago=1)
    page.get_by_role("button", name="Save visit").click()
    expect(page.get_by_text("Visit recorded.")).to_be_visible()
    timeline = page.get_by_role("listitem").filter(has_text="Face to face, child seen")
    expect(timeline).to_contain_text("recorded by Wanda Worker")
    expect(timeline).to_contain_text("Seen at home, alone in the bedroom")
    assert "C-0001" not in page.url + page.title()
    # The worker takes the mark that the save left: the figures have followed.
    deadline = time.monotonic() + 20
    while StaleVisits.objects.exists():
        assert time.monotonic() < deadline, worker_process.log.read_text()
        time.sleep(0.1)


def test_a_faulty_form_keeps_what_was_typed_and_leads_to_the_fault(live_server, page: Page, world: World):
    open_as(page, live_server, world.worker, reverse("record_visit", args=[world.child.uid]))
    fill_in(page, days_ago=-3)
    page.get_by_role("button", name="Save visit").click()
    expect(page).to_have_title("Error: Record a visit – Safeguarding Oversight")
    page.get_by_role("link", name="must be today or in the past").click()
    expect(page.get_by_label("Day", exact=True)).to_be_focused()
    expect(page.get_by_label("What happened (optional)")).to_have_value("Seen at home, alone in the bedroom")
    expect(page.get_by_label("Face to face")).to_be_checked()


def test_it_works_without_javascript(live_server, browser, world: World):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    open_as(page, live_server, world.worker, reverse("record_visit", args=[world.child.uid]))
    fill_in(page, days_ago=1)
    page.get_by_role("button", name="Save visit").click()
    expect(page.get_by_text("Visit recorded.")).to_be_visible()
    assert Visit.objects.get().child_seen
    context.close()


def test_nothing_stands_in_the_way_of_anybody(live_server, page: Page, world: World):
    """axe on every record page, at the widths of a telephone and of a desk."""
    visit = recorded(world, method=Method.VIDEO, at=timezone.now() - timedelta(days=3))
    child = world.child.uid
    pages = {
        world.worker: [
            "/children/",
            reverse("child", args=[child]),
            reverse("record_visit", args=[child]),
            reverse("visit", args=[visit.uid]),
            reverse("correct_visit", args=[visit.uid]),
            reverse("cancel_visit", args=[visit.uid]),
            reverse("open_emergency_access"),
        ],
        world.manager: [
            reverse("visit", args=[visit.uid]),
            reverse("awaiting_authorisation"),
            reverse("emergency_accesses"),
            reverse("child_allocations", args=[child]),
            reverse("child_blocks", args=[child]),
        ],
        world.auditor: ["/children/", reverse("child", args=[child]), reverse("reveal_child", args=[child])],
    }
    for user, urls in pages.items():
        for url in urls:
            open_as(page, live_server, user, url)
            for width in (360, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, url
                found = Axe().run(page)
                assert found.violations_count == 0, f"{url} at {width}: {found.generate_report()}"
