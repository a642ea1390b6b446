"""Series of meetings: the list, one series, and what the coordinator changes about it."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.policy import Action, Thing, allows
from partners.constants import MeetingKind
from partners.forms.meetings import CadenceForm, MembersForm, PauseForm, ResumeForm, SeriesForm
from partners.models import MeetingSeries, Organisation
from partners.presenters import meetings as presenters
from partners.selectors import meetings as selectors
from partners.selectors import series as series_selectors
from partners.services import series as services
from partners.views.base import page_of, stale_page
from partners.views.meeting_base import answer, series_or_404
from safeguarding.kernel.errors import AlreadyDone, Refusal
from safeguarding.kernel.periods import day_of


@require_safe
@requires(Action.VIEW, Thing.MEETING)
def meetings(request: HttpRequest) -> HttpResponse:
    """Meetings to come, and every series that one belongs to with how it ran."""
    now = timezone.now()
    visible = series_selectors.series_visible_to(request.user, at=now)
    facts = series_selectors.meetings_at(now, among=visible)
    rhythms = {}
    for one in visible.prefetch_related("cadences"):
        cadence = series_selectors.current_cadence(one, day_of(now))
        if cadence:
            rhythms[one.uid] = presenters.rhythm(cadence)
    coming = selectors.coming(request.user, at=now)
    page = page_of(request, coming)
    context = {
        "page_obj": page,
        "coming": presenters.meetings_table(
            selectors.meeting_facts(page.object_list),
            caption="Meetings to come",
            empty="No meeting is planned.",
        ),
        "series": presenters.series_table(facts, rhythms),
        "creates": allows(request.user.roles, Action.CREATE, Thing.MEETING),
    }
    return render(request, "partners/meetings/list.html", context)


@require_safe
@requires(Action.VIEW, Thing.MEETING)
def minutes_open(request: HttpRequest) -> HttpResponse:
    """Meetings whose minutes nobody has agreed yet."""
    now = timezone.now()
    page = page_of(request, selectors.open_minutes(request.user, at=now))
    table = presenters.meetings_table(
        selectors.meeting_facts(page.object_list),
        caption="Meetings whose minutes are not agreed",
        empty="All minutes have been agreed.",
    )
    return render(request, "partners/meetings/minutes_open.html", {"page_obj": page, "table": table})


@require_safe
@requires(Action.VIEW, Thing.MEETING)
def series(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    today = day_of(now)
    shown = series_or_404(request, uid, now)
    inside = series_selectors.is_inside(request.user, shown, at=now)
    if shown.kind == MeetingKind.PANEL and not inside:
        return redirect("panel", uid=uid)
    cadence = series_selectors.current_cadence(shown, today)
    [fact] = series_selectors.meetings_at(now, among=MeetingSeries.objects.filter(pk=shown.pk))
    page = page_of(request, selectors.past(request.user, at=now, series=shown))
    coming = selectors.coming(request.user, at=now, series=shown)
    context = {
        "series": shown,
        "rows": presenters.series_rows(
            shown,
            [one.name for one in series_selectors.members_on(shown, today)],
            presenters.rhythm(cadence) if cadence else "Not yet: see the timeline below",
            presenters.ran_words(fact),
        ),
        "history": presenters.history(
            shown.cadences.select_related("set_by"),
            series_selectors.as_cadence,
            shown.pauses.select_related("set_by"),
            today,
        ),
        "coming": presenters.meetings_table(
            selectors.meeting_facts(coming),
            caption="Meetings to come",
            empty="No meeting is planned.",
            with_series=False,
        ),
        "page_obj": page,
        "past": presenters.meetings_table(
            selectors.meeting_facts(page.object_list),
            caption="Earlier meetings",
            empty="There are no earlier meetings.",
            with_series=False,
        ),
        "edits": allows(request.user.roles, Action.EDIT, Thing.MEETING),
        "paused": shown.pauses.filter(until_date=None).exists(),
        "panel": shown.kind == MeetingKind.PANEL,
    }
    return render(request, "partners/meetings/series.html", context)


def _organisations() -> list[Organisation]:
    return list(Organisation.objects.in_force(day_of(timezone.now())))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.MEETING)
def add_series(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    form = SeriesForm(request.POST or None, organisations=_organisations())
    if form.is_valid():
        answers = form.cleaned_data
        made: list[MeetingSeries] = []

        def save(_: Mapping[str, Any]) -> None:
            made.append(
                services.create_series(
                    user=request.user,
                    name=answers["name"],
                    kind=answers["kind"],
                    purpose=answers["purpose"],
                    members=form.chosen(),
                    cadence=form.cadence(),
                    token=answers["token"],
                    now=now,
                )
            )

        try:
            save(answers)
        except AlreadyDone as already:
            return redirect("series", uid=already.outcome)
        except Refusal as refusal:
            refusal.field = form.field_of(refusal.field)
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            return redirect("series", uid=made[0].uid)
    return render(request, "partners/meetings/add_series.html", {"form": form})


def _change(
    request: HttpRequest,
    shown: MeetingSeries,
    form: Any,
    save: Callable[[Mapping[str, Any]], object],
    *,
    title: str,
    submit: str,
    done: str,
    note: str = "",
) -> HttpResponse:
    """A form about a series, and what it answers."""
    here, back = request.path, reverse("series", args=[shown.uid])
    answered = answer(
        request,
        form,
        save,
        done=done,
        to=("series", shown.uid),
        stale=lambda: stale_page(request, [], edit_url=here, view_url=back),
        field_of=getattr(form, "field_of", None),
    )
    context = {"form": form, "series": shown, "title": title, "submit": submit, "note": note, "back": back}
    return answered or render(request, "partners/meetings/series_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.MEETING)
def series_members(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = series_or_404(request, uid, now)
    members = series_selectors.members_on(shown, day_of(now))
    form = MembersForm(
        request.POST or None,
        organisations=_organisations(),
        initial={
            "version": shown.version,
            "members": [str(one.uid) for one in members],
            "from_date": day_of(now),
        },
    )
    return _change(
        request,
        shown,
        form,
        lambda answers: services.set_members(
            user=request.user,
            series=shown,
            members=form.chosen(),
            from_date=answers["from_date"],
            version=answers["version"],
            now=now,
        ),
        title="Who is expected",
        submit="Save",
        done="Saved who is expected.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.MEETING)
def series_cadence(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = series_or_404(request, uid, now)
    form = CadenceForm(request.POST or None, initial={"version": shown.version})
    return _change(
        request,
        shown,
        form,
        lambda answers: services.set_cadence(
            user=request.user,
            series=shown,
            cadence=form.cadence(),
            reason=answers["reason"],
            version=answers["version"],
            now=now,
        ),
        title="Change how often it meets",
        submit="Change from that day",
        done="Changed. Meetings are planned by the new rhythm.",
        note="Meetings before that day stay as they are. Meetings after it are planned anew: those with "
        "an agenda that have no place any more are cancelled with the reason.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.MEETING)
def pause_series(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = series_or_404(request, uid, now)
    form = PauseForm(request.POST or None, initial={"version": shown.version})
    return _change(
        request,
        shown,
        form,
        lambda answers: services.pause_series(user=request.user, series=shown, now=now, **answers),
        title="Pause the series",
        submit="Pause the series",
        done="Paused.",
        note="No meetings are held from that day until you resume the series.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.MEETING)
def resume_series(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = series_or_404(request, uid, now)
    form = ResumeForm(request.POST or None, initial={"version": shown.version})
    return _change(
        request,
        shown,
        form,
        lambda answers: services.resume_series(user=request.user, series=shown, now=now, **answers),
        title="Resume the series",
        submit="Resume the series",
        done="Resumed. Its meetings are planned again.",
    )
