"""Evidence files: beside the answers of a return, and beside an action."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.policy import Action as Act
from accounts.policy import Thing
from partners.constants import EVIDENCE_MAX_BYTES
from partners.forms.base import as_error
from partners.forms.files import LIMIT_WORDS, EvidenceForm
from partners.models import Action, Evidence, Question, Return
from partners.presenters import files as presenters
from partners.querysets import ReturnQuerySet
from partners.selectors import files as selectors
from partners.services import files as services
from safeguarding.kernel.errors import AlreadyDone, Refusal

# Beside the file a request holds its boundary lines and the other answers.
_REST_OF_REQUEST = 100_000


def small_enough(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """What is too large is turned away before anything of it is read; only then is the token asked for."""
    guarded = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def measured(request: HttpRequest, **kwargs: UUID) -> HttpResponseBase:
        if int(request.META.get("CONTENT_LENGTH") or 0) > EVIDENCE_MAX_BYTES + _REST_OF_REQUEST:
            answer = render(request, "errors/413.html", {"limit": LIMIT_WORDS}, status=413)
            answer["Connection"] = "close"
            return answer
        return guarded(request, **kwargs)

    return measured


@require_safe
@requires(Act.VIEW, Thing.RETURN)
def return_files(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Files beside the answers of a return; `?question=` chooses the question of the form."""
    now = timezone.now()
    shown = get_object_or_404(_returns().visible_to(request.user, at=now), uid=uid)
    chosen = {"question": request.GET.get("question", "")}
    form = EvidenceForm(questions=_choices(_questions(shown)), initial=chosen)
    return _return_page(request, shown, form, now)


@small_enough
@require_POST
@requires(Act.EDIT, Thing.RETURN)
def attach_return_file(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = get_object_or_404(_returns().own_of(request.user, at=now), uid=uid)
    questions = _questions(shown)
    form = EvidenceForm(request.POST, request.FILES, questions=_choices(questions))
    if form.is_valid():
        question = questions[form.cleaned_data["question"]]
        if _store(request, form, return_=shown, question=question):
            return redirect("return_files", uid=uid)
    return _return_page(request, shown, form, now)


@require_safe
@requires(Act.VIEW, Thing.ACTION)
def action_files(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = get_object_or_404(Action.objects.visible_to(request.user, at=now), uid=uid)
    return _action_page(request, shown, EvidenceForm(questions=None), now)


@small_enough
@require_POST
@requires(Act.EDIT, Thing.ACTION)
def attach_action_file(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = get_object_or_404(Action.objects.visible_to(request.user, at=now), uid=uid)
    form = EvidenceForm(request.POST, request.FILES, questions=None)
    if form.is_valid() and _store(request, form, action=shown):
        return redirect("action_files", uid=uid)
    return _action_page(request, shown, form, now)


@require_safe
@requires(Act.DOWNLOAD, Thing.RETURN)
def return_file(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    return _send(request, selectors.evidence_of_return(request.user, at=timezone.now()), uid)


@require_safe
@requires(Act.VIEW, Thing.ACTION)
def action_file(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    return _send(request, selectors.evidence_of_action(request.user, at=timezone.now()), uid)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Act.EDIT, Thing.RETURN)
def remove_return_file(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    own = Return.objects.own_of(request.user, at=now)
    rows = selectors.evidence_of_return(request.user, at=now).filter(of_return__in=own)
    evidence = get_object_or_404(rows, uid=uid)
    return _remove(request, evidence, reverse("return_files", args=[evidence.of_return.uid]))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Act.EDIT, Thing.ACTION)
def remove_action_file(request: HttpRequest, uid: UUID) -> HttpResponse:
    evidence = get_object_or_404(selectors.evidence_of_action(request.user, at=timezone.now()), uid=uid)
    return _remove(request, evidence, reverse("action_files", args=[evidence.action.uid]))


def _returns() -> ReturnQuerySet:
    return Return.objects.select_related("organisation", "cycle")


def _questions(return_: Return) -> dict[str, Question]:
    rows = Question.objects.filter(section__question_set=return_.question_set_id)
    return {question.code: question for question in rows.select_related("section")}


def _choices(questions: dict[str, Question]) -> list[tuple[str, str]]:
    return [(code, question.text) for code, question in questions.items()]


def _return_page(request: HttpRequest, shown: Return, form: EvidenceForm, now: datetime) -> HttpResponse:
    may = selectors.may_attach_to_return(request.user, shown, at=now)
    files = selectors.evidence_of_return(request.user, at=now).filter(of_return=shown)
    context = {
        "form": form if may or form.is_bound else None,
        "table": presenters.evidence_table(files, may_remove=may),
        "caption": f"{shown.organisation.name}, cycle {shown.cycle.number}",
        "heading": "Files beside the answers",
        "closed": "Files can be added only by the organisation itself, until the return is sent.",
        "attach_url": reverse("attach_return_file", args=[shown.uid]),
        "back": {"href": reverse("return", args=[shown.uid]), "text": "Back to the return"},
    }
    return render(request, "partners/files/files.html", context)


def _action_page(request: HttpRequest, shown: Action, form: EvidenceForm, now: datetime) -> HttpResponse:
    may = selectors.may_attach_to_action(request.user, shown, at=now)
    files = selectors.evidence_of_action(request.user, at=now).filter(action=shown)
    context = {
        "form": form if may or form.is_bound else None,
        "table": presenters.evidence_table(files, may_remove=may),
        "caption": shown.title,
        "heading": "Files that show what was done",
        "closed": "Files can be added only by those who work on the action, until it is verified.",
        "attach_url": reverse("attach_action_file", args=[shown.uid]),
        "back": {"href": reverse("action", args=[shown.uid]), "text": "Back to the action"},
    }
    return render(request, "partners/files/files.html", context)


def _store(
    request: HttpRequest,
    form: EvidenceForm,
    *,
    return_: Return | None = None,
    question: Question | None = None,
    action: Action | None = None,
) -> bool:
    try:
        evidence = services.store_evidence(
            user=request.user,
            upload=form.cleaned_data["file"],
            token=form.cleaned_data["token"],
            now=timezone.now(),
            return_=return_,
            question=question,
            action=action,
        )
    except AlreadyDone:
        messages.info(request, "This file was already attached.")
    except Refusal as refusal:
        as_error(form, refusal)
        return False
    else:
        messages.success(request, f"{evidence.file_name} attached.")
    return True


def _send(request: HttpRequest, rows: QuerySet[Evidence], uid: UUID) -> HttpResponseBase:
    evidence = get_object_or_404(rows, uid=uid)
    try:
        path = services.note_download(user=request.user, evidence=evidence, now=timezone.now())
    except Refusal:
        raise Http404 from None
    answer = FileResponse(
        path.open("rb"), as_attachment=True, filename=evidence.file_name, content_type=evidence.media_type
    )
    # Kept nowhere but where somebody saves it, and never taken for something else than it is.
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _remove(request: HttpRequest, evidence: Evidence, files_url: str) -> HttpResponse:
    if request.method == "POST":
        try:
            services.remove_evidence(user=request.user, evidence=evidence, now=timezone.now())
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, f"{evidence.file_name} removed.")
        return redirect(files_url)
    context = {"evidence": evidence, "files_url": files_url}
    return render(request, "partners/files/remove.html", context)
