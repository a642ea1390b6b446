"""The first page: what needs the person who opens it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import public
from dashboards import start_page


@public
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What the service is, for anybody; what needs them, for who is signed in."""
    if not request.user.is_authenticated:
        return render(request, "dashboards/welcome.html", {"demo": settings.DEMO})
    return render(request, "dashboards/start.html", start_page.page(request.user, now=timezone.now()))
