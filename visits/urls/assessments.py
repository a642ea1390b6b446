"""Pages of assessments before visits, and of contacts that were not face to face."""

from django.urls import path

from visits.views import alternatives, assessments

urlpatterns = [
    path("children/<uuid:uid>/assessments/", assessments.child_assessments, name="child_assessments"),
    path("children/<uuid:uid>/assessments/make/", assessments.make_assessment, name="make_assessment"),
    path(
        "assessments/to-countersign/",
        assessments.assessments_to_countersign,
        name="assessments_to_countersign",
    ),
    path("assessments/<uuid:uid>/", assessments.assessment, name="assessment"),
    path(
        "assessments/<uuid:uid>/countersign/",
        assessments.countersign_assessment,
        name="countersign_assessment",
    ),
    path("visiting/ppe/", assessments.ppe, name="ppe"),
    path("visiting/ppe/export.csv", assessments.ppe_export, name="ppe_export"),
    path(
        "children/<uuid:uid>/alternatives/record/",
        alternatives.record_alternative,
        name="record_alternative",
    ),
    path("visits/<uuid:uid>/alternative/", alternatives.alternative, name="alternative"),
    path("visits/<uuid:uid>/alternative/write/", alternatives.write_alternative, name="write_alternative"),
    path("visiting/alternatives/", alternatives.alternatives_between, name="alternatives"),
    path("visiting/alternatives/export.csv", alternatives.alternatives_export, name="alternatives_export"),
]
