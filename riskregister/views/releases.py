"""Public versions of published reviews: prepared, looked at, released, refused, taken back."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.policy import Action, Thing
from riskregister.forms.base import as_error
from riskregister.forms.releases import ReasonForm, ReleaseForm
from riskregister.models import BoardReview, PublicRelease
from riskregister.presenters import releases as presenters
from riskregister.rules import releases as rules
from riskregister.selectors import releases as selectors
from riskregister.selectors.published import PREPARING
from riskregister.services import releases as services
from riskregister.views.base import page_of
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import Month


@require_safe
@requires(Action.VIEW, Thing.BOARD_REVIEW, within=PREPARING)
def releases(request: HttpRequest) -> HttpResponse:
    """Every public version, and the published reviews that have none."""
    page = page_of(request, selectors.visible(request.user))
    person = services.releaser_of(request.user)
    waiting = selectors.to_prepare(request.user, at=timezone.now()) if person.coordinator else []
    context = {
        "page": page,
        "table": presenters.releases_table(page),
        "to_prepare": [(one.uid, f"{Month.of(one.month).name}, version {one.version}") for one in waiting],
    }
    return render(request, "riskregister/releases/list.html", context)


@require_POST
@requires(Action.SUBMIT, Thing.BOARD_REVIEW)
def prepare_release(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    review = get_object_or_404(BoardReview.objects.visible_to(request.user, at=now), uid=uid)
    try:
        made = services.prepare(user=request.user, review=review, now=now)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("releases")
    messages.success(request, "Public version prepared. A board member must read and release it.")
    return redirect("release", uid=made.uid)


@require_safe
@requires(Action.VIEW, Thing.BOARD_REVIEW, within=PREPARING)
def release(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _page(request, _release(request, uid))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.BOARD_REVIEW)
def publish_release(request: HttpRequest, uid: UUID) -> HttpResponse:
    shown = _release(request, uid)
    form = ReleaseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.release(user=request.user, release=shown, now=timezone.now())
        except Refusal as refusal:
            as_error(form, refusal)
        else:
            messages.success(request, "Released. Anybody can read it now.")
            return redirect("release", uid=uid)
    return _act(request, shown, form, "Release this public version", "Release it")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.BOARD_REVIEW)
def refuse_release(request: HttpRequest, uid: UUID) -> HttpResponse:
    shown = _release(request, uid)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.refuse(
                user=request.user, release=shown, reason=form.cleaned_data["reason"], now=timezone.now()
            )
        except Refusal as refusal:
            as_error(form, refusal)
        else:
            messages.success(request, "Refused. The coordinator can prepare another one.")
            return redirect("release", uid=uid)
    return _act(request, shown, form, "Refuse this public version", "Refuse it")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.VIEW, Thing.BOARD_REVIEW, within=PREPARING)
def revoke_release(request: HttpRequest, uid: UUID) -> HttpResponse:
    shown = _release(request, uid)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.revoke(
                user=request.user, release=shown, reason=form.cleaned_data["reason"], now=timezone.now()
            )
        except Refusal as refusal:
            as_error(form, refusal)
        else:
            messages.success(request, "Taken back. Nobody outside can read it any more.")
            return redirect("release", uid=uid)
    return _act(request, shown, form, "Take this public version back", "Take it back")


def _release(request: HttpRequest, uid: UUID) -> PublicRelease:
    return get_object_or_404(selectors.visible(request.user), uid=uid)


def _act(
    request: HttpRequest, shown: PublicRelease, form: ReleaseForm | ReasonForm, title: str, submit: str
) -> HttpResponse:
    context = {
        "release": shown,
        "name": presenters.name_of(shown),
        "form": form,
        "act": title,
        "submit": submit,
    }
    return render(request, "riskregister/releases/act.html", context)


def _page(request: HttpRequest, shown: PublicRelease) -> HttpResponse:
    facts, person = services.facts_of(shown), services.releaser_of(request.user)
    context = {
        "release": shown,
        "name": presenters.name_of(shown),
        "state": presenters.state_of(shown),
        "rows": presenters.rows_of(shown, selectors.missing_of(shown)),
        "may_decide": _allowed(lambda: rules.may_decide(facts, person)),
        "may_revoke": _allowed(lambda: rules.may_revoke(facts, person)),
    }
    return render(request, "riskregister/releases/release.html", context)


def _allowed(rule: Callable[[], None]) -> bool:
    try:
        rule()
    except Refusal:
        return False
    return True
