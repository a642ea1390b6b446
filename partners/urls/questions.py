"""Pages of questions."""

from django.urls import path

from partners.views import question_sets, questions

_ONE = "question-sets/<uuid:uid>/"

urlpatterns = [
    path("question-sets/", question_sets.question_sets, name="question_sets"),
    path("question-sets/add/", question_sets.add_question_set, name="add_question_set"),
    path(_ONE, question_sets.question_set, name="question_set"),
    path(f"{_ONE}version/", question_sets.new_question_set_version, name="new_question_set_version"),
    path(f"{_ONE}edit/", question_sets.edit_question_set, name="edit_question_set"),
    path(f"{_ONE}section/", questions.edit_section, name="edit_section"),
    path(f"{_ONE}question/", questions.edit_question, name="edit_question"),
    path(f"{_ONE}move/", questions.move_in_question_set, name="move_in_question_set"),
    path(f"{_ONE}remove/", questions.remove_from_question_set, name="remove_from_question_set"),
    path(f"{_ONE}lock/", question_sets.lock_question_set, name="lock_question_set"),
    path(f"{_ONE}discard/", question_sets.discard_question_set, name="discard_question_set"),
]
