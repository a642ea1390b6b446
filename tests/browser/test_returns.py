"""A return in a browser: unchanged in three clicks, changed without help, saved as one types, at both
widths."""

import time
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import APIResponse, Page, Route, expect

from accounts.models import AuditHead
from partners.constants import Duty, ReturnState
from partners.facts.questions import GivenAnswer
from partners.models import Answer, Return, Submission
from partners.services import returns as services
from tests.browser.test_decisions import look
from tests.browser.test_records import open_as
from tests.partners.factories import make_cycle, represent
from tests.partners.return_world import World, make_world, save
from tests.people import person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)
SAVE_OFTEN = (
    "document.addEventListener('readystatechange', () => {"
    "const form = document.querySelector('form[data-autosave]'); if (form) form.dataset.every = '200'; })"
)


@pytest.fixture
def world(live_server) -> World:
    AuditHead.objects.get_or_create(pk=1)
    made = make_world(cycles=0)
    start = timezone.localdate() - 14 * 3 * DAY - DAY
    made.cycles = [make_cycle(number + 1, start + number * 14 * DAY) for number in range(3)]
    made.sent(1)
    made.sent(2)
    return made


def test_an_unchanged_return_is_three_clicks(live_server, page: Page, world: World):
    return_ = world.now_due
    open_as(page, live_server, world.lead, reverse("returns"))
    page.get_by_role("link", name="Cycle 3").click()
    page.get_by_role("button", name="Nothing has changed").click()
    expect(page.get_by_text("Confirmed unchanged. Same since cycle 1, 4 weeks").first).to_be_visible()
    page.get_by_role("button", name="Confirm and send").click()
    expect(page.get_by_text("Return sent.")).to_be_visible()
    return_.refresh_from_db()
    assert return_.state == ReturnState.SUBMITTED
    assert Submission.objects.get(of_return=return_).counts["confirmed"] == 4


def test_a_changed_return_without_help(live_server, page: Page, world: World):
    open_as(page, live_server, world.lead, reverse("return", args=[world.now_due.uid]))
    page.get_by_role("link", name="Change answers in Services").click()
    asked_if = page.get_by_label("Which service is paused, and why?")
    expect(asked_if).to_be_hidden()
    page.get_by_label("Paused", exact=True).check()
    expect(asked_if).to_be_visible()
    page.get_by_label("Children waiting").fill("about ten")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("link", name="Enter a whole number, like 12")).to_be_visible()
    page.get_by_label("Children waiting").fill("1,200")
    asked_if.fill("The clinic, for want of staff")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    expect(page.get_by_text("Before: As usual")).to_be_visible()
    expect(page.get_by_text("1,200 children")).to_be_visible()
    page.get_by_role("button", name="Confirm and send").click()
    expect(page.get_by_text("Return sent.")).to_be_visible()


def test_what_is_typed_is_saved_without_a_button(live_server, page: Page, world: World):
    url = reverse("return_answers", args=[world.now_due.uid]) + "?section=services"
    page.add_init_script(SAVE_OFTEN)
    open_as(page, live_server, world.lead, url)
    page.get_by_label("Children waiting").fill("7")
    expect(page.locator("[data-autosave-status]")).to_contain_text("Saved ")
    # Only what was touched: the rest is neither saved nor confirmed.
    assert list(Answer.objects.filter(of_return=world.now_due).values_list("question__code", "value")) == [
        ("waiting", 7)
    ]
    # Its own save is not another person's.
    page.get_by_label("Children waiting").fill("8")
    expect_value(world.now_due, "waiting", 8)
    save(world.now_due, world.deputy, {"waiting": GivenAnswer(55)}, now=timezone.now())
    page.get_by_label("Children waiting").fill("9")
    expect(page.get_by_text("Yours is not saved over it")).to_be_visible()
    expect(page.get_by_text("55 children")).to_be_visible()
    expect_value(world.now_due, "waiting", 55)
    page.context.clear_cookies()
    page.get_by_label("Staff unavailable").fill("20")
    expect(page.get_by_text("You have been signed out")).to_be_visible()
    expect(page.get_by_label("Staff unavailable")).to_have_value("20")
    page.once("dialog", lambda dialog: dialog.accept())


def test_the_button_waits_for_a_save_that_is_on_its_way(live_server, page: Page, world: World):
    """Or it would meet its own save as another person's."""
    held: list[tuple[Route, APIResponse]] = []
    autosave = live_server.url + reverse("autosave_return", args=[world.now_due.uid])
    page.route(autosave, lambda route: held.append((route, route.fetch())))
    page.add_init_script(SAVE_OFTEN)
    url = reverse("return_answers", args=[world.now_due.uid]) + "?section=services"
    open_as(page, live_server, world.lead, url)
    page.get_by_label("Children waiting").fill("7")
    for _ in range(100):
        if held:
            break
        page.wait_for_timeout(100)
    expect_value(world.now_due, "waiting", 7)
    page.get_by_label("Children waiting").fill("8")
    page.get_by_role("button", name="Save and continue").dblclick()
    expect(page.get_by_role("heading", name="Services")).to_be_visible()
    [(route, answer)] = held
    route.fulfill(response=answer)
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    expect(page.get_by_text("8 children")).to_be_visible()
    # Nothing was sent behind the button.
    assert len(held) == 1


def expect_value(return_: Return, code: str, value: int) -> None:
    for _ in range(50):
        found = Answer.objects.filter(of_return=return_, question__code=code).first()
        if found and found.value == value:
            return
        time.sleep(0.1)
    assert found and found.value == value


def test_nothing_stands_in_the_way_of_anybody(live_server, page: Page, world: World):
    """axe on every page of returns, at the widths of a telephone and of a desk."""
    return_, now = world.now_due, timezone.now()
    represent(person("PR", name="Another contributor"), world.own, Duty.CONTRIBUTOR)

    def see(user, name: str, query: str = "") -> None:
        url = reverse(name, args=[] if name.startswith("returns") else [return_.uid])
        open_as(page, live_server, user, url + query)
        look(page, name)

    see(world.lead, "returns")
    see(world.lead, "return")
    see(world.lead, "return_answers", "?section=services")
    page.get_by_label("Children waiting").fill("x")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("link", name="Enter a whole number, like 12")).to_be_visible()
    look(page, "answers with errors")
    see(world.lead, "assign_return")
    see(world.lead, "submit_return")
    services.confirm_unchanged(user=world.lead, return_=return_, now=now)
    see(world.lead, "return")
    see(world.lead, "submit_return")
    see(world.contributor, "submit_return")
    page.context.clear_cookies()
    open_as(page, live_server, world.lead, reverse("submit_return", args=[return_.uid]))
    page.get_by_role("button", name="Confirm and send").click()
    expect(page.get_by_text("Return sent.")).to_be_visible()
    look(page, "sent")
    see(world.coordinator, "returns")
    see(world.coordinator, "returns_to_look_at")
    see(world.coordinator, "return")
    see(world.coordinator, "send_back_return")
    page.get_by_label("Why do you send this return back?").fill("Two figures do not agree")
    page.get_by_label("Children waiting (optional)").fill("Last week it was 40")
    page.get_by_role("button", name="Send back").click()
    expect(page.get_by_text("Return sent back to Own police.")).to_be_visible()
    see(world.lead, "return")
    see(world.lead, "return_answers", "?section=services")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    page.get_by_role("button", name="Confirm and send").click()
    expect(page.get_by_text("Return sent.")).to_be_visible()
    see(world.coordinator, "return")
    page.get_by_role("button", name="Accept this return").click()
    expect(page.get_by_text("accepted.")).to_be_visible()
    see(world.coordinator, "unlock_return")
