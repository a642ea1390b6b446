"""The steps of an action: its day moved, finished, verified, opened again, handed on, withdrawn."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import requires
from accounts.policy import Action as Act
from accounts.policy import Scope, Thing
from partners.constants import Priority
from partners.forms.actions import (
    ActionReasonForm,
    FinishForm,
    ReassignForm,
    SlipForm,
)
from partners.forms.base import VersionForm
from partners.models import Action, Organisation
from partners.presenters import actions as presenters
from partners.rules.texts import in_words
from partners.selectors import actions as selectors
from partners.services import actions as services
from partners.services.base import OutOfReach
from partners.views.base import refuse, stale_page
from safeguarding.kernel.errors import Refusal, StaleEdit
from safeguarding.kernel.periods import day_of

_EVERY = frozenset({Scope.ALL})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Act.EDIT, Thing.ACTION)
def slip_action(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = opened(request, uid, now, may="finish")
    form = SlipForm(request.POST or None, initial={"version": shown.version})
    return _act(
        request, shown, form, _calling(services.slip, request, shown, now), heading="Move the date",
        submit="Move the date", said="Date moved. The first date stays on record.",
        about=f"Due on {in_words(shown.due_on)}.",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Act.EDIT, Thing.ACTION)
def finish_action(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = opened(request, uid, now, may="finish")
    names = ("evidence_text", "changed_for_children", "evidence_kind")
    before = {name: getattr(shown, name) for name in names}
    form = FinishForm(
        request.POST or None,
        high=shown.priority == Priority.HIGH,
        initial={"version": shown.version, "done_on": day_of(now), **before},
    )

    def act(answers: dict[str, Any]) -> None:
        services.finish(
            user=request.user, action=shown, expected_version=answers["version"], now=now, **form.given()
        )

    return _act(
        request, shown, form, act, heading="Finish this action", submit="Finish it",
        said="Finished. Another person verifies it.", files_href=reverse("action_files", args=[shown.uid]),
    )  # fmt: skip


@require_POST
@requires(Act.DECIDE, Thing.ACTION)
def verify_action(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = opened(request, uid, now)
    form = VersionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else 0
    try:
        services.verify(user=request.user, action=shown, expected_version=version, now=now)
    except StaleEdit:
        url = reverse("action", args=[uid])
        return stale_page(request, [], edit_url=url, view_url=url)
    except OutOfReach:
        raise Http404 from None
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Verified.")
    return redirect("action", uid=uid)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Act.DECIDE, Thing.ACTION)
def reopen_action(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = opened(request, uid, now, may="reopen")
    form = ActionReasonForm(request.POST or None, initial={"version": shown.version})
    return _act(
        request, shown, form, _calling(services.reopen, request, shown, now),
        heading="Open this action again", submit="Open it again",
        said="Open again. The owner sees your reason.",
        about="Say what is missing. What was shown so far stays on record.",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Act.EDIT, Thing.ACTION, within=_EVERY)
def withdraw_action(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = opened(request, uid, now, may="withdraw")
    form = ActionReasonForm(request.POST or None, initial={"version": shown.version})
    return _act(
        request, shown, form, _calling(services.withdraw, request, shown, now),
        heading="Withdraw this action", submit="Withdraw it",
        said="Withdrawn. It stays on record with your reason.",
        warning="Nobody will do it any more, and it cannot be opened again. It stays on record.",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Act.EDIT, Thing.ACTION)
def reassign_action(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = opened(request, uid, now, may="finish")
    owners = selectors.possible_owners(shown.organisation, at=now)
    if shown.owner_id:
        owners = owners.exclude(pk=shown.owner_id)
    form = ReassignForm(
        request.POST or None,
        owners=owners.values_list("uid", "name"),
        initial={"version": shown.version},
    )

    def act(answers: dict[str, Any]) -> None:
        services.reassign(
            user=request.user,
            action=shown,
            expected_version=answers["version"],
            owner=owner_chosen(shown.organisation, answers["owner"], now),
            reason=answers["reason"],
            now=now,
        )

    return _act(
        request, shown, form, act, heading="Hand this action on", submit="Hand it on", said="Handed on.",
        back=reverse("my_actions"),
    )  # fmt: skip


def opened(request: HttpRequest, uid: UUID, now: datetime, *, may: str = "") -> Action:
    """The action, 404 where it is not this person's to see; a form (`may`: a right) opens only where the
    right is there. What is sent from a form opened earlier, the service refuses by name."""
    found = get_object_or_404(selectors.visible(request.user, at=now), uid=uid)
    if (
        may
        and request.method != "POST"
        and not getattr(selectors.action_rights(found, request.user, at=now), may)
    ):
        raise PermissionDenied
    return found


def _calling(
    service: Callable[..., Any], request: HttpRequest, shown: Action, now: datetime
) -> Callable[[dict[str, Any]], None]:
    """The service, called with a form's answers by their names."""

    def act(answers: dict[str, Any]) -> None:
        given = {name: value for name, value in answers.items() if name != "version"}
        service(user=request.user, action=shown, expected_version=answers["version"], now=now, **given)

    return act


def _act(
    request: HttpRequest,
    shown: Action,
    form: VersionForm,
    act: Callable[[dict[str, Any]], None],
    *,
    heading: str,
    submit: str,
    said: str,
    back: str = "",
    **more: str,
) -> HttpResponse:
    """A form about an action: sent, answered, or shown with what keeps it from being saved."""
    url = reverse("action", args=[shown.uid])
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except StaleEdit:
            current = Action.objects.get(pk=shown.pk)
            texts = presenters.theirs_yours(current, form.cleaned_data)
            return stale_page(request, texts, edit_url=request.path, view_url=url)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, said)
            # Who handed on what was theirs may see it no longer.
            return redirect(back or url)
    context = {"form": form, "shown": shown, "heading": heading, "submit": submit, **more}
    return render(request, "partners/actions/act.html", context)


def owner_chosen(organisation: Organisation, uid: str, now: datetime) -> Any:
    """The person of the form's list, or None where the lead is asked."""
    if not uid:
        return None
    person = selectors.possible_owners(organisation, at=now).filter(uid=uid).first()
    if person is None:
        raise Refusal("unknown_owner", f"Choose from the list somebody of {organisation.name}", "owner")
    return person
