"""The backlog register, counts of a backlog, and expected demand."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.policy import Action, Thing
from partners.facts.plans import BacklogFact
from partners.forms.backlogs import AddBacklogForm, BaselineForm, CloseBacklogForm, CountForm
from partners.models import Backlog
from partners.presenters import backlogs as presenters
from partners.selectors import backlogs as selectors
from partners.selectors import demand, plans
from partners.services import backlogs as services
from partners.views.base import refuse, stale_page
from partners.views.plans import to_change
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit


@require_safe
@requires(Action.VIEW, Thing.RECOVERY_PLAN)
def backlogs(request: HttpRequest) -> HttpResponse:
    """Every backlog of a plan that was submitted, by kind."""
    tables = presenters.by_kind(selectors.backlogs_at(timezone.now()))
    return render(request, "partners/plans/backlogs.html", {"tables": tables})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.RECOVERY_PLAN)
def add_backlog(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    plan = to_change(request, uid, now)
    if plan.organisation is None:
        raise Http404
    form = AddBacklogForm(request.POST or None)
    if form.is_valid():
        answers = form.cleaned_data
        try:
            backlog = services.add_backlog(
                user=request.user,
                plan=plan,
                kind=answers["kind"],
                name=answers["name"],
                unit=answers["unit"],
                national=answers["national"] == "national",
                token=answers["token"],
                now=now,
            )
        except AlreadyDone as done:
            messages.info(request, "This backlog was already saved. It is shown below.")
            return redirect("backlog", uid=done.outcome)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Backlog added. Record its first count.")
            return redirect("backlog", uid=backlog.uid)
    return render(request, "partners/plans/add_backlog.html", {"form": form, "plan": plan})


def _opened(request: HttpRequest, uid: UUID, now: datetime) -> Backlog:
    rows = selectors.visible(request.user, at=now).select_related("organisation__recovery_plan")
    return get_object_or_404(rows, uid=uid)


def _to_change(request: HttpRequest, uid: UUID, now: datetime) -> Backlog:
    backlog = _opened(request, uid, now)
    if not plans.may_change(request.user, backlog.organisation.recovery_plan, Action.EDIT, at=now):
        raise PermissionDenied
    return backlog


def _fact(backlog: Backlog, now: datetime) -> BacklogFact:
    return selectors.backlog_facts(Backlog.objects.filter(pk=backlog.pk), now, closed=True)[0]


@require_safe
@requires(Action.VIEW, Thing.RECOVERY_PLAN)
def backlog(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One backlog: how many wait, when they will be done, and its counts."""
    now = timezone.now()
    shown = _opened(request, uid, now)
    plan = shown.organisation.recovery_plan
    fact = _fact(shown, now)
    context = {
        "backlog": shown,
        "plan": plan,
        "rows": presenters.backlog_rows(fact, closed_on=shown.closed_on),
        "chart": presenters.chart(fact, selectors.count_rows(shown), now=now),
        "changes": not shown.closed_on and plans.may_change(request.user, plan, Action.EDIT, at=now),
    }
    return render(request, "partners/plans/backlog.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.RECOVERY_PLAN)
def record_count(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _to_change(request, uid, now)
    fact = _fact(shown, now)
    form = CountForm(request.POST or None, initial=_next_period(fact, now))
    if form.is_valid():
        try:
            services.record_count(
                user=request.user,
                backlog=shown,
                draft=form.draft(),
                token=form.cleaned_data["token"],
                now=now,
            )
        except AlreadyDone:
            messages.info(request, "This count was already saved. It is shown below.")
            return redirect("backlog", uid=uid)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Count recorded.")
            return redirect("backlog", uid=uid)
    context = {"form": form, "backlog": shown, "rows": presenters.backlog_rows(fact)}
    return render(request, "partners/plans/count.html", context)


def _next_period(fact: BacklogFact, now: datetime) -> dict[str, Any]:
    """The days after the last count, up to the end of the latest cycle; the stock it begins with."""
    cycle = selectors.latest_cycle(now)
    if fact.last is None:
        return {"period_start": cycle.period_start, "period_end": cycle.period_end} if cycle else {}
    start = fact.last.period_end + timedelta(days=1)
    known: dict[str, Any] = {"period_start": start, "before": fact.last.stock}
    if cycle and cycle.period_end >= start:
        known["period_end"] = cycle.period_end
    return known


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.RECOVERY_PLAN)
def close(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _to_change(request, uid, now)
    form = CloseBacklogForm(request.POST or None, initial={"version": shown.version})
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        view_url = reverse("backlog", args=[uid])
        try:
            services.close_backlog(
                user=request.user,
                backlog=shown,
                reason=reason,
                expected_version=form.cleaned_data["version"],
                now=now,
            )
        except StaleEdit:
            theirs = presenters.figure_words(_fact(shown, now))
            pair = {"field": "Why the backlog is closed", "theirs": theirs, "yours": reason}
            return stale_page(request, [pair], edit_url=request.path, view_url=view_url)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "The backlog leaves the register tomorrow. Its counts stay.")
            return redirect(view_url)
    return render(request, "partners/plans/close_backlog.html", {"form": form, "backlog": shown})


@require_safe
@requires(Action.VIEW, Thing.ASSURANCE)
def demand_scenarios(request: HttpRequest) -> HttpResponse:
    """Side by side: what partners answer to the shared scenarios of demand."""
    now = timezone.now()
    board = demand.scenarios_at(now, readable=demand.readable_by(request.user, at=now))
    form = BaselineForm(request.GET if "baseline" in request.GET else None)
    context: dict[str, Any] = {"form": form, "board": board}
    if board:
        context["table"] = presenters.scenarios_table(board)
        baseline = form.cleaned_data["baseline"] if form.is_bound and form.is_valid() else None
        if baseline is not None:
            context["demand"] = presenters.demand_table(board, baseline)
    return render(request, "partners/plans/demand.html", context)
