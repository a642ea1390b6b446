"""The audit trail: auditors see all of it, administrators the security events."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import presenters, trail
from accounts.access import requires
from accounts.audit import Actor, record
from accounts.forms.trail import TrailForm
from accounts.policy import Action, Thing, allows
from accounts.proof import fresh_proof_for_looking
from safeguarding.kernel.spreadsheets import csv_lines

_LARGEST_NUMBER = 2**63 - 1


def _form(request: HttpRequest) -> TrailForm:
    choices = [(action, presenters.action_words(action)) for action in trail.actions(request.user)]
    return TrailForm(request.GET if request.GET else None, actions=choices)


@requires(Action.VIEW, Thing.AUDIT_TRAIL)
@require_safe
def audit_trail(request: HttpRequest) -> HttpResponse:
    form = _form(request)
    if form.is_bound and not form.is_valid():
        return render(request, "accounts/audit_trail.html", {"form": form}, status=422)
    found = trail.page(request.user, form.filters(), before=_number(request.GET.get("before", "")))
    query = request.GET.copy()
    query.pop("before", None)
    return render(
        request,
        "accounts/audit_trail.html",
        {
            "form": form,
            "table": presenters.audit_table(found.rows),
            "older": found.older,
            "paged": "before" in request.GET,
            "query": query.urlencode(),
            "may_download": allows(request.user.roles, Action.DOWNLOAD, Thing.AUDIT_TRAIL),
        },
    )


def _number(text: str) -> int | None:
    """A page's start out of the address; nothing for what is no number."""
    if not (text.isascii() and text.isdigit()) or len(text) > 19:
        return None
    return min(int(text), _LARGEST_NUMBER)


@requires(Action.DOWNLOAD, Thing.AUDIT_TRAIL)
@require_safe
@fresh_proof_for_looking
def download(request: HttpRequest) -> HttpResponseBase:
    form = _form(request)
    if form.is_bound and not form.is_valid():
        return render(request, "accounts/audit_trail.html", {"form": form}, status=422)
    filters = form.filters()
    with transaction.atomic():
        record(
            "audit_trail.downloaded",
            actor=Actor.person(request.user),
            at=timezone.now(),
            detail={"events": trail.count(request.user, filters), "filters": filters.names()},
        )
    header = ("Number", "When (UTC)", "Who", "Roles", "What", "Record kind", "Record", "Child", "Details")
    rows = (
        (
            row.number, row.at.strftime("%Y-%m-%d %H:%M:%S"), row.who, row.roles, row.action, row.object_kind,
            str(row.object_uid or ""), str(row.child_uid or ""), presenters.detail_words(row.detail),
        )
        for row in trail.every(request.user, filters)
    )  # fmt: skip
    return StreamingHttpResponse(
        csv_lines(header, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="audit-trail.csv"'},
    )
