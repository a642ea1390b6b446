"""The training programme, read: demand against the usual, events, places and who came by organisation."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from partners.constants import EventState, KeptThing, TrainingLevel
from partners.facts.training import AgencyLine, EventFact, LevelDemand, TrainingFact
from partners.facts.waiting import Waiting
from partners.models import Booking, Course, Kept, Organisation, TrainingEvent, UsualDemand
from partners.rules.training import Usual, demand, usual_on
from partners.selectors.history import BookingThen, EventThen, events_then, said_until
from safeguarding.kernel.periods import Month, day_of

MONTHS_SHOWN = 6


def training_at(at: datetime, *, months: int = MONTHS_SHOWN) -> TrainingFact:
    """The programme over the months up to that of `at`, as on record at `at`: demand by when places were
    first asked for, events and their use by the day they were held. Five queries."""
    last = Month.of(day_of(at))
    first = last.plus(1 - months)
    events = _events(first, last, at)
    asked: Counter[tuple[str, int]] = Counter()
    for event in events:
        for booking in event.bookings:
            month = Month.of(day_of(booking.at))
            if first <= month <= last:
                asked[event.level, month.index] += booking.asked_for
    held = [one for one in events if first <= Month.of(one.held_on) <= last]
    modes = Counter(one.mode for one in held if one.state != EventState.CANCELLED)
    return TrainingFact(
        first=first,
        last=last,
        demand=demand(asked, _usuals(at), TrainingLevel.values, first, last),
        agencies=_agencies(held),
        by_mode=dict(modes),
        cancelled=sum(one.state == EventState.CANCELLED for one in held),
    )


def demand_of_month(month: Month, at: datetime) -> list[LevelDemand]:
    """Of each level with a course: places asked for at the events of the month (cancelled ones left out), who
    came, and what is usual, all as on record at `at`; by level. Six queries."""
    events = [
        one
        for one in _events(month, month, at)
        if Month.of(one.held_on) == month and one.state != EventState.CANCELLED
    ]
    courses = list(Course.objects.all())
    # Changed after `at` only in that they were added after it.
    later = said_until(KeptThing.COURSE, (one.uid for one in courses), at)
    usuals = _usuals(at)
    found = []
    for level in sorted({one.level for one in courses if one.uid not in later}):
        bookings = [one for event in events if event.level == level for one in event.bookings]
        came = [one.attended for one in bookings if one.attended is not None]
        found.append(
            LevelDemand(
                level=level,
                level_words=TrainingLevel(level).label,
                asked_for=sum(one.asked_for for one in bookings),
                usual=usual_on(usuals, level, month),
                attended=sum(came) if came else None,
            )
        )
    return found


def _events(first: Month, last: Month, at: datetime) -> list[EventThen]:
    """Events as they stood at `at` that may lie, or have been asked for, in the span; those that were
    changed since may have lain elsewhere then."""
    span = Q(held_on__gte=first.first_day, held_on__lte=last.last_day)
    # A day more on either side: days of bookings are London's.
    edge = datetime.combine(first.first_day, time(), UTC) - timedelta(days=1)
    span |= Q(pk__in=Booking.objects.filter(at__gte=edge, at__lte=at).values("event"))
    span |= Q(uid__in=Kept.objects.filter(thing=KeptThing.EVENT, at__gt=at).values("uid"))
    return events_then(TrainingEvent.objects.filter(span).select_related("course"), at)


def _usuals(at: datetime) -> list[Usual]:
    rows = UsualDemand.objects.filter(Q(set_at=None) | Q(set_at__lte=at))
    return [Usual(row.level, row.effective_from, row.places_a_month) for row in rows]


def _agencies(events: Iterable[EventThen]) -> tuple[AgencyLine, ...]:
    """By organisation, of events that were not cancelled; one query."""
    rows: dict[UUID, list[BookingThen]] = defaultdict(list)
    for event in events:
        if event.state != EventState.CANCELLED:
            for booking in event.bookings:
                rows[booking.organisation_uid].append(booking)
    organisations = Organisation.objects.filter(uid__in=list(rows)).order_by("name")
    return tuple(_agency(one, rows[one.uid]) for one in organisations)


def _agency(organisation: Organisation, bookings: list[BookingThen]) -> AgencyLine:
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
