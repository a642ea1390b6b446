"""Pages of guidance: entry."""

from django.urls import path

from guidance.views import lists, sources

urlpatterns = [
    path("guidance/lists/", lists.guidance_lists, name="guidance_lists"),
    path("guidance/lists/new/", lists.paste_guidance, name="paste_guidance"),
    path("guidance/lists/<uuid:uid>/", lists.guidance_list, name="guidance_list"),
    path("guidance/lists/<uuid:uid>/correct/", lists.correct_list, name="correct_guidance_list"),
    path("guidance/lists/<uuid:uid>/discard/", lists.discard_list, name="discard_guidance_list"),
    path("guidance/new/from-address/", sources.guidance_from_address, name="guidance_from_address"),
    path("guidance/changes/", sources.source_changes, name="source_changes"),
    path("guidance/changes/<uuid:uid>/", sources.source_change, name="source_change"),
    path("guidance/changes/<uuid:uid>/matters/", sources.take_source_change, name="take_source_change"),
    path("guidance/changes/<uuid:uid>/dismiss/", sources.dismiss_source_change, name="dismiss_source_change"),
]
