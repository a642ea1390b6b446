"""Keeping in touch: a manager marks with whom of the team they spoke this week."""

from datetime import date, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.policy import Action, Thing
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of
from visits.forms.check_ins import CheckInsForm
from visits.presenters import cover as presenters
from visits.rules import cover as cover_rules
from visits.selectors import check_ins as found
from visits.services import check_ins as services
from visits.views.opening import refuse

_WEEKS_SHOWN = 6


@require_safe
@requires(Action.VIEW, Thing.CHECK_IN)
def check_ins(request: HttpRequest) -> HttpResponse:
    """The manager's teams, and how far each is with this week and the ones before."""
    now = timezone.now()
    this_week = cover_rules.week_of(day_of(now))
    teams = list(found.teams_of(request.user, at=now))
    first = this_week - timedelta(days=7 * (_WEEKS_SHOWN - 1))
    weeks = found.weekly(first, this_week, teams=[team.pk for team in teams])
    now_spoken = {row.team_uid: row for row in weeks if row.week == this_week}
    items = []
    for team in teams:
        row = now_spoken.get(team.uid)
        tag = {"text": "No workers", "colour": "grey"}
        if row:
            tag = (
                {"text": "Done", "colour": "green"} if row.complete else {"text": "To do", "colour": "yellow"}
            )
        hint = f"Spoken with {row.spoken} of {row.workers} this week" if row else ""
        href = reverse("mark_check_ins", args=[team.uid])
        items.append({"text": team.name, "href": href, "hint": hint, "tag": tag})
    context = {"items": items, "table": presenters.weeks_table(weeks, this_week)}
    return render(request, "visits/check_ins/check_ins.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.CHECK_IN)
def mark_check_ins(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One team's week: the present one, or with ?week=<its Monday> the one before."""
    now = timezone.now()
    today = day_of(now)
    team = get_object_or_404(found.teams_of(request.user, at=now), uid=uid)
    week = _week(request, today)
    form = CheckInsForm(request.POST or None, workers=found.workers_of(team, week, today=today))
    if form.is_valid():
        try:
            services.mark_check_ins(user=request.user, team=team, week=week, marks=form.marks(), now=now)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "The week is saved.")
            return redirect("check_ins")
    this_week = cover_rules.week_of(today)
    other = this_week - timedelta(days=7) if week == this_week else this_week
    context = {
        "form": form,
        "team": team,
        "week": week,
        "this_week": week == this_week,
        "other_href": f"{request.path}?week={other.isoformat()}",
        "anybody": bool(form.workers),
    }
    return render(request, "visits/check_ins/team.html", context)


def _week(request: HttpRequest, today: date) -> date:
    """The week that the address asks for; the present one for what is none that may be marked."""
    try:
        return cover_rules.check_in_week(date.fromisoformat(request.GET.get("week", "")), today=today)
    except (ValueError, Refusal):
        return cover_rules.week_of(today)
