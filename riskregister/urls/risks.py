"""Pages of risks."""

from django.urls import path

from riskregister.views import acceptances, controls, library, ratings, risk_links, risk_steps, risks

urlpatterns = [
    path("risks/", risks.risks, name="risks"),
    path("risks/download/", risks.risks_export, name="risks_export"),
    path("risks/guidance-changed/", risks.risks_guidance_changed, name="risks_guidance_changed"),
    path("risks/map/", risks.risk_matrix, name="risk_matrix"),
    path("risks/add/", risk_steps.add_risk, name="add_risk"),
    path("risks/library/", library.risk_library, name="risk_library"),
    path("risks/library/copy/", library.copy_risk, name="copy_risk"),
    path("risks/acceptances/", acceptances.acceptances, name="acceptances"),
    path("risks/acceptances/<uuid:uid>/", acceptances.decide_acceptance, name="decide_acceptance"),
    path("risks/controls/<uuid:uid>/", controls.edit_control, name="edit_control"),
    path("risks/links/<uuid:uid>/remove/", risk_links.unlink_risk, name="unlink_risk"),
    path("risks/contributions/<uuid:uid>/end/", risk_links.stop_contribution, name="stop_contribution"),
    path("risks/<uuid:uid>/", risks.risk, name="risk"),
    path("risks/<uuid:uid>/edit/", risk_steps.edit_risk, name="edit_risk"),
    path("risks/<uuid:uid>/rate/", ratings.rate_risk, name="rate_risk"),
    path("risks/<uuid:uid>/open/", risk_steps.open_risk, name="open_risk"),
    path("risks/<uuid:uid>/close/", risk_steps.close_risk, name="close_risk"),
    path("risks/<uuid:uid>/reopen/", risk_steps.reopen_risk, name="reopen_risk"),
    path("risks/<uuid:uid>/review/", risk_steps.look_again_at_risk, name="look_again_at_risk"),
    path("risks/<uuid:uid>/actions/add/", risk_steps.add_risk_action, name="add_risk_action"),
    path("risks/<uuid:uid>/controls/add/", controls.add_control, name="add_control"),
    path("risks/<uuid:uid>/link/", risk_links.link_risk, name="link_risk"),
    path("risks/<uuid:uid>/contribute/", risk_links.contribute_risk, name="contribute_risk"),
    path("risks/<uuid:uid>/accept/", acceptances.ask_acceptance, name="ask_acceptance"),
]
