"""Question sets: the versions, one version as partners see it, and its life from draft to locked."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.policy import Action, Thing, allows
from partners.constants import QuestionSetState
from partners.forms.base import VersionForm
from partners.forms.questions import NewSetForm, SetWordsForm
from partners.models import QuestionSet
from partners.presenters import questions as presenters
from partners.rules import questions as rules
from partners.selectors import question_sets as selectors
from partners.selectors.questions import question_set_fact
from partners.services import questions as services
from partners.views.base import refuse, stale_page
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit

_METHODS = ["GET", "HEAD", "POST"]


@require_safe
@requires(Action.VIEW, Thing.QUESTION_SET)
def question_sets(request: HttpRequest) -> HttpResponse:
    lines = selectors.set_lines()
    context = {
        "table": presenters.sets_table(lines),
        "creates": allows(request.user.roles, Action.CREATE, Thing.QUESTION_SET),
    }
    return render(request, "partners/questions/list.html", context)


def find(uid: UUID) -> QuestionSet:
    return get_object_or_404(QuestionSet, uid=uid)


@require_safe
@requires(Action.VIEW, Thing.QUESTION_SET)
def question_set(request: HttpRequest, uid: UUID) -> HttpResponse:
    """As partners will see it, with its conditions and rules in words; of a draft, with what to change."""
    shown = find(uid)
    fact = question_set_fact(shown)
    draft = shown.state == QuestionSetState.DRAFT
    edits = allows(request.user.roles, Action.EDIT, Thing.QUESTION_SET)
    versions = [line for line in selectors.set_lines() if line.code == shown.code]
    context = {
        "set": shown,
        "tag": presenters.state_tag(shown.state, in_use=any(v.in_use and v.uid == uid for v in versions)),
        "size": presenters.size_words(fact),
        "sections": presenters.sections(fact),
        "edits": edits and draft,
        "may_copy": edits and all(line.state != QuestionSetState.DRAFT for line in versions),
        "others": [line for line in versions if line.uid != uid],
    }
    return render(request, "partners/questions/set.html", context)


@require_http_methods(_METHODS)
@requires(Action.CREATE, Thing.QUESTION_SET)
def add_question_set(request: HttpRequest) -> HttpResponse:
    form = NewSetForm(request.POST or None)
    if form.is_valid():
        try:
            made = services.create_set(
                user=request.user,
                code=form.cleaned_data["code"],
                words=form.words(),
                token=form.cleaned_data["token"],
                now=timezone.now(),
            )
        except AlreadyDone as done:
            return redirect("question_set", uid=done.outcome)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Question set added as a draft. Add its first section.")
            return redirect("question_set", uid=made.uid)
    return show_form(request, form, None, "Add a question set", "Save question set")


@require_POST
@requires(Action.CREATE, Thing.QUESTION_SET)
def new_question_set_version(request: HttpRequest, uid: UUID) -> HttpResponse:
    shown = find(uid)
    try:
        made = services.new_version(user=request.user, question_set=shown, now=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("question_set", uid=uid)
    messages.success(request, f"Version {made.version} is a draft. It began as a copy of the newest version.")
    return redirect("question_set", uid=made.uid)


@require_http_methods(_METHODS)
@requires(Action.EDIT, Thing.QUESTION_SET)
def edit_question_set(request: HttpRequest, uid: UUID) -> HttpResponse:
    shown = find(uid)
    saved = {name: getattr(shown, name) for name in ("name", "intro", "changes", "source")}
    form = SetWordsForm(request.POST or None, initial=saved | {"version": shown.edit_version})
    if form.is_valid():
        try:
            services.edit_words(
                user=request.user,
                question_set=shown,
                words=form.words(),
                expected_version=form.cleaned_data["version"],
                now=timezone.now(),
            )
        except StaleEdit:
            return stale(request, shown, saved, form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Saved.")
            return redirect("question_set", uid=uid)
    return show_form(request, form, shown, "Name and introduction", "Save")


@require_http_methods(_METHODS)
@requires(Action.DECIDE, Thing.QUESTION_SET)
def lock_question_set(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Says everything that keeps the draft from being locked, or asks once more."""
    shown = find(uid)
    form = VersionForm(request.POST or None, initial={"version": shown.edit_version})
    if form.is_valid():
        try:
            services.lock_set(
                user=request.user,
                question_set=shown,
                expected_version=form.cleaned_data["version"],
                now=timezone.now(),
            )
        except StaleEdit:
            return stale(request, shown, {}, {})
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Locked. The next cycle that opens asks this version.")
            return redirect("question_set", uid=uid)
    fact = question_set_fact(shown)
    before = selectors.version_before(shown)
    draft = shown.state == QuestionSetState.DRAFT
    faults = rules.lock(fact, before, changes=shown.changes) if draft else ()
    context = {
        "form": form,
        "set": shown,
        "draft": draft,
        "size": presenters.size_words(fact),
        "faults": [fault.message for fault in faults],
    }
    return render(request, "partners/questions/lock.html", context)


@require_http_methods(_METHODS)
@requires(Action.EDIT, Thing.QUESTION_SET)
def discard_question_set(request: HttpRequest, uid: UUID) -> HttpResponse:
    shown = find(uid)
    form = VersionForm(request.POST or None, initial={"version": shown.edit_version})
    if form.is_valid():
        try:
            services.discard(
                user=request.user,
                question_set=shown,
                expected_version=form.cleaned_data["version"],
                now=timezone.now(),
            )
        except StaleEdit:
            return stale(request, shown, {}, {})
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "The draft has been thrown away.")
            return redirect("question_sets")
    warning = "The whole draft goes, with every change made in it. Locked versions stay as they are."
    title = "Throw the draft away"
    return show_form(request, form, shown, title, "Throw the draft away", warning=warning)


def show_form(
    request: HttpRequest,
    form: Any,
    shown: QuestionSet | None,
    title: str,
    submit: str,
    *,
    warning: str = "",
    anchor: str = "",
) -> HttpResponse:
    """One form on a page, of a set or of a new one."""
    back = reverse("question_set", args=[shown.uid]) + anchor if shown else reverse("question_sets")
    context = {
        "form": form,
        "caption": f"{shown.name}, version {shown.version}" if shown else "",
        "title": title,
        "submit": submit,
        "back": back,
        "warning_text": warning,
    }
    return render(request, "partners/questions/form.html", context)


def stale(
    request: HttpRequest, shown: QuestionSet, saved: dict[str, Any], typed: dict[str, Any]
) -> HttpResponse:
    """409: what is saved now and what was typed."""
    pairs = presenters.theirs_yours(saved, typed)
    view = reverse("question_set", args=[shown.uid])
    return stale_page(request, pairs, edit_url=request.get_full_path(), view_url=view)
