"""Surveys of practitioners: made, opened and closed by the coordinator, read by the roles of the matrix."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.policy import Action as Act
from accounts.policy import Thing, allows
from partners.constants import SurveyState
from partners.forms.base import VersionForm
from partners.forms.surveys import SurveyForm
from partners.models import Survey
from partners.presenters import surveys as presenters
from partners.rules.surveys import is_over
from partners.selectors import surveys as selectors
from partners.services import surveys as services
from partners.views.base import page_of, refuse, stale_page
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from safeguarding.kernel.periods import day_of
from safeguarding.kernel.spreadsheets import csv_lines


@require_safe
@requires(Act.VIEW, Thing.SURVEY)
def surveys(request: HttpRequest) -> HttpResponse:
    page = page_of(request, selectors.surveys())
    context = {
        "page_obj": page,
        "table": presenters.surveys_table(page.object_list, day_of(timezone.now())),
        "may_add": allows(request.user.roles, Act.CREATE, Thing.SURVEY),
    }
    return render(request, "partners/surveys/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Act.CREATE, Thing.SURVEY)
def add_survey(request: HttpRequest) -> HttpResponse:
    form = SurveyForm(request.POST or None)
    if form.is_valid():
        try:
            made = services.create_survey(
                user=request.user,
                draft=form.draft(),
                token=form.cleaned_data["token"],
                now=timezone.now(),
            )
        except AlreadyDone as done:
            messages.info(request, "This survey was already saved. It is shown below.")
            return redirect("survey", uid=done.outcome)
        except Refusal as refusal:
            refusal.field = form.field_of(refusal.field)
            refuse(form, refusal)
        else:
            messages.success(request, "Survey saved as a draft. Look through it, then open it.")
            return redirect("survey", uid=made.uid)
    return render(request, "partners/surveys/edit.html", {"form": form, "heading": "Make a survey"})


@require_safe
@requires(Act.VIEW, Thing.SURVEY)
def survey(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What is asked and, once no reply can come any more, what came of it."""
    now = timezone.now()
    today = day_of(now)
    shown = get_object_or_404(Survey, uid=uid)
    over = is_over(shown.state, shown.closes_on, today)
    results = selectors.results_of(shown) if over else None
    cycle, leaders = selectors.leaders_readings(request.user, at=now) if results else (None, {})
    decides = allows(request.user.roles, Act.DECIDE, Thing.SURVEY)
    context = {
        "survey": shown,
        "rows": presenters.survey_rows(shown, today, enough=selectors.enough_replies(shown)),
        "questions": selectors.questions_of(shown),
        "over": over,
        "blocks": presenters.result_blocks(results, leaders) if results else None,
        "cycle": cycle,
        "too_few": presenters.TOO_FEW,
        "not_apart": presenters.NOT_APART,
        "link": request.build_absolute_uri(reverse("take_survey", args=[shown.link_key]))
        if decides and shown.state != SurveyState.CLOSED
        else "",
        "may_open": decides and shown.state == SurveyState.DRAFT,
        "may_close": decides and shown.state == SurveyState.OPEN,
        "may_export": allows(request.user.roles, Act.DOWNLOAD, Thing.SURVEY) and results is not None,
    }
    return render(request, "partners/surveys/survey.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Act.EDIT, Thing.SURVEY)
def edit_survey(request: HttpRequest, uid: UUID) -> HttpResponse:
    shown = get_object_or_404(Survey, uid=uid)
    if request.method != "POST" and shown.state != SurveyState.DRAFT:
        raise PermissionDenied
    form = SurveyForm(request.POST or None, survey=shown)
    if form.is_valid():
        try:
            services.change_survey(
                user=request.user,
                survey=shown,
                draft=form.draft(),
                expected_version=form.cleaned_data["version"],
                now=timezone.now(),
            )
        except StaleEdit:
            return _stale(request, shown, form)
        except Refusal as refusal:
            refusal.field = form.field_of(refusal.field)
            refuse(form, refusal)
        else:
            messages.success(request, "Survey saved.")
            return redirect("survey", uid=uid)
    return render(request, "partners/surveys/edit.html", {"form": form, "heading": "Change the survey"})


@require_POST
@requires(Act.DECIDE, Thing.SURVEY)
def open_survey(request: HttpRequest, uid: UUID) -> HttpResponse:
    shown = get_object_or_404(Survey, uid=uid)
    form = VersionForm(request.POST)
    try:
        services.open_survey(
            user=request.user,
            survey=shown,
            expected_version=form.cleaned_data["version"] if form.is_valid() else 0,
            now=timezone.now(),
        )
    except StaleEdit:
        messages.error(request, "Somebody changed the survey meanwhile. Look through it, then open it.")
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Survey opened. Send the link below to practitioners.")
    return redirect("survey", uid=uid)


@require_POST
@requires(Act.DECIDE, Thing.SURVEY)
def close_survey(request: HttpRequest, uid: UUID) -> HttpResponse:
    shown = get_object_or_404(Survey, uid=uid)
    try:
        services.close_survey(user=request.user, survey=shown, now=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Survey closed.")
    return redirect("survey", uid=uid)


@require_safe
@requires(Act.DOWNLOAD, Thing.SURVEY)
def export_survey(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The results as the page shows them, and nothing else."""
    now = timezone.now()
    shown = get_object_or_404(Survey, uid=uid)
    over = is_over(shown.state, shown.closes_on, day_of(now))
    results = selectors.results_of(shown) if over else None
    if results is None:
        raise Http404
    services.note_export(user=request.user, survey=shown, now=now)
    lines = csv_lines(presenters.CSV_HEADER, presenters.csv_rows(results))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="survey-results.csv"'
    return answer


def _stale(request: HttpRequest, shown: Survey, form: SurveyForm) -> HttpResponse:
    """409: title, days and questions as they are saved now and as they were typed."""
    current = SurveyForm(survey=Survey.objects.get(pk=shown.pk))
    differing = [
        {
            "field": str(field.label),
            "theirs": str(current.get_initial_for_field(current.fields[name], name) or ""),
            "yours": str(form.cleaned_data.get(name) or ""),
        }
        for name, field in form.fields.items()
        if name not in ("token", "version")
    ]
    return stale_page(
        request,
        [one for one in differing if one["theirs"] != one["yours"]],
        edit_url=request.path,
        view_url=reverse("survey", args=[shown.uid]),
    )
