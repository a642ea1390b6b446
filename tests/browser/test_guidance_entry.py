"""A list of 220 pieces of guidance from a paste to the register, and a changed page, in a browser at both
widths."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from guidance.models import GuidanceItem, SourceChange
from tests.browser.test_decisions import look
from tests.browser.test_records import open_as
from tests.guidance.factories import make_item, make_version
from tests.people import person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def keeper(live_server):
    return person("CO", name="Cora Coordinator")


def on_register(title: str, key: str):
    item = make_item(title, url=f"https://www.{key}", url_key=key)
    make_version(item, paragraphs=("Visits should be in person.",))
    return item


def test_a_list_from_paste_to_register(live_server, page: Page, keeper):
    item = on_register("Vulnerable children and young people", "gov.uk/vulnerable")
    rows = [f"Circular {number} of June\tgov.uk/{number}\t1/6/2020" for number in range(218)]
    rows += [
        "Vulnerable children after June\tgov.uk/vulnerable\t8/6/2020",
        "Broken\tgov.uk/broken\t31/02/2020",
    ]
    open_as(page, live_server, keeper, reverse("guidance"))
    page.get_by_role("link", name="Add a list").click()
    look(page, "paste_guidance")
    page.get_by_label("Paste the list").fill("\n".join(["Title\tLink\tPublished", *rows]))
    page.get_by_label("Issuer").fill("Department for Education")
    page.get_by_role("checkbox", name="Police", exact=True).check()
    page.get_by_role("button", name="Check the list").click()
    expect(page.get_by_text("There is no such day as “31/02/2020”")).to_be_visible()
    expect(page.get_by_role("radio", name=f"New version of {item.label}")).to_be_checked()
    look(page, "guidance_list with faults")
    page.get_by_role("button", name="Save the list").click()
    page.get_by_role("link", name="Line 221: correct it, or leave it out").click()
    page.get_by_role("link", name="Correct the list").first.click()
    box = page.get_by_label("Paste the list")
    box.fill(box.input_value().replace("31/02/2020", "28/02/2020"))
    page.get_by_role("button", name="Check the list").click()
    page.get_by_role("checkbox", name="Leave line 2 out").check()
    page.get_by_role("button", name="Save the list").click()
    expect(page.get_by_text("List saved: 218 added, 1 new version, 1 left out.")).to_be_visible()
    assert GuidanceItem.objects.count() == 219
    assert item.versions.count() == 2


def test_nothing_stands_in_the_way_of_anybody(live_server, page: Page, keeper):
    """axe on the pages of lists and changed pages, at the widths of a telephone and of a desk."""
    item = on_register("Visits " * 40, "gov.uk/visits")
    change = SourceChange.objects.create(
        item=item,
        found_at=timezone.now(),
        public_updated_at=timezone.now() - timedelta(hours=1),
        title="Visits " * 40,
        note="What visits must record was changed",
        paragraphs=[{"label": "", "text": "Visits should be by video."}, {"label": "2", "text": "New"}],
    )
    open_as(page, live_server, keeper, reverse("guidance_lists"))
    look(page, "guidance_lists empty")
    open_as(page, live_server, keeper, reverse("source_changes"))
    look(page, "source_changes")
    for name in ("source_change", "take_source_change", "dismiss_source_change"):
        open_as(page, live_server, keeper, reverse(name, args=[change.uid]))
        look(page, name)
