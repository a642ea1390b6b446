"""What is told through which channel, and what was told to nobody."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.policy import Action, Scope, Thing
from guidance.constants import (
    LENGTH_OF,
    LIVE_STATES,
    Channel,
    DispatchState,
    InterpretationState,
    VersionState,
)
from guidance.forms.base import VersionForm
from guidance.forms.dissemination import (
    CorrectDispatchForm,
    CoverageForm,
    DropForm,
    PlanDispatchForm,
    SentForm,
)
from guidance.models import Dispatch, GuidanceVersion
from guidance.presenters import dissemination as presenters
from guidance.rules import dissemination as rules
from guidance.selectors import dissemination as selectors
from guidance.selectors.newsletters import full_address
from guidance.services import dissemination as services
from guidance.views.base import page_of, refuse, stale_page
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit

EVERY = frozenset({Scope.ALL})


@require_safe
@requires(Action.VIEW, Thing.GUIDANCE, within=EVERY)
def dispatches(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Every text of a version, by when it was written."""
    version = _version(request, uid, timezone.now())
    found = list(selectors.dispatches_of(version))
    may_edit = selectors.keeps(request.user)
    sent = [one for one in found if one.state == DispatchState.SENT]
    told, missed = presenters.reach_words(version.for_whom, sent)
    context = {
        "version": version,
        "cards": [presenters.card(one, may_edit=may_edit) for one in found],
        "choices": presenters.channel_choices(version, found) if may_edit and _may_plan(version) else [],
        "not_yet": not _may_plan(version),
        "issued": version.state in LIVE_STATES,
        "told": told,
        "missed": missed,
    }
    return render(request, "guidance/dissemination/channels.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.GUIDANCE)
def plan_dispatch(request: HttpRequest, uid: UUID, channel: str) -> HttpResponse:
    now = timezone.now()
    version = _version(request, uid, now)
    if channel not in Channel.values:
        raise Http404
    if request.method != "POST" and not _may_plan(version):
        raise PermissionDenied
    audiences = version.for_whom
    initial = {"audiences": audiences, "text": _first_text(version, channel)}
    form = PlanDispatchForm(request.POST or None, channel=channel, audiences=audiences, initial=initial)
    back = reverse("dispatches", args=[uid])
    if form.is_valid():
        try:
            services.plan(user=request.user, of=version, channel=channel, now=now, **form.cleaned_data)
        except AlreadyDone:
            messages.info(request, "This was already saved. It is shown below.")
            return redirect(back)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Text saved. Mark it as sent once it has gone out.")
            return redirect(back)
    return _form(request, version, form, channel, heading="Write a text", submit="Save text")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.GUIDANCE)
def correct_dispatch(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _dispatch(request, uid, now)
    form = CorrectDispatchForm(
        request.POST or None,
        channel=shown.channel,
        audiences=shown.of.for_whom,
        initial={"audiences": shown.audiences, "text": shown.text, "version": shown.version},
    )

    def act() -> None:
        answers = form.cleaned_data
        services.correct(
            user=request.user,
            dispatch=shown,
            expected_version=answers["version"],
            audiences=answers["audiences"],
            text=answers["text"],
            names_no_child=answers["names_no_child"],
            now=now,
        )

    return _act(request, shown, form, act, heading="Change the text", submit="Save text", said="Text saved.")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.GUIDANCE)
def mark_dispatch_sent(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _dispatch(request, uid, now)
    if request.method != "POST" and shown.of.issued_at is None:
        raise PermissionDenied
    form = SentForm(request.POST or None, initial={"version": shown.version})

    def act() -> None:
        answers = form.cleaned_data
        services.mark_sent(
            user=request.user,
            dispatch=shown,
            expected_version=answers["version"],
            sent_at=form.sent_at(),
            proof_kind=answers["proof_kind"],
            proof=answers["proof"],
            reach=answers["reach"],
            now=now,
        )

    return _act(request, shown, form, act, heading="Mark it as sent", submit="Save", said="Marked as sent.")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.GUIDANCE)
def drop_dispatch(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _dispatch(request, uid, now)
    form = DropForm(request.POST or None, initial={"version": shown.version})

    def act() -> None:
        services.drop(
            user=request.user,
            dispatch=shown,
            expected_version=form.cleaned_data["version"],
            reason=form.cleaned_data["reason"],
            now=now,
        )

    return _act(
        request, shown, form, act,
        heading="Do not send this", submit="Do not send it", said="It stays on record with your reason.",
    )  # fmt: skip


@require_safe
@requires(Action.VIEW, Thing.GUIDANCE, within=EVERY)
def guidance_coverage(request: HttpRequest) -> HttpResponse:
    """Issued guidance that went through no channel, and audiences that were not reached."""
    form = CoverageForm(request.GET or None)
    chosen = form.chosen()
    facts = selectors.coverage(timezone.now())
    page = page_of(request, selectors.narrowed(facts, **chosen))
    context = {
        "filter_form": form,
        "page_obj": page,
        "table": presenters.coverage_table(page.object_list, empty="There is none."),
        "audiences": presenters.audience_table(facts),
        "stats": [
            {"label": "Issued and in use", "value": len(facts)},
            {"label": "Told through no channel", "value": sum(not fact.channels for fact in facts)},
            {
                "label": "Not told to everybody",
                "value": sum(bool(fact.audiences_not_reached) for fact in facts),
            },
        ],
        "planned": presenters.planned_table(selectors.planned_now()[:50]),
    }
    return render(request, "guidance/dissemination/coverage.html", context)


def _version(request: HttpRequest, uid: UUID, now: datetime) -> GuidanceVersion:
    rows = GuidanceVersion.objects.visible_to(request.user, at=now).select_related("item")
    return get_object_or_404(rows, uid=uid)


def _dispatch(request: HttpRequest, uid: UUID, now: datetime) -> Dispatch:
    """A form opens only on what is to be sent; what is sent from one opened earlier, the service refuses by
    name."""
    versions = GuidanceVersion.objects.visible_to(request.user, at=now)
    found = get_object_or_404(Dispatch.objects.filter(of__in=versions).select_related("of__item"), uid=uid)
    if request.method != "POST" and found.state != DispatchState.PLANNED:
        raise PermissionDenied
    return found


def _may_plan(version: GuidanceVersion) -> bool:
    return version.state == VersionState.APPROVED or version.state in LIVE_STATES


def _first_text(version: GuidanceVersion, channel: str) -> str:
    said = version.interpretations.filter(state=InterpretationState.APPROVED).order_by("-number").first()
    if said is None:
        return ""
    page = "public_guidance_item" if said.is_public else "guidance_item"
    return rules.suggested(
        channel,
        title=version.title,
        meaning=said.meaning,
        to_do=said.to_do,
        link=full_address(reverse(page, args=[version.item.uid])),
    )


def _act(
    request: HttpRequest,
    shown: Dispatch,
    form: VersionForm,
    act: Callable[[], None],
    *,
    heading: str,
    submit: str,
    said: str,
) -> HttpResponse:
    """A form about a text: sent, answered, or shown with what keeps it from being saved."""
    back = reverse("dispatches", args=[shown.of.uid])
    if form.is_valid():
        try:
            act()
        except StaleEdit:
            texts = presenters.theirs_yours(Dispatch.objects.get(pk=shown.pk), form.cleaned_data)
            return stale_page(request, texts, edit_url=request.path, view_url=back)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, said)
            return redirect(back)
    writes = isinstance(form, CorrectDispatchForm)
    return _form(
        request, shown.of, form, shown.channel,
        heading=heading, submit=submit, text="" if writes else shown.text,
    )  # fmt: skip


def _form(
    request: HttpRequest,
    version: GuidanceVersion,
    form: VersionForm | PlanDispatchForm,
    channel: str,
    *,
    heading: str,
    submit: str,
    text: str = "",
) -> HttpResponse:
    context = {
        "version": version,
        "form": form,
        "channel": Channel(channel).label,
        "limit": LENGTH_OF[Channel(channel)],
        "heading": heading,
        "submit": submit,
        "text": text,
    }
    return render(request, "guidance/dissemination/form.html", context)
