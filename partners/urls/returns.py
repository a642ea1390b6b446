"""Pages of returns."""

from django.urls import path

from partners.views import return_answers, return_lists, returns, sent_returns

urlpatterns = [
    path("returns/", return_lists.returns, name="returns"),
    path("returns/to-look-at/", return_lists.returns_to_look_at, name="returns_to_look_at"),
    path("returns/<uuid:uid>/", returns.return_, name="return"),
    path("returns/<uuid:uid>/answers/", return_answers.return_answers, name="return_answers"),
    path("returns/<uuid:uid>/autosave/", return_answers.autosave_return, name="autosave_return"),
    path("returns/<uuid:uid>/confirm/", returns.confirm_return, name="confirm_return"),
    path("returns/<uuid:uid>/people/", returns.assign_return, name="assign_return"),
    path("returns/<uuid:uid>/check/", returns.submit_return, name="submit_return"),
    path("returns/<uuid:uid>/accept/", sent_returns.accept_return, name="accept_return"),
    path("returns/<uuid:uid>/send-back/", sent_returns.send_back_return, name="send_back_return"),
    path("returns/<uuid:uid>/unlock/", sent_returns.unlock_return, name="unlock_return"),
]
