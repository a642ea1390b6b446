"""What is live for a role, to read and to print."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.policy import Action, Thing
from guidance.constants import Audience
from guidance.presenters import roles as presenters
from guidance.presenters.base import moment_words
from guidance.selectors import role_page as selectors
from guidance.views.base import page_of
from safeguarding.kernel.periods import day_of


@require_safe
@requires(Action.VIEW, Thing.GUIDANCE)
def guidance_roles(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    counts = selectors.counts(selectors.live_rows(day_of(now)))
    own = selectors.own_audiences(request.user, at=now)
    return render(request, "guidance/roles/choose.html", presenters.chooser(counts, own))


@require_safe
@requires(Action.VIEW, Thing.GUIDANCE)
def guidance_for(request: HttpRequest, audience: str) -> HttpResponse:
    """A page at a time; with ?all=1 everything, to print."""
    if audience not in Audience.values:
        raise Http404
    now = timezone.now()
    today = day_of(now)
    rows = [row for row in selectors.live_rows(today) if audience in row.audiences]
    shows_all = request.GET.get("all") == "1"
    page = None if shows_all else page_of(request, rows)
    on_page = rows if page is None else list(page.object_list)
    first = page is None or page.number == 1
    easements = selectors.easements_beside(rows, today) if first else []
    context = {
        "audience": Audience(audience).label,
        "count": len(rows),
        "groups": presenters.groups(selectors.shown(on_page), today),
        "easements": presenters.easement_cards(easements, today),
        "page_obj": page,
        "is_part": page is not None and page.has_other_pages(),
        "at": moment_words(now),
    }
    return render(request, "guidance/roles/live.html", context)
