"""Controls of a risk."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import requires
from accounts.policy import Action, Thing
from riskregister.forms.controls import AddControlForm, EditControlForm
from riskregister.models import Control
from riskregister.presenters.base import on_day
from riskregister.selectors import people, risks
from riskregister.services import register as services
from riskregister.views.risk_base import opened, step

_METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(_METHODS)
@requires(Action.EDIT, Thing.RISK)
def add_control(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    risk = opened(request, uid, now, may="edit")
    form = AddControlForm(request.POST or None, organisations=people.possible_organisations(now))

    def act(answers: dict[str, Any]) -> None:
        services.save_control(
            user=request.user,
            risk=risk,
            control=None,
            values=form.values() | {"organisation_id": people.organisation_key(answers["organisation"], now)},
            expected_version=0,
            token=answers["token"],
            now=now,
        )

    return step(
        request, risk, form, act, heading="Add a control", submit="Add this control", said="Control added."
    )


@require_http_methods(_METHODS)
@requires(Action.EDIT, Thing.RISK)
def edit_control(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    reached = risks.visible(request.user, at=now)
    rows = Control.objects.filter(risk__in=reached).select_related("risk", "organisation")
    control = rows.filter(uid=uid).first()
    if control is None:
        raise Http404
    risk = opened(request, control.risk.uid, now, may="edit")
    form = EditControlForm(
        request.POST or None,
        organisations=people.possible_organisations(now),
        initial={
            "text": control.text,
            "organisation": str(control.organisation.uid) if control.organisation else "",
            "state": control.state,
            "assurance": control.assurance,
            "proof": control.proof,
            "proof_on": control.proof_on,
            "version": control.version,
        },
    )

    def act(answers: dict[str, Any]) -> None:
        services.save_control(
            user=request.user,
            risk=risk,
            control=control,
            values=form.values() | {"organisation_id": people.organisation_key(answers["organisation"], now)},
            expected_version=answers["version"],
            now=now,
        )

    def theirs() -> dict[str, str]:
        saved = Control.objects.get(pk=control.pk)
        return {
            "text": saved.text,
            "organisation": saved.organisation.name if saved.organisation else "Nobody in particular",
            "state": saved.get_state_display(),
            "assurance": saved.get_assurance_display(),
            "proof": saved.proof,
            "proof_on": on_day(saved.proof_on) if saved.proof_on else "",
        }

    return step(
        request, risk, form, act, heading="Change this control", submit="Save", said="Saved.", theirs=theirs
    )
