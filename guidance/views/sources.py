"""Issuers' pages: a form filled in from one, and those that have changed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.policy import Action, Thing
from guidance.constants import GuidanceKind, SourceChangeState
from guidance.facts.sources import SourcePage
from guidance.forms.base import as_error
from guidance.forms.register import NewGuidanceForm
from guidance.forms.sources import AddressForm, DismissForm, TakeInForm
from guidance.models import SourceChange
from guidance.presenters import sources as presenters
from guidance.selectors import entry as selectors
from guidance.services import fetching as services
from guidance.views.base import page_of, refuse, stale_page
from safeguarding.kernel.errors import Refusal, StaleEdit
from safeguarding.kernel.periods import day_of

_FORMS = ["GET", "HEAD", "POST"]


@require_http_methods(_FORMS)
@requires(Action.CREATE, Thing.GUIDANCE)
def guidance_from_address(request: HttpRequest) -> HttpResponse:
    """Asks for an address, and shows the form of new guidance filled in with what is there. Nothing is saved
    here. Where pages are not fetched, there is no such page."""
    if not services.enabled():
        raise Http404
    form = AddressForm(request.POST or None)
    if form.is_valid():
        try:
            page = services.look_up(form.cleaned_data["url"])
        except Refusal as refusal:
            as_error(form, refusal)
        else:
            return _filled_in(request, page, form.cleaned_data["url"])
    return render(request, "guidance/entry/address.html", {"form": form})


def _filled_in(request: HttpRequest, page: SourcePage, url: str) -> HttpResponse:
    today = day_of(timezone.now())
    form = NewGuidanceForm(
        initial={
            "url": url.strip(),
            "title": page.title,
            "issuer": ", ".join(page.organisations)[:120],
            "summary": page.summary,
            "kind": GuidanceKind.WITHDRAWN if page.withdrawn else GuidanceKind.NEW,
            "published_on": page.first_published_on or day_of(page.public_updated_at),
            "received_on": today,
            "text": page.text,
        }
    )
    messages.info(request, "Filled in from GOV.UK. Check it, answer the other questions, then save.")
    if page.cut:
        messages.warning(request, "The page is longer than the register takes in: the end was left out.")
    context = {
        "form": form,
        "heading": "Record guidance",
        "submit": "Record guidance",
        "back_url": reverse("guidance"),
        "action": reverse("new_guidance"),
    }
    return render(request, "guidance/register/form.html", context)


@require_safe
@requires(Action.CREATE, Thing.GUIDANCE)
def source_changes(request: HttpRequest) -> HttpResponse:
    show_all = request.GET.get("show") == "all"
    rows = selectors.changes(request.user) if show_all else selectors.open_changes(request.user)
    page = page_of(request, rows)
    context = {
        "page_obj": page,
        "table": presenters.changes_table(page.object_list),
        "watching": services.enabled(),
        "show_all": show_all,
    }
    return render(request, "guidance/entry/changes.html", context)


@require_safe
@requires(Action.CREATE, Thing.GUIDANCE)
def source_change(request: HttpRequest, uid: UUID) -> HttpResponse:
    change = _change(request, uid)
    context = {
        "change": change,
        "item": change.item,
        "rows": presenters.change_rows(change),
        "difference": presenters.difference(change, selectors.newest_version(change)),
        "is_open": change.state == SourceChangeState.FOUND,
    }
    return render(request, "guidance/entry/change.html", context)


@require_http_methods(_FORMS)
@requires(Action.CREATE, Thing.GUIDANCE)
def take_source_change(request: HttpRequest, uid: UUID) -> HttpResponse:
    change = _change(request, uid)
    newest = selectors.newest_version(change)
    initial = {
        "version": change.item.version,
        "force": newest.force if newest else "",
        "change_note": change.note,
        "audiences_affected": change.item.audiences,
        "duties_changed": change.item.duties,
    }
    form = TakeInForm(request.POST or None, initial=initial)
    if form.is_valid():
        said: dict[str, Any] = form.cleaned_data
        try:
            version = services.take_in(
                user=request.user,
                change=change,
                expected_version=said["version"],
                size=said["size"],
                force=said["force"],
                change_note=said["change_note"],
                audiences_affected=tuple(said["audiences_affected"]),
                duties_changed=tuple(said["duties_changed"]),
                names_no_child=said["names_no_child"],
                now=timezone.now(),
            )
        except StaleEdit:
            texts = [
                {"field": "What is different", "theirs": change.item.title, "yours": said["change_note"]}
            ]
            view_url = reverse("source_change", args=[uid])
            return stale_page(request, texts, edit_url=request.path, view_url=view_url)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, f"Version {version.number} of {change.item.label} recorded.")
            return redirect("guidance_item", uid=change.item.uid)
    return _decision_page(request, change, form, "This change matters", "Record the new version")


@require_http_methods(_FORMS)
@requires(Action.CREATE, Thing.GUIDANCE)
def dismiss_source_change(request: HttpRequest, uid: UUID) -> HttpResponse:
    change = _change(request, uid)
    form = DismissForm(request.POST or None)
    if form.is_valid():
        try:
            services.dismiss(
                user=request.user, change=change, words=form.cleaned_data["words"], now=timezone.now()
            )
        except Refusal as refusal:
            # There is no box here: what looks personal is not needed to say why.
            as_error(form, refusal)
        else:
            messages.success(request, "Noted: the change does not matter here.")
            return redirect("source_changes")
    return _decision_page(request, change, form, "This change does not matter here", "Save")


def _decision_page(
    request: HttpRequest, change: SourceChange, form: Any, heading: str, submit: str
) -> HttpResponse:
    back = reverse("source_change", args=[change.uid])
    context = {"form": form, "change": change, "heading": heading, "submit": submit, "back": back}
    return render(request, "guidance/entry/decide.html", context)


def _change(request: HttpRequest, uid: UUID) -> SourceChange:
    return get_object_or_404(selectors.changes(request.user), uid=uid)
