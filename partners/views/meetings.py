"""One meeting: its page, on paper, moved, cancelled, and who came."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.policy import Action, Scope, Thing, scopes
from partners.constants import AttendanceState, MeetingKind, MeetingState, MinutesState, SourceKind
from partners.forms.meetings import AttendanceForm, CancelForm, MoveForm
from partners.models import Meeting
from partners.presenters import meetings as presenters
from partners.presenters.actions import of_source
from partners.selectors import agendas
from partners.selectors import meetings as selectors
from partners.selectors.series import members_on
from partners.services import meetings as services
from partners.views.base import stale_page
from partners.views.meeting_base import answer, meeting_or_404, press, version_of
from safeguarding.kernel.periods import day_of


def _context(request: HttpRequest, meeting: Meeting, now: Any) -> dict[str, Any]:
    shown = agendas.agenda(meeting, request.user, at=now)
    reads_all = Scope.ALL in scopes(request.user.roles, Action.VIEW, Thing.MEETING)
    return {
        "meeting": meeting,
        "tag": presenters.state_tag(
            meeting.state, meeting.minutes_state, meeting.agenda_issued_at is not None
        ),
        "rows": presenters.meeting_rows(meeting, selectors.corrections_of(meeting)),
        "items": presenters.items(shown),
        "attendance": presenters.attendance_table(
            meeting.attendances.select_related("organisation").order_by("organisation__name")
        )
        if meeting.state == MeetingState.HELD
        else None,
        "agenda_open": reads_all or meeting.agenda_issued_at or meeting.state == MeetingState.HELD,
        "agreed": meeting.minutes_state == MinutesState.AGREED,
        "panel": meeting.series.kind == MeetingKind.PANEL,
    }


@require_safe
@requires(Action.VIEW, Thing.MEETING)
def meeting(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = meeting_or_404(request, uid, now)
    context = _context(request, shown, now)
    context["actions"] = of_source(SourceKind.MEETING, shown.uid, request.user, now)
    context["rights"] = selectors.meeting_rights(shown, request.user, at=now)
    return render(request, "partners/meetings/meeting.html", context)


@require_safe
@requires(Action.VIEW, Thing.MEETING)
def meeting_print(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Agenda and minutes as they go on paper: what this person may read, without controls."""
    now = timezone.now()
    shown = meeting_or_404(request, uid, now)
    context = {**_context(request, shown, now), "printed_at": now}
    return render(request, "partners/meetings/print.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.MEETING)
def move_meeting(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = meeting_or_404(request, uid, now)
    local = timezone.localtime(shown.starts_at)
    initial = {
        "day": local.date(),
        "at": local.strftime("%H:%M"),
        "online": "yes" if shown.online else "no",
        "place": shown.place,
        "version": shown.version,
    }
    form = MoveForm(request.POST or None, initial=initial)
    answered = answer(
        request,
        form,
        lambda answers: services.move_meeting(
            user=request.user,
            meeting=shown,
            day=answers["day"],
            at=answers["at"],
            online=answers["online"] == "yes",
            place=answers["place"],
            reason=answers["reason"],
            version=answers["version"],
            now=now,
        ),
        done="Meeting moved.",
        to=("meeting", uid),
        stale=lambda: _stale(request, shown, form.cleaned_data["reason"]),
    )
    return answered or _form(request, shown, form, title="Move this meeting", submit="Move this meeting")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.MEETING)
def cancel_meeting(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = meeting_or_404(request, uid, now)
    form = CancelForm(request.POST or None, initial={"version": shown.version})
    answered = answer(
        request,
        form,
        lambda answers: services.cancel_meeting(user=request.user, meeting=shown, now=now, **answers),
        done="Meeting cancelled. It keeps its number.",
        to=("meeting", uid),
        stale=lambda: _stale(request, shown, form.cleaned_data["reason"]),
    )
    return answered or _form(
        request, shown, form, title="Cancel this meeting", submit="Cancel this meeting", warning=True
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.MEETING)
def meeting_attendance(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Who came; from then on the meeting has been held."""
    now = timezone.now()
    shown = meeting_or_404(request, uid, now)
    initial: dict[str, Any] = {"version": shown.version, "cases": shown.cases, "outcomes": shown.outcomes}
    for row in shown.attendances.select_related("organisation"):
        initial[f"state_{row.organisation.uid.hex}"] = row.state
        initial[f"who_{row.organisation.uid.hex}"] = row.who
    expected = members_on(shown.series, day_of(shown.starts_at))
    form = AttendanceForm(
        request.POST or None,
        expected=expected,
        panel=shown.series.kind == MeetingKind.PANEL,
        initial=initial,
    )
    answered = answer(
        request,
        form,
        lambda answers: services.record_attendance(
            user=request.user,
            meeting=shown,
            came=form.came(),
            cases=answers.get("cases"),
            outcomes=answers.get("outcomes", ""),
            version=answers["version"],
            now=now,
        ),
        done="Saved who came.",
        to=("meeting", uid),
        stale=lambda: _stale_attendance(request, shown, form),
    )
    return answered or _form(request, shown, form, title="Who came", submit="Save who came")


def _stale_attendance(request: HttpRequest, shown: Meeting, form: AttendanceForm) -> HttpResponse:
    typed = form.came()
    saved = {row.organisation.uid: row for row in shown.attendances.select_related("organisation")}
    pairs = []
    for one in form.expected:
        theirs, yours = saved.get(one.uid), typed[one.uid]
        pairs.append(
            (
                one.name,
                _came_words(theirs.state, theirs.who) if theirs else "",
                _came_words(yours.state, yours.who),
            )
        )
    return _conflict(request, shown, presenters.theirs_yours(pairs))


def _came_words(state: str, who: str) -> str:
    return ", ".join(filter(None, [AttendanceState(state).label, who]))


def _stale(request: HttpRequest, shown: Meeting, reason: str) -> HttpResponse:
    saved = Meeting.objects.get(pk=shown.pk)
    return _conflict(request, shown, presenters.theirs_yours([("Reason", saved.note, reason)]))


def _conflict(request: HttpRequest, shown: Meeting, pairs: list[dict[str, str]]) -> HttpResponse:
    view_url = reverse("meeting", args=[shown.uid])
    return stale_page(request, pairs, edit_url=request.path, view_url=view_url)


def _form(
    request: HttpRequest, shown: Meeting, form: Any, *, title: str, submit: str, warning: bool = False
) -> HttpResponse:
    context = {"form": form, "meeting": shown, "title": title, "submit": submit, "warning": warning}
    return render(request, "partners/meetings/meeting_form.html", context)


@require_POST
@requires(Action.EDIT, Thing.MEETING)
def issue_agenda(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = meeting_or_404(request, uid, now)
    version = version_of(request)
    return press(
        request,
        lambda: services.issue_agenda(user=request.user, meeting=shown, version=version, now=now),
        done="Agenda issued. The members can read it now.",
        to=("meeting", uid),
    )


@require_POST
@requires(Action.EDIT, Thing.MEETING)
def take_agenda_back(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = meeting_or_404(request, uid, now)
    version = version_of(request)
    return press(
        request,
        lambda: services.take_agenda_back(user=request.user, meeting=shown, version=version, now=now),
        done="Agenda taken back. Issue it again when it is ready.",
        to=("meeting", uid),
    )
