"""The board's work in a browser: a threat to a risk, an escalation and a challenge to their answers; axe at
the widths of a telephone and of a desk."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from riskregister.models import Challenge, Escalation, Signal
from riskregister.services.challenges import AskedAbout
from riskregister.services.escalations import About
from tests.browser.test_decisions import fill_date, look
from tests.browser.test_records import open_as
from tests.riskregister.board_world import (
    World,
    accepted,
    answered,
    asked,
    challenge_answered,
    confirmed,
    decided,
    escalated,
    make_world,
    raised,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)


@pytest.fixture
def world(live_server) -> World:
    return make_world()


def test_from_a_threat_to_the_answer_of_the_board(live_server, page: Page, world: World):
    today = timezone.localdate()
    open_as(page, live_server, world.worker, reverse("signals"))
    page.get_by_role("button", name="Raise an emerging threat").click()
    page.get_by_label("In a few words").fill("More babies with injuries")
    page.get_by_label("What have you noticed?").fill("Three hospitals report more than usual")
    page.get_by_label("How did you notice it?").fill("Hospital liaison")
    page.get_by_label("Low: mostly judgement").check()
    page.get_by_label("What is it about?").select_option("sight")
    page.get_by_role("button", name="Raise it").click()
    expect(page.get_by_text("Raised. The coordinator looks at it.")).to_be_visible()
    signal = Signal.objects.get()

    open_as(page, live_server, world.coordinator, reverse("signal", args=[signal.uid]))
    page.get_by_role("link", name="Put it before the board").click()
    page.get_by_label("What is the board asked, and why now?").fill("Only you can move staff")
    fill_date(page, "By which day must the board answer?", today + 14 * DAY)
    page.get_by_role("button", name="Put it before the board").click()
    expect(page.get_by_text("Put before the board. Its members are told.")).to_be_visible()
    made = Escalation.objects.get()

    open_as(page, live_server, world.board, reverse("escalations"))
    page.get_by_role("link", name="More babies with injuries").click()
    page.get_by_role("button", name="Answer for the board").click()
    page.get_by_label("What does the board answer?").fill("Two health visitors move")
    page.get_by_role("button", name="Save answer").click()
    expect(page.get_by_text("In 90 days the board is asked what changed")).to_be_visible()
    assert made.title not in page.url + page.title()

    page.goto(live_server.url + reverse("ask_challenge"))
    page.get_by_label("Which partner do you ask?").select_option(label="Moorland Police")
    page.get_by_label("What is the partner to account for?").fill("Why did referrals fall?")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("The partner’s lead and deputies are told.")).to_be_visible()
    challenge = Challenge.objects.get()
    open_as(page, live_server, world.lead, reverse("challenges"))
    page.get_by_role("link", name="Why did referrals fall?").click()
    page.get_by_role("button", name="Answer").click()
    page.get_by_label("Your answer").fill("Schools were closed")
    page.get_by_role("button", name="Save answer").click()
    expect(page.get_by_text("A board member says whether the answer holds.")).to_be_visible()
    challenge.refresh_from_db()
    assert challenge.answered_by == world.lead


def test_nothing_stands_in_the_way_of_anybody(live_server, page: Page, world: World):
    """axe on every page of the board's work, at the widths of a telephone and of a desk."""
    now = timezone.now()
    past = {"now": now - 120 * DAY}
    long = "A long title " * 15
    signal = raised(world, title=long, organisation=world.police, now=now)
    late = escalated(world, title=long, **past)
    done = answered(world, about=About(risk=world.own_risk), **past)
    waits = asked(world, about=AskedAbout(risk=world.risk), **past)
    weighed = challenge_answered(world, now=now)
    look_due = accepted(world, **past)
    written = decided(
        world,
        title=long,
        now=now,
        decided_on=now.date() - 9 * DAY,
        look_again_on=now.date() + 90 * DAY,
    )
    kept = confirmed(world, **past, decided_on=now.date() - 120 * DAY, look_again_on=now.date() - 30 * DAY)
    pages = {
        world.coordinator: (
            ("signals", None),
            ("signal", signal),
            ("watch_signal", signal),
            ("dismiss_signal", signal),
            ("promote_signal", signal),
            ("escalate", None),
            ("record_decision", None),
            ("edit_board_decision", written),
        ),
        world.second: (
            ("escalations", None),
            ("escalation", late),
            ("answer_escalation", late),
            ("escalation_changed", done),
            ("challenges", None),
            ("ask_challenge", None),
            ("challenge", look_due),
            ("accept_answer", weighed),
            ("reopen_challenge", weighed),
            ("decisions_of_the_board", None),
            ("board_decision", kept),
            ("confirm_board_decision", written),
        ),
        world.lead: (("raise_signal", None), ("challenge", waits), ("answer_challenge", waits)),
    }
    for user, shown in pages.items():
        for name, record in shown:
            open_as(page, live_server, user, reverse(name, args=[record.uid] if record else []))
            look(page, name)
