"""A version from its receipt to its issue by two people, and every page of interpretation at both widths."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from guidance.constants import VersionState
from guidance.models import GuidanceVersion
from tests.browser.test_decisions import look
from tests.browser.test_records import open_as
from tests.guidance.factories import make_item, make_version
from tests.guidance.interpretation_world import PARAGRAPHS, World, make_world, version_in, written

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
S = VersionState


@pytest.fixture
def world(live_server) -> World:
    return make_world()


def test_from_receipt_to_issue(live_server, page: Page, world: World):
    of = version_in(world, S.RECEIVED, title="Visits to children in care")
    open_as(page, live_server, world.author, reverse("guidance_work"))
    page.get_by_role("link", name="Visits to children in care").click()
    page.get_by_role("button", name="Say whether it matters here").click()
    page.get_by_label("Yes: interpret it").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Write what it means here").click()
    page.get_by_label("What does it mean here?").fill("Each child is seen each week, as C-0001 is.")
    page.get_by_label("What do people have to do now?").fill("Ring first.")
    page.get_by_label("What does paragraph 1 mean here?").fill("Also in the holidays.")
    page.get_by_label("How binding is paragraph 2 here?").select_option("must")
    page.get_by_role("button", name="Save draft").click()
    # The text looks personal: the page says so, keeps what was typed, and asks.
    page.get_by_role("link", name="This text looks as if it holds a child’s reference").click()
    expect(page.get_by_label("What does paragraph 1 mean here?")).to_have_value("Also in the holidays.")
    look(page, "write_interpretation refused")
    page.get_by_label("What does it mean here?").fill("Each child is seen each week.")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("That is easy to read.")).to_be_visible()
    page.get_by_role("button", name="Put it forward for approval").click()
    page.get_by_role("button", name="Put it forward").click()
    expect(page.get_by_text("You wrote it or put it forward.")).to_be_visible()
    expect(page.get_by_role("button", name="Approve it or send it back")).to_have_count(0)

    open_as(page, live_server, world.approver, reverse("guidance_work") + "?whose=approve")
    page.get_by_role("link", name="Visits to children in care").click()
    page.get_by_role("button", name="Approve it or send it back").click()
    page.get_by_label("Yes: it may be issued as it is").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Approved. It can be issued now.")).to_be_visible()
    page.get_by_role("button", name="Issue it").click()
    page.get_by_role("button", name="Issue it").click()
    expect(page.get_by_text("Issued. Everybody whom it is for is to answer by")).to_be_visible()
    assert GuidanceVersion.objects.get(pk=of.pk).state == S.ISSUED

    open_as(page, live_server, world.worker, reverse("guidance_item", args=[of.item.uid]))
    page.get_by_role("link", name="Read it beside the issuer’s words").click()
    expect(page.get_by_text("Also in the holidays.")).to_be_visible()
    assert "Visits" not in page.url + page.title()


def test_the_source_stands_beside_on_a_desk_and_above_on_a_telephone(live_server, page: Page, world: World):
    of = version_in(world, S.ASSESSED)
    open_as(page, live_server, world.author, reverse("write_interpretation", args=[of.uid]))
    source = page.get_by_text(PARAGRAPHS[0])
    note = page.get_by_label("What does paragraph 1 mean here?")
    for width, is_beside in ((1280, True), (360, False)):
        page.set_viewport_size({"width": width, "height": 900})
        left, right = source.bounding_box(), note.bounding_box()
        assert (right["x"] > left["x"] + left["width"] / 2) is is_beside
        if not is_beside:
            assert right["y"] > left["y"] + left["height"] / 2


def test_nothing_stands_in_the_way_of_anybody(live_server, page: Page, world: World):
    """axe on every page of interpretation, at the widths of a telephone and of a desk."""
    item = make_item("A long title " * 15, owner=world.author)
    of = {state.value: version_in(world, state) for state in S}
    of["issued"] = version_in(world, S.ISSUED, item=item)
    later = make_version(item, 2, paragraphs=PARAGRAPHS * 15, state=S.ASSESSED)
    draft = written(world, later, meaning="word " * 40 + "averyveryverylongword" * 10)
    open_as(page, live_server, world.author, reverse("submit_interpretation", args=[later.uid]))
    look(page, "submit_interpretation")
    page.get_by_role("button", name="Put it forward").click()
    of |= {"later": later, "in_review": GuidanceVersion.objects.get(pk=draft.of_id)}
    for user, pages in (
        (world.author, ("guidance_work", "guidance_topics", "guidance_time_to_issue")),
        (world.author, tuple(f"interpretation {state.value}" for state in S)),
        (world.author, ("interpretation later", "write_interpretation assessed", "assess_guidance received")),
        (world.author, ("set_aside_guidance assessed", "take_up_guidance set_aside")),
        (world.approver, ("review_interpretation in_review", "interpretation in_review")),
        (world.approver, ("take_back_guidance approved", "issue_guidance approved")),
        (world.worker, ("interpretation issued",)),
    ):
        for name in pages:
            view, _, which = name.partition(" ")
            open_as(page, live_server, user, reverse(view, args=[of[which].uid] if which else []))
            look(page, name)
