"""Pages of guidance."""

from django.urls import include, path

_SUBJECTS: tuple[str, ...] = (
    "register",
    "entry",
    "interpretation",
    "dissemination",
    "acknowledgement",
    "easements",
    "links",
    "public",
)

urlpatterns = [path("", include(f"guidance.urls.{subject}")) for subject in _SUBJECTS]
