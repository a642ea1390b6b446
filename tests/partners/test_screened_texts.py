"""Texts that look as if they were of one child are held back once, on every form that others read."""

from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from accounts.models import AuditEvent
from partners.models import AgendaItem, RecoveryPlan
from tests.partners.meetings_world import NOW, hold, make_series, make_world
from tests.visits.test_records_pages import as_, text_of

pytestmark = pytest.mark.django_db
PERSONAL = "The girl, 3rd April 2011, waits"
LATER = NOW.replace(day=15)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def meeting(world):
    return hold(world, make_series(world).meetings.get(number=1), now=LATER)


def held_back_then_kept(user, url: str, form: dict, saved) -> None:
    """Refused beside what was typed, with a box; with the box it is saved, and that is on the trail."""
    response = as_(user).post(url, form)
    shown = text_of(response)
    assert response.status_code == 200
    assert "looks as if it holds a date of birth" in shown
    assert PERSONAL in shown
    assert "It names no child" in shown
    assert not saved()
    assert as_(user).post(url, form | {"names_no_child": "on"}).status_code == 302
    assert saved()
    assert AuditEvent.objects.latest("pk").detail["stood_by"] == ["a date of birth"]


@pytest.mark.parametrize("field", ["notes", "decision"])
def test_notes(world, meeting, field):
    item = AgendaItem.objects.create(meeting=meeting, position=1, kind="other", title="Any other business")
    form = {"notes": "", "decision": "", "version": "1", field: PERSONAL}
    held_back_then_kept(
        world.coordinator,
        reverse("item_notes", args=[item.uid]),
        form,
        lambda: AgendaItem.objects.filter(**{field: PERSONAL}).exists(),
    )


def test_minutes(world, meeting):
    meeting.refresh_from_db()
    held_back_then_kept(
        world.coordinator,
        reverse("meeting_minutes", args=[meeting.uid]),
        {"minutes": PERSONAL, "version": str(meeting.version)},
        lambda: type(meeting).objects.filter(minutes=PERSONAL).exists(),
    )


def test_the_day_of_a_meeting_is_no_mark(world, meeting):
    meeting.refresh_from_db()
    form = {"minutes": "Minutes of meeting 1, 14 April 2020", "version": str(meeting.version)}
    with time_machine.travel(LATER.replace(year=2024), tick=False):
        assert as_(world.coordinator).post(
            reverse("meeting_minutes", args=[meeting.uid]), form
        ).status_code == 302  # fmt: skip


def test_a_new_plan(world):
    held_back_then_kept(
        world.partner,
        reverse("add_recovery_plan"),
        {
            "organisation": str(world.police.uid),
            "title": "Recovery",
            "remit": PERSONAL,
            "token": str(uuid4()),
        },
        lambda: RecoveryPlan.objects.filter(remit=PERSONAL).exists(),
    )


def test_a_plan_that_is_changed(world):
    plan = RecoveryPlan.objects.create(
        organisation=world.police, title="Recovery", remit="Response and custody", created_at=NOW
    )
    held_back_then_kept(
        world.partner,
        reverse("edit_recovery_plan", args=[plan.uid]),
        {"title": "Recovery", "remit": PERSONAL, "version": "1"},
        lambda: RecoveryPlan.objects.filter(remit=PERSONAL).exists(),
    )
