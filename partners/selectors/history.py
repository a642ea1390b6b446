"""Meetings and training events as they stood at a past moment. A review of June compiled years later reads
what was on record then, whatever was corrected since."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from partners.constants import KeptThing, MeetingState
from partners.models import Attendance, Booking, Kept, Meeting, TrainingEvent


@dataclass(frozen=True)
class MeetingThen:
    """`came`: states of attendance by the organisation's uid; empty unless it had been held."""

    pk: int
    uid: UUID
    series_id: int
    starts_at: datetime
    state: str
    cases: int | None
    came: Mapping[UUID, str]


@dataclass(frozen=True)
class BookingThen:
    organisation_uid: UUID
    # When places were first asked for.
    at: datetime
    asked_for: int
    booked: int
    attended: int | None
    useful: int | None
    feedback_given: int | None


@dataclass(frozen=True)
class EventThen:
    uid: UUID
    level: str
    mode: str
    held_on: date
    state: str
    bookings: tuple[BookingThen, ...]


def meeting_fields(meeting: Meeting, came: Mapping[str, str]) -> dict[str, Any]:
    """As they are kept. `came`: states by the organisation's uid as text."""
    return {
        "starts_at": meeting.starts_at.isoformat(),
        "state": meeting.state,
        "note": meeting.note,
        "cases": meeting.cases,
        "outcomes": meeting.outcomes,
        "came": dict(came),
    }


_COUNTS = ("asked_for", "booked", "attended", "useful", "feedback_given")


def event_fields(event: TrainingEvent, bookings: Iterable[Booking]) -> dict[str, Any]:
    """As they are kept."""
    return {
        "mode": event.mode,
        "held_on": event.held_on.isoformat(),
        "places": event.places,
        "state": event.state,
        "note": event.note,
        "bookings": {
            str(one.organisation.uid): {name: getattr(one, name) for name in _COUNTS}
            | {"at": one.at.isoformat()}
            for one in bookings
        },
    }


def said_until(thing: KeptThing, uids: Iterable[UUID], at: datetime) -> dict[UUID, dict[str, Any]]:
    """What those of the records that were changed after `at` said then, as kept; {} where there was no such
    record yet. One query."""
    rows = Kept.objects.filter(thing=thing, uid__in=list(uids), at__gt=at).order_by("-at", "-number")
    return {row.uid: row.fields for row in rows}


def meetings_then(meetings: Iterable[Meeting], at: datetime) -> list[MeetingThen]:
    """The meetings as they stood at `at`, in their order; two queries."""
    rows = list(meetings)
    kept = said_until(KeptThing.MEETING, (one.uid for one in rows), at)
    came: dict[int, dict[UUID, str]] = defaultdict(dict)
    unchanged = [one.pk for one in rows if one.uid not in kept and one.state == MeetingState.HELD]
    found = Attendance.objects.filter(meeting__in=unchanged)
    for meeting, uid, state in found.values_list("meeting", "organisation__uid", "state"):
        came[meeting][uid] = state
    return [_meeting(one, kept.get(one.uid), came[one.pk]) for one in rows]


def _meeting(row: Meeting, kept: dict[str, Any] | None, came: Mapping[UUID, str]) -> MeetingThen:
    if kept is None:
        return MeetingThen(row.pk, row.uid, row.series_id, row.starts_at, row.state, row.cases, came)
    return MeetingThen(
        pk=row.pk,
        uid=row.uid,
        series_id=row.series_id,
        starts_at=datetime.fromisoformat(kept["starts_at"]),
        state=kept["state"],
        cases=kept["cases"],
        came={UUID(uid): state for uid, state in kept["came"].items()},
    )


def attendance_at(meetings: Iterable[Meeting], at: datetime) -> dict[tuple[int, UUID], str]:
    """Who came, as on record at `at`: (key of the meeting, uid of the organisation) -> a code of
    AttendanceState. A meeting that was not recorded as held by then has none; two queries."""
    return {
        (one.pk, uid): state
        for one in meetings_then(meetings, at)
        if one.state == MeetingState.HELD
        for uid, state in one.came.items()
    }


def events_then(events: Iterable[TrainingEvent], at: datetime) -> list[EventThen]:
    """The events (with their courses) that were there at `at`, as they stood, in their order; two queries."""
    rows = list(events)
    kept = said_until(KeptThing.EVENT, (one.uid for one in rows), at)
    bookings: dict[int, list[Booking]] = defaultdict(list)
    unchanged = [one.pk for one in rows if one.uid not in kept]
    for booking in Booking.objects.filter(event__in=unchanged, at__lte=at).select_related("organisation"):
        bookings[booking.event_id].append(booking)
    stood = [
        (one, kept.get(one.uid) if one.uid in kept else event_fields(one, bookings[one.pk])) for one in rows
    ]
    return [_event(one, fields) for one, fields in stood if fields]


def _event(row: TrainingEvent, fields: dict[str, Any]) -> EventThen:
    return EventThen(
        uid=row.uid,
        level=row.course.level,
        mode=fields["mode"],
        held_on=date.fromisoformat(fields["held_on"]),
        state=fields["state"],
        bookings=tuple(
            BookingThen(UUID(uid), datetime.fromisoformat(said["at"]), *(said[name] for name in _COUNTS))
            for uid, said in fields["bookings"].items()
        ),
    )
