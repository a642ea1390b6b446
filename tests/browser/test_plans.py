"""A recovery plan in a browser, from its draft to the board's view, at both widths."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from partners.models import Backlog, Dependency, RecoveryPlan, ScenarioSet, Service
from tests.browser.test_decisions import fill_date, look
from tests.browser.test_records import open_as
from tests.partners.plans_world import (
    World,
    add_backlog,
    add_plan,
    add_service,
    answer,
    ask,
    count,
    make_world,
    set_level,
    stage,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)


@pytest.fixture
def world(live_server) -> World:
    return make_world()


def today() -> date:
    return timezone.localdate()


def test_a_plan_from_its_draft_to_the_boards_view(live_server, page: Page, world: World):
    open_as(page, live_server, world.lead, reverse("recovery_plans"))
    page.get_by_role("link", name="Start a recovery plan").click()
    page.get_by_label("What is the plan called?").fill("Recovery of the police")
    page.get_by_label("What does it cover?").fill("Child protection and missing children")
    page.get_by_role("button", name="Start this plan").click()
    expect(page.get_by_text("This plan is a draft.")).to_be_visible()

    page.get_by_role("link", name="Add a service").click()
    page.get_by_label("What is the service called?").fill("Missing children interviews")
    page.get_by_label("What does it normally offer?").fill("An interview within three days")
    page.get_by_label("Reduced", exact=True).check()
    fill_date(page, "Since which day?", today())
    page.get_by_role("button", name="Add this service").click()
    page.get_by_role("link", name="Enter why the service is reduced or paused").click()
    page.get_by_label("Why? (needed where it is reduced or paused)").fill("Staff are isolating")
    page.get_by_role("button", name="Add this service").click()
    page.get_by_role("link", name="Back to the plan").click()

    page.get_by_role("link", name="Add a dependency").click()
    page.get_by_label("Whom does the plan rely on?").select_option("Health")
    page.get_by_label("What does it rely on them for?").fill("Medical examinations")
    page.get_by_role("button", name="Save dependency").click()
    page.get_by_role("button", name="Submit this plan").click()
    expect(page.get_by_text("Plan submitted.")).to_be_visible()
    page.get_by_role("button", name="Change the stage").click()
    page.get_by_label("Being delivered").check()
    page.get_by_role("button", name="Save stage").click()
    expect(page.get_by_text("Stage recorded.")).to_be_visible()

    open_as(page, live_server, world.other_lead, reverse("dependencies"))
    page.get_by_role("link", name="Medical examinations").click()
    page.get_by_label("Yes, we confirm it").check()
    page.get_by_role("button", name="Save answer").click()
    expect(page.get_by_text("Answer saved.")).to_be_visible()

    open_as(page, live_server, world.board, reverse("recovery_plans"))
    expect(page.get_by_text("Every dependency is confirmed.")).to_be_visible()
    expect(page.get_by_text("Police: Missing children interviews")).to_be_visible()
    assert Dependency.objects.get().answered_by == world.other_lead


def test_nothing_stands_in_the_way_of_anybody(live_server, page: Page, world: World):
    """axe on every page of recovery plans, at the widths of a telephone and of a desk."""
    made = fill(world)
    plan, service, backlog, asked = made
    own = {"recovery_plan": plan, "edit_recovery_plan": plan, "change_plan_stage": plan}
    own |= {"add_service_commitment": plan, "ask_dependency": plan, "add_backlog": plan}
    own |= {"service_commitment": service, "change_service_level": service, "take_service_off": service}
    own |= {"backlog": backlog, "record_backlog_count": backlog, "close_backlog": backlog}
    lists = {"recovery_plans": None, "service_commitments": None, "dependencies": None, "backlogs": None}
    for user, pages in (
        (world.lead, own),
        (world.other_lead, {"dependency": asked, "add_recovery_plan": None, "dependencies": None}),
        (world.board, lists | {"demand_scenarios": None}),
    ):
        for name, shown in pages.items():
            open_as(page, live_server, user, reverse(name, args=[shown.uid] if shown else []))
            look(page, name)


def fill(world: World) -> tuple[RecoveryPlan, Service, Backlog, Dependency]:
    now = timezone.now()
    day = today()
    plan = add_plan(world, now=now)
    stage(plan, world.lead, "agreed", on=day, now=now)
    service = add_service(plan, world.lead, on=day, now=now)
    set_level(service, world.lead, "reduced", on=day + 9 * DAY, now=now)
    add_service(plan, world.lead, "Interviews", "paused", on=day, now=now)
    backlog = add_backlog(plan, world.lead, now=now)
    stock = 120
    for number, (came_in, went_out) in enumerate(((20, 10), (18, 30), (15, 33), (16, 31))):
        count(backlog, world.lead, day + (number - 5) * 14 * DAY, stock, came_in, went_out, now=now)
        stock += came_in - went_out
    asked = ask(plan, world.lead, world.health, by=day + DAY, now=now)
    partnership = add_plan(world, user=world.coordinator, organisation=None, now=now)
    answer(ask(partnership, world.coordinator, world.health, now=now), world.other_lead, now=now)
    ScenarioSet.objects.create(
        code="demand", effective_from=day, name="Three increases", uplifts=[10, 20, 30], source="A report"
    )
    return plan, service, backlog, asked
