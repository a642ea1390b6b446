"""How long guidance takes from publication to issue."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.policy import Action, Thing
from guidance.presenters import time_to_issue as presenters
from guidance.selectors import interpretation as selectors
from guidance.views.interpretation import EVERY


@require_safe
@requires(Action.VIEW, Thing.GUIDANCE, within=EVERY)
def guidance_time_to_issue(request: HttpRequest) -> HttpResponse:
    found = selectors.issued_in()
    context = {
        "stats": presenters.stats(found),
        "months": presenters.months_chart(found, now=timezone.now()),
        "forces": presenters.forces_table(found),
        "longest": presenters.longest_table(found),
    }
    return render(request, "guidance/interpretation/time_to_issue.html", context)
