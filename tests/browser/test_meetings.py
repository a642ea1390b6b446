"""A meeting from its series to agreed minutes, and training, in a browser at both widths."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from partners.constants import EventState
from partners.models import AgendaItem, Attendance, Booking, Course, MeetingSeries, TrainingEvent, UsualDemand
from partners.services import panels
from tests.browser.test_decisions import fill_date, look
from tests.browser.test_records import open_as
from tests.partners.meetings_world import World, make_world, meeting_row

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)


@pytest.fixture
def world(live_server) -> World:
    return make_world()


def test_a_series_and_its_first_agenda(live_server, page: Page, world: World):
    open_as(page, live_server, world.coordinator, reverse("meetings"))
    page.get_by_role("button", name="Add a series of meetings").click()
    page.get_by_label("Name of the series").fill("Fortnightly partners’ meeting")
    page.get_by_label("Partners' meeting", exact=True).check()
    page.get_by_label("Police", exact=True).check()
    page.get_by_label("Health trust", exact=True).check()
    fill_date(page, "From which day?", timezone.localdate())
    page.get_by_label("Every second week", exact=True).check()
    page.get_by_label("Tuesday", exact=True).check()
    page.get_by_label("At what time?").fill("10:30")
    page.get_by_role("button", name="Add this series").click()
    page.get_by_role("link", name="Meeting 1", exact=True).click()
    page.get_by_role("button", name="Build the agenda").click()
    expect(page.get_by_text("2 items added.")).to_be_visible()
    page.get_by_role("button", name="Add an item").click()
    page.get_by_label("Item", exact=True).fill("A contract")
    page.get_by_label("Only some organisations").check()
    page.get_by_role("group", name="Which organisations?").get_by_label("Police").check()
    page.get_by_role("button", name="Add this item").click()
    page.get_by_role("button", name=re.compile("Up.*A contract")).click()
    page.get_by_role("button", name="Issue the agenda").click()
    expect(page.get_by_role("heading", name="2. A contract")).to_be_visible()
    url = page.url.removeprefix(live_server.url)
    open_as(page, live_server, world.neighbour, url)
    expect(page.get_by_role("heading", name="2. Any other business")).to_be_visible()
    assert "contract" not in page.content()
    assert MeetingSeries.objects.get().meetings.first().agenda_issued_at


def test_nothing_stands_in_the_way_of_anybody(live_server, page: Page, world: World):
    """axe on every page of meetings, panels and training, at the widths of a telephone and of a desk."""
    now = timezone.now()
    coming = meeting_row("Partners’ meeting", now + DAY, world.police, world.health)
    held = meeting_row(
        "Partners’ meeting", now - 13 * DAY, number=2, state="held", minutes_state="draft", minutes="All well"
    )
    meeting_row("Partners’ meeting", now - DAY, number=3, state="held")
    AgendaItem.objects.create(meeting=coming, position=1, kind="other", title="Any other business")
    item = AgendaItem.objects.create(meeting=held, position=1, kind="other", title="Half-term", notes="Parks")
    for number in range(1, 7):
        one = meeting_row(
            "MACE panel", now - 7 * number * DAY, world.police, world.health, kind="panel", number=number,
            state="held", cases=number * 2,
        )  # fmt: skip
        Attendance.objects.create(meeting=one, organisation=world.police, state="present")
        Attendance.objects.create(meeting=one, organisation=world.health, state="apologies")
    audit = panels.plan_audit(
        user=world.coordinator, series=one.series, scope="Outcomes for young people", method="",
        due_on=now.date() - DAY, token=uuid4(), now=now,
    )  # fmt: skip
    course = Course.objects.create(title="Working together to safeguard children", level="2")
    event = TrainingEvent.objects.create(course=course, mode="webinar", held_on=now.date(), places=10)
    Booking.objects.create(event=event, organisation=world.police, asked_for=14, booked=10, at=now)
    UsualDemand.objects.create(level="2", effective_from="2020-01-01", places_a_month=8, source="2019")
    TrainingEvent.objects.create(
        course=course, mode="classroom", held_on=now.date() - 20 * DAY, places=10,
        state=EventState.CANCELLED, note="Face-to-face training withdrawn",
    )  # fmt: skip
    series = coming.series.uid
    for user, pages in (
        (
            world.coordinator,
            {"meetings": None, "series": series, "add_series": None, "series_cadence": series},
        ),
        (world.coordinator, {"series_members": series, "pause_series": series, "minutes_open": None}),
        (
            world.coordinator,
            {"meeting": coming.uid, "add_agenda_item": coming.uid, "move_meeting": coming.uid},
        ),
        (
            world.coordinator,
            {"meeting_attendance": held.uid, "item_notes": item.uid, "agree_minutes": held.uid},
        ),
        (world.partner, {"meeting": held.uid, "meeting_print": held.uid}),
        (world.board, {"panels": None, "panel": one.series.uid}),
        (world.coordinator, {"panel": one.series.uid, "finish_panel_audit": audit.uid}),
        (world.coordinator, {"training": None, "training_event": event.uid, "record_training": event.uid}),
        (world.coordinator, {"add_training_event": None, "set_usual_demand": None, "add_course": None}),
    ):
        for name, uid in pages.items():
            open_as(page, live_server, user, reverse(name, args=[uid] if uid else []))
            look(page, name)
    open_as(page, live_server, world.partner, reverse("book_training", args=[event.uid, world.police.uid]))
    look(page, "book_training")
