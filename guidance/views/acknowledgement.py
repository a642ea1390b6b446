"""Guidance to acknowledge: what one has to, one piece of it, and who has not."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.policy import Action, Scope, Thing
from guidance.constants import AckAnswer
from guidance.facts.acknowledgement import Asking
from guidance.forms.acknowledgement import BACK_TO_ITEM, AcknowledgeForm, OutstandingForm
from guidance.models import GuidanceVersion
from guidance.presenters import acknowledgement as presenters
from guidance.selectors import acknowledgements as selectors
from guidance.selectors.acknowledgement_reminders import last_steps
from guidance.selectors.role_page import to_do_of
from guidance.services import acknowledgement as services
from guidance.views.base import page_of, refuse
from partners.selectors.participants import organisations_of
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of

# Of those who answer, not of who approves.
_ANSWERING = frozenset({Scope.PUBLISHED})


@require_safe
@requires(Action.DECIDE, Thing.GUIDANCE, within=_ANSWERING)
def my_guidance(request: HttpRequest) -> HttpResponse:
    """What waits for this person's answer; with ?show=answered what they have answered."""
    now = timezone.now()
    asked = selectors.mine(request.user, now)
    answered = [one for one in asked if one.answer]
    open_ones = [one for one in asked if one.outstanding]
    shows_answered = request.GET.get("show") == "answered"
    page = page_of(request, answered if shows_answered else open_ones)
    context = {"page_obj": page, "open": len(open_ones), "answered": len(answered), "shows": shows_answered}
    if shows_answered:
        context["table"] = presenters.answered_table(page.object_list, day_of(now))
    else:
        to_do = to_do_of(one.item.newest.key for one in page.object_list)
        context["cards"] = presenters.cards(page.object_list, to_do, day_of(now))
    return render(request, "guidance/acknowledgement/mine.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.GUIDANCE, within=_ANSWERING)
def acknowledge_guidance(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The newest issued version, answered: from its own page or by one press in a list."""
    now = timezone.now()
    rows = GuidanceVersion.objects.visible_to(request.user, at=now).select_related("item")
    version = get_object_or_404(rows, uid=uid)
    asked = selectors.mine(request.user, now, items=[version.item_id])
    current = asked[0].item.newest if asked else None
    if current is None or current.number > version.number:
        context = {"version": version, "later": current if current else None}
        return render(request, "guidance/acknowledgement/nothing.html", context)
    form = AcknowledgeForm(request.POST or None, parties=presenters.parties(asked))
    if form.is_valid():
        try:
            _acknowledge(request, version, form, now)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _said(version, asked, form))
            to_item = form.cleaned_data["back"] == BACK_TO_ITEM
            return redirect(reverse("guidance_item", args=[version.item.uid]) if to_item else "my_guidance")
    context = {
        "form": form,
        "version": version,
        "to_do": to_do_of([version.pk]).get(version.pk, ""),
        "own": [presenters.own_line(one, day_of(now)) for one in asked],
    }
    return render(request, "guidance/acknowledgement/acknowledge.html", context)


def _acknowledge(
    request: HttpRequest, version: GuidanceVersion, form: AcknowledgeForm, now: datetime
) -> None:
    uid = form.organisation_uid()
    services.acknowledge(
        user=request.user,
        of=version,
        organisation=get_object_or_404(organisations_of(request.user, at=now), uid=uid) if uid else None,
        answer=form.cleaned_data["answer"],
        reason=form.cleaned_data["reason"],
        names_no_child=form.cleaned_data["names_no_child"],
        now=now,
    )


def _said(version: GuidanceVersion, asked: list[Asking], form: AcknowledgeForm) -> str:
    names = dict(presenters.parties(asked))
    answer = AckAnswer(form.cleaned_data["answer"]).label.lower()
    return f"{version.item.label} answered. {names[form.cleaned_data['party']]}: {answer}."


@require_safe
@requires(Action.VIEW, Thing.ASSURANCE)
def guidance_outstanding(request: HttpRequest) -> HttpResponse:
    """Who has not acknowledged what: partners by name, people of the children's service counted."""
    now = timezone.now()
    found = selectors.outstanding(now)
    form = OutstandingForm(
        request.GET or None, partners=[(one.party.uid, one.party.name) for one in found.partners]
    )
    partner = form.chosen()
    items = [
        one
        for one in found.items
        if not partner or any(str(asking.party.uid) == partner for asking in one.silent)
    ]
    page = page_of(request, items)
    steps = last_steps(asking for one in page.object_list for asking in one.silent)
    context = {
        "filter_form": form,
        "page_obj": page,
        "partners": presenters.partners_table(found.partners),
        "roles": presenters.roles_table(found.roles),
        "table": presenters.outstanding_table(
            page.object_list, steps, day_of(now), empty="Everybody has acknowledged what is live."
        ),
    }
    return render(request, "guidance/acknowledgement/outstanding.html", context)
