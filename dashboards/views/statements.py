"""Statements that every page links to."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import public


@public
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboards/accessibility.html")


@public
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    minutes = settings.SESSION_IDLE_SECONDS // 60
    hours = settings.SESSION_ABSOLUTE_SECONDS // 3600
    return render(request, "dashboards/privacy.html", {"idle_minutes": minutes, "most_hours": hours})
