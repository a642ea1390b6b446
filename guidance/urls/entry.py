"""Pages of guidance: entry."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
