"""Guidance recorded, changed, compared and replaced, in a browser at both widths."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from guidance.models import GuidanceItem
from tests.browser.test_decisions import fill_date, look
from tests.browser.test_records import open_as
from tests.guidance.factories import make_issued, make_item
from tests.people import person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def keeper(live_server):
    return person("CO", name="Cora")


def test_from_a_first_version_to_what_is_different(live_server, page: Page, keeper):
    open_as(page, live_server, keeper, reverse("guidance"))
    look(page, "guidance empty")
    page.get_by_role("button", name="Record guidance").click()
    page.get_by_label("Title").fill("Vulnerable children and young people")
    page.get_by_role("button", name="Record guidance").click()
    # What is missing is said, and what was typed is still there.
    expect(page.get_by_role("link", name="Enter who issued it")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("Vulnerable children and young people")
    look(page, "guidance refused")
    page.get_by_label("Who issued it?").fill("Department for Education")
    page.get_by_label("New guidance", exact=True).check()
    page.get_by_label("Should: expected unless there is a good reason").check()
    page.get_by_label("Designated safeguarding leads in schools").check()
    page.get_by_label("Schools and colleges").check()
    page.get_by_label("Text", exact=True).fill("1. Schools must open.\n\n2. They should ring once a week.")
    page.get_by_role("button", name="Record guidance").click()
    expect(page.get_by_text("Recorded as G1.")).to_be_visible()
    look(page, "guidance item")

    page.get_by_role("button", name="Record a new version").click()
    page.get_by_label("Major: what people must do changes").check()
    page.get_by_label("What is different from the version before?").fill("Twice a week")
    page.get_by_role("group", name="Whose duties change?").get_by_label("Police").check()
    page.get_by_label("Text", exact=True).fill("1. Schools must open.\n\n2. They should ring twice a week.")
    page.get_by_role("button", name="Record version").click()
    expect(page.get_by_text("Version 2 of G1 recorded.")).to_be_visible()
    page.get_by_role("link", name="Compare with the version before").first.click()
    expect(page.locator("ins", has_text="twice")).to_be_visible()
    expect(page.locator("del", has_text="once")).to_be_visible()
    expect(page.get_by_text("Schools must open.")).to_have_count(0)
    look(page, "guidance difference")
    page.get_by_role("link", name="Show unchanged ones too").click()
    expect(page.get_by_text("Schools must open.")).to_be_visible()
    page.get_by_role("link", name="Back to the version").click()
    look(page, "guidance version")


def test_a_chain_is_read_the_list_is_narrowed_and_kept_as_at_a_day(live_server, page: Page, keeper):
    approver = person("CO", name="Anna")
    old, new = make_item("Visits during lockdown"), make_item("Visits in recovery", topics=["schools"])
    for item in (old, new):
        for number in (1, 2):
            make_issued(item, number, author=keeper, approver=approver, title=f"{item.title}, {number}")
    open_as(page, live_server, keeper, reverse("guidance_item", args=[old.uid]))
    page.get_by_role("link", name="Say what takes its place").click()
    page.get_by_label("Number of the guidance that takes its place").fill(new.label)
    fill_date(page, "From which day?", new.recorded_at.date())
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(f"{new.label} takes the place of {old.label}.")).to_be_visible()
    steps = page.get_by_role("list", name="Versions, and what took their place").get_by_role("listitem")
    expect(steps).to_have_count(4)
    expect(steps.nth(0)).to_contain_text("Superseded")
    expect(steps.nth(3)).to_contain_text("In force")
    look(page, "guidance chain")
    page.get_by_role("button", name="I have looked at the source").click()
    page.get_by_label("Nothing has changed").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Kept: you looked at the source today.")).to_be_visible()

    page.goto(live_server.url + reverse("guidance"))
    page.get_by_label("Topic").select_option("schools")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("row")).to_have_count(2)
    look(page, "guidance list")
    page.get_by_role("button", name="I have seen these").click()
    expect(page.get_by_text("Nothing is new since you last looked")).to_be_visible()
    page.get_by_role("link", name="List for the board’s paper").click()
    look(page, "guidance printed list")
    assert GuidanceItem.objects.count() == 2
