"""Contacts that were not face to face: recording, correcting, reading and taking away their records."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.policy import Action, Thing
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from safeguarding.kernel.periods import day_of
from safeguarding.kernel.spreadsheets import csv_lines
from visits.constants import Method, Status
from visits.forms.alternatives import PeriodForm, RecordAlternativeForm, WriteAlternativeForm
from visits.models import Child, Visit
from visits.presenters import alternatives as presenters
from visits.presenters import theirs_yours, visit_rows
from visits.rules.alternatives import DETAILS
from visits.selectors import alternatives, decisions, lines, records
from visits.services import alternatives as services
from visits.services import record_listing
from visits.views.opening import open_child, open_visit, page_of, refuse


def _about(child: Child, now: datetime) -> dict[str, Any]:
    """What stands beside the questions: the row so far, and the law and the decision of today."""
    today = day_of(now)
    chain = alternatives.chain_of(child, on=today)
    return {
        "child": child,
        "shown_as": lines.shown_as(child),
        "chain": chain,
        "chain_words": presenters.chain_words(chain),
        "standing": alternatives.standing_on(child, Method.VIDEO, today, has_record=True),
        "decided": bool(decisions.covering(child, today)),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.ALTERNATIVE)
def record_alternative(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    child = open_child(request, uid, page="record an alternative", now=now)
    if not alternatives.may_be_recorded(request.user, child, at=now):
        raise PermissionDenied
    form = RecordAlternativeForm(request.POST or None, today=day_of(now))
    if form.is_valid():
        try:
            visit = services.record_alternative(
                user=request.user,
                child=child,
                draft=form.draft(),
                token=form.cleaned_data["token"],
                now=now,
            )
        except AlreadyDone as done:
            messages.info(request, "This contact was already saved. It is shown below.")
            return redirect("alternative", uid=done.outcome)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _recorded(visit))
            return redirect("alternative", uid=visit.uid)
    return render(request, "visits/alternatives/record.html", _about(child, now) | {"form": form})


def _recorded(visit: Visit) -> str:
    if visit.authorised:
        return "Alternative recorded. A management decision covers its date."
    return "Alternative recorded. It does not count until a management decision covers its date."


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.VISIT)
def write_alternative(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The record of a visit that is there already: planned, imported without one, or to correct."""
    now = timezone.now()
    visit = open_visit(request, uid, page="write an alternative", now=now)
    rights = records.visit_rights(visit, request.user, at=now)
    # What was typed on a page that was right when it was opened gets the service's answer, never a bare 403.
    if not rights.correct and request.method != "POST":
        raise PermissionDenied
    record = records.alternative_of(visit)
    form = WriteAlternativeForm(
        request.POST or None,
        today=day_of(now),
        visit=visit,
        record=record,
        reason_asked=rights.reason_needed and visit.status == Status.COMPLETED,
    )
    if form.is_valid():
        reason = form.cleaned_data.get("reason", "")
        try:
            services.write_alternative(
                user=request.user,
                visit=visit,
                expected_version=form.cleaned_data["version"],
                draft=form.draft(),
                reason=reason,
                now=now,
            )
        except StaleEdit:
            return _stale(request, visit, {**vars(form.draft()), "reason": reason})
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Record saved. What was there before is kept.")
            return redirect("alternative", uid=uid)
    context = _about(visit.child, now) | {"form": form, "visit": visit, "record": record}
    return render(request, "visits/alternatives/write.html", context)


def _stale(request: HttpRequest, visit: Visit, typed: dict[str, Any]) -> HttpResponse:
    """409: both texts, so that neither is lost."""
    current = Visit.objects.get(pk=visit.pk)
    change = records.last_change(current)
    by = (change.replaced_by.name if change.replaced_by else "An import") if change else ""
    record = records.alternative_of(current)
    saved = {"visit_date": current.visit_date, "method": current.method}
    saved |= {name: getattr(record, name) if record else "" for name in DETAILS}
    context = {
        "theirs_yours": theirs_yours(saved, typed),
        "changed_by": by,
        "changed_at": change.replaced_at if change else None,
        "edit_url": request.path,
        "view_url": reverse("visit", args=[visit.uid]),
    }
    return render(request, "errors/409.html", context, status=409)


@require_safe
@requires(Action.VIEW, Thing.ALTERNATIVE)
def alternative(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The single record, fit for paper."""
    now = timezone.now()
    visit = open_visit(request, uid, page="alternative", now=now)
    if visit.method == Method.FACE_TO_FACE or visit.status != Status.COMPLETED:
        raise Http404
    record = records.alternative_of(visit)
    line = records.visit_lines([visit])[0]
    standing = alternatives.standing_on(
        visit.child, visit.method, visit.visit_date, has_record=record is not None
    )
    rights = records.visit_rights(visit, request.user, at=now)
    context = {
        "visit": visit,
        "child": visit.child,
        "shown_as": lines.shown_as(visit.child),
        "title": str(Method(visit.method).label),
        "visit_rows": [row for row in visit_rows(line) if row["key"] != "What happened" or visit.note],
        "record": record,
        "rows": presenters.record_rows(record) if record else [],
        "standing": standing,
        "standing_tag": presenters.standing_tag(standing),
        "place": presenters.place_words(alternatives.chain_at(visit)),
        "may_write": rights.correct,
    }
    return render(request, "visits/alternatives/alternative.html", context)


@require_safe
@requires(Action.DECIDE, Thing.ALTERNATIVE)
def alternatives_between(request: HttpRequest) -> HttpResponse:
    """Alternatives of the manager's teams in a period."""
    now = timezone.now()
    form = PeriodForm(request.GET or None, default=alternatives.default_period(day_of(now)))
    first, last = form.days()
    page = page_of(request, alternatives.alternatives_between(request.user, first, last, at=now))
    shown = alternatives.alternative_lines(page.object_list, request.user, at=now)
    with transaction.atomic():
        filters = {"list": "alternatives", "first": first.isoformat(), "last": last.isoformat()}
        record_listing(user=request.user, shown=len(shown), filters=filters, now=now)
    context = {
        "form": form,
        "page_obj": page,
        "first": first,
        "last": last,
        "query": _query(request),
        "table": presenters.alternatives_table(shown),
    }
    return render(request, "visits/alternatives/list.html", context)


def _query(request: HttpRequest) -> str:
    """The period of the list, for the file."""
    asked = request.GET.copy()
    asked.pop("page", None)
    return asked.urlencode()


@require_safe
@requires(Action.DECIDE, Thing.ALTERNATIVE)
def alternatives_export(request: HttpRequest) -> HttpResponseBase:
    """The records that the regulations ask for, of a period and the manager's teams."""
    now = timezone.now()
    form = PeriodForm(request.GET or None, default=alternatives.default_period(day_of(now)))
    if form.is_bound and not form.is_valid():
        # A file of other days than those asked for would be taken for the answer.
        return redirect(f"{reverse('alternatives')}?{_query(request)}")
    first, last = form.days()
    found = alternatives.alternatives_between(request.user, first, last, at=now)
    with transaction.atomic():
        services.record_export(user=request.user, first=first, last=last, rows=found.count(), now=now)
    rows = presenters.export_rows(alternatives.every_line(found, request.user, at=now))
    response = StreamingHttpResponse(
        csv_lines(presenters.EXPORT_COLUMNS, rows), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="alternatives-to-visits.csv"'
    response["Cache-Control"] = "no-store"
    return response
