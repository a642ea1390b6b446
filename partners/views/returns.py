"""A return for the organisation that fills it: what changed, confirming, the check, sending, and who fills
which section."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.policy import Action, Thing
from partners.constants import ReturnState
from partners.forms.base import as_error
from partners.forms.return_acts import AssignForm, SubmitForm
from partners.models import Return
from partners.presenters import returns as presenters
from partners.rules import returns as rules
from partners.rules.answers import submit_faults
from partners.rules.cycles import open_for
from partners.rules.returns import FILLABLE
from partners.selectors.return_work import WorkingCopy, assignees, cycle_starts, people_of, working_copy
from partners.selectors.returns import duty_of, senders_of
from partners.services import returns as services
from partners.services.base import OutOfReach
from partners.views.sent_returns import sent_page
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit


def joined(rows: QuerySet[Return]) -> QuerySet[Return]:
    """With everything that a head or a list of returns shows."""
    return rows.select_related("cycle", "organisation", "submitted_by", "accepted_by")


def is_open(return_: Return, now: datetime) -> bool:
    try:
        open_for(return_.cycle, return_, now)
    except Refusal:
        return False
    return True


def to_fill(request: HttpRequest, uid: UUID, now: datetime) -> Return:
    """A return of an organisation for which this person answers; 404 for any other."""
    rows = joined(Return.objects.own_of(request.user, at=now)).select_related("question_set")
    return get_object_or_404(rows, uid=uid)


def in_hand(return_: Return, now: datetime) -> bool:
    """Whether it can be filled now."""
    return return_.state in FILLABLE and is_open(return_, now)


@require_safe
@requires(Action.VIEW, Thing.RETURN)
def return_(request: HttpRequest, uid: UUID) -> HttpResponse:
    """In the organisation's hands: what changed since the last one. Else as it was sent."""
    now = timezone.now()
    mine = joined(Return.objects.own_of(request.user, at=now)).select_related("question_set")
    found = mine.filter(uid=uid).first()
    if found is None:
        rows = joined(Return.objects.visible_to(request.user, at=now))
        return sent_page(request, get_object_or_404(rows, uid=uid), now=now)
    if not in_hand(found, now) and found.submitted_at:
        return sent_page(request, found, now=now)
    if in_hand(found, now):
        services.touch(found, request.user, now)
    return _work_page(request, found, now)


def _work_page(request: HttpRequest, found: Return, now: datetime) -> HttpResponse:
    copy = working_copy(found)
    assigned = assignees(found)
    sections = presenters.overview_sections(
        copy.sections(), found, _starts(copy, found), assigned, copy.hands
    )
    duty = duty_of(request.user, found.organisation, now)
    context = {
        "return": found,
        "rows": presenters.about_rows(found, now),
        "tag": presenters.state_tag(found.state),
        "in_hand": in_hand(found, now),
        "copy": copy,
        "changed": any(said.same_since_cycle is None for said in copy.draft.values()),
        "sections": sections,
        "tasks": presenters.task_items(sections),
        "first": presenters.first_rows(copy.question_set, copy.first),
        "first_url": presenters.answers_url(found),
        "complete": not submit_faults(copy.question_set, copy.draft) and bool(copy.draft),
        "back": _sent_back(found, copy),
        "leads": _is_sender(duty),
        "may_assign": _is_sender(duty) and len(people_of(found.organisation, now)) > 1,
    }
    return render(request, "partners/returns/work.html", context)


def _is_sender(duty: str) -> bool:
    try:
        rules.sending(duty)
    except Refusal:
        return False
    return True


def _starts(copy: WorkingCopy, found: Return) -> dict[int, Any]:
    numbers = {said.same_since_cycle for said in copy.effective.values()} | {found.cycle.number}
    return cycle_starts({number for number in numbers if number is not None})


def _sent_back(found: Return, copy: WorkingCopy) -> dict[str, Any] | None:
    """Why it was sent back, and about which answers, with the section of each."""
    if found.state != ReturnState.SENT_BACK:
        return None
    move = found.moves.filter(to_state=ReturnState.SENT_BACK).select_related("by").order_by("-pk").first()
    if move is None:
        return None
    about = [
        {
            "question": question.text,
            "words": move.about[question.code],
            "href": f"{presenters.answers_url(found, section.code)}#q-{question.code}",
        }
        for section in copy.question_set.sections
        for question in section.questions
        if question.code in move.about
    ]
    return {"reason": move.reason, "by": move.by.name if move.by else "", "about": about}


@require_POST
@requires(Action.EDIT, Thing.RETURN)
def confirm_return(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Signs "nothing has changed" for everything, or for the sections that are ticked."""
    now = timezone.now()
    found = to_fill(request, uid, now)
    services.touch(found, request.user, now)
    codes = None
    if "all" not in request.POST:
        ticked = set(request.POST.getlist("sections"))
        if not ticked:
            words = "Tick each section in which nothing has changed, or open a section to change its answers."
            messages.error(request, words)
            return redirect("return", uid=uid)
        sections = working_copy(found).question_set.sections
        codes = {question.code for one in sections if one.code in ticked for question in one.questions}
    try:
        confirmed = services.confirm_unchanged(user=request.user, return_=found, codes=codes, now=now)
    except OutOfReach:
        raise Http404 from None
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("return", uid=uid)
    words = "1 answer" if len(confirmed) == 1 else f"{len(confirmed)} answers"
    messages.success(request, f"You confirmed {words} as unchanged.")
    return redirect(next_step(found))


def next_step(found: Return) -> str:
    """Where to go once something is saved: to what is asked first, to the check where all is there, else to
    the overview."""
    copy = working_copy(found)
    if copy.first and not copy.confirmable:
        return presenters.answers_url(found)
    if copy.draft and not submit_faults(copy.question_set, copy.draft):
        return reverse("submit_return", args=[found.uid])
    return reverse("return", args=[found.uid])


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.SUBMIT, Thing.RETURN)
def submit_return(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Every answer with what changed since the last return, and the declaration."""
    now = timezone.now()
    found = to_fill(request, uid, now)
    if not in_hand(found, now):
        return redirect("return", uid=uid)
    services.touch(found, request.user, now)
    form = SubmitForm(request.POST or None, initial={"version": found.version})
    if form.is_valid():
        try:
            services.submit_return(
                user=request.user,
                return_=found,
                expected_version=form.cleaned_data["version"],
                token=form.cleaned_data["token"],
                now=now,
            )
        except AlreadyDone:
            messages.info(request, "This return was already sent. It is shown below.")
            return redirect("return", uid=uid)
        except OutOfReach:
            raise Http404 from None
        except StaleEdit:
            words = "Somebody changed an answer while you checked. Look again, then send the return."
            messages.warning(request, words)
            return redirect("submit_return", uid=uid)
        except Refusal as refusal:
            as_error(form, refusal)
        else:
            messages.success(request, "Return sent. Thank you: the coordinator can see it now.")
            return redirect("return", uid=uid)
    return _check_page(request, found, form, now)


def _check_page(request: HttpRequest, found: Return, form: SubmitForm, now: datetime) -> HttpResponse:
    copy = working_copy(found)
    changes = rules.changes(copy.question_set, copy.draft, copy.last)
    sections = presenters.change_sections(
        copy.question_set, changes, found.cycle.number, _starts(copy, found)
    )
    for section in sections:
        section["href"] = presenters.answers_url(found, section["code"])
    duty = duty_of(request.user, found.organisation, now)
    context = {
        "return": found,
        "form": form,
        "sections": sections,
        "since": copy.last.cycle_number if copy.last else None,
        "counts": presenters.counts_words(changes) if copy.last else "",
        "faults": [fault.message for fault in submit_faults(copy.question_set, copy.draft)],
        "may_send": _is_sender(duty),
        "senders": [person.name for person in senders_of(found.organisation, now)],
    }
    return render(request, "partners/returns/check.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.RETURN)
def assign_return(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A lead or deputy says who fills which section."""
    now = timezone.now()
    found = to_fill(request, uid, now)
    if not in_hand(found, now):
        return redirect("return", uid=uid)
    sections = working_copy(found).question_set.sections
    before = assignees(found)
    form = AssignForm(
        request.POST or None,
        sections=sections,
        people=people_of(found.organisation, now),
        assigned=before,
    )
    if form.is_valid():
        try:
            with transaction.atomic():
                for code, person in form.chosen().items():
                    if person != before.get(code):
                        services.assign_section(
                            user=request.user, return_=found, section=code, assignee=person, now=now
                        )
        except OutOfReach:
            raise Http404 from None
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Saved who fills which section.")
            return redirect("return", uid=uid)
    duty = duty_of(request.user, found.organisation, now)
    context = {"form": form, "return": found, "may_assign": _is_sender(duty)}
    return render(request, "partners/returns/assign.html", context)
