"""Pages of records and of their import."""

from django.urls import include, path

from visits.views import access, children, imports, places, rebuild, visits

urlpatterns = [
    path("", include("visits.urls.decisions")),
    path("", include("visits.urls.assessments")),
    path("", include("visits.urls.cover")),
    path("", include("visits.urls.flags")),
    path("children/", children.children, name="children"),
    path("children/emergency-access/", access.emergency_accesses, name="emergency_accesses"),
    path("children/emergency-access/open/", access.open_emergency_access, name="open_emergency_access"),
    path(
        "children/emergency-access/<uuid:uid>/seen/",
        access.emergency_access_seen,
        name="emergency_access_seen",
    ),
    path("children/<uuid:uid>/", children.child, name="child"),
    path("children/<uuid:uid>/reveal/", children.reveal_child, name="reveal_child"),
    path("children/<uuid:uid>/allocations/", places.child_allocations, name="child_allocations"),
    path("children/<uuid:uid>/blocks/", access.child_blocks, name="child_blocks"),
    path("children/<uuid:uid>/visits/record/", visits.record_visit, name="record_visit"),
    path("visits/awaiting-authorisation/", visits.awaiting_authorisation, name="awaiting_authorisation"),
    path("visits/<uuid:uid>/", visits.visit, name="visit"),
    path("visits/<uuid:uid>/correct/", visits.correct_visit, name="correct_visit"),
    path("visits/<uuid:uid>/cancel/", visits.cancel_visit, name="cancel_visit"),
    path("jobs/visit-rates/rebuild/", rebuild.rebuild_visit_rates, name="rebuild_visit_rates"),
    path("records/import/", imports.import_records, name="import_records"),
    path("records/import/<uuid:uid>/", imports.import_run, name="import_run"),
    path("records/import/<uuid:uid>/refusals.csv", imports.import_refusals, name="import_refusals"),
    path("people/<uuid:uid>/teams/", places.person_teams, name="person_teams"),
]
