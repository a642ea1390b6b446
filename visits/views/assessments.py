"""Assessments before visits, and the protective equipment that they add up to."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.policy import Action, Thing, allows
from safeguarding.kernel.errors import AlreadyDone, Refusal
from safeguarding.kernel.govuk import lower_first
from safeguarding.kernel.periods import day_of
from safeguarding.kernel.spreadsheets import csv_lines
from visits.forms.assessments import AssessmentForm, PpeWeeksForm, ResultForm
from visits.models import Child, PreVisitAssessment
from visits.presenters import assessments as presenters
from visits.rules import assessments as assessment_rules
from visits.selectors import assessments, lines
from visits.services import OutOfReach, record_listing
from visits.services import assessments as services
from visits.views.opening import open_child, page_of, refuse


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.ASSESSMENT)
def make_assessment(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Two steps on one address: the answers; then what they lead to, and what the worker will do.
    Nothing is kept before the second."""
    now = timezone.now()
    child = open_child(request, uid, page="assess a visit", now=now)
    if not assessments.may_make(child, request.user, at=now):
        raise PermissionDenied
    form = AssessmentForm(request.POST or None)
    shown = {"form": form, "child": child, "shown_as": lines.shown_as(child)}
    if not form.is_valid() or "change" in request.POST:
        return render(request, "visits/assessments/make.html", shown)
    answers = form.answers()
    proposed = assessment_rules.proposal(answers)
    # Answers that lead elsewhere than what the worker read are shown anew.
    read = request.POST.get("read") == proposed.result
    result = ResultForm(request.POST if read else None, proposed=proposed.result)
    if result.is_valid():
        try:
            assessment = services.make_assessment(
                user=request.user,
                child=child,
                answers=answers,
                result=result.cleaned_data["result"],
                result_reason=result.cleaned_data["result_reason"],
                token=form.cleaned_data["token"],
                now=now,
            )
        except AlreadyDone as done:
            messages.info(request, "This assessment was already saved. It is shown below.")
            return redirect("assessment", uid=done.outcome)
        except Refusal as refusal:
            refuse(result, refusal)
        else:
            messages.success(request, "Assessment saved.")
            return redirect("assessment", uid=assessment.uid)
    context = shown | {
        "form": result,
        "carried": form.carried(),
        "proposed": proposed,
        "result_words": lower_first(proposed.result.label),
        "rows": presenters.answer_rows(answers),
    }
    return render(request, "visits/assessments/result.html", context)


@require_safe
@requires(Action.VIEW, Thing.ASSESSMENT)
def child_assessments(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    child = open_child(request, uid, page="assessments", now=now)
    page = page_of(request, assessments.assessments_of(child))
    context = {
        "child": child,
        "shown_as": lines.shown_as(child),
        "page_obj": page,
        "table": presenters.assessments_table(page.object_list, now),
        "may_make": assessments.may_make(child, request.user, at=now),
    }
    return render(request, "visits/assessments/list.html", context)


def _opened(request: HttpRequest, uid: UUID) -> PreVisitAssessment:
    """The assessment, with `child` as from open_child. 404 where it is not this person's to see."""
    now = timezone.now()
    rows = PreVisitAssessment.objects.select_related("child", "made_by", "countersigned_by")
    visible = Child.objects.visible_to(request.user, at=now)
    found = get_object_or_404(rows.filter(child__in=visible), uid=uid)
    found.child = open_child(request, found.child.uid, page="assessment", now=now)
    return found


@require_safe
@requires(Action.VIEW, Thing.ASSESSMENT)
def assessment(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    found = _opened(request, uid)
    context = {
        "assessment": found,
        "child": found.child,
        "shown_as": lines.shown_as(found.child),
        "tag": presenters.result_tag(found.result),
        "rows": presenters.assessment_rows(found),
        "stands": found.valid_until > now,
        "countersigning": assessments.countersigning(found, request.user, at=now),
    }
    return render(request, "visits/assessments/assessment.html", context)


@require_POST
@requires(Action.DECIDE, Thing.ASSESSMENT)
def countersign_assessment(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = _opened(request, uid)
    try:
        services.countersign_assessment(user=request.user, assessment=found, now=timezone.now())
    except OutOfReach:
        raise Http404 from None
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Countersigned.")
    return redirect("assessment", uid=uid)


@require_safe
@requires(Action.DECIDE, Thing.ASSESSMENT)
def assessments_to_countersign(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    page = page_of(request, assessments.to_countersign(request.user, at=now))
    table = presenters.waiting_table(page.object_list)
    with transaction.atomic():
        shown = len(page.object_list)
        record_listing(user=request.user, shown=shown, filters={"list": "to countersign"}, now=now)
    return render(request, "visits/assessments/to_countersign.html", {"page_obj": page, "table": table})


class _Weeks:
    """What the page and the file of protective equipment have in common."""

    def __init__(self, request: HttpRequest) -> None:
        self.now = timezone.now()
        self.form = PpeWeeksForm(request.GET or None)
        self.last = day_of(self.now)
        self.first = assessment_rules.monday_of(self.last) - timedelta(weeks=self.form.chosen() - 1)
        teams = assessments.ppe_teams(request.user, at=self.now)
        keys = None if teams is None else set(teams.values_list("pk", flat=True))
        self.totals = assessments.ppe_totals(self.first, self.last, teams=keys)


@require_safe
@requires(Action.VIEW, Thing.OVERSIGHT)
def ppe(request: HttpRequest) -> HttpResponse:
    weeks = _Weeks(request)
    context = {
        "form": weeks.form,
        "weeks": weeks.form.chosen(),
        "finding": presenters.ppe_finding(weeks.totals, weeks.first),
        "table": presenters.ppe_table(weeks.totals),
        "may_download": allows(request.user.roles, Action.DOWNLOAD, Thing.OVERSIGHT),
    }
    return render(request, "visits/assessments/ppe.html", context)


@require_safe
@requires(Action.DOWNLOAD, Thing.OVERSIGHT)
def ppe_export(request: HttpRequest) -> StreamingHttpResponse:
    weeks = _Weeks(request)
    rows = list(presenters.ppe_export_rows(weeks.totals))
    with transaction.atomic():
        services.record_ppe_export(
            user=request.user, first=weeks.first, last=weeks.last, rows=len(rows), now=weeks.now
        )
    response = StreamingHttpResponse(
        csv_lines(presenters.PPE_COLUMNS, rows), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="protective-equipment.csv"'
    response["Cache-Control"] = "no-store"
    return response
