"""The register: the list, the map, one risk now or at a past day, and its file."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.policy import Action, Thing, allows
from partners.constants import SourceKind
from partners.selectors.actions import actions_at, actions_of
from partners.selectors.belonging import names_of
from riskregister.constants import RiskState
from riskregister.facts.evidence import RiskFact
from riskregister.forms.risks import MapForm, RisksForm
from riskregister.presenters import actions as action_words
from riskregister.presenters import risk_page
from riskregister.presenters import risks as presenters
from riskregister.presenters.base import on_day
from riskregister.selectors import links
from riskregister.selectors import risks as selectors
from riskregister.selectors.as_at import matrix_on
from riskregister.selectors.authority import authority_of
from riskregister.selectors.guidance_changes import of_risk
from riskregister.selectors.library import update_of
from riskregister.selectors.story import risk_story
from riskregister.services.register import record_export
from riskregister.views.base import page_of
from riskregister.views.risk_base import opened
from safeguarding.kernel.periods import day_of
from safeguarding.kernel.spreadsheets import csv_lines


def _day(request: HttpRequest, now: datetime) -> date | None:
    """The past day that the address asks for; None: today, a day to come, or none."""
    try:
        day = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return None
    return day if day < day_of(now) else None


def _filter(request: HttpRequest, facts: list[RiskFact], of: type[RisksForm] = RisksForm) -> RisksForm:
    uids = {uid for one in facts for uid in (one.organisation_uid, one.owner_organisation_uid) if uid}
    named = sorted(names_of(uids).items(), key=lambda one: one[1])
    return of(request.GET or None, organisations=named)


@require_safe
@requires(Action.VIEW, Thing.RISK)
def risks(request: HttpRequest) -> HttpResponse:
    """The register within reach; without a filter the open risks, the gravest first."""
    now = timezone.now()
    day = _day(request, now)
    moment = selectors.end_of(day) if day else now
    facts = selectors.register(request.user, at=now, moment=moment if day else None)
    form = _filter(request, facts)
    by = form.chosen()
    found = selectors.chosen(facts, by, day=day_of(moment))
    page = page_of(request, found)
    table = presenters.register_table(
        page.object_list,
        selectors.before(moment),
        day_of(moment),
        caption="Risks, the gravest first",
        empty="No risk fits what you chose.",
    )
    roles = request.user.roles
    context = {
        "form": form,
        "page_obj": page,
        "table": table,
        "on": on_day(day) if day else "",
        "cell": by.cell.replace("x", " × "),
        "may_add": allows(roles, Action.CREATE, Thing.RISK),
        "may_download": allows(roles, Action.DOWNLOAD, Thing.RISK),
        "may_decide": selectors.on_board(request.user),
        "query": request.GET.urlencode(),
    }
    return render(request, "riskregister/risks/list.html", context)


@require_safe
@requires(Action.VIEW, Thing.RISK)
def risks_guidance_changed(request: HttpRequest) -> HttpResponse:
    """The list of those whose guidance changed since somebody looked at them."""
    return redirect(f"{reverse('risks')}?only=guidance")


@require_safe
@requires(Action.VIEW, Thing.RISK)
def risk_matrix(request: HttpRequest) -> HttpResponse:
    """Where the open risks stand, as a table of likelihood by impact."""
    now = timezone.now()
    day = _day(request, now)
    moment = selectors.end_of(day) if day else now
    facts = selectors.register(request.user, at=now, moment=moment if day else None)
    form = _filter(request, facts, MapForm)
    by = form.chosen()
    found = [one for one in selectors.chosen(facts, by, day=day_of(moment)) if one.state == RiskState.OPEN]
    matrix = matrix_on(day_of(moment))
    query = presenters.filter_query(by) | ({"on": day.isoformat()} if day else {})
    context = {
        "form": form,
        "table": presenters.heat_table(found, matrix, query) if matrix.bands else None,
        "version": matrix.version,
        "unrated": sum(one.current is None for one in found),
        "on": on_day(day) if day else "",
    }
    return render(request, "riskregister/risks/map.html", context)


@require_safe
@requires(Action.DOWNLOAD, Thing.RISK)
def risks_export(request: HttpRequest) -> HttpResponseBase:
    """What the list shows, whole, as a file for a spreadsheet."""
    now = timezone.now()
    day = _day(request, now)
    moment = selectors.end_of(day) if day else now
    facts = selectors.register(request.user, at=now, moment=moment if day else None)
    by = _filter(request, facts).chosen()
    found = selectors.chosen(facts, by, day=day_of(moment))
    filters = presenters.filter_query(by) | ({"on": day.isoformat()} if day else {})
    record_export(user=request.user, rows=len(found), filters=filters, now=now)
    lines = csv_lines(presenters.EXPORT_COLUMNS, presenters.export_rows(found, selectors.before(moment)))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="risks.csv"'
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@requires(Action.VIEW, Thing.RISK)
def risk(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One risk: as it is, or as it stood at the end of a past day (?on=2020-06-30)."""
    now = timezone.now()
    shown = opened(request, uid, now)
    day = _day(request, now)
    moment = selectors.end_of(day) if day else now
    facts = selectors.register(request.user, at=now, moment=moment if day else None)
    fact = next((one for one in facts if one.uid == uid), None)
    context: dict[str, Any] = {"risk": shown, "on": on_day(day) if day else "", "today": day_of(now)}
    if fact is None:
        context["name"] = f"{shown.title}"
        return render(request, "riskregister/risks/not_yet.html", context)
    rights = selectors.RiskRights() if day else selectors.risk_rights(shown, request.user, at=now)
    last = selectors.before(moment)
    found = selectors.beside(fact, facts)
    actions = actions_of(SourceKind.RISK, uid, request.user, now)
    if day:
        seen = {one.uid for one in actions}
        actions = [one for one in actions_at(moment) if one.uid in seen]
    context |= {
        "fact": fact,
        "rights": rights,
        "tags": presenters.tags(fact, day_of(moment)),
        "rows": presenters.head_rows(
            fact, last, authority=authority_of(fact, day_of(moment)), today=day_of(moment)
        ),
        "ratings": presenters.ratings_table(fact),
        "history": presenters.history_table(fact),
        "sparkline": presenters.sparkline(fact.history),
        "beside": None if fact.organisation_uid else presenters.beside_table(found),
        "beside_words": presenters.beside_words(fact, found),
        "controls": presenters.controls_table(fact.controls, may_edit=rights.edit, today=day_of(moment)),
        "actions": action_words.actions_table(actions, day_of(moment)),
        "linked": [] if day else risk_page.link_rows(links.linked(shown, request.user, at=now)),
        "contributes_to": risk_page.contribution_rows(shown, facts, now=None if day else now),
        "acceptances": risk_page.acceptance_rows(shown, request.user, moment),
        "gap": risk_page.gap_words(fact),
        "guidance_changed": [] if day else risk_page.guidance_rows(of_risk(shown, request.user, at=now)),
        "story": risk_page.story_entries(risk_story(shown, until=moment), fact, facts, moment),
        "update": None if day else update_of(shown),
    }
    return render(request, "riskregister/risks/risk.html", context)
