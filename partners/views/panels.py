"""Panels: how they ran, who came, how many cases, and audits of them."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.policy import Action, Thing, allows
from partners.forms.meetings import FinishAuditForm, PlanAuditForm
from partners.models import PanelAudit
from partners.presenters import meetings as presenters
from partners.selectors import panels as selectors
from partners.selectors.series import as_cadence, current_cadence, meetings_at
from partners.services import panels as services
from partners.views.base import stale_page
from partners.views.meeting_base import answer
from safeguarding.kernel.periods import day_of


@require_safe
@requires(Action.VIEW, Thing.MEETING)
def panels(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    visible = selectors.panels_visible_to(request.user, at=now)
    rhythms = {}
    for one in visible.prefetch_related("cadences"):
        cadence = current_cadence(one, day_of(now))
        if cadence:
            rhythms[one.uid] = presenters.rhythm(cadence)
    audits = [
        selectors.audit_fact(one, now)
        for one in PanelAudit.objects.filter(series__in=visible).select_related("series")
    ]
    context = {
        "table": presenters.series_table(meetings_at(now, among=visible), rhythms),
        "audits": presenters.audits_table(
            audits, finishes=allows(request.user.roles, Action.EDIT, Thing.MEETING)
        ),
    }
    return render(request, "partners/meetings/panels.html", context)


@require_safe
@requires(Action.VIEW, Thing.MEETING)
def panel(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    visible = selectors.panels_visible_to(request.user, at=now)
    series = get_object_or_404(visible, uid=uid)
    shown = selectors.panel_shown(series, request.user, at=now)
    edits = allows(request.user.roles, Action.EDIT, Thing.MEETING)
    cadence = current_cadence(series, day_of(now))
    [fact] = meetings_at(now, among=visible.filter(pk=series.pk))
    audits = [selectors.audit_fact(one, now) for one in series.audits.select_related("series")]
    context = {
        "series": series,
        "shown": shown,
        "rhythm": presenters.rhythm(cadence) if cadence else "",
        "ran": presenters.ran_words(fact),
        "history": presenters.history(
            series.cadences.select_related("set_by"),
            as_cadence,
            series.pauses.select_related("set_by"),
            day_of(now),
        ),
        "panels": presenters.panel_table(shown),
        "years": presenters.years_table(shown),
        "trend": presenters.trend_table(shown),
        "audits": presenters.audits_table(audits, finishes=edits),
        "edits": edits,
    }
    return render(request, "partners/meetings/panel.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.MEETING)
def plan_panel_audit(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    series = get_object_or_404(selectors.panels_visible_to(request.user, at=now), uid=uid)
    form = PlanAuditForm(request.POST or None)
    answered = answer(
        request,
        form,
        lambda answers: services.plan_audit(user=request.user, series=series, now=now, **answers),
        done="Audit planned.",
        to=("panel", uid),
    )
    context = {"form": form, "series": series, "title": "Plan an audit", "submit": "Plan this audit"}
    context["back"] = reverse("panel", args=[uid])
    return answered or render(request, "partners/meetings/series_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.MEETING)
def finish_panel_audit(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    visible = selectors.panels_visible_to(request.user, at=now)
    rows = PanelAudit.objects.filter(series__in=visible).select_related("series")
    audit = get_object_or_404(rows, uid=uid)
    back = reverse("panel", args=[audit.series.uid])
    form = FinishAuditForm(request.POST or None, initial={"version": audit.version})

    def stale() -> HttpResponse:
        saved = PanelAudit.objects.get(pk=audit.pk)
        pairs = presenters.theirs_yours([("Findings", saved.findings, form.cleaned_data["findings"])])
        return stale_page(request, pairs, edit_url=request.path, view_url=back)

    answered = answer(
        request,
        form,
        lambda answers: services.finish_audit(user=request.user, audit=audit, now=now, **answers),
        done="Findings recorded.",
        to=("panel", audit.series.uid),
        stale=stale,
    )
    context = {"form": form, "series": audit.series, "title": "What the audit found", "back": back}
    context |= {"submit": "Record findings", "note": audit.scope}
    return answered or render(request, "partners/meetings/series_form.html", context)
