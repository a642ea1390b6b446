"""Pages of what guidance reaches, and of practice."""

from django.urls import path

from guidance.views import links

urlpatterns = [
    path("guidance/reach/", links.guidance_reach, name="guidance_reach"),
    path("guidance/practice/", links.guidance_practice, name="guidance_practice"),
    path("guidance/<uuid:uid>/links/new/", links.link_guidance, name="link_guidance"),
    path("guidance/<uuid:uid>/actions/add/", links.add_guidance_action, name="add_guidance_action"),
    path("guidance/links/<uuid:uid>/remove/", links.unlink_guidance, name="unlink_guidance"),
    path("guidance/links/<uuid:uid>/look/", links.look_guidance_link, name="look_guidance_link"),
    path("guidance/versions/<uuid:uid>/close/", links.close_guidance, name="close_guidance"),
]
