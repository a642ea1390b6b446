"""Pages of records and of their import."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
