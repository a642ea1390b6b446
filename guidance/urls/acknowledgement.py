"""Pages of guidance: acknowledgement."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
