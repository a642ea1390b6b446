"""Pages of guidance that anybody may read."""

from django.urls import path

from guidance.views import public

urlpatterns = [
    path("published/guidance/", public.public_guidance, name="public_guidance"),
    path("published/guidance/feed.atom", public.guidance_feed, name="guidance_feed"),
    path("published/guidance/<uuid:uid>/", public.public_item, name="public_guidance_item"),
]
