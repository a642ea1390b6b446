"""A survey as practitioners meet it: without signing in, and without a trace of who they are."""

from uuid import UUID

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import public
from partners.forms.base import as_error
from partners.forms.surveys import ReplyForm
from partners.rules.surveys import REPLIES_AN_HOUR
from partners.selectors import surveys as selectors
from partners.services import surveys as services
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of

_HOUR = 3600


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def take_survey(request: HttpRequest, key: UUID) -> HttpResponse:
    now = timezone.now()
    survey = selectors.open_survey_by_key(key, today=day_of(now))
    if survey is None:
        return _not_open(request)
    form = ReplyForm(
        request.POST or None,
        questions=selectors.questions_of(survey),
        organisations=selectors.organisations_to_choose(day_of(now)),
    )
    if form.is_valid():
        if not _within_limit(request):
            return render(request, "errors/429.html", {"minutes": _HOUR // 60}, status=429)
        try:
            services.reply(
                survey=survey,
                answers=form.answers(),
                organisation=form.chosen(),
                token=form.cleaned_data["token"],
                now=now,
            )
        except Refusal as refusal:
            if refusal.code == "survey_closed":
                return _not_open(request)
            as_error(form, refusal)
        else:
            return redirect("survey_thanks", key=key)
    return render(request, "partners/surveys/take.html", {"survey": survey, "form": form})


@public
@require_safe
def survey_thanks(request: HttpRequest, key: UUID) -> HttpResponse:
    """The same for every key: it says nothing of whether a survey exists."""
    return render(request, "partners/surveys/thanks.html")


def _not_open(request: HttpRequest) -> HttpResponse:
    """For a survey that is not open, and for one that never was."""
    return render(request, "partners/surveys/not_open.html", status=404)


def _within_limit(request: HttpRequest) -> bool:
    """Takes one of the address's places of this hour. Of the address only a keyed digest is kept, in the
    cache, until the hour is over; without a cache everybody is let in."""
    address = get_adapter(request).get_client_ip(request)
    digest = salted_hmac("partners.surveys", address, algorithm="sha256").hexdigest()
    return any(cache.add(f"survey:{digest}:{place}", 1, _HOUR) for place in range(REPLIES_AN_HOUR))
