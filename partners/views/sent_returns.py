"""Returns as they were sent: to read, and for the coordinator to accept, send back or unlock."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import requires
from accounts.policy import Action, Thing, allows
from partners.constants import ReturnState
from partners.facts.questions import SubmittedReturn
from partners.facts.returns import Change
from partners.forms.base import VersionForm, as_error
from partners.forms.return_acts import SendBackForm, UnlockForm
from partners.models import Return
from partners.presenters import returns as presenters
from partners.rules import returns as rules
from partners.selectors.return_work import cycle_starts
from partners.selectors.returns import duty_of, last_submission, submission_before, submission_of
from partners.services import returns as services
from partners.services.base import OutOfReach
from safeguarding.kernel.errors import Refusal, StaleEdit

_JOINED = ("cycle", "organisation", "question_set", "submitted_by", "accepted_by")
_CHANGED = "Somebody changed this return while you had it open. Look at it again, then decide."


def sent_page(request: HttpRequest, found: Return, *, now: datetime) -> HttpResponse:
    """The return as it was last sent, beside what was sent before it."""
    sent = submission_of(found)
    if sent is None:
        raise Http404
    changes, against = _changes(found, sent)
    own = bool(duty_of(request.user, found.organisation, now))
    decides = allows(request.user.roles, Action.DECIDE, Thing.RETURN) and not own
    context = {
        "return": found,
        "rows": presenters.about_rows(found, now),
        "tag": presenters.state_tag(found.state),
        "sections": presenters.change_sections(
            sent.question_set, changes, sent.cycle_number, _starts(sent), _about(found)
        ),
        "against": against,
        "counts": presenters.counts_words(changes) if against else "",
        "moves": presenters.move_entries(found.moves.select_related("by")),
        "own": own,
        "version": found.version,
        "may_decide": decides and found.state == ReturnState.SUBMITTED,
        "may_unlock": decides and found.state == ReturnState.ACCEPTED,
        "as_sent_before": found.state == ReturnState.SENT_BACK,
        "accept_url": reverse("accept_return", args=[found.uid]),
    }
    return render(request, "partners/returns/sent.html", context)


def _changes(found: Return, sent: SubmittedReturn) -> tuple[tuple[Change, ...], str]:
    """What changed, and against what: the sending before of this return, else the last cycle's."""
    earlier = submission_before(found)
    if earlier is not None:
        return rules.changes(sent.question_set, sent.answers, earlier), "this return was first sent"
    last = last_submission(found.organisation, found.cycle, sent.question_set.code)
    words = f"the return of cycle {last.cycle_number}" if last else ""
    return rules.changes(sent.question_set, sent.answers, last), words


def _starts(sent: SubmittedReturn) -> dict[int, Any]:
    numbers = {said.same_since_cycle for said in sent.answers.values()} | {sent.cycle_number}
    return cycle_starts({number for number in numbers if number is not None})


def _about(found: Return) -> dict[str, str]:
    """While it is sent back: what is wrong with which answer."""
    if found.state != ReturnState.SENT_BACK:
        return {}
    move = found.moves.filter(to_state=ReturnState.SENT_BACK).order_by("-pk").first()
    return move.about if move else {}


def _opened(request: HttpRequest, uid: UUID, now: datetime) -> Return:
    rows = Return.objects.visible_to(request.user, at=now).select_related(*_JOINED)
    return get_object_or_404(rows, uid=uid)


@require_POST
@requires(Action.DECIDE, Thing.RETURN)
def accept_return(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    found = _opened(request, uid, now)
    form = VersionForm(request.POST)
    try:
        services.accept_return(
            user=request.user,
            return_=found,
            expected_version=form.cleaned_data["version"] if form.is_valid() else 0,
            now=now,
        )
    except StaleEdit:
        messages.warning(request, _CHANGED)
    except OutOfReach:
        raise Http404 from None
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"Return of {found.organisation.name} accepted.")
        return redirect("returns_to_look_at")
    return redirect("return", uid=uid)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.RETURN)
def send_back_return(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    found = _opened(request, uid, now)
    sent = submission_of(found)
    if sent is None or found.state != ReturnState.SUBMITTED:
        messages.error(request, "Only a return that was sent and not yet accepted can be sent back.")
        return redirect("return", uid=uid)
    changes, against = _changes(found, sent)
    form = SendBackForm(request.POST or None, changes=changes, initial={"version": found.version})
    if form.is_valid():
        try:
            services.send_back(
                user=request.user,
                return_=found,
                expected_version=form.cleaned_data["version"],
                reason=form.cleaned_data["reason"],
                about=form.about(),
                now=now,
            )
        except StaleEdit:
            form.add_error(None, _CHANGED)
        except OutOfReach:
            raise Http404 from None
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"Return sent back to {found.organisation.name}.")
            return redirect("returns_to_look_at")
    boxes = form.boxes()
    sections = presenters.change_sections(sent.question_set, changes, sent.cycle_number, _starts(sent))
    for section in sections:
        for row in section["rows"]:
            row["box"] = boxes[row["code"]]
    context = {"return": found, "form": form, "sections": sections, "against": against}
    return render(request, "partners/returns/send_back.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.RETURN)
def unlock_return(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    found = _opened(request, uid, now)
    if found.state != ReturnState.ACCEPTED:
        messages.error(request, "Only an accepted return can be unlocked.")
        return redirect("return", uid=uid)
    form = UnlockForm(request.POST or None, initial={"version": found.version})
    if form.is_valid():
        try:
            services.unlock(
                user=request.user,
                return_=found,
                expected_version=form.cleaned_data["version"],
                reason=form.cleaned_data["reason"],
                now=now,
            )
        except StaleEdit:
            form.add_error(None, _CHANGED)
        except OutOfReach:
            raise Http404 from None
        except Refusal as refusal:
            as_error(form, refusal)
        else:
            messages.success(request, f"Return of {found.organisation.name} unlocked.")
            return redirect("return", uid=uid)
    return render(request, "partners/returns/unlock.html", {"form": form, "return": found})
