"""Pages of guidance: entry."""

from django.urls import path

from guidance.views import lists

urlpatterns = [
    path("guidance/lists/", lists.guidance_lists, name="guidance_lists"),
    path("guidance/lists/new/", lists.paste_guidance, name="paste_guidance"),
    path("guidance/lists/<uuid:uid>/", lists.guidance_list, name="guidance_list"),
    path("guidance/lists/<uuid:uid>/correct/", lists.correct_list, name="correct_guidance_list"),
    path("guidance/lists/<uuid:uid>/discard/", lists.discard_list, name="discard_guidance_list"),
]
