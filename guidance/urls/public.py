"""Pages of guidance that anybody may read."""

from django.urls import path

from guidance.views import public as views

urlpatterns = [
    path("published/guidance/", views.public_guidance, name="public_guidance"),
    path("published/guidance/feed.atom", views.guidance_feed, name="guidance_feed"),
    path("published/guidance/<uuid:uid>/", views.public_item, name="public_guidance_item"),
]
