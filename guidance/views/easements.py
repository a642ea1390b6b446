"""Easements: what holds, what is to come, what has ended, and what returns to normal on a day."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.policy import Action, Scope, Thing
from guidance.forms import easements as forms
from guidance.history import story
from guidance.models import Easement, GuidanceItem
from guidance.presenters import easements as presenters
from guidance.presenters import stale
from guidance.rules.easements import next_ends, returning
from guidance.selectors import easements as selectors
from guidance.services import easements as services
from guidance.views.base import refuse, stale_page
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from safeguarding.kernel.periods import day_of

KEEPERS = frozenset({Scope.ALL})
_FORMS = ["GET", "HEAD", "POST"]


@require_safe
@requires(Action.VIEW, Thing.GUIDANCE)
def easements(request: HttpRequest) -> HttpResponse:
    today = day_of(timezone.now())
    known = selectors.easements_now()
    context = {
        "tables": presenters.tables(known, today),
        "ends": presenters.end_links(next_ends(known, today)),
        "may_keep": selectors.may_keep(request.user),
    }
    return render(request, "guidance/easements/list.html", context)


@require_safe
@requires(Action.VIEW, Thing.GUIDANCE)
def returns_to_normal(request: HttpRequest) -> HttpResponse:
    """On the day asked for (?on=2020-09-25); without one on the next day on which something does, else
    today."""
    today = day_of(timezone.now())
    form = forms.OnForm(request.GET if request.GET.get("on") else None)
    known = selectors.easements_now()
    ends = next_ends(known, today)
    on = form.chosen() or next(iter(ends), today)
    if not form.is_bound:
        form = forms.OnForm(initial={"on": on})
    found = returning(known, on)
    context = {
        "filter_form": form,
        "on": on,
        "tables": presenters.returning_tables(found),
        "ends": presenters.end_links(ends),
    }
    return render(request, "guidance/easements/returns.html", context)


@require_safe
@requires(Action.VIEW, Thing.GUIDANCE)
def easement(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _opened(request, uid)
    one = selectors.fact(shown)
    item = shown.item
    reaches = item and GuidanceItem.objects.visible_to(request.user, at=now).filter(pk=item.pk).exists()
    href = reverse("guidance_item", args=[item.uid]) if item and reaches else ""
    context = {
        "easement": one,
        "countdown": presenters.countdown(one, day_of(now)),
        "rows": presenters.rows(shown, one, item_href=href),
        "history": presenters.history(story("easement", shown.uid)),
        "may_keep": selectors.may_keep(request.user),
    }
    return render(request, "guidance/easements/easement.html", context)


@require_http_methods(_FORMS)
@requires(Action.CREATE, Thing.GUIDANCE, within=KEEPERS)
def record_easement(request: HttpRequest) -> HttpResponse:
    """?of=<uid>: the guidance that brought it."""
    now = timezone.now()
    of = _item(request)
    form = forms.EasementForm(request.POST or None)

    def act(said: dict[str, Any]) -> Easement:
        return services.record_easement(
            user=request.user,
            entry=form.entry(),
            item=of,
            names_no_child=said["names_no_child"],
            token=said["token"],
            now=now,
        )

    return _act(request, form, act, heading="Record an easement", submit="Record it", said="Recorded.")


@require_http_methods(_FORMS)
@requires(Action.EDIT, Thing.GUIDANCE, within=KEEPERS)
def amend_easement(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _opened(request, uid)
    initial = {"version": shown.version, "effective_until": shown.effective_until}
    form = forms.AmendForm(request.POST or None, initial=initial)

    def act(said: dict[str, Any]) -> Easement:
        return services.amend(
            user=request.user,
            easement=shown,
            expected_version=said["version"],
            effective_until=said["effective_until"],
            reason=said["reason"],
            now=now,
        )

    words = "Saved. What depends on it follows the new end."
    return _act(request, form, act, heading="Change when it ends", submit="Save", said=words, of=shown)


@require_http_methods(_FORMS)
@requires(Action.EDIT, Thing.GUIDANCE, within=KEEPERS)
def decide_easement(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _opened(request, uid)
    initial: dict[str, Any] = {"version": shown.version}
    if shown.decided_at:
        initial |= {"decision": shown.local_decision, "words": shown.local_words}
    form = forms.DecideForm(request.POST or None, initial=initial)

    def act(said: dict[str, Any]) -> Easement:
        return services.decide(
            user=request.user,
            easement=shown,
            expected_version=said["version"],
            decision=said["decision"],
            words=said["words"],
            names_no_child=said["names_no_child"],
            now=now,
        )

    return _act(
        request, form, act, heading="Decide whether it is used here", submit="Save decision",
        said="Decision saved.", of=shown,
    )  # fmt: skip


def _opened(request: HttpRequest, uid: UUID) -> Easement:
    return get_object_or_404(selectors.visible(request.user), uid=uid)


def _item(request: HttpRequest) -> GuidanceItem | None:
    """The guidance that the address names; an address that names none is as good as none."""
    try:
        uid = UUID(request.GET.get("of", ""))
    except ValueError:
        return None
    return GuidanceItem.objects.filter(uid=uid).first()


def _act(
    request: HttpRequest,
    form: Any,
    act: Callable[[dict[str, Any]], Easement],
    *,
    heading: str,
    submit: str,
    said: str,
    of: Easement | None = None,
) -> HttpResponse:
    """A form: sent and answered by the easement's page, or shown with what keeps it from being saved."""
    url = reverse("easement", args=[of.uid]) if of else reverse("easements")
    if form.is_valid():
        try:
            done = act(form.cleaned_data)
        except AlreadyDone as already:
            messages.info(request, "This was already saved. It is shown below.")
            return redirect("easement", uid=already.outcome)
        except StaleEdit:
            if of is None:
                raise
            of.refresh_from_db()
            texts = stale.theirs_yours(of, form)
            return stale_page(request, texts, edit_url=request.path, view_url=url)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, said)
            return redirect("easement", uid=done.uid)
    context = {"form": form, "heading": heading, "submit": submit, "of": of, "back_url": url}
    return render(request, "guidance/easements/form.html", context)
