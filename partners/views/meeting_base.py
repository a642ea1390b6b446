"""Steps that the pages of meetings share."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from partners.models import AgendaItem, Meeting, MeetingSeries
from partners.selectors.series import series_visible_to
from partners.services.base import OutOfReach
from partners.views.base import refuse
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit


def series_or_404(request: HttpRequest, uid: UUID, now: datetime) -> MeetingSeries:
    return get_object_or_404(series_visible_to(request.user, at=now), uid=uid)


def meeting_or_404(request: HttpRequest, uid: UUID, now: datetime) -> Meeting:
    rows = Meeting.objects.visible_to(request.user, at=now)
    return get_object_or_404(rows.select_related("series", "agreed_at_meeting"), uid=uid)


def item_or_404(request: HttpRequest, uid: UUID, now: datetime) -> AgendaItem:
    """Of people who edit agendas, who read every item."""
    meetings = Meeting.objects.visible_to(request.user, at=now)
    rows = AgendaItem.objects.filter(meeting__in=meetings, removed_at=None)
    return get_object_or_404(rows.select_related("meeting__series"), uid=uid)


def answer(
    request: HttpRequest,
    form: Any,
    save: Callable[[Mapping[str, Any]], object],
    *,
    done: str | Callable[[], str],
    to: tuple[str, UUID],
    stale: Callable[[], HttpResponse] | None = None,
    field_of: Callable[[str | None], str | None] | None = None,
) -> HttpResponse | None:
    """Saves a form that is valid and leads on to the page `to` (url name, uid); None: the form is shown
    again with what is wrong. `stale` answers where somebody else was faster."""
    if not form.is_valid():
        return None
    try:
        save(form.cleaned_data)
    except AlreadyDone:
        messages.info(request, "This was already saved.")
    except StaleEdit as edit:
        if stale is None:
            refuse(form, edit)
            return None
        return stale()
    except Refusal as refusal:
        if field_of:
            refusal.field = field_of(refusal.field)
        refuse(form, refusal)
        return None
    else:
        messages.success(request, done() if callable(done) else done)
    return redirect(to[0], uid=to[1])


def press(
    request: HttpRequest, act: Callable[[], object], *, done: str, to: tuple[str, UUID]
) -> HttpResponse:
    """One button: does it, or says why not."""
    try:
        act()
    except OutOfReach:
        raise Http404 from None
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return redirect(to[0], uid=to[1])


def version_of(request: HttpRequest) -> int:
    """The version that a button carries; 0, which nothing has, where it carries none."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
