"""Pages of guidance: interpretation."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
