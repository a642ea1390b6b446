"""Pages of recovery plans: the register, commitments, dependencies, backlogs, expected demand."""

from django.urls import path

from partners.views import backlogs, commitments, dependencies, plans

urlpatterns = [
    path("recovery/", plans.recovery_plans, name="recovery_plans"),
    path("recovery/download/", plans.recovery_download, name="recovery_download"),
    path("recovery/add/", plans.add_recovery_plan, name="add_recovery_plan"),
    path("recovery/services/", commitments.service_commitments, name="service_commitments"),
    path("recovery/services/<uuid:uid>/", commitments.service_commitment, name="service_commitment"),
    path("recovery/services/<uuid:uid>/level/", commitments.change_level, name="change_service_level"),
    path("recovery/services/<uuid:uid>/give-up/", commitments.withdraw_change, name="withdraw_planned_level"),
    path("recovery/services/<uuid:uid>/take-off/", commitments.take_off, name="take_service_off"),
    path("recovery/dependencies/", dependencies.dependencies, name="dependencies"),
    path("recovery/dependencies/<uuid:uid>/", dependencies.dependency, name="dependency"),
    path("recovery/dependencies/<uuid:uid>/withdraw/", dependencies.withdraw, name="withdraw_dependency"),
    path("recovery/backlogs/", backlogs.backlogs, name="backlogs"),
    path("recovery/backlogs/<uuid:uid>/", backlogs.backlog, name="backlog"),
    path("recovery/backlogs/<uuid:uid>/count/", backlogs.record_count, name="record_backlog_count"),
    path("recovery/backlogs/<uuid:uid>/close/", backlogs.close, name="close_backlog"),
    path("recovery/demand/", backlogs.demand_scenarios, name="demand_scenarios"),
    path("recovery/<uuid:uid>/", plans.recovery_plan, name="recovery_plan"),
    path("recovery/<uuid:uid>/edit/", plans.edit_recovery_plan, name="edit_recovery_plan"),
    path("recovery/<uuid:uid>/stage/", plans.change_stage, name="change_plan_stage"),
    path("recovery/<uuid:uid>/submit/", plans.submit_recovery_plan, name="submit_recovery_plan"),
    path("recovery/<uuid:uid>/services/add/", commitments.add_service, name="add_service_commitment"),
    path("recovery/<uuid:uid>/dependencies/add/", dependencies.ask, name="ask_dependency"),
    path("recovery/<uuid:uid>/backlogs/add/", backlogs.add_backlog, name="add_backlog"),
]
