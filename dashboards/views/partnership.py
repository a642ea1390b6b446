"""The way in to the partnership's work."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.policy import Action, Thing
from dashboards import partnership_page


@require_safe
@requires(Action.VIEW, Thing.ORGANISATION)
def partnership(request: HttpRequest) -> HttpResponse:
    context = partnership_page.page(request.user, now=timezone.now())
    return render(request, "dashboards/partnership.html", context)
