"""Recording, correcting and cancelling one visit."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.policy import Action, Thing
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from safeguarding.kernel.periods import day_of
from visits import presenters, services
from visits.constants import FREE_EDIT_HOURS, Method, Status
from visits.forms.records import UNAUTHORISED, CancelVisitForm, CorrectVisitForm, RecordVisitForm
from visits.models import Visit
from visits.presenters import decisions as decision_presenters
from visits.selectors import decisions, lines, records, worklists
from visits.views.before_visit import before_visit
from visits.views.opening import open_child, open_visit, page_of, refuse, stale_page


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.VISIT)
def record_visit(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    child = open_child(request, uid, page="record a visit", now=now)
    if not records.rights_on(child, request.user, at=now).record:
        raise PermissionDenied
    start = records.first_plan_start(child)
    form = RecordVisitForm(request.POST or None, today=day_of(now), first_plan_start=start)
    if form.is_valid():
        draft = form.draft()
        try:
            visit = services.record_visit(
                user=request.user, child=child, token=form.cleaned_data["token"], now=now, **vars(draft)
            )
        except AlreadyDone as done:
            messages.info(request, "This visit was already saved. It is shown below.")
            return redirect("visit", uid=done.outcome)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _recorded(visit))
            return redirect("child", uid=child.uid)
    context = {
        "form": form,
        "child": child,
        "shown_as": lines.shown_as(child),
        **before_visit(child, request.user, now),
    }
    return render(request, "visits/record_visit.html", context)


def _recorded(visit: Visit) -> str:
    if visit.status == Status.PLANNED:
        return "Planned visit recorded."
    if visit.method != Method.FACE_TO_FACE and visit.child_seen:
        return f"Visit recorded. {UNAUTHORISED}."
    return "Visit recorded."


@require_safe
@requires(Action.VIEW, Thing.VISIT)
def visit(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = open_visit(request, uid, page="visit", now=now)
    line = records.visit_lines([shown])[0]
    context = {
        "visit": shown,
        "title": presenters.visit_title(line),
        "tag": presenters.visit_tag(line, day_of(now)),
        "rows": presenters.visit_rows(line),
        "history": presenters.history(records.earlier_versions(shown)),
        "rights": records.visit_rights(shown, request.user, at=now),
        "record": records.alternative_of(shown),
        "shown_as": lines.shown_as(shown.child),
        "hours": FREE_EDIT_HOURS,
        **decision_presenters.of_visit(
            line,
            decisions.covering(shown.child, shown.visit_date),
            asks=decisions.may_ask(shown.child, request.user, at=now),
            child_uid=shown.child.uid,
        ),
    }
    return render(request, "visits/visit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.VISIT)
def correct_visit(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = open_visit(request, uid, page="correct a visit", now=now)
    rights = records.visit_rights(shown, request.user, at=now)
    # What was typed on a page that was right when it was opened gets the service's answer, never a bare 403.
    if not rights.correct and request.method != "POST":
        raise PermissionDenied
    form = CorrectVisitForm(
        request.POST or None,
        visit=shown,
        reason_needed=rights.reason_needed,
        today=day_of(now),
        first_plan_start=records.first_plan_start(shown.child),
    )
    if form.is_valid():
        try:
            services.correct_visit(
                user=request.user,
                visit=shown,
                expected_version=form.cleaned_data["version"],
                changes=vars(form.draft()),
                reason=form.cleaned_data["reason"],
                now=now,
            )
        except StaleEdit:
            typed = {**vars(form.draft()), "reason": form.cleaned_data["reason"]}
            return stale_page(
                request, shown, typed, edit_url=request.path, view_url=reverse("visit", args=[uid])
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Visit corrected. What was there before is kept below.")
            return redirect("visit", uid=uid)
    context = {
        "form": form,
        "visit": shown,
        "shown_as": lines.shown_as(shown.child),
        "reason_needed": rights.reason_needed,
        "hours": FREE_EDIT_HOURS,
    }
    return render(request, "visits/correct_visit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.WITHDRAW, Thing.VISIT)
def cancel_visit(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = open_visit(request, uid, page="cancel a visit", now=now)
    if request.method != "POST" and not records.visit_rights(shown, request.user, at=now).cancel:
        raise PermissionDenied
    form = CancelVisitForm(request.POST or None, initial={"version": shown.version})
    if form.is_valid():
        try:
            services.cancel_visit(
                user=request.user,
                visit=shown,
                expected_version=form.cleaned_data["version"],
                reason=form.cleaned_data["reason"],
                now=now,
            )
        except StaleEdit:
            typed = {"reason": form.cleaned_data["reason"]}
            return stale_page(
                request, shown, typed, edit_url=request.path, view_url=reverse("visit", args=[uid])
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Visit cancelled. It no longer counts; the record stays.")
            return redirect("visit", uid=uid)
    context = {
        "form": form,
        "visit": shown,
        "shown_as": lines.shown_as(shown.child),
        "rows": presenters.visit_rows(records.visit_lines([shown])[0]),
    }
    return render(request, "visits/cancel_visit.html", context)


@require_safe
@requires(Action.DECIDE, Thing.ALTERNATIVE)
def awaiting_authorisation(request: HttpRequest) -> HttpResponse:
    """Alternatives of the manager's teams that no decision covers, so that they do not count."""
    now = timezone.now()
    page = page_of(request, worklists.awaiting_authorisation(request.user, at=now))
    shown = worklists.awaiting_lines(page.object_list)
    with transaction.atomic():
        services.record_listing(
            user=request.user, shown=len(shown), filters={"list": "alternatives that do not count"}, now=now
        )
    table = presenters.awaiting_table(shown)
    return render(request, "visits/awaiting_authorisation.html", {"page_obj": page, "table": table})
