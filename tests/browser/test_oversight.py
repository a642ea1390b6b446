"""The oversight dashboard in a real browser: read by a board, followed to the children by a manager."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.constants import Role
from safeguarding.kernel.periods import day_of
from tests.browser.test_visiting import open_as
from tests.dashboards.worlds import manager_of
from tests.people import person
from tests.visits import factories
from visits.constants import PlanType
from visits.models import Team

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def service(live_server) -> list[Team]:
    """Two teams; twelve children of the first one last seen by video, one of them never in person."""
    today = day_of(timezone.now())
    factories.make_rules()
    teams = [factories.make_team(name=name) for name in ("North", "South")]
    for number in range(12):
        child = factories.make_child(f"K-{number:02d}")
        factories.make_plan(child, PlanType.CIN, team=teams[0])
        if number:
            factories.make_visit(child, today - timedelta(days=200))
        factories.make_visit(child, today, "video", authorised=True)
    return teams


def test_every_page_is_accessible_and_fits(page: Page, live_server, service):
    pages = {
        person(Role.BOARD_MEMBER): ["/oversight/"],
        manager_of(*service): [
            "/oversight/",
            "/oversight/?team=x",
            "/oversight/children/",
            "/oversight/children/?flags=x",
        ],
        person(Role.MANAGER, "head_of_service"): ["/oversight/"],
    }
    for user, addresses in pages.items():
        for address in addresses:
            open_as(page, live_server, user, address)
            for width in (360, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)
                found = Axe().run(page)
                assert found.violations_count == 0, (address, width, found.generate_report())


def test_a_manager_follows_a_number_to_the_children(page: Page, live_server, service):
    open_as(page, live_server, manager_of(service[0]), "/")
    page.get_by_role("link", name="Oversight", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Oversight")
    title = "12 of 12 children whose latest contact was an alternative have no live decision"
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    table = page.get_by_role("table", name="Child in need plan: days since last seen")
    table.get_by_role("row", name="Not seen yet").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("not seen yet")
    expect(page.get_by_role("link", name="K-00")).to_be_visible()
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name="Back to oversight").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Oversight")


def test_the_page_is_whole_without_script(browser, live_server, service):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    open_as(page, live_server, person(Role.BOARD_MEMBER), "/oversight/")
    expect(page.locator("svg[viewBox='0 0 720 320']")).to_have_count(2)
    rows = page.get_by_role("table", name="By team and accountable manager").get_by_role("row")
    expect(rows.nth(1)).to_contain_text("12")
    context.close()
