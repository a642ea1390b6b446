"""Pages of guidance: dissemination."""

from django.urls import path

from guidance.views import dissemination as views
from guidance.views import newsletters

urlpatterns = [
    path("guidance/versions/<uuid:uid>/channels/", views.dispatches, name="dispatches"),
    path(
        "guidance/versions/<uuid:uid>/channels/<slug:channel>/new/", views.plan_dispatch, name="plan_dispatch"
    ),
    path("guidance/texts/<uuid:uid>/correct/", views.correct_dispatch, name="correct_dispatch"),
    path("guidance/texts/<uuid:uid>/sent/", views.mark_dispatch_sent, name="mark_dispatch_sent"),
    path("guidance/texts/<uuid:uid>/drop/", views.drop_dispatch, name="drop_dispatch"),
    path("guidance/coverage/", views.guidance_coverage, name="guidance_coverage"),
    path("guidance/newsletters/", newsletters.newsletters, name="newsletters"),
    path("guidance/newsletters/new/", newsletters.compose_newsletter, name="compose_newsletter"),
    path("guidance/newsletters/<uuid:uid>/", newsletters.newsletter, name="newsletter"),
    path("guidance/newsletters/<uuid:uid>/text/", newsletters.newsletter_plain, name="newsletter_plain"),
    path("guidance/newsletters/<uuid:uid>/edit/", newsletters.edit_newsletter, name="edit_newsletter"),
    path("guidance/newsletters/<uuid:uid>/send/", newsletters.send_newsletter, name="send_newsletter"),
    path(
        "guidance/newsletters/<uuid:uid>/discard/", newsletters.discard_newsletter, name="discard_newsletter"
    ),
    path(
        "guidance/newsletters/<uuid:uid>/mails/",
        newsletters.newsletter_deliveries,
        name="newsletter_deliveries",
    ),
]
