"""Pages of the partnership's work."""

from django.urls import include, path

_SUBJECTS = (
    "organisations",
    "questions",
    "cycles",
    "returns",
    "files",
    "tracker",
    "concerns",
    "actions",
    "meetings",
    "plans",
    "surveys",
    "training",
)

urlpatterns = [path("", include(f"partners.urls.{subject}")) for subject in _SUBJECTS]
