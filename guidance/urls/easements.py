"""Pages of easements."""

from django.urls import path

from guidance.views import easements

urlpatterns = [
    path("guidance/easements/", easements.easements, name="easements"),
    path("guidance/easements/returns/", easements.returns_to_normal, name="returns_to_normal"),
    path("guidance/easements/new/", easements.record_easement, name="record_easement"),
    path("guidance/easements/<uuid:uid>/", easements.easement, name="easement"),
    path("guidance/easements/<uuid:uid>/end/", easements.amend_easement, name="amend_easement"),
    path("guidance/easements/<uuid:uid>/decision/", easements.decide_easement, name="decide_easement"),
]
