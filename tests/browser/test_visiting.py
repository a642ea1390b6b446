"""The visiting dashboard in a real browser: drawn, followed to the children, changed by a visit."""

import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.audit import Actor
from accounts.constants import Role
from accounts.models import User
from safeguarding.kernel.periods import day_of, last_complete_month
from tests.dashboards import worlds
from tests.people import person, sign_in
from tests.visits import factories
from tests.visits.records_world import make_world
from visits.constants import Outcome
from visits.models import VisitCell
from visits.services.rates import rebuild_visit_rates

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TABLE = "Child protection plan, all children, by month"


def open_as(page: Page, live_server, user: User, url: str) -> None:
    session = sign_in(Client(), user).cookies["sessionid"].value
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto(live_server.url + url)


def last_row(page: Page, caption: str = TABLE):
    return page.get_by_role("table", name=caption).get_by_role("row").last


@pytest.fixture
def service(live_server):
    """Two years of three teams; two children of the first one not visited in June 2020."""
    teams = worlds.a_service(months=18, teams=3)
    worlds.lockdowns()
    worlds.published()
    factories.make_rules()
    for number in range(2):
        child = factories.make_child(f"K-{number}")
        VisitCell.objects.create(
            child=child,
            month=worlds.Month.parse("2020-06").index,
            plan_type="CP",
            plan=factories.make_plan(child, team=teams[0]),
            team=teams[0],
            outcome=Outcome.NOT_VISITED,
        )
    return teams


def test_every_page_is_accessible_and_fits(page: Page, live_server, service):
    manager = worlds.manager_of(service[0])
    list_of_children = "/visiting/children/?month=2020-06&type=CP&outcome=not_visited"
    pages = {
        None: ["/", "/accessibility/", "/privacy/"],
        person(Role.BOARD_MEMBER): [
            "/",
            "/visiting/",
            "/visiting/?last=2019-01&first=soon",
            "/visiting/method/",
        ],
        manager: ["/", "/visiting/?scope=mine&by=locality", list_of_children, "/visiting/children/"],
        person(Role.COORDINATOR): ["/"],
    }
    for user, addresses in pages.items():
        for address in addresses:
            open_as(page, live_server, user, address) if user else page.goto(live_server.url + address)
            for width in (360, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)
                found = Axe().run(page)
                assert found.violations_count == 0, f"{address} at {width}: {found.generate_report()}"


def test_a_bar_leads_a_manager_to_the_children_behind_it(page: Page, live_server, service):
    open_as(page, live_server, worlds.manager_of(service[0]), "/visiting/?type=CP&scope=mine")
    chart = page.locator("[data-plotly=visiting-cp-figure]")
    expect(chart).to_have_attribute("data-drawn", "yes")
    # The last month's part that was not visited: the third series, its last bar.
    bar = chart.locator(".trace.bars").nth(2).locator(".point").last
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    expect(page.locator(".hoverlayer .hovertext")).to_contain_text("Not visited")
    page.mouse.click(*middle)
    page.wait_for_url("**/visiting/children/**")
    expect(page.get_by_role("link", name="K-0")).to_be_visible()
    expect(page.get_by_role("link", name="K-1")).to_be_visible()
    assert "K-0" not in page.url + page.title()


def test_a_number_in_the_table_leads_there_by_keyboard(page: Page, live_server, service):
    open_as(page, live_server, worlds.manager_of(service[0]), "/visiting/?type=CP&scope=mine")
    link = last_row(page, "Child protection plan, my teams, by month").get_by_role("link").last
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/visiting/children/**")
    expect(page.get_by_role("link", name="K-0")).to_be_visible()


def test_a_board_member_finds_no_way_to_a_child(page: Page, live_server, service):
    open_as(page, live_server, person(Role.BOARD_MEMBER), "/visiting/?type=CP")
    expect(page.locator("[data-plotly=visiting-cp-figure]")).to_have_attribute("data-drawn", "yes")
    assert "/visiting/children/" not in page.content()
    response = page.goto(live_server.url + "/visiting/children/?month=2020-06&type=CP&outcome=children")
    assert response.status == 403


def test_it_is_read_and_chosen_without_javascript(browser: Browser, live_server, service):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    open_as(page, live_server, person(Role.BOARD_MEMBER), "/visiting/")
    expect(page.locator("[data-plotly=visiting-cp-figure] svg")).to_be_visible()
    page.get_by_role("checkbox", name="Child in need plan").uncheck()
    page.get_by_role("checkbox", name="Child in care").uncheck()
    page.get_by_label("First month").select_option("2020-04")
    page.get_by_label("Last month", exact=True).select_option("2020-05")
    page.get_by_label("Compare with").select_option("2019-05")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("[data-plotly]")).to_have_count(1)
    expect(page.get_by_text("points").first).to_contain_text("May 2019")
    expect(last_row(page)).to_contain_text("May 2020")
    context.close()


def test_a_visit_recorded_in_the_browser_changes_the_chart(page: Page, live_server, worker_process):
    now = timezone.now()
    month = last_complete_month(day_of(now))
    world = make_world(start=month.plus(-3).first_day)
    rebuild_visit_rates(actor=Actor.job("test"), now=now)
    address = f"/visiting/?type=CP&scope=all&first={month}&last={month}&compare=none&by=team"
    open_as(page, live_server, world.head, address)
    cells = last_row(page).get_by_role("cell")
    expect(cells).to_contain_text(["2", "0 (0.0%)", "0 (0.0%)", "0 (0.0%)", "2 (100.0%)"])

    open_as(page, live_server, world.worker, reverse("record_visit", args=[world.child.uid]))
    for name, part in (
        ("Day", month.last_day.day),
        ("Month", month.last_day.month),
        ("Year", month.last_day.year),
    ):
        page.get_by_label(name, exact=True).fill(str(part))
    page.get_by_label("Face to face").check()
    page.get_by_label("Yes, it took place").check()
    page.get_by_role("group", name="Was the child seen?").get_by_label("Yes").check()
    page.get_by_role("button", name="Save visit").click()
    expect(page.get_by_text("Visit recorded.")).to_be_visible()

    deadline = time.monotonic() + 20
    while True:
        open_as(page, live_server, world.head, address)
        if "1 (50.0%)" in last_row(page).inner_text():
            break
        assert time.monotonic() < deadline, worker_process.log.read_text()
        time.sleep(0.2)
    expect(cells).to_contain_text(["2", "1 (50.0%)", "0 (0.0%)", "1 (50.0%)", "1 (50.0%)"])
    figure = page.evaluate("JSON.parse(document.getElementById('visiting-cp-figure').textContent)")
    assert figure["data"][0]["y"] == [50.0]
    expect(page.get_by_text("1 of 2 children were seen: 1 face to face (50.0%)")).to_be_visible()
