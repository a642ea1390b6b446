"""The steps of a version: assessed, set aside, taken up, put forward, reviewed, taken back, issued."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import requires
from accounts.policy import Action, Thing
from guidance.constants import ACK_WORKING_DAYS
from guidance.forms.base import VersionForm
from guidance.forms.interpretation import AssessForm, ReasonForm, ReviewForm
from guidance.models import GuidanceVersion, Interpretation
from guidance.presenters import interpretation as presenters
from guidance.selectors import interpretation as selectors
from guidance.services import interpretation as services
from guidance.views.base import refuse, stale_page
from guidance.views.interpretation import EVERY, opened
from safeguarding.kernel.errors import Refusal, StaleEdit
from safeguarding.kernel.periods import day_of
from safeguarding.kernel.texts import in_words
from safeguarding.kernel.working_days import working_days_after

_Do = Callable[[dict[str, Any]], str]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.GUIDANCE)
def assess_guidance(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    of = opened(request, uid, now, may="assess")
    form = AssessForm(request.POST or None, initial={"version": of.version})

    def act(answers: dict[str, Any]) -> str:
        if answers["matters"] == "yes":
            services.assess(user=request.user, of=of, expected_version=answers["version"], now=now)
            return "It matters here. Now write what it means."
        services.set_aside(of=of, reason=answers["reason"], **_given(request, answers, now))
        return "Set aside."

    return _act(request, of, form, act, heading="Does it matter here?", submit="Save")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.GUIDANCE)
def set_aside_guidance(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    of = opened(request, uid, now, may="set_aside")
    form = ReasonForm(request.POST or None, initial={"version": of.version})

    def act(answers: dict[str, Any]) -> str:
        services.set_aside(of=of, reason=answers["reason"], **_given(request, answers, now))
        return "Set aside."

    return _act(request, of, form, act, heading="Set it aside", submit="Set it aside")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.GUIDANCE)
def take_up_guidance(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    of = opened(request, uid, now, may="take_up")
    form = ReasonForm(request.POST or None, initial={"version": of.version})

    def act(answers: dict[str, Any]) -> str:
        services.take_up(of=of, reason=answers["reason"], **_given(request, answers, now))
        return "Taken up again."

    return _act(request, of, form, act, heading="Take it up again", submit="Take it up again")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.GUIDANCE)
def submit_interpretation(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    of = opened(request, uid, now, may="submit")
    row = _in_hand(of)
    form = VersionForm(request.POST or None, initial={"version": row.version})

    def act(answers: dict[str, Any]) -> str:
        services.submit(
            user=request.user, interpretation=row, expected_version=answers["version"], now=now
        )  # fmt: skip
        return "Put forward. Another person has to approve it."

    return _act(
        request, of, form, act,
        heading="Put it forward for approval", submit="Put it forward", row=row,
        warning="You cannot approve it yourself, and nobody can change it while it waits.",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.GUIDANCE, within=EVERY)
def review_interpretation(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What was put forward, beside its source, and what is different from what held before."""
    now = timezone.now()
    of = opened(request, uid, now, may="review")
    row = _in_hand(of)
    form = ReviewForm(request.POST or None, initial={"version": row.version})

    def act(answers: dict[str, Any]) -> str:
        service = services.approve if answers["decision"] == "approve" else services.send_back
        service(interpretation=row, words=answers["words"], **_given(request, answers, now))
        return "Approved. It can be issued now." if service is services.approve else "Sent back."

    before = selectors.sent_back(of) or selectors.issued_before(of)
    more = {
        "before": before,
        "before_is_issued": before is not None and before.of_id != of.pk,
        "meaning": presenters.compared(before.meaning if before else "", row.meaning),
        "to_do": presenters.compared(before.to_do if before else "", row.to_do),
        "beside": presenters.beside(selectors.beside(of, row)),
        "reading": presenters.reading_words(row.meaning, row.to_do),
        "rows": presenters.version_rows(of, day_of(now)),
    }
    return _act(
        request, of, form, act, heading="Approve it or send it back", submit="Save", row=row,
        template="guidance/interpretation/review.html", more=more,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.GUIDANCE, within=EVERY)
def take_back_guidance(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    of = opened(request, uid, now, may="take_back")
    form = ReasonForm(request.POST or None, initial={"version": of.version})

    def act(answers: dict[str, Any]) -> str:
        services.take_back(of=of, reason=answers["reason"], **_given(request, answers, now))
        return "Taken back. It is written and approved again."

    return _act(
        request, of, form, act, heading="Take the approval back", submit="Take it back", row=_in_hand(of)
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.GUIDANCE, within=EVERY)
def issue_guidance(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    of = opened(request, uid, now, may="issue")
    form = VersionForm(request.POST or None, initial={"version": of.version})
    answer_by = in_words(working_days_after(day_of(now), ACK_WORKING_DAYS))

    def act(answers: dict[str, Any]) -> str:
        services.issue(user=request.user, of=of, expected_version=answers["version"], now=now)
        return f"Issued. Everybody whom it is for is to answer by {answer_by}."

    return _act(
        request, of, form, act, heading="Issue it", submit="Issue it", row=_in_hand(of),
        warning="Once it is issued it cannot be changed. A correction is a later version. "
        f"Everybody whom it is for is to answer by {answer_by}.",
    )  # fmt: skip


def _in_hand(of: GuidanceVersion) -> Interpretation:
    """The interpretation that the step is about; of a version without one, one that says nothing and that no
    service takes."""
    return selectors.current(of) or Interpretation(of=of, number=1, version=0)


def _given(request: HttpRequest, answers: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "user": request.user,
        "expected_version": answers["version"],
        "names_no_child": answers["names_no_child"],
        "now": now,
    }


def _act(
    request: HttpRequest,
    of: GuidanceVersion,
    form: VersionForm,
    act: _Do,
    *,
    heading: str,
    submit: str,
    row: Interpretation | None = None,
    warning: str = "",
    template: str = "guidance/interpretation/step.html",
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """A form about a version: sent, answered by what `act` says, or shown with what keeps it from being
    saved."""
    url = reverse("interpretation", args=[of.uid])
    if form.is_valid():
        try:
            said = act(form.cleaned_data)
        except StaleEdit:
            current = GuidanceVersion.objects.get(pk=of.pk)
            texts = presenters.stale_step(current, selectors.moves(current).last(), form.cleaned_data)
            return stale_page(request, texts, edit_url=request.path, view_url=url)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, said)
            return redirect(url)
    context = {
        "of": of,
        "form": form,
        "heading": heading,
        "submit": submit,
        "warning": warning,
        "said": presenters.interpretation_rows(row) if row and row.pk else [],
        **(more or {}),
    }
    return render(request, template, context)
