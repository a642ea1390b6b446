"""Who opens the pages of the training programme: all who take part read it; a partner books for the own
organisation, the coordinator for all."""

from datetime import timedelta
from uuid import UUID

from partners.models import Course, TrainingEvent
from tests.house.access import Row

_VIEWERS = "BM PR CO AU"
_EVENT = {"ids": {"uid": "training_event"}}

ROWS = {
    "training": Row(_VIEWERS),
    "training_export": Row("CO"),
    "add_course": Row("CO", "CO"),
    "set_usual_demand": Row("CO", "CO"),
    "add_training_event": Row("CO", "CO"),
    "training_event": Row(_VIEWERS, **_EVENT),
    "change_training_event": Row("CO", "CO", **_EVENT),
    "cancel_training_event": Row("CO", "CO", **_EVENT),
    "book_training": Row(
        "PR CO",
        "PR CO",
        ids={"uid": "training_event", "organisation": "organisation"},
        beyond={"organisation": "other_organisation"},
        all_rows="CO",
    ),
    "record_training": Row("CO", "CO", **_EVENT),
}


def ids(people, own, other, at) -> dict[str, UUID]:
    course = Course.objects.create(title="Working together", level="1")
    event = TrainingEvent.objects.create(
        course=course, mode="webinar", held_on=at.date() + timedelta(days=7), places=10
    )
    return {"training_event": event.uid}
