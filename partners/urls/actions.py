"""Pages of actions."""

from django.urls import path

from partners.views import action_steps, actions

urlpatterns = [
    path("actions/", actions.my_actions, name="my_actions"),
    path("actions/all/", actions.actions, name="actions"),
    path("actions/export.csv", actions.actions_export, name="actions_export"),
    path("actions/verify/", actions.actions_to_verify, name="actions_to_verify"),
    path("actions/add/", actions.add_action, name="add_action"),
    path("actions/<uuid:uid>/", actions.action, name="action"),
    path("actions/<uuid:uid>/move/", action_steps.slip_action, name="slip_action"),
    path("actions/<uuid:uid>/finish/", action_steps.finish_action, name="finish_action"),
    path("actions/<uuid:uid>/verify/", action_steps.verify_action, name="verify_action"),
    path("actions/<uuid:uid>/reopen/", action_steps.reopen_action, name="reopen_action"),
    path("actions/<uuid:uid>/withdraw/", action_steps.withdraw_action, name="withdraw_action"),
    path("actions/<uuid:uid>/hand-on/", action_steps.reassign_action, name="reassign_action"),
]
