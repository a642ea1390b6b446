"""Pages of guidance: register."""

from django.urls import path

from guidance.views import register, register_list, register_steps

urlpatterns = [
    path("guidance/", register.guidance, name="guidance"),
    path("guidance/new/", register_steps.new_guidance, name="new_guidance"),
    path("guidance/seen/", register.guidance_seen, name="guidance_seen"),
    path("guidance/list/", register_list.guidance_list_print, name="guidance_list_print"),
    path("guidance/list/csv/", register_list.guidance_list_csv, name="guidance_list_csv"),
    path("guidance/list/xlsx/", register_list.guidance_list_xlsx, name="guidance_list_xlsx"),
    path("guidance/<uuid:uid>/", register.guidance_item, name="guidance_item"),
    path("guidance/<uuid:uid>/edit/", register_steps.edit_guidance, name="edit_guidance"),
    path("guidance/<uuid:uid>/replace/", register_steps.replace_guidance, name="replace_guidance"),
    path("guidance/<uuid:uid>/check/", register_steps.check_guidance, name="check_guidance"),
    path(
        "guidance/<uuid:uid>/versions/new/",
        register_steps.new_guidance_version,
        name="new_guidance_version",
    ),
    path("guidance/versions/<uuid:uid>/", register.guidance_version, name="guidance_version"),
    path(
        "guidance/versions/<uuid:uid>/difference/",
        register.guidance_difference,
        name="guidance_difference",
    ),
    path("guidance/versions/<uuid:uid>/correct/", register_steps.correct_guidance, name="correct_guidance"),
]
