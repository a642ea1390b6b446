"""Pages of concerns and successes."""

from django.urls import path

from partners.views import concern_steps, concerns

urlpatterns = [
    path("concerns/", concerns.concerns, name="concerns"),
    path("concerns/mine/", concerns.my_concerns, name="my_concerns"),
    path("concerns/triage/", concerns.concerns_triage, name="concerns_triage"),
    path("concerns/board/", concerns.concerns_before_board, name="concerns_before_board"),
    path("concerns/raise/", concerns.raise_concern, name="raise_concern"),
    path("concerns/<uuid:uid>/", concerns.concern, name="concern"),
    path("concerns/<uuid:uid>/take-up/", concern_steps.triage_concern, name="triage_concern"),
    path("concerns/<uuid:uid>/decline/", concern_steps.decline_concern, name="decline_concern"),
    path("concerns/<uuid:uid>/escalate/", concern_steps.escalate_concern, name="escalate_concern"),
    path("concerns/<uuid:uid>/answer/", concern_steps.answer_concern, name="answer_concern"),
    path("concerns/<uuid:uid>/board-answer/", concern_steps.answer_for_board, name="answer_for_board"),
    path("concerns/<uuid:uid>/close/", concern_steps.close_concern, name="close_concern"),
    path("concerns/<uuid:uid>/reopen/", concern_steps.reopen_concern, name="reopen_concern"),
]
