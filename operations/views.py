"""What the machine does and did, and what it tells people."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires, signed_in
from accounts.policy import Action, Thing, allows
from operations import presenters, selectors, services

# With every kind in one list.
_OF_EACH_KIND = 10
_NOTES_PER_PAGE = 25
# Of a page's number; a longer one is a typing error.
_PAGE_DIGITS = 5


@requires(Action.VIEW, Thing.JOB_RUN)
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    kinds = selectors.kinds()
    kind = request.GET.get("kind", "")
    if kind not in kinds:
        kind = ""
    runs = selectors.latest_runs(kind) if kind else selectors.latest_of_each_kind(_OF_EACH_KIND)
    return render(
        request,
        "operations/jobs.html",
        {
            "table": presenters.runs_table(runs, lambda uid: reverse("job", args=[uid])),
            "kinds": presenters.kind_links(kinds, chosen=kind),
            "may_start": allows(request.user.roles, Action.DECIDE, Thing.JOB_RUN),
        },
    )


@requires(Action.VIEW, Thing.JOB_RUN)
@require_safe
def job(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Renews itself while the run is not over, with and without JavaScript."""
    run = selectors.run_by_uid(uid)
    if run is None:
        raise Http404
    return render(
        request,
        "operations/job.html",
        {
            "name": presenters.kind_words(run.kind),
            "job": presenters.progress(run),
            "rows": presenters.run_rows(run),
            "unfinished": run.state in presenters.UNFINISHED,
        },
    )


@signed_in
@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    """One's own; nobody reads another's."""
    asked = request.GET.get("page", "1")
    number = max(int(asked), 1) if asked.isdecimal() and len(asked) <= _PAGE_DIGITS else 1
    start = (number - 1) * _NOTES_PER_PAGE
    found, notes = selectors.notifications_of(request.user, start=start, size=_NOTES_PER_PAGE)
    if number > 1 and not notes:
        raise Http404
    context = {
        "notes": [presenters.note(note) for note in notes],
        "unread": selectors.unread_count(request.user),
        "page_obj": Paginator(range(found), _NOTES_PER_PAGE).page(number),
    }
    return render(request, "operations/notifications.html", context)


@signed_in
@require_POST
def read_notification(request: HttpRequest, uid: UUID) -> HttpResponse:
    if not selectors.has_notification(request.user, uid):
        raise Http404
    services.mark_read(request.user, now=timezone.now(), uid=uid)
    return redirect("notifications")


@signed_in
@require_POST
def read_all_notifications(request: HttpRequest) -> HttpResponse:
    if services.mark_read(request.user, now=timezone.now()):
        messages.success(request, "All notifications are marked as read.")
    return redirect("notifications")
