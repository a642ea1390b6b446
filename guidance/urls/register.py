"""Pages of guidance: register."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
