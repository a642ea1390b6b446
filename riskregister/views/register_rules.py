"""The rules of the register: shown, proposed by the coordinator, confirmed by a board member."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.policy import Action, Thing
from riskregister.forms.base import OnceForm, as_error
from riskregister.forms.register_rules import (
    CONFIRM,
    AppetiteForm,
    CadenceForm,
    DecideForm,
    MatrixForm,
    matrix_as_form,
)
from riskregister.presenters import register_rules as presenters
from riskregister.selectors import register_rules as selectors
from riskregister.services import register_rules as services
from safeguarding.kernel.errors import AlreadyDone, Refusal
from safeguarding.kernel.periods import day_of

_METHODS = ["GET", "HEAD", "POST"]


@require_safe
@requires(Action.VIEW, Thing.REGISTER_RULES)
def register_rules(request: HttpRequest) -> HttpResponse:
    day = day_of(timezone.now())
    matrices = selectors.matrices()
    current = next((one for one in matrices if one.effective_from <= day), None)
    context = {
        "matrix": current,
        "tables": presenters.matrix_tables(current) if current else [],
        "versions": presenters.versions_table(matrices),
        "cadence": presenters.cadence_table(selectors.cadence_on(day)),
        "appetite": presenters.appetite_table(selectors.appetite_on(day)),
        "waiting": presenters.waiting_table(selectors.waiting_proposals()),
        "may_propose": selectors.may_propose(request.user),
    }
    return render(request, "riskregister/register_rules/rules.html", context)


def _propose(
    request: HttpRequest, form: OnceForm, act: Callable[[dict[str, Any], datetime], UUID], heading: str
) -> HttpResponse:
    if form.is_valid():
        try:
            uid = act(form.cleaned_data, timezone.now())
        except AlreadyDone as done:
            messages.info(request, "This was already proposed. It is shown below.")
            return redirect("rules_proposal", uid=done.outcome)
        except Refusal as refusal:
            as_error(form, refusal)
        else:
            messages.success(request, "Proposed. A board member must confirm it.")
            return redirect("rules_proposal", uid=uid)
    return render(request, "riskregister/register_rules/propose.html", {"form": form, "heading": heading})


@require_http_methods(_METHODS)
@requires(Action.CREATE, Thing.REGISTER_RULES)
def propose_matrix(request: HttpRequest) -> HttpResponse:
    day = day_of(timezone.now())
    current = next((one for one in selectors.matrices() if one.effective_from <= day), None)
    form = MatrixForm(request.POST or None, initial=matrix_as_form(current))

    def act(answers: dict[str, Any], now: datetime) -> UUID:
        return services.propose_matrix(
            user=request.user,
            matrix=form.matrix(),
            effective_from=answers["effective_from"],
            token=answers["token"],
            now=now,
        ).uid

    return _propose(request, form, act, "Propose a matrix")


@require_http_methods(_METHODS)
@requires(Action.CREATE, Thing.REGISTER_RULES)
def propose_cadence(request: HttpRequest) -> HttpResponse:
    known = selectors.cadence_on(day_of(timezone.now()))
    initial: dict[str, Any] = {}
    for band, one in known.items():
        initial |= {f"{band}_days": one.days, f"{band}_authority": one.authority}
    form = CadenceForm(request.POST or None, initial=initial)

    def act(answers: dict[str, Any], now: datetime) -> UUID:
        return services.propose_cadence(
            user=request.user,
            rows=form.rows(),
            source=answers["source"],
            effective_from=answers["effective_from"],
            token=answers["token"],
            now=now,
        )

    return _propose(request, form, act, "Propose review dates")


@require_http_methods(_METHODS)
@requires(Action.CREATE, Thing.REGISTER_RULES)
def propose_appetite(request: HttpRequest) -> HttpResponse:
    form = AppetiteForm(request.POST or None)

    def act(answers: dict[str, Any], now: datetime) -> UUID:
        names = ("theme", "highest_score", "words", "effective_from", "token")
        return services.propose_appetite(
            user=request.user, now=now, **{name: answers[name] for name in names}
        )

    return _propose(request, form, act, "Propose an appetite")


@require_http_methods(_METHODS)
@requires(Action.VIEW, Thing.REGISTER_RULES)
def rules_proposal(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One version: read by all who may see the rules, decided by a board member who did not propose it."""
    now = timezone.now()
    found = selectors.proposal(uid)
    if found is None:
        raise Http404
    may_confirm = selectors.may_confirm(request.user, found)
    decides = may_confirm or selectors.may_decline(request.user, found)
    if request.method == "POST" and not decides:
        raise PermissionDenied
    form = DecideForm(request.POST or None, may_confirm=may_confirm) if decides else None
    if form and form.is_valid():
        answers = form.cleaned_data
        try:
            services.decide_proposal(
                user=request.user,
                uid=uid,
                confirm=answers["answer"] == CONFIRM,
                reason=answers["reason"],
                now=now,
            )
        except Refusal as refusal:
            as_error(form, refusal)
        else:
            messages.success(request, "Decision saved.")
            return redirect("register_rules")
    context = {
        "form": form,
        "heading": presenters.heading_of(found),
        "rows": presenters.proposal_rows(found),
        "tables": presenters.proposal_tables(found),
    }
    return render(request, "riskregister/register_rules/proposal.html", context)
