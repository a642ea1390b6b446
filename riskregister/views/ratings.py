"""Giving a risk a rating: a change is added, nothing is edited."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import requires
from accounts.policy import Action, Thing
from riskregister.constants import RatingKind
from riskregister.forms.ratings import RateForm
from riskregister.services import register as services
from riskregister.views.risk_base import opened, step
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.RISK)
def rate_risk(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    risk = opened(request, uid, now, may="rate")
    try:
        matrix = services.matrix_in_force(day_of(now))
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("risk", uid=uid)
    form = RateForm(
        request.POST or None,
        matrix=matrix,
        initial={"version": risk.version, "dated_on": day_of(now), "kind": _kind(request)},
    )

    def act(answers: dict[str, Any]) -> None:
        services.rate(
            user=request.user,
            risk=risk,
            draft=form.draft(),
            expected_version=answers["version"],
            token=answers["token"],
            now=now,
        )

    standing = {
        RatingKind(one.kind): f"{one.likelihood} × {one.impact} = {one.likelihood * one.impact}. {one.words}"
        for one in risk.ratings.order_by("at", "pk")
    }
    rows = [{"key": str(kind.label), "value": standing.get(kind, "Not rated")} for kind in RatingKind]
    return step(
        request,
        risk,
        form,
        act,
        heading="Rate this risk",
        submit="Save this rating",
        said="Rating saved with its reason.",
        rows=rows,
    )


def _kind(request: HttpRequest) -> str:
    asked = request.GET.get("kind", "")
    return asked if asked in RatingKind.values else RatingKind.CURRENT
