"""What the steps of a risk share: fetching it, one form, one service call, an answer."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from riskregister.forms.base import as_error
from riskregister.models import Risk
from riskregister.presenters import risks as presenters
from riskregister.selectors import risks as selectors
from riskregister.selectors.as_at import label_of
from riskregister.views.base import stale_page
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from safeguarding.kernel.govuk import GovukForm


def opened(request: HttpRequest, uid: UUID, now: datetime, *, may: str = "") -> Risk:
    """A risk within reach (404), with which the person may do something (403). `may`: of RiskRights."""
    rows = selectors.visible(request.user, at=now).select_related("organisation", "owner_organisation")
    risk = get_object_or_404(rows, uid=uid)
    if may and not getattr(selectors.risk_rights(risk, request.user, at=now), may):
        raise PermissionDenied
    return risk


def name_of(risk: Risk) -> str:
    return f"{label_of(risk.number)} {risk.title}"


def step(
    request: HttpRequest,
    risk: Risk,
    form: GovukForm,
    act: Callable[[dict[str, Any]], object],
    *,
    heading: str,
    submit: str,
    said: str,
    warning: str = "",
    is_warning: bool = False,
    intro: str = "",
    rows: list[dict[str, Any]] | None = None,
    theirs: Callable[[], dict[str, str]] | None = None,
) -> HttpResponse:
    """One form of a risk. `theirs`: what is saved now, by field, for who comes second."""
    view_url = reverse("risk", args=[risk.uid])
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except AlreadyDone:
            messages.info(request, "This was already saved. It is shown below.")
            return redirect(view_url)
        except StaleEdit:
            return stale(request, risk, form, theirs() if theirs else {})
        except Refusal as refusal:
            as_error(form, refusal)
        else:
            messages.success(request, said)
            return redirect(view_url)
    context = {
        "risk": risk,
        "name": name_of(risk),
        "form": form,
        "heading": heading,
        "submit": submit,
        "warning": warning,
        "is_warning": is_warning,
        "intro": intro,
        "rows": rows or [],
        "view_url": view_url,
    }
    return render(request, "riskregister/risks/step.html", context)


def stale(request: HttpRequest, risk: Risk, form: GovukForm, theirs: dict[str, str]) -> HttpResponse:
    """409: every text that was typed, beside what is saved now."""
    now_it_is = _state(risk)
    pairs = []
    for name, field in form.fields.items():
        typed = form.cleaned_data.get(name)
        if name in ("version", "token", "names_no_child") or typed in (None, "", False, []):
            continue
        pairs.append(
            {
                "field": str(field.label),
                "theirs": theirs.get(name, "") if theirs else now_it_is,
                "yours": presenters.typed_words(field, typed),
            }
        )
    view_url = reverse("risk", args=[risk.uid])
    return stale_page(request, pairs, edit_url=request.path, view_url=view_url)


def _state(risk: Risk) -> str:
    current = Risk.objects.get(pk=risk.pk)
    rating = current.ratings.filter(kind="current").order_by("-at", "-pk").first()
    rated = f"rated {rating.likelihood} × {rating.impact}: {rating.reason}" if rating else "not rated"
    return f"{current.get_state_display()}, {rated}"
