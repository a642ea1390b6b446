"""The last places, asked for by several at once, on PostgreSQL."""

from datetime import timedelta

import pytest
from django.db.models import Sum

from accounts.models import AuditHead
from partners.models import Booking, Course, TrainingEvent
from partners.services import training
from tests.partners.meetings_world import NOW, make_world
from tests.visits.test_records_concurrency import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.concurrency,
    pytest.mark.postgres,
]


@pytest.mark.parametrize("turn", range(3))
def test_never_more_than_there_are(turn):
    # As the migration leaves it; the flush between tests took it away.
    AuditHead.objects.get_or_create(pk=1)
    world = make_world()
    course = Course.objects.create(title="Working together", level="1")
    event = TrainingEvent.objects.create(
        course=course, mode="classroom", held_on=NOW.date() + timedelta(days=7), places=4
    )

    def ask(organisation):
        return lambda: training.book(
            user=world.coordinator, event=event, organisation=organisation, asked_for=3, version=0, now=NOW
        )

    outcomes = at_once(ask(world.police), ask(world.health), ask(world.school))
    assert [type(outcome) for outcome in outcomes] == [Booking] * 3
    assert Booking.objects.aggregate(all=Sum("booked"))["all"] == 4
    assert Booking.objects.aggregate(all=Sum("asked_for"))["all"] == 9
