"""The agenda of a meeting, notes by item, and its minutes."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import requires
from accounts.policy import Action, Thing
from partners.constants import MeetingState, MinutesState
from partners.forms.agendas import (
    AddItemForm,
    AgreeForm,
    ChangeItemForm,
    CorrectionForm,
    MinutesForm,
    NotesForm,
)
from partners.models import AgendaItem, Meeting
from partners.presenters import meetings as presenters
from partners.presenters.base import counted
from partners.selectors import agendas as agenda_selectors
from partners.selectors import meetings as selectors
from partners.selectors.series import members_on
from partners.services import agendas as services
from partners.services import minutes as minutes_services
from partners.services.base import OutOfReach
from partners.views.base import stale_page
from partners.views.meeting_base import answer, item_or_404, meeting_or_404, press, version_of
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of


@require_POST
@requires(Action.EDIT, Thing.MEETING)
def build_agenda(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = meeting_or_404(request, uid, now)
    try:
        added = services.build_agenda(user=request.user, meeting=shown, now=now)
    except OutOfReach:
        raise Http404 from None
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        words = f"{counted(added, 'item')} added." if added else "Nothing new: the agenda is up to date."
        messages.success(request, words)
    return redirect("meeting", uid=uid)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.MEETING)
def add_agenda_item(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = meeting_or_404(request, uid, now)
    form = AddItemForm(request.POST or None, organisations=_readers(shown))
    answered = answer(
        request,
        form,
        lambda answers: services.add_item(
            user=request.user, meeting=shown, draft=form.draft(), token=answers["token"], now=now
        ),
        done="Item added.",
        to=("meeting", uid),
    )
    return answered or _form(request, shown, form, title="Add an item", submit="Add this item")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.MEETING)
def agenda_item(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Change an item's words, or who may read it."""
    now = timezone.now()
    item = item_or_404(request, uid, now)
    allowed = [str(one.uid) for one in item.restricted_to.all()]
    initial = {
        "title": item.title,
        "restricted": "yes" if item.restricted else "no",
        "restricted_to": allowed,
        "version": item.version,
    }
    form = ChangeItemForm(request.POST or None, organisations=_readers(item.meeting), initial=initial)
    answered = answer(
        request,
        form,
        lambda answers: services.change_item(
            user=request.user, item=item, draft=form.draft(), version=answers["version"], now=now
        ),
        done="Item changed.",
        to=("meeting", item.meeting.uid),
        stale=lambda: _stale_item(request, item, {"title": form.cleaned_data["title"]}),
    )
    return answered or _form(request, item.meeting, form, title="Change an item", submit="Save item")


@require_POST
@requires(Action.EDIT, Thing.MEETING)
def shift_agenda_item(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    item = item_or_404(request, uid, now)
    up = request.POST.get("to") == "up"
    return press(
        request,
        lambda: services.shift_item(user=request.user, item=item, up=up, now=now),
        done=f"Item moved {'up' if up else 'down'}.",
        to=("meeting", item.meeting.uid),
    )


@require_POST
@requires(Action.EDIT, Thing.MEETING)
def remove_agenda_item(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    item = item_or_404(request, uid, now)
    version = version_of(request)
    return press(
        request,
        lambda: services.remove_item(user=request.user, item=item, version=version, now=now),
        done="Item removed.",
        to=("meeting", item.meeting.uid),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.MEETING)
def item_notes(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    item = item_or_404(request, uid, now)
    initial = {"notes": item.notes, "decision": item.decision, "version": item.version}
    form = NotesForm(request.POST or None, initial=initial)
    answered = answer(
        request,
        form,
        lambda answers: services.write_notes(user=request.user, item=item, now=now, **answers),
        done="Notes saved.",
        to=("meeting", item.meeting.uid),
        stale=lambda: _stale_item(
            request, item, {name: form.cleaned_data[name] for name in ("notes", "decision")}
        ),
    )
    return answered or _form(request, item.meeting, form, title=f"Notes: {item.title}", submit="Save notes")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.MEETING)
def meeting_minutes(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The draft of the minutes; at first made of the notes."""
    now = timezone.now()
    shown = meeting_or_404(request, uid, now)
    text = shown.minutes
    if not text:
        items = presenters.items(agenda_selectors.agenda(shown, request.user, at=now))
        text = presenters.draft_text(items)
    form = MinutesForm(request.POST or None, initial={"minutes": text, "version": shown.version})
    answered = answer(
        request,
        form,
        lambda answers: minutes_services.save_minutes(
            user=request.user,
            meeting=shown,
            text=answers["minutes"],
            names_no_child=answers["names_no_child"],
            version=answers["version"],
            now=now,
        ),
        done="Draft of the minutes saved.",
        to=("meeting", uid),
        stale=lambda: _stale_minutes(request, shown, form.cleaned_data["minutes"]),
    )
    note = "Nothing of a restricted item is copied here. Members of the series read this text."
    return answered or _form(request, shown, form, title="Minutes", submit="Save draft", note=note)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.MEETING)
def agree_minutes(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = meeting_or_404(request, uid, now)
    later = list(selectors.later_meetings(shown))
    form = AgreeForm(request.POST or None, meetings=later, initial={"version": shown.version})
    answered = answer(
        request,
        form,
        lambda answers: minutes_services.agree_minutes(
            user=request.user,
            meeting=shown,
            at_meeting=UUID(answers["at_meeting"]),
            version=answers["version"],
            now=now,
        ),
        done="Minutes agreed. They do not change any more.",
        to=("meeting", uid),
        stale=lambda: _stale_minutes(request, shown, shown.minutes),
    )
    note = (
        "Once agreed, the minutes, notes and attendance stay as they are. "
        "A correction is noted in a later meeting."
        if later
        else "No later meeting of the series has been held yet. Minutes are agreed at a later meeting."
    )
    return answered or _form(
        request,
        shown,
        form,
        title="Agree the minutes",
        submit="Minutes are agreed",
        note=note,
        hide=not later,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.MEETING)
def correct_minutes(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A correction to agreed minutes, noted in a later meeting."""
    now = timezone.now()
    shown = meeting_or_404(request, uid, now)
    rows = selectors.later_meetings(shown).filter(state=MeetingState.HELD)
    later = list(rows.exclude(minutes_state=MinutesState.AGREED))
    form = CorrectionForm(request.POST or None, meetings=later)
    answered = answer(
        request,
        form,
        lambda answers: minutes_services.note_correction(
            user=request.user,
            meeting=shown,
            at_meeting=UUID(answers["at_meeting"]),
            words=answers["words"],
            now=now,
        ),
        done="Correction noted.",
        to=("meeting", uid),
    )
    note = (
        "" if later else "Corrections go into a later meeting that has been held and whose minutes are open."
    )
    return answered or _form(
        request,
        shown,
        form,
        title="Correct agreed minutes",
        submit="Note correction",
        note=note,
        hide=not later,
    )


def _readers(meeting: Meeting) -> list[Any]:
    return members_on(meeting.series, day_of(meeting.starts_at))


def _stale_item(request: HttpRequest, item: AgendaItem, typed: dict[str, str]) -> HttpResponse:
    saved = AgendaItem.objects.get(pk=item.pk)
    labels = {"title": "Item", "notes": "What was said", "decision": "What was decided"}
    pairs = [(labels[name], getattr(saved, name), value) for name, value in typed.items()]
    view_url = reverse("meeting", args=[item.meeting.uid])
    return stale_page(request, presenters.theirs_yours(pairs), edit_url=request.path, view_url=view_url)


def _stale_minutes(request: HttpRequest, shown: Meeting, typed: str) -> HttpResponse:
    saved = Meeting.objects.get(pk=shown.pk)
    view_url = reverse("meeting", args=[shown.uid])
    pairs = presenters.theirs_yours([("Minutes", saved.minutes, typed)])
    return stale_page(request, pairs, edit_url=request.path, view_url=view_url)


def _form(
    request: HttpRequest,
    shown: Meeting,
    form: Any,
    *,
    title: str,
    submit: str,
    note: str = "",
    hide: bool = False,
) -> HttpResponse:
    context = {"form": form, "meeting": shown, "title": title, "submit": submit, "note": note, "hide": hide}
    return render(request, "partners/meetings/meeting_form.html", context)
