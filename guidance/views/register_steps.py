"""Guidance recorded, its next version, and what is put right."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import requires
from accounts.policy import Action, Thing
from guidance.forms import register as forms
from guidance.models import GuidanceItem, GuidanceVersion
from guidance.presenters import stale
from guidance.selectors.interpretation import keepers
from guidance.services import register as services
from guidance.views.base import refuse, stale_page
from guidance.views.register import KEEPERS, opened_item, opened_version
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from safeguarding.kernel.periods import day_of

_FORMS = ["GET", "HEAD", "POST"]


@require_http_methods(_FORMS)
@requires(Action.CREATE, Thing.GUIDANCE, within=KEEPERS)
def new_guidance(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    form = forms.NewGuidanceForm(request.POST or None, initial={"received_on": day_of(now)})

    def act(said: dict[str, Any]) -> str:
        item = services.record_item(
            user=request.user,
            entry=form.item_entry(),
            names_no_child=said["names_no_child"],
            token=said["token"],
            now=now,
        )
        messages.success(request, f"Recorded as {item.label}.")
        return reverse("guidance_item", args=[item.uid])

    return _act(request, form, act, heading="Record guidance", submit="Record guidance", back="guidance")


@require_http_methods(_FORMS)
@requires(Action.CREATE, Thing.GUIDANCE, within=KEEPERS)
def new_guidance_version(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    item = opened_item(request, uid, now)
    last = item.versions.order_by("-number").first()
    initial = forms.initial_of_next(last, day_of(now)) if last else {}
    form = forms.NewVersionForm(request.POST or None, initial={**initial, "version": item.version})

    def act(said: dict[str, Any]) -> str:
        version = services.add_version(
            user=request.user,
            item=item,
            expected_version=said["version"],
            entry=form.entry(),
            names_no_child=said["names_no_child"],
            token=said["token"],
            now=now,
        )
        messages.success(request, f"Version {version.number} of {item.label} recorded.")
        return reverse("guidance_item", args=[item.uid])

    return _act(
        request, form, act, heading="Record a new version", submit="Record version", item=item,
        done=lambda outcome: item,
    )  # fmt: skip


@require_http_methods(_FORMS)
@requires(Action.EDIT, Thing.GUIDANCE, within=KEEPERS)
def correct_guidance(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    version = opened_version(request, uid, now)
    if request.method != "POST" and version.state not in services.OPEN_TO_CORRECTION:
        raise PermissionDenied
    form = forms.CorrectVersionForm(
        request.POST or None,
        first=version.number == 1,
        has_text=version.paragraphs.exists(),
        initial={**forms.initial_of(version), "version": version.version},
    )

    def act(said: dict[str, Any]) -> str:
        services.correct_version(
            user=request.user,
            of=version,
            expected_version=said["version"],
            entry=form.entry(),
            names_no_child=said["names_no_child"],
            now=now,
        )
        messages.success(request, f"Version {version.number} of {version.item.label} corrected.")
        return reverse("guidance_item", args=[version.item.uid])

    return _act(
        request, form, act, heading=f"Correct version {version.number}", submit="Save", item=version.item,
        version=version,
    )  # fmt: skip


@require_http_methods(_FORMS)
@requires(Action.EDIT, Thing.GUIDANCE, within=KEEPERS)
def edit_guidance(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    item = opened_item(request, uid, now)
    people = list(keepers().values_list("uid", "name"))
    if item.owner and item.owner.uid not in {person for person, _ in people}:
        people.append((item.owner.uid, item.owner.name))
    initial = {
        "issuer": item.issuer,
        "reference": item.reference,
        "url": item.url,
        "audiences": item.audiences,
        "topics": item.topics,
        "duties": item.duties,
        "owner": str(item.owner.uid) if item.owner else "",
        "version": item.version,
    }
    form = forms.EditItemForm(request.POST or None, people=people, initial=initial)

    def act(said: dict[str, Any]) -> str:
        owner = said["owner"]
        current = item.owner if item.owner and str(item.owner.uid) == owner else None
        services.edit_item(
            user=request.user,
            item=item,
            expected_version=said["version"],
            issuer=said["issuer"],
            reference=said["reference"],
            url=said["url"],
            audiences=said["audiences"],
            topics=said["topics"],
            duties=said["duties"],
            owner=current or (keepers().filter(uid=owner).first() if owner else None),
            now=now,
        )
        messages.success(request, f"{item.label} saved.")
        return reverse("guidance_item", args=[item.uid])

    return _act(request, form, act, heading="Change what holds for all versions", submit="Save", item=item)


@require_http_methods(_FORMS)
@requires(Action.EDIT, Thing.GUIDANCE, within=KEEPERS)
def replace_guidance(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    item = opened_item(request, uid, now)
    initial = {
        "by": item.replaced_by.label if item.replaced_by else "",
        "from_date": item.replaced_from,
        "version": item.version,
    }
    form = forms.ReplaceForm(request.POST or None, initial=initial)

    def act(said: dict[str, Any]) -> str:
        number = said["by"]
        by = GuidanceItem.objects.visible_to(request.user, at=now).filter(number=number or 0).first()
        if number is not None and by is None:
            raise Refusal("unknown_item", f"G{number} is not on the register. Enter another number", "by")
        services.replace_item(
            user=request.user,
            item=item,
            by=by,
            from_date=said["from_date"],
            expected_version=said["version"],
            now=now,
        )
        words = f"{by.label} takes the place of {item.label}." if by else f"Nothing replaces {item.label}."
        messages.success(request, words)
        return reverse("guidance_item", args=[item.uid])

    return _act(request, form, act, heading="Say what takes its place", submit="Save", item=item)


@require_http_methods(_FORMS)
@requires(Action.EDIT, Thing.GUIDANCE, within=KEEPERS)
def check_guidance(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    item = opened_item(request, uid, now)
    form = forms.CheckForm(request.POST or None)

    def act(said: dict[str, Any]) -> str:
        services.check_source(user=request.user, item=item, now=now, **said)
        if said["result"] == "changed":
            messages.info(request, "Kept. Record what the issuer says now as a new version.")
            return reverse("new_guidance_version", args=[item.uid])
        messages.success(request, "Kept: you looked at the source today.")
        return reverse("guidance_item", args=[item.uid])

    return _act(request, form, act, heading="I have looked at the source", submit="Save", item=item)


def _act(
    request: HttpRequest,
    form: Any,
    act: Callable[[dict[str, Any]], str],
    *,
    heading: str,
    submit: str,
    back: str = "",
    item: GuidanceItem | None = None,
    version: GuidanceVersion | None = None,
    done: Callable[[str], GuidanceItem] | None = None,
) -> HttpResponse:
    """A form: sent and answered by the address that `act` gives, or shown with what keeps it from being
    saved."""
    url = reverse("guidance_item", args=[item.uid]) if item else reverse(back)
    if form.is_valid():
        try:
            return redirect(act(form.cleaned_data))
        except AlreadyDone as already:
            messages.info(request, "This was already saved. It is shown below.")
            return redirect("guidance_item", uid=done(already.outcome).uid if done else already.outcome)
        except StaleEdit:
            saved = version or item
            if saved is None:
                raise
            saved.refresh_from_db()
            texts = stale.theirs_yours(saved, form)
            return stale_page(request, texts, edit_url=request.path, view_url=url)
        except Refusal as refusal:
            refuse(form, refusal)
    context = {"form": form, "heading": heading, "submit": submit, "item": item, "back_url": url}
    return render(request, "guidance/register/form.html", context)
