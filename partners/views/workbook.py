"""The offline workbook of a return, out and in, and its prints."""

from datetime import datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.policy import Action as Act
from accounts.policy import Thing
from partners.forms.base import as_error
from partners.forms.files import WorkbookForm
from partners.models import Return
from partners.presenters import prints
from partners.presenters import workbook as presenters
from partners.rules.files import MEDIA_TYPES
from partners.rules.workbook import Difference, Returned, differences
from partners.selectors.files import may_attach_to_return
from partners.selectors.questions import question_set_fact
from partners.selectors.workbook import BookFact, book_of, sent_book
from partners.services import workbook as services
from partners.services.base import OutOfReach
from partners.services.returns import StaleAnswers
from partners.views.files import small_enough
from safeguarding.kernel.errors import Refusal


@small_enough
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Act.EDIT, Thing.RETURN)
def return_workbook(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Takes the workbook out, and takes it back in; nothing is saved here."""
    now = timezone.now()
    return_ = _own(request, uid, now)
    form = WorkbookForm(request.POST or None, request.FILES or None)
    faults: list[str] = []
    # Without a file the request holds nothing but the token.
    if request.method == "POST" and form.is_valid():
        try:
            returned = services.read(form.cleaned_data["file"], return_)
            upload = services.keep(user=request.user, return_=return_, returned=returned, now=now)
        except services.WorkbookFaults as refusal:
            faults = [str(fault) for fault in refusal.faults]
            as_error(form, refusal)
        except Refusal as refusal:
            as_error(form, refusal)
        else:
            return redirect("return_workbook_in", uid=uid, upload=upload)
    context = {
        "form": form,
        "faults": faults,
        "shown": return_,
        "may": may_attach_to_return(request.user, return_, at=now),
    }
    return render(request, "partners/files/workbook.html", context)


@require_safe
@requires(Act.EDIT, Thing.RETURN)
def workbook_out(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    book = book_of(_own(request, uid, now))
    services.note_download(user=request.user, book=book, now=now)
    answer = HttpResponse(presenters.spreadsheet(book), content_type=MEDIA_TYPES["xlsx"])
    answer["Content-Disposition"] = f'attachment; filename="return-cycle-{book.cycle_number}.xlsx"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Act.EDIT, Thing.RETURN)
def workbook_in(request: HttpRequest, uid: UUID, upload: UUID) -> HttpResponse:
    """Shows what the workbook would change; posted, saves all of it or nothing."""
    now = timezone.now()
    return_ = _own(request, uid, now)
    returned = services.kept(user=request.user, return_=return_, uid=upload)
    if returned is None:
        raise Http404
    book = book_of(return_)
    found = _differences(book, returned)
    changes = {one.question.code: one.book for one in found if not one.not_asked}
    status = 200
    if request.method == "POST":
        try:
            seen = _seen(request)
            services.save(
                user=request.user, return_=return_, uid=upload, changes=changes, expected=seen, now=now
            )
        except OutOfReach:
            raise Http404 from None
        except StaleAnswers as stale:
            titles = {question.code: question.text for question in book.question_set.questions}
            named = "; ".join(f"“{titles[code]}”" for code in stale.codes)
            messages.warning(
                request,
                f"Somebody changed {named} while you looked at this page. Nothing was saved. "
                "Look at what is saved now, then save again.",
            )
            status = 409
        except Refusal as refusal:
            messages.error(request, f"{refusal.message} Nothing was saved.")
        else:
            count = len(changes)
            messages.success(request, f"{count} answer{'' if count == 1 else 's'} saved from the workbook.")
            return redirect(_return_url(uid))
    context = {
        "shown": return_,
        "table": presenters.preview_table(found),
        "changes": len(changes),
        "seen": ",".join(f"{code}:{book.versions.get(code, 0)}" for code in changes),
        "workbook_url": reverse("return_workbook", args=[uid]),
    }
    return render(request, "partners/files/workbook_preview.html", context, status=status)


@require_safe
@requires(Act.VIEW, Thing.RETURN)
def print_return(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The return as it may be put on paper: its own people see the draft, everybody else what was sent."""
    now = timezone.now()
    return_ = _visible(request, uid, now)
    is_own = Return.objects.own_of(request.user, at=now).filter(pk=return_.pk).exists()
    book = book_of(return_) if is_own else sent_book(return_, at=now)
    if book is None:
        raise Http404
    draft = is_own and may_attach_to_return(request.user, return_, at=now)
    context = {"book": book, "sections": prints.filled(book), "draft": draft, "return_": return_}
    return render(request, "partners/returns/print_filled.html", context)


@require_safe
@requires(Act.VIEW, Thing.RETURN)
def print_blank(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A paper form of the same questions, with nothing filled in."""
    return_ = _visible(request, uid, timezone.now())
    book = question_set_fact(return_.question_set)
    context = {"book": book, "sections": prints.blank(book), "return_": return_}
    return render(request, "partners/returns/print_blank.html", context)


def _own(request: HttpRequest, uid: UUID, now: datetime) -> Return:
    rows = Return.objects.select_related("organisation", "cycle", "question_set")
    return get_object_or_404(rows.own_of(request.user, at=now), uid=uid)


def _visible(request: HttpRequest, uid: UUID, now: datetime) -> Return:
    rows = Return.objects.select_related("organisation", "cycle", "question_set")
    return get_object_or_404(rows.visible_to(request.user, at=now), uid=uid)


def _differences(book: BookFact, returned: Returned) -> list[Difference]:
    return differences(book.question_set, book.answers, book.versions, returned)


class _SeenForm(forms.Form):
    """The versions of the answers that stood on the page: 'code:3,other:0'."""

    seen = forms.RegexField(r"\A(?:[-\w]{1,60}:\d{1,9}(?:,|\Z))*\Z", required=False)


def _seen(request: HttpRequest) -> dict[str, int]:
    form = _SeenForm(request.POST)
    if not form.is_valid():
        # As if nothing had been seen: what has an answer already is then refused as changed.
        return {}
    pairs = [part.split(":") for part in form.cleaned_data["seen"].split(",") if part]
    return {code: int(version) for code, version in pairs}


def _return_url(uid: UUID) -> str:
    return reverse("return", args=[uid])
