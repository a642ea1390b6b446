"""Cycles: the list, one cycle with its returns, closing, reopening and extending."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.policy import Action, Thing, allows
from partners.constants import CycleState
from partners.forms.base import VersionForm
from partners.forms.cycles import ExtendReturnForm, ReopenCycleForm, ShowForm
from partners.models import Cycle, Return
from partners.presenters import cycles as presenters
from partners.presenters.base import moment_words
from partners.rules.texts import in_words
from partners.selectors import cycles as selectors
from partners.services import cycles as services
from partners.views.base import page_of, refuse, stale_page
from safeguarding.kernel.errors import Refusal, StaleEdit


@require_safe
@requires(Action.VIEW, Thing.CYCLE)
def cycles(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    form = ShowForm(request.GET or None)
    rows = Cycle.objects.all()
    if state := form.chosen():
        rows = rows.filter(state=state)
    page = page_of(request, rows)
    lines = selectors.cycle_lines(page.object_list, request.user, at=now)
    all_counted = selectors.counts_all(request.user)
    coming = selectors.next_periods(*selectors.calendar(), 1)
    context = {
        "form": form,
        "page_obj": page,
        "table": presenters.cycles_table(lines, now=now, all_counted=all_counted),
        "next_opens": moment_words(coming[0].dates.opens_at) if coming else "",
        "decides": allows(request.user.roles, Action.DECIDE, Thing.CYCLE),
    }
    return render(request, "partners/cycles/list.html", context)


@require_safe
@requires(Action.VIEW, Thing.CYCLE)
def cycle(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _cycle(uid)
    decides = allows(request.user.roles, Action.DECIDE, Thing.CYCLE)
    lines = selectors.return_lines(shown, request.user, at=now)
    context = {
        "cycle": shown,
        "tag": presenters.cycle_tag(shown.state, shown.due_at, now),
        "rows": presenters.cycle_rows(shown),
        "table": presenters.returns_table(shown, lines, now=now, extends=decides),
        "without_return": selectors.without_return(shown) if decides else [],
        "decides": decides,
        "closed": shown.state == CycleState.CLOSED,
    }
    return render(request, "partners/cycles/cycle.html", context)


def _cycle(uid: UUID) -> Cycle:
    return get_object_or_404(Cycle.objects.select_related("closed_by"), uid=uid)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.CYCLE)
def close_cycle(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Asks once more, with the names of those who have not sent."""
    now = timezone.now()
    shown = _cycle(uid)
    form = VersionForm(request.POST or None, initial={"version": shown.version})
    if form.is_valid():
        try:
            services.close_cycle(
                user=request.user, cycle=shown, expected_version=form.cleaned_data["version"], now=now
            )
        except StaleEdit:
            return _stale(request, shown, {})
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, f"Cycle {shown.number} is closed. Its returns are read-only.")
            return redirect("cycle", uid=uid)
    lines = selectors.return_lines(shown, request.user, at=now)
    context = {
        "form": form,
        "cycle": shown,
        "missing": [line for line in lines if not line.sent],
        "rows": presenters.cycle_rows(shown),
    }
    return render(request, "partners/cycles/close.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.CYCLE)
def reopen_cycle(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _cycle(uid)
    form = ReopenCycleForm(request.POST or None, initial={"version": shown.version})
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            services.reopen_cycle(
                user=request.user,
                cycle=shown,
                expected_version=form.cleaned_data["version"],
                reason=reason,
                now=now,
            )
        except StaleEdit:
            return _stale(request, shown, {"Why you reopen it": ("", reason)})
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, f"Cycle {shown.number} is open again.")
            return redirect("cycle", uid=uid)
    context = {"form": form, "cycle": shown, "rows": presenters.cycle_rows(shown)}
    return render(request, "partners/cycles/reopen.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.CYCLE)
def extend_return(request: HttpRequest, uid: UUID, return_uid: UUID) -> HttpResponse:
    """More time for one partner."""
    now = timezone.now()
    rows = Return.objects.select_related("cycle__closed_by", "organisation")
    shown = get_object_or_404(rows, uid=return_uid, cycle__uid=uid)
    # Whether it may be extended at all: told before anything is typed.
    if request.method != "POST" and shown.submitted_at and shown in Return.objects.sent():
        raise PermissionDenied
    form = ExtendReturnForm(request.POST or None, initial={"version": shown.version})
    if form.is_valid():
        answers = form.cleaned_data
        try:
            services.extend(
                user=request.user,
                return_=shown,
                until=form.moment(),
                reason=answers["reason"],
                expected_version=answers["version"],
                now=now,
            )
        except StaleEdit:
            shown.refresh_from_db()
            saved = in_words(shown.extended_until.date()) if shown.extended_until else "No extension"
            typed = {
                "New due date": (saved, in_words(answers["until"])),
                "Why the partner gets more time": ("", answers["reason"]),
            }
            return _stale(request, shown.cycle, typed)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            until = in_words(answers["until"])
            messages.success(request, f"{shown.organisation.name} may send its return until {until} at noon.")
            return redirect("cycle", uid=uid)
    due = max(shown.cycle.due_at, shown.extended_until or shown.cycle.due_at)
    context = {"form": form, "return": shown, "cycle": shown.cycle, "due": moment_words(due)}
    return render(request, "partners/cycles/extend.html", context)


def _stale(request: HttpRequest, shown: Cycle, typed: dict[str, tuple[str, str]]) -> HttpResponse:
    """409 with what was typed; where nothing was, with the state as it is now."""
    current = get_object_or_404(Cycle, pk=shown.pk)
    typed = typed or {"State": (CycleState(current.state).label, "Closed")}
    pairs = [{"field": field, "theirs": theirs, "yours": yours} for field, (theirs, yours) in typed.items()]
    view = reverse("cycle", args=[shown.uid])
    return stale_page(request, pairs, edit_url=request.path, view_url=view)
