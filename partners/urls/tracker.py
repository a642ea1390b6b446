"""Pages of the tracker."""

from django.urls import path

from partners.views import tracker

urlpatterns = [
    path("tracker/", tracker.tracker, name="tracker"),
    path("tracker/export.csv", tracker.tracker_export, name="tracker_export"),
    path("tracker/<uuid:uid>/", tracker.tracker_cycle, name="tracker_cycle"),
]
