"""Pages of guidance: dissemination."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
