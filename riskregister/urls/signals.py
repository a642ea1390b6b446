"""Pages of emerging threats."""

from django.urls import path

from riskregister.views import signals

urlpatterns = [
    path("threats/", signals.signals, name="signals"),
    path("threats/raise/", signals.raise_signal, name="raise_signal"),
    path("threats/<uuid:uid>/", signals.signal, name="signal"),
    path("threats/<uuid:uid>/watch/", signals.watch_signal, name="watch_signal"),
    path("threats/<uuid:uid>/dismiss/", signals.dismiss_signal, name="dismiss_signal"),
    path("threats/<uuid:uid>/make-a-risk/", signals.promote_signal, name="promote_signal"),
]
