"""Services and commitments: the register, each service and its levels."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.policy import Action, Thing
from partners.forms.commitments import AddServiceForm, LevelForm, TakeOffForm
from partners.models import Service
from partners.presenters import commitments as presenters
from partners.presenters import plans as plan_words
from partners.selectors import commitments, demand, plans
from partners.services import commitments as services
from partners.services.base import OutOfReach
from partners.views.base import refuse, stale_page
from partners.views.plans import to_change
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from safeguarding.kernel.periods import day_of


@require_safe
@requires(Action.VIEW, Thing.RECOVERY_PLAN)
def service_commitments(request: HttpRequest) -> HttpResponse:
    """The register of services, the statement that follows from it, and what returns say against it."""
    now = timezone.now()
    registered = commitments.services_at(day_of(now), now)
    returns = demand.latest_submissions(now, readable=demand.readable_by(request.user, at=now))
    context = {
        "commitment": plan_words.commitment(commitments.commitment_statement(day_of(now), now)),
        "table": presenters.services_table(registered, caption="Services on the register", with_partner=True),
        "contradictions": presenters.contradictions_table(commitments.contradictions(registered, returns)),
    }
    return render(request, "partners/plans/services.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.RECOVERY_PLAN)
def add_service(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    plan = to_change(request, uid, now)
    if plan.organisation is None:
        raise Http404
    form = AddServiceForm(request.POST or None)
    if form.is_valid():
        answers = form.cleaned_data
        try:
            service = services.add_service(
                user=request.user,
                plan=plan,
                name=answers["name"],
                normal_level=answers["normal_level"],
                draft=form.draft(),
                token=answers["token"],
                now=now,
            )
        except AlreadyDone as done:
            messages.info(request, "This service was already saved. It is shown below.")
            return redirect("service_commitment", uid=done.outcome)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Service added.")
            return redirect("service_commitment", uid=service.uid)
    return render(request, "partners/plans/add_service.html", {"form": form, "plan": plan})


def _opened(request: HttpRequest, uid: UUID, now: datetime) -> Service:
    rows = commitments.visible(request.user, at=now).select_related("organisation__recovery_plan")
    return get_object_or_404(rows, uid=uid)


def _to_change(request: HttpRequest, uid: UUID, now: datetime) -> Service:
    service = _opened(request, uid, now)
    if not plans.may_change(request.user, service.organisation.recovery_plan, Action.EDIT, at=now):
        raise PermissionDenied
    return service


@require_safe
@requires(Action.VIEW, Thing.RECOVERY_PLAN)
def service_commitment(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One service: its level, what is planned, and what was recorded before."""
    now = timezone.now()
    service = _opened(request, uid, now)
    fact = commitments.fact_of(service, at=now)
    plan = service.organisation.recovery_plan
    changes = plans.may_change(request.user, plan, Action.EDIT, at=now) and not service.withdrawn_on
    context = {
        "service": service,
        "plan": plan,
        "rows": presenters.service_rows(service, fact),
        "changes": changes,
        "planned": [
            {"row": one.row, "words": presenters.change_words(one.level, one.from_date)}
            for one in fact.planned
        ],
        "history": presenters.level_history(service.levels.select_related("by")),
    }
    return render(request, "partners/plans/service.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.RECOVERY_PLAN)
def change_level(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    service = _to_change(request, uid, now)
    form = LevelForm(request.POST or None, initial={"version": service.version, "from_date": day_of(now)})
    if form.is_valid():
        try:
            services.change_level(
                user=request.user,
                service=service,
                draft=form.draft(),
                expected_version=form.cleaned_data["version"],
                now=now,
            )
        except StaleEdit:
            pairs = presenters.theirs_yours(commitments.levels_of(service), form.cleaned_data)
            view_url = reverse("service_commitment", args=[uid])
            return stale_page(request, pairs, edit_url=request.path, view_url=view_url)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            ahead = form.cleaned_data["from_date"] > day_of(now)
            messages.success(request, "Planned change recorded." if ahead else "Level recorded.")
            return redirect("service_commitment", uid=uid)
    context = {
        "form": form,
        "service": service,
        "rows": presenters.service_rows(service, commitments.fact_of(service, at=now)),
    }
    return render(request, "partners/plans/level.html", context)


@require_POST
@requires(Action.EDIT, Thing.RECOVERY_PLAN)
def withdraw_change(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A planned change is given up."""
    now = timezone.now()
    service = _to_change(request, uid, now)
    typed = request.POST.get("change", "")
    row = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0
    try:
        services.withdraw_change(user=request.user, service=service, row=row, now=now)
    except OutOfReach:
        messages.error(request, "There is no such planned change. It may have been given up already.")
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Planned change given up. It stays in the history.")
    return redirect("service_commitment", uid=uid)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.RECOVERY_PLAN)
def take_off(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    service = _to_change(request, uid, now)
    form = TakeOffForm(request.POST or None, initial={"version": service.version})
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        view_url = reverse("service_commitment", args=[uid])
        try:
            services.take_off(
                user=request.user,
                service=service,
                reason=reason,
                expected_version=form.cleaned_data["version"],
                now=now,
            )
        except StaleEdit:
            pair = {"field": "Why it leaves the register", "theirs": "", "yours": reason}
            return stale_page(request, [pair], edit_url=request.path, view_url=view_url)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "The service leaves the register tomorrow. Its history stays.")
            return redirect(view_url)
    return render(request, "partners/plans/take_off.html", {"form": form, "service": service})
