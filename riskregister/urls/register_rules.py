"""Pages of register rules."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
