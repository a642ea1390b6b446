"""What the machine does and did."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.policy import Action, Thing, allows
from operations import presenters, selectors

# With every kind in one list.
_OF_EACH_KIND = 10


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
