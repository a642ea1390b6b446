"""The monthly review: the months there are, one of them in reading order, the record of its compilation."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.audit import Actor
from accounts.policy import Action, Thing
from operations.selectors import run_by_uid
from riskregister.constants import ReviewState
from riskregister.forms.reviews import CompileForm
from riskregister.models import BoardReview
from riskregister.presenters import reviews as presenters
from riskregister.selectors import reviews as selectors
from riskregister.selectors.published import record_of
from riskregister.services.reviews import compile_review as compile_now
from riskregister.views.base import page_of
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import Month, day_of, last_complete_month

_MONTHS_OFFERED = 24


@require_safe
@requires(Action.VIEW, Thing.BOARD_REVIEW)
def reviews(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    page = page_of(request, selectors.visible(request.user, at=now).order_by("-month", "-version"))
    may_compile = selectors.may(request.user, Action.CREATE)
    context = {
        "page_obj": page,
        "table": presenters.reviews_table(page.object_list, empty="No review is published yet."),
        "form": CompileForm(months=_months(now)) if may_compile else None,
    }
    return render(request, "riskregister/reviews/list.html", context)


def _months(now: datetime) -> list[Month]:
    """Months that can be compiled, the latest first: over, and not published without a correction."""
    last = last_complete_month(day_of(now))
    first = last.plus(1 - _MONTHS_OFFERED)
    closed = BoardReview.objects.published().values_list("month", flat=True)
    opened = BoardReview.objects.exclude(state=ReviewState.PUBLISHED).values_list("month", flat=True)
    sealed = {Month.of(day) for day in closed} - {Month.of(day) for day in opened}
    # Older months that were begun can be gone on with, however old.
    months = {*first.until(last), *(Month.of(day) for day in opened)}
    return sorted(months - sealed, reverse=True)


@require_POST
@requires(Action.CREATE, Thing.BOARD_REVIEW)
def compile_review(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    form = CompileForm(request.POST, months=_months(now))
    if not form.is_valid():
        messages.error(request, "Select a month that is over and not published.")
        return redirect("reviews")
    month = Month.parse(form.cleaned_data["month"])
    try:
        review = compile_now(month=month, actor=Actor.person(request.user), now=now, user=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("reviews")
    messages.success(request, f"The review of {month.name} is compiled.")
    return redirect("review", uid=review.uid)


def opened(request: HttpRequest, uid: UUID, now: datetime) -> BoardReview:
    """404 where it is out of reach."""
    return get_object_or_404(selectors.visible(request.user, at=now), uid=uid)


@require_safe
@requires(Action.VIEW, Thing.BOARD_REVIEW)
def review(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One version in the board's reading order, with what stands beside it and who may sign it."""
    now = timezone.now()
    shown = opened(request, uid, now)
    at_work = selectors.at_work(request.user)
    run_href = reverse("review_run", args=[uid]) if shown.run_uid and at_work else ""
    context = {
        "review": shown,
        "name": presenters.name_of(shown),
        "tag": presenters.state_tag(shown.state),
        "rows": presenters.facts_rows(shown, run_href=run_href),
        "versions": [
            {"text": presenters.name_of(one), "tag": presenters.state_tag(one.state), "uid": one.uid}
            for one in selectors.versions_of(shown, request.user, at=now)
        ],
        "may_correct": shown.state == ReviewState.PUBLISHED and selectors.may(request.user, Action.CREATE),
        "may_compile": shown.state == ReviewState.DRAFT and selectors.may(request.user, Action.CREATE),
        "month": str(Month.of(shown.month)),
    }
    if shown.content:
        record = record_of(shown)
        writes = selectors.may(request.user, Action.EDIT) and shown.state == ReviewState.DRAFT
        comments = selectors.comments_of(shown, request.user)
        context |= {
            "record": record,
            "sections": presenters.sections(record, comments, writes=writes),
            "signatures": presenters.signatures(record.signed),
            "panel": presenters.panel(shown, selectors.steps(shown, request.user)) if at_work else [],
            "may_comment": selectors.may(request.user, Action.DECIDE),
        }
    return render(request, "riskregister/reviews/review.html", context)


@require_safe
@requires(Action.VIEW, Thing.BOARD_REVIEW, within=selectors.AT_WORK)
def review_run(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What the machine did when it compiled the review last."""
    shown = opened(request, uid, timezone.now())
    run = run_by_uid(shown.run_uid) if shown.run_uid else None
    if run is None:
        raise Http404
    context = {
        "review": shown,
        "name": presenters.name_of(shown),
        "job": presenters.progress(run),
        "rows": presenters.run_rows(run),
    }
    return render(request, "riskregister/reviews/run.html", context)
