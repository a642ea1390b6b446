"""What to do next: a social worker's visits, and a manager's queue."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.policy import Action, Thing
from safeguarding.kernel.periods import day_of
from visits import services
from visits.facts.exceptions import Concern
from visits.forms.worklists import QueueForm, VisitsForm
from visits.presenters import worklists as presenters
from visits.selectors import worklists as found
from visits.views.opening import page_of


@require_safe
@requires(Action.CREATE, Thing.VISIT)
def my_visits(request: HttpRequest) -> HttpResponse:
    """Visits that are overdue or due soon, or with ?show=all of the whole caseload."""
    now = timezone.now()
    user = request.user
    form = VisitsForm(request.GET or None)
    everything = form.is_bound and form.is_valid() and form.cleaned_data["show"] == "all"
    rows = found.visits_to_make(user, at=now, due_only=not everything)
    page = page_of(request, rows)
    shown = found.work_lines(page.object_list, user, at=now)
    with transaction.atomic():
        filters = {"visits": "all" if everything else "due"}
        services.record_listing(user=user, shown=len(shown), filters=filters, now=now)
    context = {
        "filter_form": form,
        "error_forms": [form] if form.is_bound else [],
        "page_obj": page,
        "everything": everything,
        "items": presenters.visit_items(shown, day_of(now)),
    }
    return render(request, "visits/worklists/my_visits.html", context)


@require_safe
@requires(Action.EDIT, Thing.PLAN)
def queue(request: HttpRequest) -> HttpResponse:
    """Everything that waits for this manager, the most urgent first."""
    now = timezone.now()
    user = request.user
    asked = request.GET.get("kind", "")
    kind = asked if asked in {code.value for code in found.QUEUE} else ""
    waits = found.queue(user, at=now, kind=kind)
    form = QueueForm(request.GET or None, choices=presenters.queue_choices(waits.counts), kind=kind)
    page = page_of(request, waits.rows)
    shown = found.queue_facts(page.object_list, user, at=now)
    with transaction.atomic():
        filters = {"queue": kind or "all"}
        services.record_listing(user=user, shown=len(shown), filters=filters, now=now)
    context = {
        "filter_form": form,
        "page_obj": page,
        "total": waits.total,
        "heading": Concern(kind).label if kind else "Most urgent first",
        "items": presenters.queue_items(shown, day_of(now)),
    }
    return render(request, "visits/worklists/queue.html", context)
