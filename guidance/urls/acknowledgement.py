"""Pages of guidance: who has acknowledged it, and what is live for whom."""

from django.urls import path

from guidance.views import acknowledgement, roles

urlpatterns = [
    path(
        "guidance/versions/<uuid:uid>/acknowledge/",
        acknowledgement.acknowledge_guidance,
        name="acknowledge_guidance",
    ),
    path("guidance/mine/", acknowledgement.my_guidance, name="my_guidance"),
    path("guidance/outstanding/", acknowledgement.guidance_outstanding, name="guidance_outstanding"),
    path("guidance/for/", roles.guidance_roles, name="guidance_roles"),
    path("guidance/for/<slug:audience>/", roles.guidance_for, name="guidance_for"),
]
