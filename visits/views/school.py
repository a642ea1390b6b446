"""Decisions on attendance at school."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.policy import Action, Thing
from safeguarding.kernel.errors import AlreadyDone, Refusal
from safeguarding.kernel.periods import day_of
from visits.forms.school import SchoolDecisionForm
from visits.presenters import contacts as presenters
from visits.selectors import lines, school
from visits.services import record_listing
from visits.services import school as services
from visits.views.opening import open_child, page_of, refuse


@require_safe
@requires(Action.VIEW, Thing.SCHOOL_DECISION)
def child_school(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    child = open_child(request, uid, page="school decisions", now=now)
    decisions = list(school.decisions_of(child))
    latest = decisions[0] if decisions else None
    context = {
        "child": child,
        "shown_as": lines.shown_as(child),
        "tag": presenters.school_tag(latest, day_of(now)),
        "words": presenters.school_words(latest, day_of(now)),
        "entries": presenters.school_timeline(decisions, day_of(now)),
        "may_decide": school.may_decide(child, request.user, at=now),
    }
    return render(request, "visits/school/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.SCHOOL_DECISION)
def decide_school(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    child = open_child(request, uid, page="decide on school", now=now)
    if not school.may_decide(child, request.user, at=now):
        raise PermissionDenied
    form = SchoolDecisionForm(request.POST or None)
    if form.is_valid():
        try:
            services.decide_school(
                user=request.user,
                child=child,
                draft=form.draft(),
                token=form.cleaned_data["token"],
                now=now,
            )
        except AlreadyDone:
            messages.info(request, "This decision was already saved. It is shown below.")
            return redirect("child_school", uid=uid)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Decision recorded. Earlier ones stay below it.")
            return redirect("child_school", uid=uid)
    context = {"form": form, "child": child, "shown_as": lines.shown_as(child)}
    return render(request, "visits/school/decide.html", context)


@require_safe
@requires(Action.CREATE, Thing.SCHOOL_DECISION)
def without_decision(request: HttpRequest) -> HttpResponse:
    """Children of the caseload or the teams for whom nothing is decided, or the review is past."""
    now = timezone.now()
    page = page_of(request, school.without_decision(request.user, at=now))
    shown = school.gap_lines(page.object_list, request.user, at=now)
    with transaction.atomic():
        record_listing(user=request.user, shown=len(shown), filters={"school": "undecided"}, now=now)
    context = {"page_obj": page, "table": presenters.gaps_table(shown)}
    return render(request, "visits/school/gaps.html", context)
