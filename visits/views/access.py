"""Emergency access to a record, who looks at it, and who is kept from a record."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.policy import Action, Thing, allows
from safeguarding.kernel.errors import Refusal
from visits import presenters, services
from visits.constants import EMERGENCY_ACCESS_HOURS
from visits.forms.access import BlockForm, EmergencyAccessForm
from visits.forms.rows import RowForm
from visits.selectors import lines, records, worklists
from visits.views.opening import open_child, page_of, refuse


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.EMERGENCY_ACCESS)
def open_emergency_access(request: HttpRequest) -> HttpResponse:
    form = EmergencyAccessForm(request.POST or None)
    if form.is_valid():
        try:
            access = services.open_emergency_access(
                user=request.user, now=timezone.now(), **form.cleaned_data
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            told = "The managers of the child’s team can see this."
            messages.success(request, f"Record opened for {EMERGENCY_ACCESS_HOURS} hours. {told}")
            return redirect("child", uid=access.child.uid)
    context = {"form": form, "hours": EMERGENCY_ACCESS_HOURS}
    return render(request, "visits/open_emergency_access.html", context)


@require_safe
@requires(Action.VIEW, Thing.EMERGENCY_ACCESS)
def emergency_accesses(request: HttpRequest) -> HttpResponse:
    """For a manager those of own teams, for an auditor all; what nobody has looked at first."""
    now = timezone.now()
    page = page_of(request, worklists.emergency_accesses(request.user, at=now))
    accesses = worklists.emergency_lines(page.object_list, request.user, at=now)
    decides = allows(request.user.roles, Action.DECIDE, Thing.EMERGENCY_ACCESS)
    context = {
        "page_obj": page,
        "accesses": [
            {
                "line": line,
                "rows": presenters.emergency_rows(line),
                "to_look_at": decides and not line.seen_at and not line.own,
            }
            for line in accesses
        ],
    }
    return render(request, "visits/emergency_accesses.html", context)


@require_POST
@requires(Action.DECIDE, Thing.EMERGENCY_ACCESS)
def emergency_access_seen(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    access = get_object_or_404(worklists.emergency_accesses(request.user, at=now), uid=uid)
    try:
        services.mark_emergency_access_seen(user=request.user, access=access, now=now)
    except services.OutOfReach:
        raise Http404 from None
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Noted that you have looked at this emergency access.")
    return redirect("emergency_accesses")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.PLAN)
def child_blocks(request: HttpRequest, uid: UUID) -> HttpResponse:
    """People who must not open this record."""
    now = timezone.now()
    child = open_child(request, uid, page="access blocks", now=now)
    if not records.rights_on(child, request.user, at=now).manage:
        raise PermissionDenied
    lifting = RowForm(request.POST) if "row" in request.POST else None
    form = BlockForm(request.POST if request.method == "POST" and lifting is None else None)
    try:
        if lifting is not None:
            services.lift_access_block(user=request.user, child=child, block_id=lifting.row_id(), now=now)
            messages.success(
                request, "The person may open this record again, if their work leads them to it."
            )
            return redirect("child_blocks", uid=uid)
        if form.is_valid():
            person = form.cleaned_data["email"]
            services.block_access(user=request.user, child=child, person=person, now=now)
            messages.success(request, "The person cannot open this record any more.")
            # Who keeps themselves away has just lost sight of the record.
            return redirect("children") if person.pk == request.user.pk else redirect("child_blocks", uid=uid)
    except Refusal as refusal:
        refuse(form, refusal)
    context = {
        "form": form,
        "child": child,
        "shown_as": lines.shown_as(child),
        "blocks": records.blocks_of(child),
    }
    return render(request, "visits/child_blocks.html", context)
