"""Pages of cycles."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
