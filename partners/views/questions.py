"""Sections and questions of a draft: add, edit, move, remove. The address names one by its code;
without one it leads back to the set."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import requires
from accounts.policy import Action, Thing
from partners.facts.questions import QuestionFact, QuestionSetFact, SectionFact
from partners.forms.base import VersionForm
from partners.forms.questions import PartForm, QuestionForm, SectionForm, as_typed
from partners.models import QuestionSet
from partners.presenters.base import counted
from partners.rules import questions as rules
from partners.selectors.questions import question_set_fact
from partners.services import questions as services
from partners.views.base import refuse
from partners.views.question_sets import find, show_form, stale
from safeguarding.kernel.errors import Refusal, StaleEdit

_METHODS = ["GET", "HEAD", "POST"]


def _section(fact: QuestionSetFact, code: str) -> SectionFact:
    found = next((one for one in fact.sections if one.code == code), None)
    if found is None:
        raise Http404
    return found


def _question(fact: QuestionSetFact, code: str) -> QuestionFact:
    found = next((one for one in fact.questions if one.code == code), None)
    if found is None:
        raise Http404
    return found


def _back(shown: QuestionSet, code: str) -> HttpResponse:
    return redirect(f"{reverse('question_set', args=[shown.uid])}#{code}")


@require_http_methods(_METHODS)
@requires(Action.EDIT, Thing.QUESTION_SET)
def edit_section(request: HttpRequest, uid: UUID) -> HttpResponse:
    """`?section=` names the section to edit; without, a new one."""
    shown = find(uid)
    code = request.GET.get("section") or None
    saved = {}
    if code:
        section = _section(question_set_fact(shown), code)
        saved = {name: getattr(section, name) for name in ("code", "title", "guidance", "theme")}
    form = SectionForm(request.POST or None, initial=saved | {"version": shown.edit_version})
    if form.is_valid():
        try:
            services.save_section(
                user=request.user,
                question_set=shown,
                section=form.section(),
                code=code,
                expected_version=form.cleaned_data["version"],
                now=timezone.now(),
            )
        except StaleEdit:
            return stale(request, shown, saved, form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Section saved.")
            return _back(shown, form.cleaned_data["code"])
    title = "Change the section" if code else "Add a section"
    return show_form(request, form, shown, title, "Save section", anchor=f"#{code}" if code else "")


@require_http_methods(_METHODS)
@requires(Action.EDIT, Thing.QUESTION_SET)
def edit_question(request: HttpRequest, uid: UUID) -> HttpResponse:
    """`?question=` names the question to edit; `?section=` the section that gets a new one."""
    shown = find(uid)
    fact = question_set_fact(shown)
    code = request.GET.get("question") or None
    section = request.GET.get("section") or ""
    saved = {"required": "yes"}
    if code:
        saved = as_typed(_question(fact, code))
    elif not section:
        return redirect("question_set", uid=uid)
    else:
        _section(fact, section)
    earlier = rules.earlier_than(fact, section, code)
    initial = saved | {"version": shown.edit_version}
    form = QuestionForm(request.POST or None, earlier=earlier, initial=initial)
    if form.is_valid():
        try:
            services.save_question(
                user=request.user,
                question_set=shown,
                section=section,
                question=form.question(),
                code=code,
                expected_version=form.cleaned_data["version"],
                now=timezone.now(),
            )
        except StaleEdit:
            return stale(request, shown, saved, as_typed(form.question()))
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Question saved.")
            return _back(shown, form.cleaned_data["code"])
    title = "Change the question" if code else "Add a question"
    return show_form(request, form, shown, title, "Save question", anchor=f"#{code or section}")


@require_POST
@requires(Action.EDIT, Thing.QUESTION_SET)
def move_in_question_set(request: HttpRequest, uid: UUID) -> HttpResponse:
    shown = find(uid)
    form = PartForm(request.POST)
    if not form.is_valid():
        return redirect("question_set", uid=uid)
    part = form.cleaned_data
    try:
        services.move(
            user=request.user,
            question_set=shown,
            kind=part["kind"],
            code=part["code"],
            up=part["up"],
            expected_version=part["version"],
            now=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return _back(shown, part["code"])


@require_http_methods(_METHODS)
@requires(Action.EDIT, Thing.QUESTION_SET)
def remove_from_question_set(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Asks once more; `?section=` or `?question=` names what goes."""
    shown = find(uid)
    fact = question_set_fact(shown)
    kind = "section" if "section" in request.GET else "question"
    code = request.GET.get(kind, "")
    if not code:
        return redirect("question_set", uid=uid)
    form = VersionForm(request.POST or None, initial={"version": shown.edit_version})
    if kind == "section":
        section = _section(fact, code)
        what = f"“{section.title}” goes with {counted(len(section.questions), 'question')}."
    else:
        what = f"“{_question(fact, code).text}” goes."
    if form.is_valid():
        try:
            services.remove(
                user=request.user,
                question_set=shown,
                kind=kind,
                code=code,
                expected_version=form.cleaned_data["version"],
                now=timezone.now(),
            )
        except StaleEdit:
            return stale(request, shown, {}, {})
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, f"The {kind} has been removed from the draft.")
            return redirect("question_set", uid=uid)
    title = f"Remove the {kind}"
    return show_form(request, form, shown, title, title, warning=f"{what} Earlier versions keep it.")
