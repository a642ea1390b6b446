"""Pages of escalations, challenges and decisions of the board."""

from django.urls import path

from riskregister.views import challenges, decisions, escalations

_ESCALATION = "board/escalations/<uuid:uid>/"
_CHALLENGE = "board/challenges/<uuid:uid>/"
_DECISION = "board/decisions/<uuid:uid>/"

urlpatterns = [
    path("board/escalations/", escalations.escalations, name="escalations"),
    path("board/escalations/new/", escalations.escalate, name="escalate"),
    path(_ESCALATION, escalations.escalation, name="escalation"),
    path(f"{_ESCALATION}take-up/", escalations.take_up_escalation, name="take_up_escalation"),
    path(f"{_ESCALATION}decline/", escalations.decline_escalation, name="decline_escalation"),
    path(f"{_ESCALATION}answer/", escalations.answer_escalation, name="answer_escalation"),
    path(f"{_ESCALATION}changed/", escalations.escalation_changed, name="escalation_changed"),
    path("board/challenges/", challenges.challenges, name="challenges"),
    path("board/challenges/ask/", challenges.ask_challenge, name="ask_challenge"),
    path(_CHALLENGE, challenges.challenge, name="challenge"),
    path(f"{_CHALLENGE}answer/", challenges.answer_challenge, name="answer_challenge"),
    path(f"{_CHALLENGE}accept/", challenges.accept_answer, name="accept_answer"),
    path(f"{_CHALLENGE}ask-again/", challenges.reopen_challenge, name="reopen_challenge"),
    path(f"{_CHALLENGE}changed/", challenges.challenge_changed, name="challenge_changed"),
    path("board/decisions/", decisions.decisions_of_the_board, name="decisions_of_the_board"),
    path("board/decisions/write-down/", decisions.record_decision, name="record_decision"),
    path(_DECISION, decisions.board_decision, name="board_decision"),
    path(f"{_DECISION}change/", decisions.edit_board_decision, name="edit_board_decision"),
    path(f"{_DECISION}confirm/", decisions.confirm_board_decision, name="confirm_board_decision"),
    path(f"{_DECISION}changed/", decisions.board_decision_changed, name="board_decision_changed"),
]
