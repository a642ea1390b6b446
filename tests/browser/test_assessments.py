"""Before a visit and in place of one, on a telephone."""

import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.test_records import open_as
from tests.visits.oversight_world import assessment_row, make_oversight_rules
from tests.visits.records_world import World, make_world, recorded
from visits.models import OversightRule, PreVisitAssessment, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def world(live_server) -> World:
    make_oversight_rules()
    # Today one is needed, whatever day the tests run on.
    OversightRule.objects.create(
        code="assessment_needed", value=1, unit="yes or no", effective_from=date(2022, 1, 1), source="test"
    )
    return make_world(start=(timezone.now() - timedelta(days=70)).date())


def check(page: Page, name: str) -> None:
    """Nothing sticks out sideways, and nothing stands in anybody's way. With SHOTS, a picture."""
    # After a click the answer has begun; axe must see the whole of it.
    page.wait_for_load_state()
    if "SHOTS" in os.environ:
        page.screenshot(path=Path(os.environ["SHOTS"]) / f"{name}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], name
    found = Axe().run(page)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"


def test_a_visit_is_assessed_and_countersigned(live_server, page: Page, world: World):
    page.set_viewport_size(PHONE)
    open_as(page, live_server, world.worker, reverse("child", args=[world.child.uid]))
    check(page, "child")
    page.get_by_role("link", name="Assess a visit").click()
    check(page, "assess")
    page.get_by_label("Somebody has symptoms").check()
    page.get_by_label("The visit that is due under the plan").check()
    page.get_by_label("Today: a child may be at risk").check()
    page.get_by_role("group", name="Will you be alone?").get_by_label("Yes").check()
    page.get_by_label("Who knows where you are").fill("The duty desk, by 4pm")
    page.get_by_role("group", name="Will you need protective equipment").get_by_label("Yes").check()
    page.get_by_label("Face masks you need").fill("2")
    page.get_by_label("Face masks you have").fill("2")
    check(page, "assess-filled")
    page.get_by_role("button", name="See the result").click()
    page.get_by_role("link", name="Enter which alternatives to a visit you considered").click()
    expect(page.get_by_label("Which alternatives to a visit did you consider?")).to_be_focused()
    page.keyboard.type("A video call: the family has no camera")
    page.get_by_role("button", name="See the result").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your answers lead to: go with PPE")
    check(page, "result")
    page.get_by_role("button", name="Save assessment").click()
    expect(page.get_by_text("Assessment saved.")).to_be_visible()
    check(page, "assessment")
    assert PreVisitAssessment.objects.get().needs_countersignature

    open_as(page, live_server, world.manager, reverse("assessments_to_countersign"))
    check(page, "to-countersign")
    page.get_by_role("link", name="Look and countersign").click()
    page.get_by_role("button", name="Countersign").click()
    expect(page.get_by_text("Countersigned.", exact=True)).to_be_visible()
    open_as(page, live_server, world.manager, reverse("ppe"))
    check(page, "ppe")


def answer(page: Page, group: str, label: str) -> None:
    page.get_by_role("group", name=group).get_by_label(label, exact=True).check()


def fill_date(page: Page, group: str, day: date) -> None:
    boxes = page.get_by_role("group", name=group)
    for name, part in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        boxes.get_by_label(name, exact=True).fill(str(part))


def test_an_alternative_is_recorded_without_javascript(live_server, browser, world: World):
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    open_as(page, live_server, world.worker, reverse("record_visit", args=[world.child.uid]))
    page.get_by_role("link", name="Record an alternative to a visit").click()
    today = timezone.now().date()
    fill_date(page, "Date of the contact", today - timedelta(days=1))
    answer(page, "How was the contact made?", "Video call")
    answer(page, "Why was the child not visited", "The household is self-isolating")
    page.get_by_label("Who took part?").fill("The child and their mother")
    answer(page, "Was the child seen and heard?", "The child was seen and spoke")
    answer(page, "Did you speak to the child in private?", "No: the child refused")
    page.get_by_label("Could others hear or see?").fill("The door was closed")
    page.get_by_label("What did you learn?").fill("The child spoke of school")
    fill_date(page, "Date of the next contact", today + timedelta(days=7))
    page.get_by_role("button", name="Save alternative").click()
    expect(page.get_by_text("Alternative recorded.")).to_be_visible()
    assert Visit.objects.get().alternative.seen_alone == "no_refused"
    context.close()


def test_nothing_stands_in_the_way_of_anybody(live_server, page: Page, world: World):
    now = timezone.now()
    visit = recorded(world, method="video", at=now - timedelta(days=3))
    made = assessment_row(world.child, world.worker, now)
    child = world.child.uid
    pages = {
        world.worker: {
            "record-visit": reverse("record_visit", args=[child]),
            "record-alternative": reverse("record_alternative", args=[child]),
            "write-alternative": reverse("write_alternative", args=[visit.uid]),
            "alternative": reverse("alternative", args=[visit.uid]),
            "visit": reverse("visit", args=[visit.uid]),
            "assessments": reverse("child_assessments", args=[child]),
        },
        world.manager: {
            "alternatives": reverse("alternatives"),
            "countersign": reverse("assessment", args=[made.uid]),
        },
    }
    for user, urls in pages.items():
        for name, url in urls.items():
            open_as(page, live_server, user, url)
            for width in (360, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                check(page, f"{name}-{width}")
