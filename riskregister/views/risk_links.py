"""What a risk has to do with, and which partners' risks contribute to one of the partnership."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import requires
from accounts.policy import Action, Thing
from riskregister.constants import LinkKind, RiskState
from riskregister.forms.risks import ContributeForm, LinkForm
from riskregister.models import Contribution, RiskLink
from riskregister.selectors import links, risks
from riskregister.services import register as services
from riskregister.views.risk_base import name_of, opened, step

_METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(_METHODS)
@requires(Action.EDIT, Thing.RISK)
def link_risk(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    risk = opened(request, uid, now, may="edit")
    offered = {
        kind.value: (str(kind.label), found)
        for kind in links.OFFERED
        if (found := links.targets(kind, request.user, at=now))
    }
    form = LinkForm(request.POST or None, targets=offered)

    def act(answers: dict[str, Any]) -> None:
        kind, target, words = form.target()
        services.link(user=request.user, risk=risk, kind=kind, target=target, label=words, now=now)

    return step(request, risk, form, act, heading="Link this risk", submit="Link it", said="Linked.")


@require_POST
@requires(Action.EDIT, Thing.RISK)
def unlink_risk(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    rows = RiskLink.objects.filter(risk__in=risks.visible(request.user, at=now)).select_related("risk")
    found = rows.filter(uid=uid).first()
    if found is None:
        raise Http404
    risk = opened(request, found.risk.uid, now, may="edit")
    services.unlink(user=request.user, found=found, now=now)
    messages.success(request, f"Link removed: {LinkKind(found.kind).label.lower()}.")
    return redirect("risk", uid=risk.uid)


@require_http_methods(_METHODS)
@requires(Action.EDIT, Thing.RISK)
def contribute_risk(request: HttpRequest, uid: UUID) -> HttpResponse:
    """From a partner's own risk to one of the partnership, or from that one the other way round."""
    now = timezone.now()
    risk = opened(request, uid, now, may="edit")
    ours = risk.organisation_id is None
    others = risks.visible(request.user, at=now).filter(state=RiskState.OPEN, organisation__isnull=not ours)
    by_uid = {str(one.uid): one for one in others.select_related("organisation")}
    words = [
        (code, name_of(one) + (f", {one.organisation.name}" if one.organisation else ""))
        for code, one in by_uid.items()
    ]
    label = "Which partner’s risk contributes to this one?" if ours else "To which partnership risk?"
    form = ContributeForm(request.POST or None, label=label, choices=words)

    def act(answers: dict[str, Any]) -> None:
        other = by_uid[answers["other"]]
        own, to = (other, risk) if ours else (risk, other)
        services.contribute(user=request.user, risk=own, to=to, now=now)

    return step(
        request,
        risk,
        form,
        act,
        heading="Put partners’ ratings beside the partnership’s",
        submit="Save",
        said="Saved. The ratings are shown side by side.",
        intro="Each keeps its own rating. The partnership’s is not changed by it.",
    )


@require_POST
@requires(Action.EDIT, Thing.RISK)
def stop_contribution(request: HttpRequest, uid: UUID) -> HttpResponse:
    """By who may change either of the two risks."""
    now = timezone.now()
    reached = risks.visible(request.user, at=now)
    rows = Contribution.objects.filter(risk__in=reached, to__in=reached).select_related("risk", "to")
    found = rows.filter(uid=uid).first()
    if found is None:
        raise Http404
    mine = risks.mine(request.user, at=now).filter(pk__in=[found.risk_id, found.to_id]).first()
    if mine is None:
        raise PermissionDenied
    services.stop_contributing(user=request.user, found=found, now=now)
    messages.success(request, "It no longer contributes.")
    return redirect("risk", uid=mine.uid)
