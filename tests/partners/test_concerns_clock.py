"""Late answers climb: each person is told once of each clock, also after an outage."""

import pytest

from operations.models import Notification
from partners.constants import ConcernState
from partners.services import concerns
from partners.services.concern_clock import tell_of_overdue
from tests.partners.concerns_world import DAY, NOW, TODAY, World, concern_row, make_world

pytestmark = pytest.mark.django_db
C = ConcernState


@pytest.fixture
def world() -> World:
    return make_world()


def told() -> set[str]:
    return {note.recipient.name for note in Notification.objects.select_related("recipient")}


@pytest.mark.parametrize(
    ("state", "people"),
    [
        (C.PROPOSED, {"Cora Coordinator"}),
        (C.RAISED, {"Cora Coordinator"}),
        (C.TRIAGED, {"Cora Coordinator", "Lena Lead"}),
        (C.ESCALATED, {"Cora Coordinator", "Bea Board"}),
        (C.ANSWERED, set()),
        (C.CLOSED, set()),
        (C.DECLINED, set()),
    ],
)
def test_who_is_told_once_the_time_has_passed(world, state, people):
    owner = world.lead if state in (C.TRIAGED, C.ESCALATED) else None
    by = None if state == C.PROPOSED else world.coordinator
    concern = concern_row(world.police, state, by=by, owner=owner)
    assert tell_of_overdue(concern.answer_due_at) == 0
    # Nine days without a scheduler, and then each once.
    assert tell_of_overdue(concern.answer_due_at + 9 * DAY) == len(people)
    assert tell_of_overdue(concern.answer_due_at + 10 * DAY) == 0
    assert told() == people


def test_a_new_clock_is_told_anew_and_no_text_goes_out(world):
    concern = concern_row(world.police, C.TRIAGED, by=world.lead)
    assert tell_of_overdue(NOW + 20 * DAY) == 1
    concerns.escalate(
        user=world.coordinator,
        concern=concern,
        expected_version=1,
        reason="Only the board can move staff",
        answer_by=TODAY + 30 * DAY,
        now=NOW + 20 * DAY,
    )
    assert tell_of_overdue(NOW + 29 * DAY) == 0
    assert tell_of_overdue(NOW + 31 * DAY) == 2
    for note in Notification.objects.all():
        assert concern.title not in note.title + note.text
        assert str(concern.uid) in note.href
