"""The visiting dashboard, its method, its table as a file, and the children behind a figure."""

from urllib.parse import urlencode

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.audit import Actor, record
from accounts.policy import Action, Thing
from dashboards import presenters, selectors
from dashboards.drill import CHILDREN_PER_PAGE, Drill, DrillForm
from dashboards.figures import visiting as figures
from dashboards.forms import as_parameters
from dashboards.readers import reader_of
from dashboards.visiting_page import VisitingPage
from safeguarding.kernel.spreadsheets import csv_lines
from visits.selectors import rates


@requires(Action.VIEW, Thing.VISIT_RATES)
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    page = VisitingPage(request.user, request.GET, now=timezone.now())
    age = selectors.age(page.fresh, now=page.now)
    if page.form is None:
        return render(request, "dashboards/visiting.html", {"age": age, "sections": []})
    choice = page.choice
    shades = figures.shades_of(rates.restrictions(), choice.months)
    sections = [
        presenters.section(page, plan_type, [shade for shade, _ in shades]) for plan_type in choice.plan_types
    ]
    context = {
        "age": age,
        "form": page.form,
        "choice": choice,
        "place": page.places.name(choice.scope),
        "sections": sections,
        "restrictions": [(shade.mark, restriction) for shade, restriction in shades],
        "suppressed": presenters.is_suppressed(page.reader, choice.scope),
        "reader": page.reader,
        "method_versions": sorted(page.rates.method_versions),
        "some_not_collected": any(section.not_collected for section in sections),
        "published": presenters.published_period(page),
        "export_query": urlencode(as_parameters(choice), doseq=True),
    }
    return render(request, "dashboards/visiting.html", context)


@requires(Action.DOWNLOAD, Thing.VISIT_RATES)
@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    page = VisitingPage(request.user, request.GET, now=timezone.now())
    rows = list(presenters.export_rows(page)) if page.form else []
    detail = {"rows": len(rows)} | (dict(as_parameters(page.choice)) if page.form else {})
    with transaction.atomic():
        record(
            "visit_rates.exported",
            actor=Actor.person(request.user),
            at=page.now,
            object_kind="visit_rates",
            detail=detail,
        )
    response = StreamingHttpResponse(
        csv_lines(presenters.EXPORT_COLUMNS, rows), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="visit-rates.csv"'
    response["Cache-Control"] = "no-store"
    return response


@requires(Action.VIEW, Thing.CHILD)
@require_safe
def children(request: HttpRequest) -> HttpResponse:
    """The children behind a figure, as far as the reader may open their records."""
    now = timezone.now()
    reader = reader_of(request.user, at=now)
    months = selectors.worked_out_months(rates.freshness())
    places = selectors.Places(rates.teams())
    form = DrillForm(request.GET, worked_out=months, teams=places.teams, reader=reader)
    if not form.is_valid():
        # Only an address typed by hand comes here: there is no field on the page to put errors beside.
        return render(request, "dashboards/visiting_children.html", status=400)
    drill = Drill.of(form.cleaned_data)
    start = (drill.page - 1) * CHILDREN_PER_PAGE
    with transaction.atomic():
        found, lines = rates.children_behind(
            request.user,
            month=drill.month.index,
            plan_type=drill.plan_type,
            outcomes=drill.outcomes,
            team_ids=places.team_ids(drill.scope, reader),
            caseload=drill.scope == "caseload",
            at=now,
            start=start,
            size=CHILDREN_PER_PAGE,
        )
        record(
            "visit_rates.drilled",
            actor=Actor.person(request.user),
            at=now,
            object_kind="visit_rates",
            detail=drill.as_detail() | {"shown": len(lines), "found": found},
        )
    if drill.page > 1 and start >= found:
        raise Http404
    shown = presenters.point(drill, places=places, reader=reader, worked_out=months)
    context = presenters.children_page(drill, found, lines, shown, places=places)
    return render(request, "dashboards/visiting_children.html", context)


@requires(Action.VIEW, Thing.VISIT_RATES)
@require_safe
def method(request: HttpRequest) -> HttpResponse:
    context = presenters.method_page(request.user, request.GET.get("month", ""), now=timezone.now())
    return render(request, "dashboards/visiting_method.html", context)
