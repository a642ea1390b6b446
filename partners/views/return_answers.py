"""The questions of a section, or those asked first, with their answers: saved by a button or as one types."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import requires
from accounts.policy import Action, Thing
from partners.constants import QuestionKind
from partners.facts.questions import GivenAnswer, QuestionFact
from partners.facts.returns import Line
from partners.forms.returns import AnswersForm
from partners.models import Return
from partners.presenters import returns as presenters
from partners.presenters.base import moment_words
from partners.rules.answers import asked, shown
from partners.selectors.return_work import WorkingCopy, cycle_starts, working_copy
from partners.services import returns as services
from partners.services.base import OutOfReach
from partners.views.returns import in_hand, next_step, to_fill
from safeguarding.kernel.errors import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.RETURN)
def return_answers(request: HttpRequest, uid: UUID) -> HttpResponse:
    """`?section=<code>`; without it the questions to be asked first. Button "later" saves what was typed
    and asks for nothing more."""
    now = timezone.now()
    found = to_fill(request, uid, now)
    if not in_hand(found, now):
        messages.error(request, "This return cannot be changed now.")
        return redirect("return", uid=uid)
    services.touch(found, request.user, now)
    copy = working_copy(found)
    section = request.GET.get("section", "")
    lines = _lines(copy, section)
    if not lines:
        return redirect("return", uid=uid)
    if request.method != "POST":
        form = AnswersForm(lines=lines, effective=copy.effective, versions=copy.versions)
        return _form_page(request, found, copy, form, section)
    later = "later" in request.POST
    form = AnswersForm(
        request.POST, lines=lines, effective=copy.effective, versions=copy.versions, finishing=not later
    )
    complete = form.is_valid()
    try:
        versions = services.save_answers(
            user=request.user,
            return_=found,
            changes=form.given,
            expected=form.seen_versions(),
            now=now,
        )
    except services.StaleAnswers as stale:
        return _stale_page(request, found, form, stale, now)
    except OutOfReach:
        raise Http404 from None
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return _form_page(request, found, copy, form, section)
    if not complete:
        form.see_versions(versions)
        return _form_page(request, found, copy, form, section)
    if later:
        messages.success(request, "Saved. You can come back to this return at any time.")
        return redirect("return", uid=uid)
    return redirect(_after(found, section))


def _after(found: Return, section: str) -> str:
    """The next section that is not complete, as long as nothing is left to confirm in one go."""
    step = next_step(found)
    if not section or step != reverse("return", args=[found.uid]):
        return step
    copy = working_copy(found)
    if copy.last is not None:
        return step
    codes = [one.section.code for one in copy.sections() if one.standing.value != "Complete"]
    following = [one.code for one in copy.question_set.sections]
    rest = following[following.index(section) + 1 :] if section in following else []
    return next((presenters.answers_url(found, code) for code in rest if code in codes), step)


def _lines(copy: WorkingCopy, section: str) -> tuple[Line, ...]:
    """Of a section every question that is asked, or whose condition stands on the same page; of what is
    asked first, those and what hangs on them."""
    now_asked = {question.code for question in asked(copy.question_set, copy.effective)}
    if section:
        here = [one for one in copy.question_set.sections if one.code == section]
        codes = {question.code for one in here for question in one.questions}
    else:
        codes = set(copy.first)
        for question in copy.question_set.questions:
            if question.condition and question.condition.question in codes:
                codes.add(question.code)
    hanging = {
        question.code
        for question in copy.question_set.questions
        if question.condition and question.condition.question in codes
    }
    return copy.lines(frozenset(codes & (now_asked | hanging)))


def _form_page(
    request: HttpRequest, found: Return, copy: WorkingCopy, form: AnswersForm, section: str
) -> HttpResponse:
    shown_section = next((one for one in copy.question_set.sections if one.code == section), None)
    numbers = {said.same_since_cycle for said in copy.effective.values()} | {found.cycle.number}
    starts = cycle_starts({number for number in numbers if number is not None})
    about = _about(found)
    on_page = {line.question.code for line in form.lines}
    blocks = [_block(found, copy, form, line, starts, about, on_page) for line in form.lines]
    context = {
        "return": found,
        "form": form,
        "blocks": blocks,
        "section": shown_section,
        "autosave_url": reverse("autosave_return", args=[found.uid]),
        "query": f"?section={section}" if section else "",
        "brings_forward": any(block["brought"] for block in blocks),
    }
    return render(request, "partners/returns/answers.html", context)


def _about(found: Return) -> dict[str, str]:
    """Of a return that was sent back: what is wrong with which answer."""
    if found.state != "sent_back":
        return {}
    move = found.moves.filter(to_state="sent_back").order_by("-pk").first()
    return move.about if move else {}


def _block(
    found: Return,
    copy: WorkingCopy,
    form: AnswersForm,
    line: Line,
    starts: dict[int, Any],
    about: dict[str, str],
    on_page: set[str],
) -> dict[str, Any]:
    """One question for the template."""
    question = line.question
    hand = copy.hands.get(question.code)
    brought = line.draft is None and line.brought is not None
    condition = question.condition if question.condition and question.condition.question in on_page else None
    return {
        **form.block(line),
        "question": question,
        "is_number": question.kind in (QuestionKind.NUMBER, QuestionKind.PERCENTAGE),
        "suffix": "%" if question.kind == QuestionKind.PERCENTAGE else question.unit,
        "first": line.first.value if line.first else "",
        "brought": brought,
        "said": line.draft or line.brought,
        "age": presenters.age_words(line.draft or line.brought or GivenAnswer(), found.cycle.number, starts),
        "saved_by": f"Saved by {hand.name}, {moment_words(hand.at)}" if hand else "",
        "about": about.get(question.code, ""),
        "only_if": presenters.condition_words(question, copy.question_set) if condition else "",
        "when": condition.question if condition else "",
        "one_of": " ".join(condition.one_of) if condition else "",
        "evidence_url": _evidence_url(found, question),
    }


def _evidence_url(found: Return, question: QuestionFact) -> str:
    if not question.evidence_asked:
        return ""
    try:
        return f"{reverse('return_files', args=[found.uid])}?question={question.code}"
    except NoReverseMatch:
        return ""


def _stale_page(
    request: HttpRequest, found: Return, form: AnswersForm, stale: services.StaleAnswers, now: datetime
) -> HttpResponse:
    """409: of each answer that somebody else changed meanwhile both texts; the rest is saved."""
    copy = working_copy(found)
    context = {
        "return": found,
        "pairs": [_pair(copy, form, code) for code in stale.codes],
        "others": len(form.given) - len(stale.codes),
        "edit_url": request.get_full_path(),
    }
    return render(request, "partners/returns/stale.html", context, status=409)


def _pair(copy: WorkingCopy, form: AnswersForm, code: str) -> dict[str, str]:
    question = next(one for one in copy.question_set.questions if one.code == code)
    hand = copy.hands.get(code)
    return {
        "code": code,
        "field": question.text,
        "theirs": _words(question, copy.draft.get(code)),
        "yours": _words(question, form.given[code]),
        "by": f"{hand.name}, {moment_words(hand.at)}" if hand else "somebody else",
    }


def _words(question: QuestionFact, said: GivenAnswer | None) -> str:
    text = shown(question, said)
    return f"{text}\nComment: {said.comment}" if said and said.comment else text


@require_POST
@requires(Action.EDIT, Thing.RETURN)
def autosave_return(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Saves the questions of `touched` (codes, several) from the form's own fields.

    200 or (where another person changed the same answer) 409, as JSON: `versions` by question code,
    `not_saved` {code: why} for what is not complete yet, `conflicts` [{code, field, theirs, yours, by}].
    Whoever calls this types: like any request it keeps the session alive. The page sends X-Refresh with
    what it only tries again, and such a try does not.
    """
    now = timezone.now()
    found = to_fill(request, uid, now)
    if not in_hand(found, now):
        return JsonResponse({"refused": "This return cannot be changed now."}, status=400)
    copy = working_copy(found)
    touched = frozenset(request.POST.getlist("touched"))
    lines = copy.lines(touched)
    form = AnswersForm(
        request.POST,
        lines=lines,
        effective=copy.effective,
        versions=copy.versions,
        touched=touched,
        finishing=False,
    )
    form.is_valid()
    conflicts: tuple[str, ...] = ()
    try:
        if form.given:
            services.save_answers(
                user=request.user,
                return_=found,
                changes=form.given,
                expected=form.seen_versions(),
                now=now,
            )
    except services.StaleAnswers as stale:
        conflicts = stale.codes
    except OutOfReach:
        raise Http404 from None
    except Refusal as refusal:
        return JsonResponse({"refused": refusal.message}, status=400)
    if "X-Refresh" not in request.headers:
        services.touch(found, request.user, now)
    saved = working_copy(found)
    answer = {
        "saved_at": moment_words(now),
        "versions": {code: saved.versions.get(code, 0) for code in form.given if code not in conflicts},
        "not_saved": form.faults(),
        "conflicts": [_pair(saved, form, code) for code in conflicts],
    }
    return JsonResponse(answer, status=409 if conflicts else 200)
