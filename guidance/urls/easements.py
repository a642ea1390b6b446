"""Pages of guidance: easements."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
