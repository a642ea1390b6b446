"""The first step of every record page: find the row among those one may open, and note the look."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from safeguarding.kernel.errors import Refusal
from visits import presenters, services
from visits.constants import RECORDS_PER_PAGE
from visits.forms.records import as_error
from visits.models import Child, Visit
from visits.selectors import records


def open_child(request: HttpRequest, uid: UUID, *, page: str, now: datetime) -> Child:
    """The child, if it is this person's to see, with the look on the audit trail. 404 otherwise."""
    with transaction.atomic():
        children = Child.objects.visible_to(request.user, at=now).named_for(request.user, at=now)
        child = get_object_or_404(children, uid=uid)
        services.record_view(user=request.user, child=child, page=page, now=now)
    return child


def open_visit(request: HttpRequest, uid: UUID, *, page: str, now: datetime) -> Visit:
    """The visit, with `visit.child` as from open_child."""
    visits = Visit.objects.select_related("recorded_by", "authorised_by", "child")
    visit = get_object_or_404(visits.visible_to(request.user, at=now), uid=uid)
    visit.child = open_child(request, visit.child.uid, page=page, now=now)
    return visit


def page_of(request: HttpRequest, rows: Any) -> Page:
    """The page that the address asks for; the nearest one for a number that is none."""
    return Paginator(rows, RECORDS_PER_PAGE).get_page(request.GET.get("page"))


def refuse(form: Any, refusal: Refusal) -> None:
    """Puts a service's refusal on the form; what is no longer within reach is not there (404)."""
    if isinstance(refusal, services.OutOfReach):
        raise Http404
    as_error(form, refusal)


def stale_page(
    request: HttpRequest, visit: Visit, typed: dict[str, Any], *, edit_url: str, view_url: str
) -> HttpResponse:
    """409: both texts, so that neither is lost."""
    current = Visit.objects.get(pk=visit.pk)
    change = records.last_change(current)
    by = (change.replaced_by.name if change.replaced_by else "An import") if change else ""
    context = {
        "theirs_yours": presenters.theirs_yours(
            {name: getattr(current, name) for name in typed if hasattr(current, name)}, typed
        ),
        "changed_by": by,
        "changed_at": change.replaced_at if change else None,
        "edit_url": edit_url,
        "view_url": view_url,
    }
    return render(request, "errors/409.html", context, status=409)
