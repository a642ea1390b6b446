"""Hazard flags, a decision on school and virtual family contact in a browser, at both widths."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.test_decisions import fill_date, look
from tests.browser.test_records import open_as
from tests.people import person
from tests.visits.factories import make_plan
from tests.visits.flags_world import contact_row, flag_row, make_kinds, school_row
from tests.visits.records_world import World, make_world
from visits.models import FamilyContact, HazardFlag, SchoolDecision

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)


@pytest.fixture
def world(live_server) -> World:
    make_kinds()
    made = make_world(start=today() - 70 * DAY)
    make_plan(made.child, "CIC", today() - 60 * DAY, team=made.team)
    return made


def today() -> date:
    return timezone.localdate()


def test_a_flag_from_raising_to_removal(live_server, page: Page, world: World):
    open_as(page, live_server, world.worker, reverse("child", args=[world.child.uid]))
    page.get_by_role("link", name="Raise a flag").click()
    page.get_by_label("Most vulnerable", exact=True).check()
    page.get_by_label("Why do you raise it?").fill("Nobody outside sees the child")
    page.get_by_label("Where do you know this from?").fill("Telephone call with the mother")
    fill_date(page, "From which day does it hold?", today())
    page.get_by_label("Not yet", exact=True).check()
    page.get_by_role("button", name="Raise this flag").click()
    page.get_by_role("link", name="Enter why the family is not told yet").click()
    page.get_by_label("Why not yet?").fill("It would put the child at risk")
    page.get_by_role("button", name="Raise this flag").click()
    expect(page.get_by_text("Flag raised. Another manager must agree to it.")).to_be_visible()
    expect(page.get_by_text("Not agreed yet")).to_be_visible()

    open_as(page, live_server, world.manager, reverse("flags_waiting"))
    page.get_by_role("link", name="Most vulnerable of C-0001").click()
    page.get_by_role("button", name="Agree to this flag").click()
    expect(page.get_by_text("Agreed. The flag now counts.")).to_be_visible()
    page.get_by_role("button", name="Review this flag").click()
    page.get_by_label("Why does the flag still stand?").fill("It is as it was")
    page.get_by_role("button", name="The flag still stands").click()
    expect(page.get_by_text("It is as it was")).to_be_visible()
    page.get_by_role("link", name="Remove this flag").click()
    page.get_by_label("Why do you remove this flag?").fill("The child is seen daily")
    page.get_by_role("button", name="Remove this flag").click()
    expect(page.get_by_text("The child is seen daily")).to_be_visible()
    assert HazardFlag.objects.get().cleared_by == world.manager
    assert "C-0001" not in page.url + page.title()


def test_school_and_family_contact(live_server, page: Page, world: World):
    open_as(page, live_server, world.worker, reverse("child", args=[world.child.uid]))
    page.get_by_role("link", name="Record a decision on school").click()
    fill_date(page, "Date of the decision", today())
    page.get_by_label("School or college").check()
    page.get_by_label("Police").check()
    page.get_by_label("Safe to attend school", exact=True).check()
    page.get_by_label("Why?").fill("The school has a place and the family agrees")
    fill_date(page, "Review date", today() + 14 * DAY)
    page.get_by_role("button", name="Save decision").click()
    expect(page.get_by_text("Decision recorded.")).to_be_visible()
    assert SchoolDecision.objects.get().took_part == ["police", "school"]

    page.get_by_role("link", name="Back to the child’s record").click()
    page.get_by_role("link", name="Arrange a contact").click()
    page.get_by_label("With whom?").fill("Mother")
    page.get_by_label("Video call").check()
    fill_date(page, "Planned date", today())
    page.get_by_role("button", name="Save contact").click()
    page.get_by_role("link", name="Record the result").click()
    page.get_by_label("Held in part", exact=True).check()
    page.get_by_label("If it was held in part or not held, why?").fill("The connection failed twice")
    page.get_by_role("button", name="Save result").click()
    expect(page.get_by_text("The connection failed twice")).to_be_visible()
    assert FamilyContact.objects.get().held == "partly"


def test_nothing_stands_in_the_way_of_anybody(live_server, page: Page, world: World):
    """axe on every page of flags, school and family contact, at the widths of a telephone and of a desk."""
    now = timezone.now()
    flag = flag_row(world.child, world.worker, now)
    past = {"starts_on": today() - 9 * DAY, "review_on": today() - DAY}
    flag_row(world.child, world.worker, now, kind="shielding", **past)
    contact = contact_row(world.child, world.worker, now)
    school_row(world.child, world.worker, now - 9 * DAY, review_on=today() - DAY)
    child = world.child.uid
    for user, pages in (
        (world.worker, {"raise_flag": child, "decide_school": child, "arrange_contact": child}),
        (world.worker, {"review_flag": flag.uid, "contact_outcome": contact.uid, "child": child}),
        (world.manager, {"flag": flag.uid, "clear_flag": flag.uid, "child_flags": child}),
        (world.manager, {"child_school": child, "child_contacts": child, "children": None}),
        (world.manager, {"flags_waiting": None, "flag_counts": None, "school_gaps": None}),
        (world.manager, {"contact_counts": None}),
        (person("BM"), {"flag_counts": None}),
    ):
        for name, uid in pages.items():
            open_as(page, live_server, user, reverse(name, args=[uid] if uid else []))
            look(page, name)
