"""Adding a risk and its steps: changed, opened, reviewed, closed, opened again; an action from it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import requires
from accounts.policy import Action, Thing
from partners.constants import SourceKind
from partners.facts.actions import ActionSource
from partners.selectors.actions import organisations_to_add_for, owners_of_all
from partners.services.actions import open_action
from riskregister.forms.base import as_error
from riskregister.forms.risks import (
    AddActionForm,
    AddRiskForm,
    CloseForm,
    EditRiskForm,
    LookForm,
    OpenForm,
    ReopenForm,
)
from riskregister.models import Risk
from riskregister.selectors import people
from riskregister.services import register as services
from riskregister.views.risk_base import name_of, opened, step
from safeguarding.kernel.errors import AlreadyDone, Refusal

_METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(_METHODS)
@requires(Action.CREATE, Thing.RISK)
def add_risk(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    whose = people.may_be_whose(request.user, at=now)
    if not whose:
        raise PermissionDenied
    form = AddRiskForm(
        request.POST or None,
        whose=whose,
        people=people.possible_owners(),
        organisations=people.possible_organisations(now),
        ours=any(code == people.OURS for code, _ in whose),
    )
    if form.is_valid():
        answers = form.cleaned_data
        try:
            risk = services.add_risk(
                user=request.user,
                draft=form.draft(),
                organisation_id=people.organisation_key(answers["whose"], now),
                owner=people.owner_by_uid(answers["owner"]),
                owner_organisation_id=people.organisation_key(answers["owner_organisation"], now),
                token=answers["token"],
                now=now,
            )
        except AlreadyDone as done:
            messages.info(request, "This risk was already saved. It is shown below.")
            return redirect("risk", uid=done.outcome)
        except Refusal as refusal:
            as_error(form, refusal)
        else:
            messages.success(request, "Draft saved. Rate it, then put it on the register.")
            return redirect("risk", uid=risk.uid)
    return render(request, "riskregister/risks/add.html", {"form": form})


@require_http_methods(_METHODS)
@requires(Action.EDIT, Thing.RISK)
def edit_risk(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    risk = opened(request, uid, now, may="edit")
    form = EditRiskForm(
        request.POST or None,
        people=people.possible_owners(),
        organisations=people.possible_organisations(now),
        ours=risk.organisation_id is None,
        initial=_as_form(risk),
    )

    def act(answers: dict[str, Any]) -> None:
        services.edit_risk(
            user=request.user,
            risk=risk,
            draft=form.draft(),
            owner=people.owner_by_uid(answers["owner"]),
            owner_organisation_id=people.organisation_key(answers["owner_organisation"], now),
            expected_version=answers["version"],
            now=now,
        )

    def theirs() -> dict[str, str]:
        saved = Risk.objects.get(pk=risk.pk)
        return {name: str(getattr(saved, name)) for name in ("title", "cause", "event", "consequence")} | {
            "theme": saved.get_theme_display(),
            "functions": ", ".join(saved.functions),
            "response": saved.get_response_display(),
            "rollup": saved.get_rollup_display(),
            "owner": saved.owner.name if saved.owner else "Nobody yet",
            "owner_organisation": saved.owner_organisation.name if saved.owner_organisation else "None",
            "restricted": "Yes" if saved.restricted else "No",
        }

    return step(
        request, risk, form, act, heading="Change this risk", submit="Save", said="Saved.", theirs=theirs
    )


def _as_form(risk: Risk) -> dict[str, Any]:
    names = (
        "title", "cause", "event", "consequence", "theme", "functions", "response", "rollup", "restricted",
        "version",
    )  # fmt: skip
    return {name: getattr(risk, name) for name in names} | {
        "owner": str(risk.owner.uid) if risk.owner else "",
        "owner_organisation": str(risk.owner_organisation.uid) if risk.owner_organisation else "",
    }


@require_http_methods(_METHODS)
@requires(Action.EDIT, Thing.RISK)
def open_risk(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    risk = opened(request, uid, now, may="edit")
    form = OpenForm(request.POST or None, initial={"version": risk.version})

    def act(answers: dict[str, Any]) -> None:
        services.open_risk(user=request.user, risk=risk, expected_version=answers["version"], now=now)

    seen_by = "The board and the coordinator see it from then on."
    if risk.organisation_id is None:
        seen_by = "The board and every partner see it from then on."
    return step(
        request,
        risk,
        form,
        act,
        heading="Put this risk on the register",
        submit="Put it on the register",
        said="The risk is on the register.",
        intro=f"{seen_by} It cannot be taken off again, only closed.",
    )


@require_http_methods(_METHODS)
@requires(Action.EDIT, Thing.RISK)
def close_risk(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    risk = opened(request, uid, now, may="edit")
    form = CloseForm(request.POST or None, initial={"version": risk.version})

    def act(answers: dict[str, Any]) -> None:
        services.close_risk(
            user=request.user,
            risk=risk,
            reason=answers["reason"],
            changed_for_children=answers["changed"],
            expected_version=answers["version"],
            now=now,
        )

    return step(
        request,
        risk,
        form,
        act,
        heading="Close this risk",
        submit="Close it",
        said="The risk is closed. It stays on record with its history.",
        intro="A closed risk stays on record, and can be opened again.",
    )


@require_http_methods(_METHODS)
@requires(Action.EDIT, Thing.RISK)
def reopen_risk(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    risk = opened(request, uid, now, may="reopen")
    form = ReopenForm(request.POST or None, initial={"version": risk.version})

    def act(answers: dict[str, Any]) -> None:
        services.reopen_risk(
            user=request.user,
            risk=risk,
            reason=answers["reason"],
            expected_version=answers["version"],
            now=now,
        )

    return step(
        request, risk, form, act, heading="Open this risk again", submit="Open it again",
        said="The risk is open again.",
    )  # fmt: skip


@require_http_methods(_METHODS)
@requires(Action.VIEW, Thing.RISK)
def look_again_at_risk(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    risk = opened(request, uid, now, may="look")
    form = LookForm(request.POST or None, initial={"version": risk.version})

    def act(answers: dict[str, Any]) -> None:
        services.look_again(
            user=request.user, risk=risk, note=answers["note"], expected_version=answers["version"], now=now
        )

    return step(
        request, risk, form, act, heading="Review this risk", submit="The rating still holds",
        said="Reviewed. The next review date counts from today.",
    )  # fmt: skip


@require_http_methods(_METHODS)
@requires(Action.EDIT, Thing.RISK)
def add_risk_action(request: HttpRequest, uid: UUID) -> HttpResponse:
    """An action that comes from this risk."""
    now = timezone.now()
    risk = opened(request, uid, now, may="add_action")
    organisations = organisations_to_add_for(request.user, at=now)
    form = AddActionForm(
        request.POST or None,
        organisations=organisations.values_list("uid", "name"),
        owners=owners_of_all(organisations, at=now),
    )

    def act(answers: dict[str, Any]) -> None:
        owner = form.owner_uid()
        open_action(
            user=request.user,
            source=ActionSource(SourceKind.RISK, risk.uid, name_of(risk)),
            title=answers["title"],
            what=answers["what"],
            organisation=organisations.get(uid=answers["organisation"]),
            owner=people.owner_by_uid(str(owner)) if owner else None,
            priority=answers["priority"],
            due_on=answers["due_on"],
            names_no_child=answers["names_no_child"],
            token=answers["token"],
            now=now,
        )

    return step(
        request, risk, form, act, heading="Add an action", submit="Add this action", said="Action added."
    )
