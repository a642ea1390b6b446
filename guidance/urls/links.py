"""Pages of guidance: links."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
