"""The training programme: demand, events, places of organisations, who came."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.audit import Actor, record
from accounts.policy import Action, Scope, Thing, allows
from partners.forms.training import (
    AddEventForm,
    BookForm,
    CancelEventForm,
    ChangeEventForm,
    CourseForm,
    ResultsForm,
    UsualForm,
)
from partners.models import Booking, Course, TrainingEvent
from partners.presenters import training as presenters
from partners.presenters.base import counted
from partners.rules import training as rules
from partners.rules.texts import in_words
from partners.rules.training import EventAct
from partners.selectors import training as selectors
from partners.services import training as services
from partners.views.base import page_of, stale_page
from partners.views.meeting_base import answer
from safeguarding.kernel.errors import AlreadyDone, Refusal
from safeguarding.kernel.periods import day_of
from safeguarding.kernel.spreadsheets import csv_lines

_ALL = frozenset({Scope.ALL})


@require_safe
@requires(Action.VIEW, Thing.TRAINING)
def training(request: HttpRequest) -> HttpResponse:
    """The programme: demand against the usual, events, and places by organisation."""
    now = timezone.now()
    fact = selectors.training_at(now)
    page = page_of(request, selectors.past(now))
    context = {
        "sentence": presenters.demand_sentence(fact),
        "modes": presenters.mode_words(fact),
        "demand": presenters.demand_table(fact.demand),
        "agencies": presenters.agency_table(fact.agencies),
        "coming": presenters.events_table(
            selectors.event_facts(selectors.coming(now)),
            caption="Events to come",
            empty="No event is planned.",
        ),
        "page_obj": page,
        "past": presenters.events_table(
            selectors.event_facts(page.object_list),
            caption="Earlier events",
            empty="There are no earlier events.",
        ),
        "runs": selectors.runs_programme(request.user),
        "downloads": allows(request.user.roles, Action.DOWNLOAD, Thing.TRAINING),
    }
    return render(request, "partners/training/programme.html", context)


@require_safe
@requires(Action.DOWNLOAD, Thing.TRAINING)
def training_export(request: HttpRequest) -> StreamingHttpResponse:
    now = timezone.now()
    lines = selectors.training_at(now).agencies
    with transaction.atomic():
        record("training.exported", actor=Actor.person(request.user), at=now, detail={"rows": len(lines)})
    response = StreamingHttpResponse(
        csv_lines(presenters.EXPORT_COLUMNS, presenters.export_rows(lines)),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = 'attachment; filename="training-by-organisation.csv"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.TRAINING)
def add_course(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    form = CourseForm(request.POST or None)
    return _to_programme(
        request,
        form,
        lambda: services.add_course(user=request.user, now=now, **form.cleaned_data),
        title="Add a course",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.TRAINING)
def set_usual_demand(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    form = UsualForm(request.POST or None)
    return _to_programme(
        request,
        form,
        lambda: services.set_usual_demand(user=request.user, now=now, **form.cleaned_data),
        title="Set what demand is usual",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.TRAINING)
def add_training_event(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    courses = list(Course.objects.filter(withdrawn_on=None))
    form = AddEventForm(request.POST or None, courses=courses)

    def save() -> TrainingEvent:
        course = next(one for one in courses if str(one.uid) == form.cleaned_data["course"])
        return services.add_event(
            user=request.user, course=course, draft=form.draft(), token=form.cleaned_data["token"], now=now
        )

    return _to_programme(request, form, save, title="Add an event")


def _to_programme(request: HttpRequest, form: Any, save: Callable[[], object], *, title: str) -> HttpResponse:
    if form.is_valid():
        try:
            save()
        except AlreadyDone:
            messages.info(request, "This was already saved.")
            return redirect("training")
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, "Saved.")
            return redirect("training")
    return render(request, "partners/training/form.html", {
        "form": form, "title": title, "submit": "Save", "back": reverse("training"),
        "back_text": "Back to the training programme",
    })  # fmt: skip


def _event(uid: UUID) -> TrainingEvent:
    return get_object_or_404(TrainingEvent.objects.select_related("course"), uid=uid)


@require_safe
@requires(Action.VIEW, Thing.TRAINING)
def training_event(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    event = _event(uid)
    [fact] = selectors.event_facts(TrainingEvent.objects.filter(pk=event.pk))
    bookings = list(event.bookings.select_related("organisation").order_by("organisation__name"))
    runs = selectors.runs_programme(request.user)

    def can(act: EventAct) -> bool:
        return rules.possible(act, event.state, event.held_on, day_of(now))

    bookable = {}
    if can(EventAct.BOOK):
        bookable = {one.pk: one for one in selectors.books_for(request.user, at=now)}
    booked = {one.organisation_id for one in bookings}
    names = {key: one.name for key, one in bookable.items()}
    context = {
        "event": event,
        "tag": presenters.event_tag(event.state),
        "rows": presenters.event_rows(fact, event.course.about),
        "bookings": presenters.bookings_table(bookings, event.uid, names),
        "to_book": [one for key, one in bookable.items() if key not in booked],
        "changes": runs and can(EventAct.CHANGE),
        "cancels": runs and can(EventAct.CANCEL),
        "records": runs and can(EventAct.RECORD),
    }
    return render(request, "partners/training/event.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.TRAINING, within=_ALL)
def change_training_event(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    event = _event(uid)
    initial = {"mode": event.mode, "held_on": event.held_on, "places": event.places}
    initial |= {"note": event.note, "version": event.version}
    form = ChangeEventForm(request.POST or None, initial=initial)
    answered = answer(
        request,
        form,
        lambda answers: services.change_event(
            user=request.user, event=event, draft=form.draft(), version=answers["version"], now=now
        ),
        done="Event changed.",
        to=("training_event", uid),
        stale=lambda: _stale(request, event, form),
    )
    return answered or _form(request, event, form, title="Change this event", submit="Save event")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.TRAINING, within=_ALL)
def cancel_training_event(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    event = _event(uid)
    form = CancelEventForm(request.POST or None, initial={"version": event.version})
    answered = answer(
        request,
        form,
        lambda answers: services.cancel_event(user=request.user, event=event, now=now, **answers),
        done="Event cancelled.",
        to=("training_event", uid),
        stale=lambda: _stale(request, event, form),
    )
    return answered or _form(request, event, form, title="Cancel this event", submit="Cancel this event")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.TRAINING)
def book_training(request: HttpRequest, uid: UUID, organisation: UUID) -> HttpResponse:
    """Places of one organisation at an event; a partner's own, or (the coordinator) any."""
    now = timezone.now()
    event = _event(uid)
    who = get_object_or_404(selectors.books_for(request.user, at=now), uid=organisation)
    if request.method != "POST" and not rules.possible(
        EventAct.BOOK, event.state, event.held_on, day_of(now)
    ):
        raise PermissionDenied
    booking = selectors.booking_of(event, organisation)
    initial = {
        "asked_for": booking.asked_for if booking else None,
        "version": booking.version if booking else 0,
    }
    form = BookForm(request.POST or None, initial=initial)
    made: list[Booking] = []

    def stale() -> HttpResponse:
        now_saved = selectors.booking_of(event, organisation)
        theirs = str(now_saved.asked_for) if now_saved else ""
        pairs = [
            {"field": "Places asked for", "theirs": theirs, "yours": str(form.cleaned_data["asked_for"])}
        ]
        view_url = reverse("training_event", args=[uid])
        return stale_page(request, pairs, edit_url=request.path, view_url=view_url)

    answered = answer(
        request,
        form,
        lambda answers: made.append(
            services.book(user=request.user, event=event, organisation=who, now=now, **answers)
        ),
        done=lambda: _booked_words(made[0]),
        to=("training_event", uid),
        stale=stale,
    )
    title = f"Places for {who.name}"
    return answered or _form(request, event, form, title=title, submit="Ask for these places")


def _booked_words(booking: Booking) -> str:
    waits = booking.asked_for - booking.booked
    words = f"{counted(booking.booked, 'place')} booked."
    return (
        f"{words} {counted(waits, 'more place waits', 'more places wait')} until places are free."
        if waits
        else words
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.TRAINING, within=_ALL)
def record_training(request: HttpRequest, uid: UUID) -> HttpResponse:
    """How many came, and what they said of it, by organisation."""
    now = timezone.now()
    event = _event(uid)
    rows = event.bookings.filter(booked__gt=0).select_related("organisation")
    bookings = list(rows.order_by("organisation__name"))
    initial: dict[str, object] = {"version": event.version}
    for one in bookings:
        key = one.organisation.uid.hex
        initial |= {f"attended_{key}": one.attended, f"feedback_{key}": one.feedback_given}
        initial[f"useful_{key}"] = one.useful
    form = ResultsForm(request.POST or None, bookings=bookings, initial=initial)
    answered = answer(
        request,
        form,
        lambda answers: services.record_results(
            user=request.user, event=event, results=form.results(), version=answers["version"], now=now
        ),
        done="Saved who came.",
        to=("training_event", uid),
        stale=lambda: _stale_results(request, event, form),
    )
    return answered or _form(request, event, form, title="Who came", submit="Save who came")


def _stale(request: HttpRequest, event: TrainingEvent, form: Any) -> HttpResponse:
    saved = _event(event.uid)
    typed = form.cleaned_data.get("note") or form.cleaned_data.get("reason", "")
    pairs = [{"field": "Note", "theirs": saved.note, "yours": typed}]
    view_url = reverse("training_event", args=[event.uid])
    return stale_page(request, pairs, edit_url=request.path, view_url=view_url)


def _stale_results(request: HttpRequest, event: TrainingEvent, form: ResultsForm) -> HttpResponse:
    saved = {one.organisation_id: one for one in event.bookings.all()}
    typed = form.results()
    pairs = []
    for one in form.bookings:
        theirs, yours = saved[one.organisation_id].attended, typed[one.organisation.uid].attended
        if theirs != yours:
            shown = "" if theirs is None else str(theirs)
            pairs.append(
                {"field": f"Came from {one.organisation.name}", "theirs": shown, "yours": str(yours)}
            )
    view_url = reverse("training_event", args=[event.uid])
    return stale_page(request, pairs, edit_url=request.path, view_url=view_url)


def _form(request: HttpRequest, event: TrainingEvent, form: Any, *, title: str, submit: str) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "submit": submit,
        "caption": f"{event.course.title}, {in_words(event.held_on)}",
        "back": reverse("training_event", args=[event.uid]),
        "back_text": "Back to the event",
    }
    return render(request, "partners/training/form.html", context)
