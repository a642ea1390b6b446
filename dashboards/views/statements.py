"""Statements that every page links to."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import public


@public
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboards/accessibility.html")


@public
def privacy(request: HttpRequest) -> HttpResponse:
    minutes = settings.SESSION_IDLE_SECONDS // 60
    hours = settings.SESSION_ABSOLUTE_SECONDS // 3600
    return render(request, "dashboards/privacy.html", {"idle_minutes": minutes, "most_hours": hours})
