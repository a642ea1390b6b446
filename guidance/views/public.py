"""What anybody may read without signing in: issued guidance, and its feed."""

from hashlib import sha256
from uuid import UUID

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from accounts.access import public
from guidance.forms.public import PublicGuidanceForm
from guidance.presenters import public as presenters
from guidance.presenters.feed import CONTENT_TYPE, atom
from guidance.selectors import published as selectors
from guidance.views.base import page_of
from safeguarding.kernel.periods import day_of

# Readers ask for the feed again and again: one of them in a minute is answered from the database.
_FEED_KEY = "guidance:feed"
_FEED_SECONDS = 60
_MAX_AGE = 300


@public
@require_safe
def public_guidance(request: HttpRequest) -> HttpResponse:
    """Everything issued that holds now or will hold, the newest first."""
    form = PublicGuidanceForm(request.GET or None)
    page = page_of(request, selectors.public_versions(day_of(timezone.now()), audience=form.chosen()))
    context = {
        "filter_form": form,
        "page_obj": page,
        "entries": presenters.listed(selectors.told(page.object_list)),
        "chosen": form.chosen(),
    }
    return _cached(request, render(request, "guidance/public/list.html", context))


@public
@require_safe
def public_item(request: HttpRequest, uid: UUID) -> HttpResponse:
    shown = selectors.public_item(uid)
    if shown is None:
        raise Http404
    today = day_of(timezone.now())
    context = {
        "shown": shown,
        "notice": presenters.notice(shown, today),
        "rows": presenters.rows(shown),
    }
    return _cached(request, render(request, "guidance/public/item.html", context))


@public
@require_safe
def guidance_feed(request: HttpRequest) -> HttpResponse:
    body = cache.get(_FEED_KEY)
    if body is None:
        body = atom(selectors.for_feed())
        cache.set(_FEED_KEY, body, _FEED_SECONDS)
    response = HttpResponse(body, content_type=CONTENT_TYPE)
    patch_cache_control(response, public=True, max_age=_MAX_AGE)
    # Of what it says, not of when something was issued last: what is taken out changes it, too.
    etag = quote_etag(sha256(body.encode()).hexdigest())
    response["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response


def _cached(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """For who is not signed in, pages are the same: they may be kept a few minutes. The header of who is
    signed in names them; such a page is never kept (accounts.middleware)."""
    patch_vary_headers(response, ["Cookie"])
    if not request.user.is_authenticated:
        patch_cache_control(response, public=True, max_age=_MAX_AGE)
    return response
