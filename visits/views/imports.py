"""Importing a file of records on a page: check it first, then load what was accepted."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.constants import Permission
from accounts.policy import Action, Thing
from operations.facts import Run
from safeguarding.kernel.errors import AlreadyDone, Refusal
from visits.forms.imports import ImportForm, limit_words
from visits.presenters import imports as import_presenters
from visits.services import imports

# Beside the file a request holds its boundary lines and the other answers.
_REST_OF_REQUEST = 100_000


# The token is asked for below: what is too large is turned away before anything of it is read.
@csrf_exempt
@requires(Action.EDIT, Thing.PLAN, Permission.IMPORT_RECORDS)
@require_http_methods(["GET", "HEAD", "POST"])
def import_records(request: HttpRequest) -> HttpResponse:
    limit = settings.IMPORT_PAGE_MAX_BYTES
    if int(request.META.get("CONTENT_LENGTH") or 0) > limit + _REST_OF_REQUEST:
        answer = render(request, "errors/413.html", {"limit": limit_words()}, status=413)
        answer["Connection"] = "close"
        return answer
    return _take_file(request)


@csrf_protect
def _take_file(request: HttpRequest) -> HttpResponse:
    posted = request.method == "POST"
    form = ImportForm(request.POST, request.FILES) if posted else ImportForm()
    if posted and form.is_valid():
        uid = imports.ask_for_check(
            user=request.user,
            kind=form.cleaned_data["kind"],
            upload=form.cleaned_data["file"],
            now=timezone.now(),
        )
        return redirect("import_run", uid=uid)
    return render(request, "visits/import_records.html", {"form": form})


@requires(Action.EDIT, Thing.PLAN, Permission.IMPORT_RECORDS)
@require_http_methods(["GET", "HEAD", "POST"])
def import_run(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Shows how far a check or a load is and what came of it; posted, loads what was checked."""
    run = _own_run(request, uid)
    if request.method == "POST":
        try:
            loading = imports.ask_for_load(user=request.user, check=run, now=timezone.now())
        except AlreadyDone as done:
            return redirect("import_run", uid=done.outcome)
        except Refusal as refusal:
            messages.error(request, refusal.message)
            return redirect("import_run", uid=uid)
        return redirect("import_run", uid=loading)
    return render(request, "visits/import_run.html", import_presenters.run_page(run))


@requires(Action.EDIT, Thing.PLAN, Permission.IMPORT_RECORDS)
@require_safe
def import_refusals(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    path = imports.take_refusals(user=request.user, run=_own_run(request, uid), now=timezone.now())
    if path is None:
        raise Http404
    return FileResponse(
        path.open("rb"), as_attachment=True, filename="refused-rows.csv", content_type="text/csv"
    )


def _own_run(request: HttpRequest, uid: UUID) -> Run:
    run = imports.import_run_of(request.user, uid)
    if run is None:
        raise Http404
    return run
