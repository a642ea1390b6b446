"""Pages of emerging threats."""

from datetime import datetime
from uuid import UUID

from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.policy import Action, Scope, Thing, allows
from partners.selectors.concerns import must_name_organisation, organisations_to_raise_for
from riskregister.constants import PRACTICE_CHECK_AFTER, SignalState
from riskregister.forms.board_work import ReasonForm, StateForm
from riskregister.forms.signals import PromoteForm, RaiseSignalForm, WatchForm
from riskregister.history import story
from riskregister.models import Risk, Signal
from riskregister.presenters import signals as presenters
from riskregister.presenters.board_work import timeline
from riskregister.rules.board_work import Act, may
from riskregister.selectors.board_pages import may_escalate_anything
from riskregister.services import signals as services
from riskregister.views.base import page_of
from riskregister.views.board_steps import made, offered, stepped
from safeguarding.kernel.periods import day_of

_EVERY = frozenset({Scope.ALL})
_OPEN_FIRST = Case(
    When(state=SignalState.NEW, then=Value(0)),
    When(state=SignalState.WATCHED, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


@require_safe
@requires(Action.VIEW, Thing.SIGNAL)
def signals(request: HttpRequest) -> HttpResponse:
    """What is new first, then what is watched."""
    now = timezone.now()
    form = StateForm(request.GET or None, states=[("", "All"), *SignalState.choices])
    rows = Signal.objects.visible_to(request.user, at=now).select_related("organisation", "raised_by")
    if state := form.chosen():
        rows = rows.filter(state=state)
    page = page_of(request, rows.order_by(_OPEN_FIRST, "look_again_on", "-raised_at", "pk"))
    buttons = []
    if allows(request.user.roles, Action.CREATE, Thing.SIGNAL):
        buttons.append({"text": "Raise an emerging threat", "href": reverse("raise_signal")})
    context = {
        "heading": "Emerging threats",
        "lead": "What somebody noticed and nobody has rated yet. Each is watched, not followed up (with the "
        "reason), or becomes a risk on the register.",
        "buttons": buttons,
        "filter_form": form,
        "here": reverse("signals"),
        "page_obj": page,
        "noun": "threats",
        "table": presenters.signals_table(page.object_list, day_of(now), empty="No threat is listed here."),
    }
    return render(request, "riskregister/board/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.SIGNAL)
def raise_signal(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    organisations = organisations_to_raise_for(request.user, at=now)
    form = RaiseSignalForm(
        request.POST or None,
        organisations=list(organisations.values_list("uid", "name")),
        must_name=must_name_organisation(request.user),
    )

    def make() -> Signal:
        uid = form.cleaned_data.get("organisation")
        of = organisations.get(uid=uid).pk if uid else None
        return services.raise_signal(
            user=request.user,
            draft=form.draft(),
            organisation_id=of,
            token=form.cleaned_data["token"],
            now=now,
        )

    return made(
        request,
        form,
        make,
        heading="Raise an emerging threat",
        submit="Raise it",
        said="Raised. The coordinator looks at it.",
        record="signal",
        back=reverse("signals"),
        back_text="Back to emerging threats",
        hint="This is about services and systems. If a child may be at risk now, use your organisation’s own "
        "procedures or ring the emergency services.",
    )


@require_safe
@requires(Action.VIEW, Thing.SIGNAL)
def signal(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _opened(request, uid, now)
    steps = (
        (Act.PROMOTE, "promote_signal", "Make it a risk"),
        (Act.WATCH, "watch_signal", "Watch it"),
        (Act.DISMISS, "dismiss_signal", "Do not follow it up"),
    )
    buttons = [
        {"text": text, "href": reverse(name, args=[uid])}
        for act, name, text in steps
        if may("signal", act, shown.state, request.user.roles)
    ]
    live = shown.state in (SignalState.NEW, SignalState.WATCHED)
    if live and may_escalate_anything(request.user):
        href = f"{reverse('escalate')}?signal={uid}"
        buttons.append({"text": "Put it before the board", "href": href})
    context = {
        "kind": "Emerging threat",
        "title": shown.title,
        "tags": [presenters.state_tag(shown)],
        "rows": _rows(request, shown, now),
        "buttons": buttons,
        "history": timeline(story("signal", uid), presenters.told),
        "back": reverse("signals"),
        "back_text": "Back to emerging threats",
    }
    return render(request, "riskregister/board/record.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.SIGNAL, within=_EVERY)
def watch_signal(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _opened(request, uid, now, act=Act.WATCH)
    soon = day_of(now) + PRACTICE_CHECK_AFTER / 3
    form = WatchForm(request.POST or None, initial={"version": shown.version, "look_again_on": soon})
    return stepped(
        request,
        shown,
        form,
        lambda given: services.watch(
            user=request.user,
            signal=shown,
            reason=given["reason"],
            look_again_on=given["look_again_on"],
            expected_version=given["version"],
            now=now,
        ),
        heading="Watch this threat",
        submit="Watch it",
        said="Watched.",
        **_of(request, shown, now),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.SIGNAL, within=_EVERY)
def dismiss_signal(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _opened(request, uid, now, act=Act.DISMISS)
    form = ReasonForm(request.POST or None, initial={"version": shown.version})
    return stepped(
        request,
        shown,
        form,
        lambda given: services.dismiss(
            user=request.user,
            signal=shown,
            reason=given["reason"],
            expected_version=given["version"],
            now=now,
        ),
        heading="Do not follow this up",
        submit="Do not follow it up",
        said="Not followed up. Who raised it sees your reason.",
        hint="It stays on record with your reason, and can be watched again.",
        **_of(request, shown, now),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.SIGNAL, within=_EVERY)
def promote_signal(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A draft on the register; its rating follows there."""
    now = timezone.now()
    shown = _opened(request, uid, now, act=Act.PROMOTE)
    organisations = organisations_to_raise_for(request.user, at=now)
    form = PromoteForm(
        request.POST or None,
        organisations=list(organisations.values_list("uid", "name")),
        initial={
            "version": shown.version,
            "title": shown.title,
            "event": shown.what,
            "theme": shown.theme,
            "owner_organisation": str(shown.organisation.uid) if shown.organisation else "",
        },
    )

    def step(given) -> None:
        of = given["owner_organisation"]
        services.promote(
            user=request.user,
            signal=shown,
            draft=form.draft(),
            owner_organisation_id=organisations.get(uid=of).pk if of else None,
            expected_version=given["version"],
            token=given["token"],
            now=now,
        )

    return stepped(
        request,
        shown,
        form,
        step,
        heading="Make this threat a risk",
        submit="Make it a risk",
        said="It is a draft on the register now. Rate it there, then open it.",
        **_of(request, shown, now),
    )


def _opened(request: HttpRequest, uid: UUID, now: datetime, *, act: Act | None = None) -> Signal:
    rows = Signal.objects.visible_to(request.user, at=now).select_related("organisation", "raised_by")
    found = get_object_or_404(rows, uid=uid)
    if act:
        offered(request, may("signal", act, found.state, request.user.roles))
    return found


def _rows(request: HttpRequest, shown: Signal, now: datetime) -> list[dict]:
    risks = Risk.objects.visible_to(request.user, at=now).filter(signal=shown).order_by("number")
    return presenters.signal_rows(shown, risks, day_of(now))


def _of(request: HttpRequest, shown: Signal, now: datetime) -> dict:
    return {
        "page": "signal",
        "caption": shown.title,
        "rows": _rows(request, shown, now),
        "state_of": lambda one: presenters.state_tag(one)["text"],
    }
