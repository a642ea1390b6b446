"""What a record says is kept before it is changed, in the same transaction and under its lock."""

from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.selectors import User
from partners.constants import KeptThing
from partners.models import Kept, Meeting, TrainingEvent
from partners.selectors.history import event_fields, meeting_fields


def keep_meeting(meeting: Meeting, user: User | None, now: datetime) -> None:
    came = {str(uid): state for uid, state in meeting.attendances.values_list("organisation__uid", "state")}
    _keep(KeptThing.MEETING, meeting.uid, meeting.version, meeting_fields(meeting, came), user, now)


def keep_event(event: TrainingEvent, user: User | None, now: datetime) -> None:
    bookings = event.bookings.select_related("organisation")
    _keep(KeptThing.EVENT, event.uid, event.version, event_fields(event, bookings), user, now)


def keep_new(thing: KeptThing, uid: UUID, user: User | None, now: datetime) -> None:
    """Until now there was no such record."""
    _keep(thing, uid, 0, {}, user, now)


def _keep(
    thing: KeptThing, uid: UUID, number: int, fields: dict[str, Any], user: User | None, now: datetime
) -> None:
    Kept.objects.create(thing=thing, uid=uid, number=number, fields=fields, at=now, by=user)
