"""Pages of surveys of practitioners, and the one that anybody with its link may open."""

from django.urls import path

from partners.views import public_surveys, surveys

urlpatterns = [
    path("surveys/", surveys.surveys, name="surveys"),
    path("surveys/add/", surveys.add_survey, name="add_survey"),
    path("surveys/<uuid:uid>/", surveys.survey, name="survey"),
    path("surveys/<uuid:uid>/edit/", surveys.edit_survey, name="edit_survey"),
    path("surveys/<uuid:uid>/open/", surveys.open_survey, name="open_survey"),
    path("surveys/<uuid:uid>/close/", surveys.close_survey, name="close_survey"),
    path("surveys/<uuid:uid>/export/", surveys.export_survey, name="export_survey"),
    path("survey/<uuid:key>/", public_surveys.take_survey, name="take_survey"),
    path("survey/<uuid:key>/thanks/", public_surveys.survey_thanks, name="survey_thanks"),
]
