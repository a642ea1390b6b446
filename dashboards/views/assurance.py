"""The assurance dashboard, the answers behind its cells, and its grid as a file."""

from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.audit import Actor, record
from accounts.policy import Action, Thing
from dashboards.assurance_page import AssurancePage, answers_context
from dashboards.figures import assurance as figures
from safeguarding.kernel.spreadsheets import csv_lines


@requires(Action.VIEW, Thing.ASSURANCE)
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    page = AssurancePage(request.user, request.GET, now=timezone.now())
    return render(request, "dashboards/assurance.html", page.context())


@requires(Action.VIEW, Thing.ASSURANCE)
@require_safe
def answers(request: HttpRequest, cycle: UUID, partner: UUID) -> HttpResponse:
    """What a partner said in a cycle, to one theme or to all."""
    theme = request.GET.get("theme", "")
    context = answers_context(request.user, cycle, partner, theme, now=timezone.now())
    if context is None:
        raise Http404
    return render(request, "dashboards/assurance_answers.html", context)


@requires(Action.DOWNLOAD, Thing.ASSURANCE)
@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    page = AssurancePage(request.user, request.GET, now=timezone.now())
    rows = figures.export_rows(page.grid, page.before) if page.grids else []
    with transaction.atomic():
        record(
            "assurance.exported",
            actor=Actor.person(request.user),
            at=page.now,
            object_kind="assurance",
            detail={"rows": len(rows), "cycle": page.grid.cycle.number if page.grids else None},
        )
    response = StreamingHttpResponse(
        csv_lines(figures.EXPORT_COLUMNS, rows), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="assurance.csv"'
    response["Cache-Control"] = "no-store"
    return response
