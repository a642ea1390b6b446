"""Pages of the register's rules."""

from django.urls import path

from riskregister.views import register_rules as views

urlpatterns = [
    path("risk-rules/", views.register_rules, name="register_rules"),
    path("risk-rules/matrix/", views.propose_matrix, name="propose_matrix"),
    path("risk-rules/review-dates/", views.propose_cadence, name="propose_cadence"),
    path("risk-rules/appetite/", views.propose_appetite, name="propose_appetite"),
    path("risk-rules/<uuid:uid>/", views.rules_proposal, name="rules_proposal"),
]
