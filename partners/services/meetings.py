"""One meeting: moved, cancelled, its agenda issued, and who came."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.audit import Actor, record
from accounts.policy import Action, Thing
from accounts.selectors import User
from partners.constants import AttendanceState, MeetingKind, MeetingState
from partners.models import Attendance, Meeting, MeetingSeries
from partners.rules import meetings as rules
from partners.rules.cadence import london
from partners.rules.meetings import Act, MeetingStanding
from partners.rules.texts import check_text
from partners.selectors.series import members_on
from partners.services.base import need, unchanged, write
from partners.services.history import keep_meeting
from partners.services.series import renumber
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of

WHO_LENGTH = 200


@dataclass(frozen=True)
class Came:
    """How an organisation was there: a code of AttendanceState, in which role, and a note."""

    state: str
    who: str = ""
    note: str = ""


def standing_of(meeting: Meeting) -> MeetingStanding:
    return MeetingStanding(
        meeting.state, meeting.minutes_state, meeting.agenda_issued_at is not None, meeting.starts_at
    )


def move_meeting(
    *,
    user: User,
    meeting: Meeting,
    day: date,
    at: time,
    online: bool,
    place: str,
    reason: str,
    version: int,
    now: datetime,
) -> Meeting:
    """To another day, London time, or place. Its number follows the order of the days.

    Raises StaleEdit, OutOfReach, a refusal of `check_act`, Refusal('in_the_past' | 'time_taken' | …).
    """
    with transaction.atomic():
        current = locked(meeting, user, Action.EDIT, Act.MOVE, now)
        starts_at = london(day, at)
        rules.check_new_time(starts_at, now=now)
        note = _reason(reason, "Enter why the meeting is moved")
        place = check_text(place, field="place", length=rules.TITLE_LENGTH)
        others = current.series.meetings.exclude(pk=current.pk)
        if others.filter(starts_at=starts_at).exists():
            raise Refusal("time_taken", "Another meeting of the series begins then", "day")
        fields: dict[str, Any] = {"starts_at": starts_at, "online": online, "place": place, "note": note}
        try:
            with transaction.atomic():
                unchanged(current, version)
                keep_meeting(current, user, now)
                write(current, **fields)
        except IntegrityError:
            raise Refusal("time_taken", "Another meeting of the series begins then", "day") from None
        renumber(current.series)
        audit("meeting.moved", current, user, now, {"reason": note})
    current.refresh_from_db(fields=["number"])
    return current


def cancel_meeting(*, user: User, meeting: Meeting, reason: str, version: int, now: datetime) -> Meeting:
    """It keeps its number, so that the series shows that one was not held."""
    with transaction.atomic():
        current = locked(meeting, user, Action.DECIDE, Act.CANCEL, now)
        note = _reason(reason, "Enter why the meeting is cancelled")
        unchanged(current, version)
        keep_meeting(current, user, now)
        write(current, state=MeetingState.CANCELLED, note=note)
        audit("meeting.cancelled", current, user, now, {"reason": note})
    return current


def issue_agenda(*, user: User, meeting: Meeting, version: int, now: datetime) -> Meeting:
    """From now on the members read it. Raises Refusal('empty_agenda') where there is nothing on it."""
    with transaction.atomic():
        current = locked(meeting, user, Action.EDIT, Act.ISSUE, now)
        items = current.items.filter(removed_at=None).count()
        if not items:
            raise Refusal("empty_agenda", "There is nothing on the agenda yet.")
        unchanged(current, version)
        write(current, agenda_issued_at=now)
        audit("meeting.agenda_issued", current, user, now, {"items": items})
    return current


def take_agenda_back(*, user: User, meeting: Meeting, version: int, now: datetime) -> Meeting:
    with transaction.atomic():
        current = locked(meeting, user, Action.EDIT, Act.TAKE_BACK, now)
        unchanged(current, version)
        write(current, agenda_issued_at=None)
        audit("meeting.agenda_taken_back", current, user, now, {})
    return current


def record_attendance(
    *,
    user: User,
    meeting: Meeting,
    came: Mapping[UUID, Came],
    cases: int | None,
    outcomes: str,
    version: int,
    now: datetime,
) -> Meeting:
    """Who came, by organisation's uid; every organisation that was expected must be in it. The meeting has
    then been held. `cases`, `outcomes`: of a panel only; a count, never which.

    Raises StaleEdit, OutOfReach, a refusal of `check_act`, Refusal('attendance_missing' | …).
    """
    with transaction.atomic():
        current = locked(meeting, user, Action.EDIT, Act.ATTEND, now)
        expected = members_on(current.series, day_of(current.starts_at))
        rows = []
        for organisation in expected:
            one = came.get(organisation.uid)
            field = f"state_{organisation.uid.hex}"
            if one is None or one.state not in AttendanceState.values:
                raise Refusal("attendance_missing", f"Select whether {organisation.name} was there", field)
            who = check_text(one.who, field=f"who_{organisation.uid.hex}", length=WHO_LENGTH)
            note = check_text(one.note, field=f"who_{organisation.uid.hex}", length=WHO_LENGTH)
            rows.append(
                Attendance(meeting=current, organisation=organisation, state=one.state, who=who, note=note)
            )
        changes: dict[str, Any] = {"state": MeetingState.HELD}
        if current.series.kind == MeetingKind.PANEL:
            if cases is not None and not 0 <= cases <= rules.MOST_CASES:
                raise Refusal("cases", "Enter how many cases were heard, as a whole number", "cases")
            changes["cases"] = cases
            changes["outcomes"] = check_text(outcomes, field="outcomes", length=rules.NOTES_LENGTH)
        unchanged(current, version)
        keep_meeting(current, user, now)
        write(current, **changes)
        current.attendances.exclude(organisation__in=expected).delete()
        Attendance.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["meeting", "organisation"],
            update_fields=["state", "who", "note"],
        )  # fmt: skip
        present = sum(row.state in (AttendanceState.PRESENT, AttendanceState.DEPUTY) for row in rows)
        detail = {"expected": len(rows), "present": present, "version": current.version}
        audit("meeting.attendance_recorded", current, user, now, detail)
    return current


def locked(meeting: Meeting, user: User, action: Action, act: Act, now: datetime) -> Meeting:
    """The meeting under its series' lock and its own, where `act` is possible. Raises OutOfReach, or a
    refusal of `check_act`."""
    need(user, action, Thing.MEETING)
    MeetingSeries.objects.select_for_update(no_key=True).get(pk=meeting.series_id)
    rows = Meeting.objects.select_for_update(no_key=True, of=("self",)).select_related("series")
    current = rows.get(pk=meeting.pk)
    rules.check_act(act, standing_of(current), now=now)
    return current


def audit(action: str, meeting: Meeting, user: User, now: datetime, detail: dict[str, Any]) -> None:
    record(
        action, actor=Actor.person(user), at=now, object_kind="meeting", object_uid=meeting.uid, detail=detail
    )


def _reason(text: str, missing: str) -> str:
    return check_text(text, field="reason", length=rules.REASON_LENGTH, missing=missing)
