"""The board bears a risk as it is: asked for, decided by another person, lapsing by itself."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.policy import Action, Thing
from riskregister.constants import RiskState
from riskregister.forms.acceptances import ACCEPT, AskAcceptanceForm, DecideAcceptanceForm
from riskregister.models import Acceptance
from riskregister.presenters.acceptances import acceptances_table, asked_rows
from riskregister.selectors import risks
from riskregister.services import register as services
from riskregister.views.risk_base import opened, step

_METHODS = ["GET", "HEAD", "POST"]


@require_safe
@requires(Action.DECIDE, Thing.RISK)
def acceptances(request: HttpRequest) -> HttpResponse:
    """What waits for the board."""
    now = timezone.now()
    reached = risks.visible(request.user, at=now).filter(state=RiskState.OPEN)
    rows = Acceptance.objects.filter(
        risk__in=reached, ended_at=None, approved_at=None, refused_at=None
    ).select_related("risk__organisation", "asked_by")
    table = acceptances_table(rows.order_by("asked_at"), request.user, now)
    return render(request, "riskregister/risks/acceptances.html", {"table": table})


@require_http_methods(_METHODS)
@requires(Action.EDIT, Thing.RISK)
def ask_acceptance(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    risk = opened(request, uid, now, may="edit")
    form = AskAcceptanceForm(request.POST or None)

    def act(answers: dict[str, Any]) -> None:
        services.ask_acceptance(
            user=request.user,
            risk=risk,
            conditions=answers["conditions"],
            reason=answers["reason"],
            expires_on=answers["expires_on"],
            now=now,
        )

    return step(
        request,
        risk,
        form,
        act,
        heading="Ask the board to accept this risk",
        submit="Ask the board",
        said="The board is asked. A board member decides.",
    )


@require_http_methods(_METHODS)
@requires(Action.DECIDE, Thing.RISK)
def decide_acceptance(request: HttpRequest, uid: UUID) -> HttpResponse:
    """By a board member who did not ask for it."""
    now = timezone.now()
    reached = risks.visible(request.user, at=now)
    rows = Acceptance.objects.filter(risk__in=reached).select_related("risk", "asked_by")
    asked = get_object_or_404(rows, uid=uid)
    if not risks.on_board(request.user) or asked.asked_by_id == request.user.pk:
        raise PermissionDenied
    risk = opened(request, asked.risk.uid, now)
    form = DecideAcceptanceForm(request.POST or None, initial={"version": asked.version})

    def act(answers: dict[str, Any]) -> None:
        services.decide_acceptance(
            user=request.user,
            asked=asked,
            approve=answers["answer"] == ACCEPT,
            reason=answers["reason"],
            expected_version=answers["version"],
            now=now,
        )

    return step(
        request,
        risk,
        form,
        act,
        heading="Decide whether the board bears this risk",
        submit="Save the board’s decision",
        said="Decision saved.",
        rows=asked_rows(asked),
    )
