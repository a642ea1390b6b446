"""The training programme, read: demand against the usual, events, places and who came by organisation."""

from collections import Counter, defaultdict
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet, Sum

from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from partners.constants import EventState, TrainingLevel
from partners.facts.training import AgencyLine, EventFact, TrainingFact
from partners.facts.waiting import Waiting
from partners.models import Booking, Organisation, TrainingEvent, UsualDemand
from partners.rules.training import Usual, demand
from safeguarding.kernel.periods import Month, day_of

MONTHS_SHOWN = 6


def training_at(at: datetime, *, months: int = MONTHS_SHOWN) -> TrainingFact:
    """The programme over the months up to that of `at`: demand by when places were first asked for by then,
    events and their use by the day they were held. Four queries."""
    last = Month.of(day_of(at))
    first = last.plus(1 - months)
    asked: Counter[tuple[str, int]] = Counter()
    for booking in Booking.objects.filter(at__lte=at).select_related("event__course"):
        month = Month.of(day_of(booking.at))
        if first <= month <= last:
            asked[booking.event.course.level, month.index] += booking.asked_for
    usuals = [Usual(row.level, row.effective_from, row.places_a_month) for row in UsualDemand.objects.all()]
    events = TrainingEvent.objects.filter(held_on__gte=first.first_day, held_on__lte=last.last_day)
    modes = Counter(event.mode for event in events if event.state != EventState.CANCELLED)
    return TrainingFact(
        first=first,
        last=last,
        demand=demand(asked, usuals, TrainingLevel.values, first, last),
        agencies=agency_lines(first, last, at),
        by_mode=dict(modes),
        cancelled=sum(event.state == EventState.CANCELLED for event in events),
    )


def agency_lines(first: Month, last: Month, at: datetime) -> tuple[AgencyLine, ...]:
    """By organisation, of events that were not cancelled and whose day lies in the span; one query."""
    rows: dict[Organisation, list[Booking]] = defaultdict(list)
    bookings = Booking.objects.filter(
        at__lte=at, event__held_on__gte=first.first_day, event__held_on__lte=last.last_day
    ).exclude(event__state=EventState.CANCELLED)
    for booking in bookings.select_related("organisation"):
        rows[booking.organisation].append(booking)
    return tuple(_agency(one, rows[one]) for one in sorted(rows, key=lambda one: one.name))


def _agency(organisation: Organisation, bookings: list[Booking]) -> AgencyLine:
    recorded = [one for one in bookings if one.attended is not None]
    return AgencyLine(
        organisation=organisation.name,
        organisation_uid=organisation.uid,
        asked=sum(one.asked_for for one in bookings),
        booked=sum(one.booked for one in bookings),
        expected=sum(one.booked for one in recorded),
        attended=sum(one.attended or 0 for one in recorded),
        useful=sum(one.useful or 0 for one in recorded),
        feedback_given=sum(one.feedback_given or 0 for one in recorded),
    )


def event_facts(rows: QuerySet[TrainingEvent]) -> list[EventFact]:
    """Events in the order of the rows; one query."""
    counted = rows.select_related("course").annotate(
        asked=Sum("bookings__asked_for", default=0), taken=Sum("bookings__booked", default=0)
    )
    return [
        EventFact(
            uid=one.uid,
            course=one.course.title,
            level=one.course.level,
            mode=one.mode,
            held_on=one.held_on,
            state=one.state,
            places=one.places,
            asked=one.asked,
            booked=one.taken,
            note=one.note,
        )
        for one in counted
    ]


def coming(at: datetime) -> QuerySet[TrainingEvent]:
    return TrainingEvent.objects.filter(held_on__gte=day_of(at)).order_by("held_on", "pk")


def past(at: datetime) -> QuerySet[TrainingEvent]:
    return TrainingEvent.objects.filter(held_on__lt=day_of(at)).order_by("-held_on", "-pk")


def books_for(user: User, *, at: datetime) -> QuerySet[Organisation]:
    """Organisations whose places `user` may book: the own, or (the coordinator) all."""
    granted = scopes(user.roles, Action.EDIT, Thing.TRAINING)
    rows = Organisation.objects.in_force(day_of(at))
    if Scope.ALL in granted:
        return rows
    return rows.answered_for_by(user, at=at) if Scope.OWN_ORGANISATION in granted else rows.none()


def runs_programme(user: User) -> bool:
    return Scope.ALL in scopes(user.roles, Action.EDIT, Thing.TRAINING)


def booking_of(event: TrainingEvent, organisation: UUID) -> Booking | None:
    return event.bookings.filter(organisation__uid=organisation).first()


def waiting_for(user: User, at: datetime) -> list[Waiting]:
    """Of the coordinator: events that are over and without a record of who came."""
    if not runs_programme(user):
        return []
    open_ = past(at).filter(state=EventState.PLANNED).count()
    if not open_:
        return []
    words = "1 training event has" if open_ == 1 else f"{open_:,} training events have"
    return [Waiting(open_, f"{words} no record of who came", "training", overdue=True)]
