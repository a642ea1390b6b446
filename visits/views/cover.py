"""Who is away, which visits are due with nobody able to make them, and who covers."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.policy import Action, Thing
from accounts.selectors import User
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from safeguarding.kernel.periods import day_of
from visits.forms.cover import AbsenceForm, AssignCoverForm, EndAbsenceForm
from visits.models import Cover, WorkerAbsence
from visits.presenters import cover as presenters
from visits.rules.cover import DUE_SOON_DAYS, Days
from visits.rules.records import in_words
from visits.selectors import cover as found
from visits.selectors import lines
from visits.services import cover as services
from visits.services import record_listing
from visits.views.opening import open_child, page_of, refuse


@require_safe
@requires(Action.CREATE, Thing.COVER)
def cover(request: HttpRequest) -> HttpResponse:
    """What is due without an owner first, then who is away, then who covers."""
    now = timezone.now()
    today, user = day_of(now), request.user
    unowned = found.unowned_lines(user, at=now)
    page = page_of(request, found.covers(user, at=now).select_related("user"))
    covers = found.cover_lines(page.object_list, user, at=now)
    with transaction.atomic():
        record_listing(user=user, shown=len(unowned) + len(covers), filters={"list": "cover"}, now=now)
    context = {
        "unowned": len(unowned),
        "days": DUE_SOON_DAYS,
        "unowned_table": presenters.unowned_table(unowned, today),
        "absences_table": presenters.absences_table(found.absence_lines(user, at=now)),
        "covers_table": presenters.covers_table(covers, today),
        "page_obj": page,
    }
    return render(request, "visits/cover/cover.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.COVER)
def record_absence(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    workers = found.team_workers(request.user, at=now)
    form = AbsenceForm(request.POST or None, workers=workers)
    if form.is_valid():
        try:
            absence = services.record_absence(user=request.user, now=now, **form.answers())
        except AlreadyDone:
            messages.info(request, "This absence was already saved.")
            return redirect("cover")
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Absence recorded.")
            if found.caseload_to_cover(request.user, absence.user, at=now).exists():
                return redirect("cover_caseload", uid=absence.user.uid)
            return redirect("cover")
    return render(request, "visits/cover/absence.html", {"form": form, "anybody": workers.exists()})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.COVER)
def end_absence(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    theirs = found.team_workers(request.user, at=now).order_by()
    absence = get_object_or_404(WorkerAbsence.objects.select_related("user"), uid=uid, user__in=theirs)
    form = EndAbsenceForm(
        request.POST or None,
        initial={"version": absence.version, "back_on": absence.until_date or day_of(now)},
    )
    status = 200
    if form.is_valid():
        try:
            left = services.end_absence(
                user=request.user,
                absence=absence,
                back_on=form.cleaned_data["back_on"],
                expected_version=form.cleaned_data["version"],
                now=now,
            )
        except StaleEdit:
            back = in_words(absence.until_date) if absence.until_date else "not known"
            words = f"Somebody else changed this absence meanwhile. The first day back is now: {back}. "
            # The page comes again with what was typed, now against the present version.
            form.data = request.POST.copy()
            form.data["version"] = str(absence.version)
            form.add_error(None, words + "Save again to put yours in its place.")
            status = 409
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            gone = "The absence is taken off the register: it never began."
            messages.success(request, "First day back saved." if left else gone)
            return redirect("cover")
    return render(request, "visits/cover/end_absence.html", {"form": form, "absence": absence}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.COVER)
def cover_child(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Cover of one child: what there is, and another."""
    now = timezone.now()
    today = day_of(now)
    child = open_child(request, uid, page="cover", now=now)
    if not found.managed_children(request.user, at=now).contains(child):
        raise PermissionDenied
    form = AssignCoverForm(request.POST or None, workers=found.coverers(at=now), today=today)
    if form.is_valid():
        try:
            services.assign_cover(user=request.user, children=[child], now=now, **form.cleaned_data)
        except AlreadyDone:
            messages.info(request, "This cover was already saved.")
            return redirect("cover_child", uid=uid)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Cover assigned. The record is open to them on these days.")
            return redirect("cover")
    covers = Cover.objects.filter(child=child, ended_at=None, until_date__gt=today).select_related("user")
    context = {
        "form": form,
        "child": child,
        "shown_as": lines.shown_as(child),
        "covers": [
            {
                "uid": row.uid,
                "worker": row.user.name,
                "days": presenters.cover_words(Days(row.from_date, row.until_date), today),
            }
            for row in covers.order_by("from_date", "pk")
        ],
    }
    return render(request, "visits/cover/child.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.COVER)
def cover_caseload(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Every child of one worker whom nobody covers yet, to one other worker at once."""
    now = timezone.now()
    today = day_of(now)
    worker = _worker(request, uid, now)
    children = found.caseload_to_cover(request.user, worker, at=now)
    rows = list(children)
    form = AssignCoverForm(
        request.POST or None, workers=found.coverers(at=now).exclude(pk=worker.pk), today=today
    )
    if request.method == "POST" and not rows:
        messages.info(request, f"Every child of {worker.name} is covered.")
        return redirect("cover")
    if form.is_valid():
        try:
            outcome = services.assign_cover(
                user=request.user, children=rows, now=now, skip=True, **form.cleaned_data
            )
        except AlreadyDone:
            messages.info(request, "This cover was already saved.")
            return redirect("cover")
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _assigned(outcome))
            return redirect(
                "cover_caseload" if outcome.left_out else "cover", *([uid] if outcome.left_out else [])
            )
    shown = lines.child_lines(children, request.user, at=now) if rows else []
    with transaction.atomic():
        record_listing(user=request.user, shown=len(shown), filters={"list": "caseload to cover"}, now=now)
    context = {
        "form": form,
        "worker": worker,
        "children": presenters.caseload_table(shown, today),
        "count": len(rows),
    }
    return render(request, "visits/cover/caseload.html", context)


def _assigned(outcome: services.CoverOutcome) -> str:
    number = len(outcome.assigned)
    words = f"Cover assigned for {number} {'child' if number == 1 else 'children'}."
    left = len(outcome.left_out)
    if left:
        words += (
            f" {left} could not be covered by this person and {'is' if left == 1 else 'are'} listed below."
        )
    return words


def _worker(request: HttpRequest, uid: UUID, now: datetime) -> User:
    worker = found.team_workers(request.user, at=now).filter(uid=uid).first()
    if worker is None:
        raise Http404
    return worker


@require_POST
@requires(Action.EDIT, Thing.COVER)
def end_cover(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    row = get_object_or_404(
        Cover.objects.select_related("child").filter(child__in=found.managed_children(request.user, at=now)),
        uid=uid,
    )
    try:
        services.end_cover(user=request.user, cover=row, now=now)
    except Refusal:
        # Out of reach since the page was opened.
        raise Http404 from None
    messages.success(request, "Cover ended. The record is no longer open to them.")
    return redirect("cover_child", uid=row.child.uid)
