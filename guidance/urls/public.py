"""Pages of guidance: public."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
