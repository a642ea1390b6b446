"""A management decision in a browser: asked for, sent back, asked again, authorised; and on paper."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.test_records import open_as
from tests.visits.decision_world import ANSWERS, ask, decide, make_limits
from tests.visits.records_world import World, make_world, recorded
from visits.constants import Method
from visits.models import ManagementDecision, Visit
from visits.rules.decisions import Choice

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

QUESTIONS = {
    "child_centred": "Child-centred",
    "risk_based": "Risk-based",
    "family_focused": "Family-focused",
    "evidence_informed": "Evidence-informed",
    "collaborative": "Collaborative",
    "transparent": "Transparent",
    "risk_if_not_seen": "What is the risk to the child if nobody sees them face to face?",
    "contingency": "What happens if the alternative fails or worries you?",
    "child_view": "What does the child think of this?",
    "family_view": "What does the family think of this?",
}


@pytest.fixture
def world(live_server) -> World:
    make_limits()
    return make_world(start=(timezone.now() - timedelta(days=70)).date())


def days_from_now(now) -> dict:
    today = now.date()
    return {"due_on": today, "covers_from": today, "review_on": today + timedelta(days=14)}


def fill_date(page: Page, legend: str, day) -> None:
    group = page.get_by_role("group", name=legend)
    for name, part in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        group.get_by_label(name, exact=True).fill(str(part))


def test_from_the_request_to_the_authorised_contact(live_server, page: Page, world: World):
    today = timezone.now().date()
    recorded(world, method=Method.VIDEO, at=timezone.now(), visit_date=today)
    open_as(page, live_server, world.worker, reverse("child", args=[world.child.uid]))
    page.get_by_role("link", name="Ask for a management decision").click()
    page.get_by_label("Video call").check()
    fill_date(page, "By when must this be reviewed?", today + timedelta(days=14))
    for name, label in QUESTIONS.items():
        if name != "transparent":
            page.get_by_label(label, exact=True).fill(ANSWERS[name])
    page.get_by_role("button", name="Ask for this decision").click()
    page.get_by_role("link", name="Say how this is transparent").click()
    expect(page.get_by_label("Transparent", exact=True)).to_be_focused()
    expect(page.get_by_label("Risk-based", exact=True)).to_have_value(ANSWERS["risk_based"])
    page.get_by_label("Transparent", exact=True).fill(ANSWERS["transparent"])
    page.get_by_role("button", name="Ask for this decision").click()
    expect(page.get_by_text("Request saved.")).to_be_visible()

    open_as(page, live_server, world.manager, reverse("decisions"))
    page.get_by_role("link", name="Waiting for a manager about C-0001").click()
    page.get_by_role("button", name="Decide").click()
    page.get_by_label("Send back").check()
    page.get_by_label("Your reason").fill("Ask the health visitor first")
    page.get_by_role("button", name="Save decision").click()
    expect(page.get_by_text("Ask the health visitor first").first).to_be_visible()

    address = reverse("decision", args=[ManagementDecision.objects.get().uid])
    open_as(page, live_server, world.worker, address)
    page.get_by_role("button", name="Change and ask again").click()
    expect(page.get_by_text("Ask the health visitor first")).to_be_visible()
    page.get_by_label("Collaborative", exact=True).fill("The health visitor agrees too")
    page.get_by_role("button", name="Ask again").click()
    expect(page.get_by_text("Asked again.")).to_be_visible()

    open_as(page, live_server, world.manager, address)
    page.get_by_role("button", name="Decide").click()
    page.get_by_label("Authorise", exact=True).check()
    page.get_by_role("button", name="Save decision").click()
    expect(page.get_by_text("now count.")).to_be_visible()
    assert Visit.objects.get().authorised_by == world.manager
    assert "C-0001" not in page.url + page.title()


def test_it_works_without_javascript(live_server, browser, world: World):
    now = timezone.now()
    made = ask(world, now=now, **days_from_now(now))
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    open_as(page, live_server, world.manager, reverse("decide_decision", args=[made.uid]))
    page.get_by_label("Authorise", exact=True).check()
    page.get_by_role("button", name="Save decision").click()
    expect(page.get_by_text("now count.")).to_be_visible()
    context.close()


def test_on_paper_it_is_the_document_and_nothing_to_press(live_server, page: Page, world: World):
    now = timezone.now()
    made = decide(ask(world, now=now, **days_from_now(now)), world.manager, now=now)
    open_as(page, live_server, world.worker, reverse("decision", args=[made.uid]))
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="Management decision")).to_be_visible()
    for text in (ANSWERS["child_centred"], "Wanda Worker", "Mona Manager"):
        expect(page.get_by_text(text).first).to_be_visible()
    expect(page.get_by_role("button", name="Renew")).to_be_hidden()
    expect(page.get_by_role("navigation").first).to_be_hidden()


def test_nothing_stands_in_the_way_of_anybody(live_server, page: Page, world: World):
    """axe on every page of decisions, at the widths of a telephone and of a desk."""
    now = timezone.now()
    recorded(world, method=Method.VIDEO, at=now, visit_date=now.date())
    made = ask(world, now=now, **days_from_now(now))
    waiting = {
        world.worker: ["decision", "withdraw_decision"],
        world.manager: ["decision", "decide_decision"],
        world.auditor: ["decision"],
    }
    visit_all(page, live_server, made, waiting)
    open_as(page, live_server, world.manager, reverse("decisions"))
    look(page, "decisions")
    back = decide(made, world.manager, Choice.SEND_BACK, "Ask the health visitor first", now=now)
    visit_all(page, live_server, back, {world.worker: ["decision", "resubmit_decision"]})
    back.refresh_from_db()
    ManagementDecision.objects.filter(pk=back.pk).update(
        state="authorised", decided_by=world.manager, decided_at=now
    )
    visit_all(page, live_server, back, {world.worker: ["decision", "renew_decision"]})
    open_as(page, live_server, world.worker, reverse("child", args=[world.child.uid]))
    look(page, "child")


def visit_all(page: Page, live_server, made: ManagementDecision, pages: dict) -> None:
    for user, names in pages.items():
        for name in names:
            open_as(page, live_server, user, reverse(name, args=[made.uid]))
            look(page, name)


def look(page: Page, name: str) -> None:
    """Nothing sticks out sideways, and nothing for axe to find, at both widths."""
    # A click returns once the answer begins: of half a page axe says that it has no title and no heading.
    page.wait_for_load_state()
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name} at {width}: {found.generate_report()}"
