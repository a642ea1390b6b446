"""Pages of management decisions."""

from django.urls import path

from visits.views import decisions

urlpatterns = [
    path("decisions/", decisions.decisions, name="decisions"),
    path("decisions/<uuid:uid>/", decisions.decision, name="decision"),
    path("decisions/<uuid:uid>/decide/", decisions.decide_decision, name="decide_decision"),
    path("decisions/<uuid:uid>/resubmit/", decisions.resubmit_decision, name="resubmit_decision"),
    path("decisions/<uuid:uid>/withdraw/", decisions.withdraw_decision, name="withdraw_decision"),
    path("decisions/<uuid:uid>/renew/", decisions.renew_decision, name="renew_decision"),
    path("children/<uuid:uid>/decisions/ask/", decisions.ask_decision, name="ask_decision"),
]
