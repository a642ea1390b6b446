"""The oversight dashboard, and the children behind its figures for those who answer for them."""

from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.audit import Actor, record
from accounts.policy import Action, Scope, Thing
from dashboards.oversight_drill import CHILDREN_PER_PAGE, OversightDrill, OversightDrillForm
from dashboards.oversight_page import OversightPage, oversight_reader
from safeguarding.kernel.periods import day_of
from visits.constants import PlanType
from visits.selectors import oversight, rates


@requires(Action.VIEW, Thing.OVERSIGHT)
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    page = OversightPage(request.user, request.GET, now=timezone.now())
    return render(request, "dashboards/oversight.html", page.context())


@requires(Action.VIEW, Thing.OVERSIGHT, within=frozenset({Scope.OWN_TEAM}))
@require_safe
def children(request: HttpRequest) -> HttpResponse:
    """The children behind a figure of the reader's own teams."""
    now = timezone.now()
    own = oversight_reader(request.user, at=now).own_teams
    teams = [team for team in rates.teams() if own is None or team.id in own]
    form = OversightDrillForm(request.GET, teams=teams)
    if not form.is_valid():
        # Only an address typed by hand comes here: there is no field on the page to put errors beside.
        return render(request, "dashboards/oversight_children.html", status=400)
    drill = OversightDrill.of(form.cleaned_data)
    scope = own if not drill.team else frozenset(team.id for team in teams if str(team.uid) == drill.team)
    keys = drill.keys(oversight.oversight_now(day_of(now), teams=scope).children, day_of(now))
    start = (drill.page - 1) * CHILDREN_PER_PAGE
    with transaction.atomic():
        found, lines = oversight.lines_behind(keys, request.user, at=now, start=start, size=CHILDREN_PER_PAGE)
        record(
            "oversight.drilled",
            actor=Actor.person(request.user),
            at=now,
            object_kind="oversight",
            detail=drill.as_detail() | {"shown": len(lines), "found": found},
        )
    if drill.page > 1 and start >= found:
        raise Http404
    context = {
        "drill": drill,
        "words": drill.words(),
        "place": next((team.name for team in teams if str(team.uid) == drill.team), ""),
        "found": found,
        "count": len(keys) if len(keys) > found else None,
        "page_obj": Paginator(range(found), CHILDREN_PER_PAGE).page(drill.page),
        "table": {
            "caption": f"Children: {drill.words()}",
            "caption_size": "s",
            "columns": [
                {"text": "Child"},
                {"text": "Plans"},
                {"text": "Team"},
                {"text": "Last seen face to face"},
                {"text": "Last contact that counts"},
            ],
            "rows": [
                [
                    {"text": line.shown_as, "href": reverse("child", args=[line.uid])},
                    ", ".join(PlanType(kind).label for kind in line.plan_types),
                    ", ".join(line.teams),
                    date_format(line.last_face_to_face, "j F Y") if line.last_face_to_face else "Not yet",
                    date_format(line.last_contact, "j F Y") if line.last_contact else "Not yet",
                ]
                for line in lines
            ],
            "empty": "None of these children are yours to open.",
        },
    }
    return render(request, "dashboards/oversight_children.html", context)
