"""Pages of the risk register and the board's work."""

from django.urls import include, path

_SUBJECTS = ("risks", "register_rules", "signals", "board_work", "reviews", "releases")

urlpatterns = [path("", include(f"riskregister.urls.{subject}")) for subject in _SUBJECTS]
