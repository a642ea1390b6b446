"""The components in a real browser: nothing for axe to find, no wider than a phone, read without script."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.browser.gallery_urls")]

PAGES = [
    "/gallery/",
    "/gallery/form/",
    "/gallery/form/?wrong=1",
    "/gallery/messages/?idle=60",
    "/gallery/error/409/",
    "/gallery/error/locked/",
]


@pytest.fixture(autouse=True)
def _gallery_templates(settings) -> None:
    first, *others = settings.TEMPLATES
    folders = [*first["DIRS"], Path(__file__).parents[1] / "house" / "templates"]
    settings.TEMPLATES = [{**first, "DIRS": folders}, *others]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_and_fits(page: Page, live_server, path: str, width: int):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(live_server.url + path)
    expect(page.locator("body.govuk-frontend-supported")).to_be_attached()
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") == 0


def test_a_chart_is_drawn_and_its_points_lead_only_within_the_site(page: Page, live_server):
    page.goto(live_server.url + "/gallery/")
    chart = page.locator("[data-plotly]")
    expect(chart).to_have_attribute("data-drawn", "yes")
    assert chart.locator(".bars .point").count() == 6
    # The server's own drawing has made room, but paper, of another width, shows it whole.
    servers = chart.locator("svg[viewBox='0 0 300 100']")
    expect(servers).to_be_hidden()
    page.emulate_media(media="print")
    expect(servers).to_be_visible()
    expect(chart.locator(".app-chart__canvas")).to_be_hidden()
    page.emulate_media(media="screen")
    page.evaluate(
        "document.addEventListener('app:point', (event) => { document.body.dataset.led = event.detail.path })"
    )
    here = page.url
    click_point(page, 2, leads=False)  # its data names another site
    expect(page.locator("body")).to_have_attribute("data-led", "null")
    assert page.url == here
    click_point(page, 0, leads=True)
    page.wait_for_url("**/gallery/empty/")


def click_point(page: Page, number: int, leads: bool) -> None:
    point = page.locator(".trace.bars").first.locator(".point").nth(number)
    point.scroll_into_view_if_needed()
    box = point.bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    # A click is about the point last seen under the pointer, and the drawing looks only now and then.
    expect(page.locator(".hoverlayer .hovertext")).to_be_visible()
    expect(page.locator(".app-chart__canvas--link")).to_have_count(1 if leads else 0)
    page.mouse.click(*middle)


def test_everything_can_be_read_without_javascript(browser: Browser, live_server):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(live_server.url + "/gallery/")
    expect(page.locator("[data-plotly] svg")).to_be_visible()
    expect(page.get_by_role("cell", name="not collected").first).to_be_visible()
    expect(page.get_by_role("link", name="Visiting figures")).to_be_visible()
    expect(page.locator("[data-session-warning]")).to_be_hidden()
    page.goto(live_server.url + "/gallery/form/")
    expect(page.get_by_label("Why not face to face?")).to_be_hidden()
    page.get_by_label("By video").check()
    expect(page.get_by_label("Why not face to face?")).to_be_visible()
    page.context.close()


def test_after_a_refusal_the_summary_has_the_focus_and_leads_to_the_input(page: Page, live_server):
    page.goto(live_server.url + "/gallery/form/?wrong=1")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.get_by_role("link", name="Visit date must be a real date").click()
    expect(page.locator("#id_visit_date_day")).to_be_focused()


def test_a_person_is_warned_before_the_session_ends_and_can_stay(page: Page, live_server):
    page.goto(live_server.url + "/gallery/messages/?idle=4&warn=3")
    warning = page.get_by_role("region", name="You will soon be signed out")
    expect(warning).to_be_hidden()
    expect(warning).to_be_visible()
    with page.expect_response("**/gallery/alive/") as answer:
        page.get_by_role("button", name="Stay signed in").click()
    assert answer.value.request.method == "POST"
    expect(page.get_by_text("You are still signed in.")).to_be_attached()
    expect(warning).to_be_hidden()
    gone = page.get_by_role("region", name="You have been signed out")
    expect(gone).to_be_visible(timeout=8000)
    expect(gone.get_by_role("button")).to_be_hidden()


def test_a_part_of_the_page_keeps_itself_fresh(page: Page, live_server):
    page.goto(live_server.url + "/gallery/")
    page.evaluate("document.getElementById('job').dataset.old = 'yes'")
    expect(page.locator("#job:not([data-old])")).to_be_attached(timeout=4000)


def test_paper_has_no_navigation_and_keeps_the_drawing(page: Page, live_server):
    page.goto(live_server.url + "/gallery/")
    expect(page.locator("[data-drawn]")).to_be_visible()
    page.emulate_media(media="print")
    for gone in (
        ".govuk-service-navigation",
        ".govuk-breadcrumbs",
        ".app-filter",
        ".govuk-button",
        ".govuk-footer",
    ):
        expect(page.locator(gone).first).to_be_hidden()
    expect(page.locator("[data-drawn] .app-chart__paper")).to_be_visible()
    expect(page.get_by_role("heading", name="72.2% of children")).to_be_visible()
