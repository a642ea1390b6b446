"""Pages of board work."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
