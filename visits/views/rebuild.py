"""A rebuild of the visit rates, asked for on the jobs page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import requires
from accounts.audit import Actor
from accounts.policy import Action, Thing
from visits.services.rates import ask_for_rebuild


@requires(Action.DECIDE, Thing.JOB_RUN)
@require_POST
def rebuild_visit_rates(request: HttpRequest) -> HttpResponse:
    uid = ask_for_rebuild(actor=Actor.person(request.user), now=timezone.now())
    messages.success(request, "The visit rates will be worked out anew. This page shows how far it is.")
    return redirect("job", uid=uid)
