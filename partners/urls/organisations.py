"""Pages of organisations."""

from django.urls import path

from partners.views import organisations, representation

_ONE = "organisations/<uuid:uid>/"

urlpatterns = [
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/add/", organisations.add_organisation, name="add_organisation"),
    path(_ONE, organisations.organisation, name="organisation"),
    path(f"{_ONE}edit/", organisations.edit_organisation, name="edit_organisation"),
    path(f"{_ONE}contact/", organisations.edit_contact, name="edit_organisation_contact"),
    path(f"{_ONE}withdraw/", organisations.withdraw_organisation, name="withdraw_organisation"),
    path(f"{_ONE}reinstate/", organisations.reinstate_organisation, name="reinstate_organisation"),
    path(f"{_ONE}people/add/", representation.add_representative, name="add_representative"),
    path(f"{_ONE}people/<uuid:person>/end/", representation.end_representative, name="end_representative"),
    path(f"{_ONE}roles/add/", representation.add_statutory_role, name="add_statutory_role"),
    path(f"{_ONE}roles/end/", representation.end_statutory_role, name="end_statutory_role"),
    path(f"{_ONE}returns/start/", representation.start_participation, name="start_participation"),
    path(f"{_ONE}returns/end/", representation.end_participation, name="end_participation"),
]
