"""Concerns and successes: lists, one of them with its history, and raising one."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.policy import Action, Scope, Thing, allows
from partners.constants import ConcernKind, ConcernState, SourceKind
from partners.forms.concerns import (
    ConcernsForm,
    RaiseConcernForm,
)
from partners.models import Concern
from partners.presenters import concerns as presenters
from partners.presenters.actions import of_source
from partners.selectors import concerns as selectors
from partners.services import concerns as services
from partners.views.base import page_of, refuse
from partners.views.concern_steps import opened
from safeguarding.kernel.errors import AlreadyDone, Refusal

_EVERY = frozenset({Scope.ALL})


@require_safe
@requires(Action.VIEW, Thing.CONCERN)
def concerns(request: HttpRequest) -> HttpResponse:
    """Every concern and success within reach; without a filter the open ones."""
    now = timezone.now()
    form = ConcernsForm(request.GET or None)
    rows = selectors.chosen(selectors.visible(request.user, at=now), at=now, **form.chosen())
    return _list(
        request, rows, now, form=form, heading="Concerns and successes", empty="Nothing is listed here."
    )


@require_safe
@requires(Action.VIEW, Thing.CONCERN)
def my_concerns(request: HttpRequest) -> HttpResponse:
    """What somebody was given to look into and has not answered yet."""
    now = timezone.now()
    rows = selectors.visible(request.user, at=now).filter(
        owner=request.user.pk, state=ConcernState.TRIAGED, kind=ConcernKind.CONCERN
    )
    empty = "No concern waits for your answer."
    return _list(request, rows, now, heading="Concerns that you look into", empty=empty)


@require_safe
@requires(Action.DECIDE, Thing.CONCERN, within=_EVERY)
def concerns_triage(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    return _list(
        request,
        selectors.for_triage(request.user, at=now),
        now,
        heading="Concerns and successes to triage",
        empty="Nothing waits for triage.",
    )


@require_safe
@requires(Action.DECIDE, Thing.CONCERN)
def concerns_before_board(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    rows = selectors.visible(request.user, at=now).filter(state=ConcernState.ESCALATED)
    rows = rows.order_by("answer_due_at", "pk")
    empty = "The board owes no answer."
    return _list(request, rows, now, heading="Concerns before the board", empty=empty)


def _list(
    request: HttpRequest,
    rows: QuerySet[Concern],
    now: datetime,
    *,
    heading: str,
    empty: str,
    form: ConcernsForm | None = None,
) -> HttpResponse:
    page = page_of(request, rows)
    context = {
        "heading": heading,
        "filter_form": form,
        "page_obj": page,
        "table": presenters.concerns_table(page.object_list, now, caption=heading, empty=empty),
        "may_raise": allows(request.user.roles, Action.CREATE, Thing.CONCERN),
        "may_triage": allows(request.user.roles, Action.DECIDE, Thing.CONCERN, within=_EVERY),
        "may_decide": allows(request.user.roles, Action.DECIDE, Thing.CONCERN),
    }
    return render(request, "partners/concerns/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.CONCERN)
def raise_concern(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    offered = selectors.organisations_to_raise_for(request.user, at=now).values_list("uid", "name")
    must_name = selectors.must_name_organisation(request.user)
    form = RaiseConcernForm(request.POST or None, organisations=offered, must_name=must_name)
    if form.is_valid():
        try:
            concern = services.raise_concern(
                user=request.user,
                draft=form.draft(),
                names_no_child=form.cleaned_data["names_no_child"],
                token=form.cleaned_data["token"],
                now=now,
            )
        except AlreadyDone as done:
            messages.info(request, "This was already saved. It is shown below.")
            return redirect("concern", uid=done.outcome)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(
                request, f"{ConcernKind(concern.kind).label} raised. The coordinator looks at it."
            )
            return redirect("concern", uid=concern.uid)
    return render(request, "partners/concerns/raise.html", {"form": form})


@require_safe
@requires(Action.VIEW, Thing.CONCERN)
def concern(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = opened(request, uid, now)
    context = {
        "concern": shown,
        "kind": ConcernKind(shown.kind).label,
        "tag": presenters.state_tag(shown),
        "overdue": presenters.overdue_words(shown, now),
        "rows": presenters.concern_rows(shown, now),
        "history": presenters.timeline(shown, selectors.history(shown)),
        "rights": selectors.concern_rights(shown, request.user, at=now),
        "answers_for_board": shown.state == ConcernState.ESCALATED,
        "actions": of_source(SourceKind.CONCERN, shown.uid, request.user, now),
    }
    return render(request, "partners/concerns/concern.html", context)
