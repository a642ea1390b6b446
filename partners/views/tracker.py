"""The tracker: who has sent a return and who is silent, and what was done about it."""

from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.audit import Actor, record
from accounts.policy import Action, Scope, Thing, allows
from operations.selectors import undelivered
from partners.facts.tracker import Cell, Standing
from partners.models import Cycle
from partners.presenters import tracker as presenters
from partners.selectors import tracker as selectors
from partners.selectors.cycles import counts_all
from safeguarding.kernel.spreadsheets import csv_lines

# Of a cycle's number in an address; a longer one is a typing error.
_NUMBER_DIGITS = 6
_UNDELIVERED_SHOWN = 20
_ALL = 10_000


@requires(Action.VIEW, Thing.RETURN)
@require_safe
def tracker(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isdecimal() and len(asked) <= _NUMBER_DIGITS else None
    wall = selectors.wall(request.user, at=now, before=before)
    due = selectors.latest_due(at=now) if before is None else None
    lines = selectors.lines(due, request.user, at=now) if due else []
    decides = allows(request.user.roles, Action.DECIDE, Thing.RETURN)
    lost = undelivered(_UNDELIVERED_SHOWN) if decides else []
    context = {
        "wall": presenters.wall_table(wall, href),
        "earlier": wall.before,
        "is_earlier": before is not None,
        "sees_all": counts_all(request.user),
        "due": due,
        "finding": presenters.finding(due, lines) if due and lines else "",
        "silent": [presenters.line(line, href) for line in lines if line.cell.standing is Standing.SILENT],
        "undelivered": presenters.undelivered_table(lost) if lost else None,
        "may_download": allows(
            request.user.roles, Action.DOWNLOAD, Thing.RETURN, frozenset({Scope.SUBMITTED})
        ),
        "age": {"worked_out_at": now, "now": now},
    }
    return render(request, "partners/tracker/wall.html", context)


@requires(Action.VIEW, Thing.RETURN)
@require_safe
def tracker_cycle(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Every partner in one cycle, with the reminders so far."""
    now = timezone.now()
    cycle = get_object_or_404(Cycle, uid=uid)
    lines = selectors.lines(cycle, request.user, at=now)
    context = {
        "cycle": cycle,
        "period": presenters.period_words(cycle.period_start, cycle.period_end),
        "due": presenters.moment_words(cycle.due_at),
        "lines": [presenters.line(line, href) for line in lines],
        "sees_all": counts_all(request.user),
    }
    return render(request, "partners/tracker/cycle.html", context)


@requires(Action.DOWNLOAD, Thing.RETURN, within=frozenset({Scope.SUBMITTED}))
@require_safe
def tracker_export(request: HttpRequest) -> StreamingHttpResponse:
    now = timezone.now()
    rows = list(presenters.export_rows(selectors.wall(request.user, at=now, shown=_ALL)))
    with transaction.atomic():
        record(
            "tracker.exported",
            actor=Actor.person(request.user),
            at=now,
            object_kind="tracker",
            detail={"rows": len(rows)},
        )
    response = StreamingHttpResponse(
        csv_lines(presenters.EXPORT_COLUMNS, rows), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="tracker.csv"'
    response["Cache-Control"] = "no-store"
    return response


def href(cell: Cell) -> str | None:
    """Where the return is read by who may read it."""
    return reverse("return", args=[cell.return_uid]) if cell.may_open else None
