"""The training programme: courses, events, places of organisations, who came."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.audit import Actor, record
from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from operations.services import once
from partners.constants import EventState, KeptThing, TrainingLevel, TrainingMode
from partners.models import Booking, Course, Organisation, TrainingEvent, UsualDemand
from partners.rules import training as rules
from partners.rules.texts import check_text
from partners.rules.training import Asked, EventAct
from partners.services.base import OutOfReach, need, unchanged, write
from partners.services.history import keep_event, keep_new
from safeguarding.kernel.errors import Refusal, StaleEdit
from safeguarding.kernel.periods import day_of


@dataclass(frozen=True)
class EventDraft:
    """An event as the coordinator would have it. `places` None: without limit."""

    mode: str
    held_on: date
    places: int | None
    note: str = ""


@dataclass(frozen=True)
class Result:
    """How an organisation used its places: how many came, gave feedback, found it useful."""

    attended: int
    feedback_given: int | None = None
    useful: int | None = None


def add_course(*, user: User, title: str, level: str, about: str, token: UUID, now: datetime) -> Course:
    """Raises AlreadyDone(uid), OutOfReach, Refusal('unknown_level' | 'title_taken' | …)."""
    need(user, Action.CREATE, Thing.TRAINING)
    with transaction.atomic():
        course = Course(uid=uuid.uuid4(), level=level)
        once(token=token, purpose="add_course", user=user, outcome=str(course.uid), now=now)
        if level not in TrainingLevel.values:
            raise Refusal("unknown_level", "Select the level from the list", "level")
        course.title = check_text(
            title, field="title", length=rules.TITLE_LENGTH, missing="Enter the title of the course"
        )
        course.about = check_text(about, field="about", length=rules.ABOUT_LENGTH)
        try:
            with transaction.atomic():
                course.save(force_insert=True)
        except IntegrityError:
            raise Refusal("title_taken", "There is a course of this title", "title") from None
        keep_new(KeptThing.COURSE, course.uid, user, now)
        _audit("training_course.added", "training_course", course.uid, user, now, {"level": level})
    return course


def set_usual_demand(
    *, user: User, level: str, effective_from: date, places: int, source: str, now: datetime
) -> UsualDemand:
    """What demand is held against from a day on. Raises Refusal('set_already' | …)."""
    need(user, Action.CREATE, Thing.TRAINING)
    with transaction.atomic():
        if level not in TrainingLevel.values:
            raise Refusal("unknown_level", "Select the level from the list", "level")
        if not 0 <= places <= rules.MOST_PLACES:
            raise Refusal("places", "Enter a whole number of places", "places")
        source = check_text(
            source, field="source", length=rules.NOTE_LENGTH, missing="Enter where the figure comes from"
        )
        try:
            with transaction.atomic():
                usual = UsualDemand.objects.create(
                    level=level, effective_from=effective_from, places_a_month=places, source=source,
                    set_at=now,
                )  # fmt: skip
        except IntegrityError:
            words = "The usual demand of this level is set from that day already. Enter another day"
            raise Refusal("set_already", words, "effective_from") from None
        detail = {"level": level, "from": effective_from.isoformat(), "places": places}
        _audit("training_usual.set", "training_usual", None, user, now, detail)
    return usual


def add_event(*, user: User, course: Course, draft: EventDraft, token: UUID, now: datetime) -> TrainingEvent:
    need(user, Action.CREATE, Thing.TRAINING)
    with transaction.atomic():
        event = TrainingEvent(uid=uuid.uuid4(), course=course)
        once(token=token, purpose="add_event", user=user, outcome=str(event.uid), now=now)
        if course.withdrawn_on and course.withdrawn_on <= draft.held_on:
            raise Refusal("course_withdrawn", "This course has been withdrawn", "course")
        for name, value in _checked(draft, 0).items():
            setattr(event, name, value)
        event.save(force_insert=True)
        keep_new(KeptThing.EVENT, event.uid, user, now)
        _audit("training_event.added", "training_event", event.uid, user, now, {"mode": draft.mode})
    return event


def change_event(
    *, user: User, event: TrainingEvent, draft: EventDraft, version: int, now: datetime
) -> TrainingEvent:
    """Another mode, day or number of places. Another mode needs a note; who waits gets new places.

    Raises StaleEdit, OutOfReach, a refusal of `check_event`, Refusal('fewer_than_booked' | 'text_missing').
    """
    with transaction.atomic():
        _all_events(user)
        current = _locked(event, EventAct.CHANGE, now)
        bookings = list(current.bookings.order_by("at", "pk"))
        fields = _checked(draft, sum(one.booked for one in bookings))
        if draft.mode != current.mode and not fields["note"]:
            raise Refusal("text_missing", "Enter why the event is held in another way", "note")
        detail = {"from": current.mode, "to": draft.mode}
        unchanged(current, version)
        keep_event(current, user, now)
        write(current, **fields)
        _fill_up(current)
        _audit("training_event.changed", "training_event", event.uid, user, now, detail)
    return current


def cancel_event(
    *, user: User, event: TrainingEvent, reason: str, version: int, now: datetime
) -> TrainingEvent:
    with transaction.atomic():
        _all_events(user)
        current = _locked(event, EventAct.CANCEL, now)
        note = check_text(
            reason, field="reason", length=rules.NOTE_LENGTH, missing="Enter why the event is cancelled"
        )
        unchanged(current, version)
        keep_event(current, user, now)
        write(current, state=EventState.CANCELLED, note=note)
        _audit("training_event.cancelled", "training_event", event.uid, user, now, {})
    return current


def book(
    *,
    user: User,
    event: TrainingEvent,
    organisation: Organisation,
    asked_for: int,
    version: int,
    now: datetime,
) -> Booking:
    """Places for an organisation: what is asked for, and of it what fits. A partner books for the own
    organisation, the coordinator for all. `version`: of the booking seen; 0: there was none.

    Raises StaleEdit, OutOfReach, a refusal of `check_event` or `check_asked`.
    """
    with transaction.atomic():
        _may_book(user, organisation, now)
        # Of two who ask for the last place, the second waits here and then finds it taken.
        current = _locked(event, EventAct.BOOK, now)
        rules.check_asked(asked_for)
        booking = current.bookings.filter(organisation=organisation).first()
        if (booking.version if booking else 0) != version:
            raise StaleEdit(booking.version if booking else 0, version)
        keep_event(current, user, now)
        if booking:
            write(booking, asked_for=asked_for, booked=min(asked_for, booking.booked), by=user)
        else:
            booking = Booking.objects.create(
                event=current, organisation=organisation, asked_for=asked_for, booked=0, at=now, by=user
            )
        # The event's version holds the places together also where there are no row locks (SQLite).
        write(current)
        _fill_up(current)
        booking.refresh_from_db()
        detail = {"asked_for": asked_for, "booked": booking.booked}
        _audit("training_event.booked", "training_event", event.uid, user, now, detail)
    return booking


def record_results(
    *, user: User, event: TrainingEvent, results: Mapping[UUID, Result], version: int, now: datetime
) -> TrainingEvent:
    """Who came, by organisation's uid, for every organisation with a place; the event has been held.

    Raises StaleEdit, OutOfReach, a refusal of `check_event` or `check_result`, Refusal('result_missing').
    """
    with transaction.atomic():
        _all_events(user)
        current = _locked(event, EventAct.RECORD, now)
        bookings = list(current.bookings.filter(booked__gt=0).select_related("organisation"))
        for one in bookings:
            key = one.organisation.uid
            field = {name: f"{name}_{key.hex}" for name in ("attended", "feedback", "useful")}
            result = results.get(key)
            if result is None:
                words = f"Enter how many came from {one.organisation.name}"
                raise Refusal("result_missing", words, field["attended"])
            rules.check_result(one.booked, result.attended, result.useful, result.feedback_given, field)
        unchanged(current, version)
        keep_event(current, user, now)
        write(current, state=EventState.HELD)
        for one in bookings:
            result = results[one.organisation.uid]
            write(
                one,
                attended=result.attended,
                useful=result.useful,
                feedback_given=result.feedback_given,
            )
        detail = {"organisations": len(bookings), "version": current.version}
        _audit("training_event.results_recorded", "training_event", event.uid, user, now, detail)
    return current


def _checked(draft: EventDraft, booked: int) -> dict[str, Any]:
    if draft.mode not in TrainingMode.values:
        raise Refusal("unknown_mode", "Select how the event is held from the list", "mode")
    rules.check_places(draft.places, booked)
    note = check_text(draft.note, field="note", length=rules.NOTE_LENGTH)
    return {"mode": draft.mode, "held_on": draft.held_on, "places": draft.places, "note": note}


def _fill_up(event: TrainingEvent) -> None:
    rows = list(event.bookings.order_by("at", "pk"))
    shared = rules.share(event.places, [Asked(one.pk, one.asked_for, one.booked) for one in rows])
    for one in rows:
        if shared[one.pk] != one.booked:
            Booking.objects.filter(pk=one.pk).update(booked=shared[one.pk])


def _all_events(user: User) -> None:
    if Scope.ALL not in scopes(user.roles, Action.EDIT, Thing.TRAINING):
        raise OutOfReach


def _may_book(user: User, organisation: Organisation, now: datetime) -> None:
    granted = scopes(user.roles, Action.EDIT, Thing.TRAINING)
    if Scope.ALL in granted:
        return
    own = Organisation.objects.answered_for_by(user, at=now).filter(pk=organisation.pk)
    if Scope.OWN_ORGANISATION not in granted or not own.exists():
        raise OutOfReach


def _locked(event: TrainingEvent, act: EventAct, now: datetime) -> TrainingEvent:
    current = TrainingEvent.objects.select_for_update(no_key=True).get(pk=event.pk)
    rules.check_event(act, current.state, current.held_on, day_of(now))
    return current


def _audit(
    action: str, kind: str, uid: UUID | None, user: User, now: datetime, detail: dict[str, Any]
) -> None:
    record(action, actor=Actor.person(user), at=now, object_kind=kind, object_uid=uid, detail=detail)
