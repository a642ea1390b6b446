"""Series of meetings: made, joined, given another rhythm, paused, resumed, and planned ahead."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.audit import Actor, record
from accounts.policy import Action, Thing
from accounts.selectors import User
from operations.services import once
from partners.constants import MeetingKind, MeetingState
from partners.models import CadenceRule, Meeting, MeetingSeries, Organisation, SeriesMember, SeriesPause
from partners.rules import meetings as rules
from partners.rules.cadence import Cadence, PlannedDay, check_cadence, dates
from partners.rules.texts import check_text
from partners.selectors.series import cadences_of, pauses_of
from partners.services.base import need, unchanged, write
from partners.services.history import keep_meeting
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of

AHEAD = timedelta(days=60)
# Out of the way of every number in use, while numbers change places.
_ASIDE = 1_000_000


def create_series(
    *,
    user: User,
    name: str,
    kind: str,
    purpose: str,
    members: Iterable[Organisation],
    cadence: Cadence,
    token: UUID,
    now: datetime,
) -> MeetingSeries:
    """A series with its members and its first rule, planned ahead at once.

    Raises AlreadyDone(uid), OutOfReach, Refusal('name_taken' | 'unknown_kind' | …) or a refusal of
    `check_cadence`.
    """
    need(user, Action.CREATE, Thing.MEETING)
    with transaction.atomic():
        series = MeetingSeries(uid=uuid.uuid4(), kind=kind)
        once(token=token, purpose="create_series", user=user, outcome=str(series.uid), now=now)
        if kind not in MeetingKind.values:
            raise Refusal("unknown_kind", "Select the kind of meeting from the list", "kind")
        series.name = check_text(
            name, field="name", length=rules.NAME_LENGTH, missing="Enter a name for the series"
        )
        series.purpose = check_text(purpose, field="purpose", length=rules.NOTES_LENGTH)
        check_cadence(cadence, [])
        try:
            with transaction.atomic():
                series.save(force_insert=True)
        except IntegrityError:
            raise Refusal("name_taken", "There is a series of this name. Enter another one", "name") from None
        _add_cadence(series, cadence, "The series begins", user, now)
        SeriesMember.objects.bulk_create(
            SeriesMember(series=series, organisation=one, from_date=cadence.effective_from) for one in members
        )
        planned = plan_series(series, now=now)
        _audit("meeting_series.created", series, Actor.person(user), now, {"kind": kind, "planned": planned})
    return series


def set_members(
    *, user: User, series: MeetingSeries, members: Iterable[Organisation], from_date: date, version: int,
    now: datetime,
) -> MeetingSeries:  # fmt: skip
    """From a day on, these organisations are expected; earlier meetings keep who was expected then."""
    with transaction.atomic():
        current = locked_series(series, user, version)
        wanted = {one.pk for one in members}
        if not wanted:
            raise Refusal("no_member", "Select at least one organisation", "members")
        standing = {row.organisation_id: row for row in current.members.filter(until_date=None)}
        for organisation, row in standing.items():
            if organisation not in wanted:
                row.until_date = max(from_date, row.from_date)
                row.save(update_fields=["until_date"])
        added = sorted(wanted - standing.keys())
        SeriesMember.objects.bulk_create(
            SeriesMember(series=current, organisation_id=key, from_date=from_date) for key in added
        )
        detail = {"added": len(added), "ended": len(standing.keys() - wanted)}
        write(current)
        _audit("meeting_series.members_set", current, Actor.person(user), now, detail)
    return current


def set_cadence(
    *, user: User, series: MeetingSeries, cadence: Cadence, reason: str, version: int, now: datetime
) -> MeetingSeries:
    """Another rhythm from a day on. What was planned after it gives way to what the new rule says.

    Raises StaleEdit, OutOfReach, Refusal('cadence_in_past' | 'text_missing' | those of `check_cadence`).
    """
    with transaction.atomic():
        current = locked_series(series, user, version)
        check_cadence(cadence, cadences_of(current))
        reason = _reason(reason, "Enter why the rhythm changes")
        held = _last_held(current)
        if held and cadence.effective_from <= held:
            words = "A meeting has been held on or after this day. Enter a later one"
            raise Refusal("cadence_in_past", words, "effective_from")
        _add_cadence(current, cadence, reason, user, now)
        why = "The rhythm of the series changed"
        changed = _replan(current, since=cadence.effective_from, why=why, user=user, now=now)
        write(current)
        detail = {"frequency": cadence.frequency, "from": cadence.effective_from.isoformat(), **changed}
        _audit("meeting_series.cadence_set", current, Actor.person(user), now, detail)
    return current


def pause_series(
    *, user: User, series: MeetingSeries, from_date: date, reason: str, version: int, now: datetime
) -> MeetingSeries:
    """No meetings from a day on, until the series is resumed. Raises a refusal of `check_pause`."""
    with transaction.atomic():
        current = locked_series(series, user, version)
        rules.check_pause(from_date, pauses_of(current), _last_held(current))
        reason = _reason(reason, "Enter why the series is paused")
        SeriesPause.objects.create(
            series=current, from_date=from_date, reason=reason, set_at=now, set_by=user
        )  # fmt: skip
        why = f"Paused: {reason}"[: rules.REASON_LENGTH]
        changed = _replan(current, since=from_date, why=why, user=user, now=now)
        write(current)
        detail = {"from": from_date.isoformat(), **changed}
        _audit("meeting_series.paused", current, Actor.person(user), now, detail)
    return current


def resume_series(
    *, user: User, series: MeetingSeries, on: date, version: int, now: datetime
) -> MeetingSeries:
    with transaction.atomic():
        current = locked_series(series, user, version)
        pause = current.pauses.filter(until_date=None).first()
        rules.check_resuming(on, rules.Pause(pause.from_date) if pause else None)
        current.pauses.filter(until_date=None).update(until_date=on, resumed_at=now, resumed_by=user)
        planned = plan_series(current, now=now)
        write(current)
        detail = {"on": on.isoformat(), "planned": planned}
        _audit("meeting_series.resumed", current, Actor.person(user), now, detail)
    return current


def plan_meetings(*, now: datetime) -> dict[str, int]:
    """The daily job: every series has its meetings of the next 60 days. Twice, late or after an outage
    makes no doubles and leaves no gap."""
    planned = 0
    for key in MeetingSeries.objects.filter(ended_on=None).values_list("pk", flat=True):
        with transaction.atomic():
            series = MeetingSeries.objects.select_for_update(no_key=True).get(pk=key)
            made = plan_series(series, now=now)
            if made:
                job = Actor.job("plan-meetings")
                _audit("meeting_series.planned", series, job, now, {"planned": made})
            planned += made
    return {"planned": planned}


def plan_series(series: MeetingSeries, *, now: datetime) -> int:
    """Adds the meetings that the rule gives and that are not there yet; how many. Needs the series' lock."""
    have = list(series.meetings.values_list("due_on", "starts_at"))
    due, at = {row[0] for row in have}, {row[1] for row in have}
    missing = [one for one in _ruled(series, now) if one.due_on not in due and one.starts_at not in at]
    last = series.meetings.order_by("-number").values_list("number", flat=True).first() or 0
    Meeting.objects.bulk_create(
        Meeting(series=series, number=number, due_on=one.due_on, starts_at=one.starts_at)
        for number, one in enumerate(missing, last + 1)
    )
    if missing:
        renumber(series)
    return len(missing)


def renumber(series: MeetingSeries) -> None:
    """Numbers run on by date without gaps. A meeting that was held, cancelled or whose agenda is issued
    keeps its own."""
    rows = list(series.meetings.order_by("starts_at", "pk"))
    loose = [one for one in rows if one.state == MeetingState.PLANNED and one.agenda_issued_at is None]
    fixed = {one.number for one in rows} - {one.number for one in loose}
    free = (number for number in count(1) if number not in fixed)
    wrong = [(one, number) for one, number in zip(loose, free, strict=False) if one.number != number]
    Meeting.objects.filter(pk__in=[one.pk for one, _ in wrong]).update(number=F("number") + _ASIDE)
    for one, number in wrong:
        Meeting.objects.filter(pk=one.pk).update(number=number)


def locked_series(series: MeetingSeries, user: User, version: int) -> MeetingSeries:
    """Raises OutOfReach or StaleEdit."""
    need(user, Action.EDIT, Thing.MEETING)
    current = MeetingSeries.objects.select_for_update(no_key=True).get(pk=series.pk)
    unchanged(current, version)
    return current


def _ruled(series: MeetingSeries, now: datetime) -> tuple[PlannedDay, ...]:
    cadences = cadences_of(series)
    first = min((rule.effective_from for rule in cadences), default=day_of(now))
    return dates(cadences, pauses_of(series), first, day_of(now) + AHEAD)


def _replan(series: MeetingSeries, *, since: date, why: str, user: User, now: datetime) -> dict[str, int]:
    """A forecast that nobody has worked on gives way. What somebody has worked on stays where the rule
    still has its day, and is otherwise cancelled with the reason."""
    ruled = {one.due_on: one.starts_at for one in _ruled(series, now)}
    planned = series.meetings.filter(state=MeetingState.PLANNED, due_on__gte=since)
    dropped = cancelled = 0
    for meeting in planned.prefetch_related("items"):
        by_hand = bool(meeting.note or meeting.agenda_issued_at)
        starts_at = ruled.get(meeting.due_on) if meeting.due_on else None
        if starts_at and (by_hand or starts_at == meeting.starts_at):
            continue
        if not by_hand and not meeting.items.all():
            meeting.delete()
            dropped += 1
            continue
        keep_meeting(meeting, user, now)
        if starts_at:
            Meeting.objects.filter(pk=meeting.pk).update(starts_at=starts_at, version=F("version") + 1)
        else:
            Meeting.objects.filter(pk=meeting.pk).update(
                state=MeetingState.CANCELLED, note=why, version=F("version") + 1
            )
            cancelled += 1
    made = plan_series(series, now=now)
    renumber(series)
    return {"dropped": dropped, "cancelled": cancelled, "planned": made}


def _add_cadence(series: MeetingSeries, cadence: Cadence, reason: str, user: User, now: datetime) -> None:
    CadenceRule.objects.create(
        series=series,
        effective_from=cadence.effective_from,
        frequency=cadence.frequency,
        weekdays=list(cadence.weekdays),
        which_week=cadence.which_week,
        starts_at=cadence.starts_at,
        reason=reason,
        set_at=now,
        set_by=user,
    )


def _last_held(series: MeetingSeries) -> date | None:
    held = series.meetings.filter(state=MeetingState.HELD).order_by("-starts_at").first()
    return day_of(held.starts_at) if held else None


def _reason(text: str, missing: str) -> str:
    return check_text(text, field="reason", length=rules.REASON_LENGTH, missing=missing)


def _audit(action: str, series: MeetingSeries, actor: Actor, now: datetime, detail: dict[str, Any]) -> None:
    record(
        action, actor=actor, at=now, object_kind="meeting_series", object_uid=series.uid, detail=detail
    )  # fmt: skip
