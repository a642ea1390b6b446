"""Who holds a child's case, and which teams a person belongs to."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import requires
from accounts.policy import Action, Thing
from accounts.selectors import User, person_by_uid
from safeguarding.kernel.errors import Refusal
from visits import services
from visits.forms.access import AllocateForm, TeamPlaceForm
from visits.forms.rows import RowForm
from visits.selectors import lines, records
from visits.views.opening import open_child, refuse


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.PLAN)
def child_allocations(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    child = open_child(request, uid, page="allocations", now=now)
    if not records.rights_on(child, request.user, at=now).manage:
        raise PermissionDenied
    ending = RowForm(request.POST) if "row" in request.POST else None
    workers = records.allocatable(child, at=now)
    form = AllocateForm(
        request.POST if request.method == "POST" and ending is None else None, workers=workers
    )
    try:
        if ending is not None:
            services.end_allocation(user=request.user, child=child, allocation_id=ending.row_id(), now=now)
            messages.success(request, "Allocation ended today.")
            return redirect("child_allocations", uid=uid)
        if form.is_valid():
            services.allocate_child(user=request.user, child=child, now=now, **form.cleaned_data)
            messages.success(request, "Child allocated from today.")
            return redirect("child_allocations", uid=uid)
    except Refusal as refusal:
        refuse(form, refusal)
    context = {
        "form": form,
        "child": child,
        "shown_as": lines.shown_as(child),
        "allocations": records.allocations_of(child),
        "anybody": workers.exists(),
    }
    return render(request, "visits/child_allocations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.USER_ACCOUNT)
def person_teams(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    try:
        person = person_by_uid(request.user, uid)
    except User.DoesNotExist:
        raise Http404 from None
    ending = RowForm(request.POST) if "row" in request.POST else None
    form = TeamPlaceForm(request.POST if request.method == "POST" and ending is None else None)
    try:
        if ending is not None:
            services.end_team_place(user=request.user, person=person, place_id=ending.row_id(), now=now)
            messages.success(request, "Place in the team ended today.")
            return redirect("person_teams", uid=uid)
        if form.is_valid():
            services.add_team_place(user=request.user, person=person, now=now, **form.cleaned_data)
            messages.success(request, "Place in the team given from today.")
            return redirect("person_teams", uid=uid)
    except Refusal as refusal:
        if ending is not None:
            messages.error(request, refusal.message)
            return redirect("person_teams", uid=uid)
        refuse(form, refusal)
    context = {
        "form": form,
        "person": person,
        "places": records.team_places_of(person),
        "own": person.pk == request.user.pk,
    }
    return render(request, "visits/person_teams.html", context)
