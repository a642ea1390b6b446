"""A concern from the return's partner to the board and back, and its action, in a browser at both widths."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from partners.constants import ActionState, ConcernState, Priority
from partners.models import Action, Concern
from tests.browser.test_decisions import fill_date, look
from tests.browser.test_records import open_as
from tests.partners.concerns_world import World, action_row, concern_row, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)


@pytest.fixture
def world(live_server) -> World:
    return make_world()


def test_from_raising_to_closing(live_server, page: Page, world: World):
    today = timezone.localdate()
    open_as(page, live_server, world.lead, reverse("concerns"))
    page.get_by_role("button", name="Raise a concern or success").click()
    page.get_by_label("Concern", exact=True).check()
    page.get_by_label("High: children may come to harm").check()
    page.get_by_label("In a few words").fill("Health visitors see fewer babies")
    page.get_by_label("What do you see?").fill("Babies such as C-0001 wait")
    page.get_by_label("What is it about?").select_option("services")
    page.get_by_label("A whole partner").check()
    page.get_by_role("button", name="Raise it").click()
    # The text looks personal: the page says so, keeps what was typed, and asks.
    page.get_by_role("link", name="This text looks as if it holds a child’s reference").click()
    expect(page.get_by_label("What do you see?")).to_have_value("Babies such as C-0001 wait")
    look(page, "raise_concern refused")
    page.get_by_label("What do you see?").fill("Home visits stopped in two localities")
    page.get_by_role("button", name="Raise it").click()
    expect(page.get_by_text("Concern raised. The coordinator looks at it.")).to_be_visible()
    concern = Concern.objects.get()

    open_as(page, live_server, world.coordinator, reverse("concerns_triage"))
    page.get_by_role("link", name="Health visitors see fewer babies").click()
    page.get_by_role("button", name="Take it up").click()
    page.get_by_label("Who looks into it?").select_option(label="Lena Lead")
    page.get_by_role("button", name="Take up this concern").click()
    expect(page.get_by_text("Taken up. The clock runs")).to_be_visible()
    page.get_by_role("link", name="Add an action").click()
    page.get_by_label("What is to be done, in a few words").fill("Count the babies")
    page.get_by_label("Which organisation does it?").select_option(label="Moorland Police")
    page.get_by_label("Who owns it?").select_option(label="Lena Lead, Moorland Police")
    page.get_by_label("High", exact=True).check()
    fill_date(page, "By which day?", today + 7 * DAY)
    page.get_by_role("button", name="Add this action").click()
    expect(page.get_by_text("Action added.")).to_be_visible()

    page.goto(live_server.url + reverse("concern", args=[concern.uid]))
    page.get_by_role("link", name="Put it before the board").click()
    page.get_by_label("What is the board asked, and why now?").fill("Only you can move staff")
    fill_date(page, "By which day must the board answer?", today + 14 * DAY)
    page.get_by_role("button", name="Put this before the board").click()
    expect(page.get_by_text("Put before the board.").first).to_be_visible()
    open_as(page, live_server, world.board, reverse("concern", args=[concern.uid]))
    page.get_by_role("button", name="Answer for the board").click()
    page.get_by_label("What is done about it?").fill("Two health visitors move")
    page.get_by_role("button", name="Save answer").click()
    expect(page.get_by_text("Answered.", exact=True)).to_be_visible()

    open_as(page, live_server, world.coordinator, reverse("concern", args=[concern.uid]))
    page.get_by_role("button", name="Close it").click()
    page.get_by_label("What is different for children?").fill("Every baby is seen at home")
    page.get_by_label("Figures").check()
    page.get_by_role("button", name="Close this concern").click()
    expect(page.get_by_text("Closed. It stays on record with what you wrote.")).to_be_visible()
    assert "Health visitors" not in page.url + page.title()


def test_an_action_to_its_verification(live_server, page: Page, world: World):
    action = action_row(
        world.police, world.coordinator, owner=world.lead, priority=Priority.HIGH, now=timezone.now()
    )
    open_as(page, live_server, world.lead, reverse("my_actions"))
    page.get_by_role("link", name="Say how many babies wait").click()
    page.get_by_role("button", name="Finish it").click()
    page.get_by_label("What shows that it is done?").fill("The list of 12 June")
    page.get_by_label("What is different for children?").fill("Babies are seen")
    page.get_by_label("Figures").check()
    page.get_by_role("button", name="Finish it").click()
    expect(page.get_by_text("somebody else must verify it")).to_be_visible()
    open_as(page, live_server, world.board, reverse("actions_to_verify"))
    page.get_by_role("link", name="Say how many babies wait").click()
    page.get_by_role("button", name="Verify this action").click()
    expect(page.get_by_text("Verified.", exact=True)).to_be_visible()
    action.refresh_from_db()
    assert action.state == ActionState.VERIFIED


def test_nothing_stands_in_the_way_of_anybody(live_server, page: Page, world: World):
    """axe on every page of concerns and actions, at the widths of a telephone and of a desk."""
    now = timezone.now()
    past = {"now": now - 30 * DAY}
    late = concern_row(world.police, ConcernState.TRIAGED, by=world.lead, owner=world.lead, **past)
    raised = concern_row(world.health, ConcernState.PROPOSED, title="A long title " * 15, **past)
    concern_row(world.police, by=world.lead, kind="success", now=now)
    answered = concern_row(world.police, ConcernState.ANSWERED, by=world.coordinator, now=now)
    escalated = concern_row(world.police, ConcernState.ESCALATED, by=world.coordinator, **past)
    source = {"source_uid": late.uid, "now": now - 30 * DAY}
    action = action_row(world.police, world.coordinator, owner=world.lead, priority=Priority.HIGH, **source)
    done = action_row(world.police, world.lead, ActionState.DONE, priority=Priority.HIGH, **source)
    Action.objects.filter(pk=action.pk).update(title="A long title " * 15)
    add = f"{reverse('add_action')}?source=concern&of={late.uid}"
    of = {
        "late": late,
        "raised": raised,
        "answered": answered,
        "escalated": escalated,
        "open": action,
        "done": done,
    }
    for user, pages in (
        (world.coordinator, ("concerns", "concerns_triage", "concern late", "triage_concern raised")),
        (world.coordinator, ("decline_concern raised", "escalate_concern late", "answer_concern late")),
        (world.coordinator, ("close_concern answered", "reopen_concern answered", "actions", "action done")),
        (world.coordinator, ("reopen_action done", "withdraw_action open")),
        (world.board, ("concerns_before_board", "answer_for_board escalated", "actions_to_verify")),
        (world.lead, ("raise_concern", "my_concerns", "my_actions", "action open", "finish_action open")),
        (world.lead, ("slip_action open", "reassign_action open")),
    ):
        for name in pages:
            view, _, which = name.partition(" ")
            open_as(page, live_server, user, reverse(view, args=[of[which].uid] if which else []))
            look(page, name)
    open_as(page, live_server, world.coordinator, add)
    look(page, "add_action")
