from django.urls import path

from operations import views

urlpatterns = [
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<uuid:uid>/", views.job, name="job"),
    path("notifications/", views.notifications, name="notifications"),
    path("notifications/read/", views.read_all_notifications, name="read_all_notifications"),
    path("notifications/<uuid:uid>/read/", views.read_notification, name="read_notification"),
]
