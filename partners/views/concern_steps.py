"""The steps of a concern: taken up, declined, put before the board, answered, closed, opened again."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import requires
from accounts.policy import Action, Scope, Thing
from partners.constants import ConcernKind
from partners.forms.base import VersionForm
from partners.forms.concerns import (
    AnswerForm,
    CloseForm,
    EscalateForm,
    ReasonForm,
    TriageForm,
)
from partners.models import Concern
from partners.presenters import concerns as presenters
from partners.selectors import concerns as selectors
from partners.services import concerns as services
from partners.views.base import refuse, stale_page
from safeguarding.kernel.errors import Refusal, StaleEdit

_EVERY = frozenset({Scope.ALL})
_BOARD = frozenset({Scope.INVITED})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.CONCERN, within=_EVERY)
def triage_concern(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = opened(request, uid, now, may="triage")
    is_concern = shown.kind == ConcernKind.CONCERN
    form = TriageForm(
        request.POST or None,
        is_concern=is_concern,
        owners=selectors.possible_owners(shown, at=now).values_list("uid", "name"),
        initial={"version": shown.version, "breadth": shown.breadth, "severity": shown.severity},
    )

    def act(answers: dict[str, Any]) -> None:
        services.triage(
            user=request.user,
            concern=shown,
            expected_version=answers["version"],
            breadth=answers["breadth"],
            severity=answers.get("severity", ""),
            owner=UUID(answers["owner"]) if answers.get("owner") else None,
            now=now,
        )

    heading = "Take up this concern" if is_concern else "Share this success"
    said = "Taken up. The clock runs from when it was raised." if is_concern else "Shared."
    return _act(request, shown, form, act, now, heading=heading, submit=heading, said=said)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.CONCERN, within=_EVERY)
def decline_concern(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = opened(request, uid, now, may="triage")
    form = ReasonForm(request.POST or None, initial={"version": shown.version})
    return _act(
        request, shown, form, _calling(services.decline, request, shown, now), now,
        heading="Do not take this up", submit="Do not take this up",
        said="Not taken up. The partner sees your reason.",
        warning="It stays on record, and the partner sees it with your reason.",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.CONCERN, within=_EVERY)
def escalate_concern(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = opened(request, uid, now, may="escalate")
    form = EscalateForm(request.POST or None, initial={"version": shown.version})
    return _act(
        request, shown, form, _calling(services.escalate, request, shown, now), now,
        heading="Put this before the board", submit="Put this before the board",
        said="Put before the board.",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.CONCERN)
def answer_concern(request: HttpRequest, uid: UUID) -> HttpResponse:
    """By the coordinator or the owner."""
    return _answer(request, uid)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.CONCERN, within=_BOARD)
def answer_for_board(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _answer(request, uid)


def _answer(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = opened(request, uid, now, may="answer")
    form = AnswerForm(request.POST or None, initial={"version": shown.version})
    return _act(
        request, shown, form, _calling(services.answer, request, shown, now), now,
        heading="Answer this concern", submit="Save answer", said="Answered.",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.CONCERN, within=_EVERY)
def close_concern(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = opened(request, uid, now, may="close")
    form = CloseForm(request.POST or None, initial={"version": shown.version})
    name = ConcernKind(shown.kind).label.lower()
    return _act(
        request, shown, form, _calling(services.close, request, shown, now), now,
        heading=f"Close this {name}", submit=f"Close this {name}",
        said="Closed. It stays on record with what you wrote.",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.CONCERN, within=_EVERY)
def reopen_concern(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = opened(request, uid, now, may="reopen")
    form = ReasonForm(request.POST or None, initial={"version": shown.version})
    return _act(
        request, shown, form, _calling(services.reopen, request, shown, now), now,
        heading="Look at this again", submit="Open it again",
        said="Open again. What was said before stays in the history.",
    )  # fmt: skip


def opened(request: HttpRequest, uid: UUID, now: datetime, *, may: str = "") -> Concern:
    """The concern, 404 where it is not this person's to see; a form (`may`: a right) opens only where the
    right is there. What is sent from a form opened earlier, the service refuses by name."""
    rows = selectors.visible(request.user, at=now).select_related(
        "answered_by", "closed_by", "of_return__cycle"
    )
    found = get_object_or_404(rows, uid=uid)
    if (
        may
        and request.method != "POST"
        and not getattr(selectors.concern_rights(found, request.user, at=now), may)
    ):
        raise PermissionDenied
    return found


def _calling(
    service: Callable[..., Concern], request: HttpRequest, shown: Concern, now: datetime
) -> Callable[[dict[str, Any]], None]:
    """The service, called with a form's answers by their names."""

    def act(answers: dict[str, Any]) -> None:
        given = {name: value for name, value in answers.items() if name != "version"}
        service(user=request.user, concern=shown, expected_version=answers["version"], now=now, **given)

    return act


def _act(
    request: HttpRequest,
    shown: Concern,
    form: VersionForm,
    act: Callable[[dict[str, Any]], None],
    now: datetime,
    *,
    heading: str,
    submit: str,
    said: str,
    warning: str = "",
) -> HttpResponse:
    """A form about a concern: sent, answered, or shown with what keeps it from being saved."""
    url = reverse("concern", args=[shown.uid])
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except StaleEdit:
            current = Concern.objects.get(pk=shown.pk)
            last = selectors.history(current).last()
            texts = presenters.theirs_yours(current, last, form.cleaned_data)
            return stale_page(request, texts, edit_url=request.path, view_url=url)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, said)
            return redirect(url)
    context = {
        "form": form,
        "concern": shown,
        "rows": presenters.concern_rows(shown, now),
        "heading": heading,
        "submit": submit,
        "warning": warning,
    }
    return render(request, "partners/concerns/act.html", context)
