"""Pages of escalations to the board."""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.policy import Action, Scope, Thing, allows
from riskregister.constants import EscalationState
from riskregister.forms.board_work import ReasonForm, StateForm
from riskregister.forms.escalations import AnswerForm, EscalateForm, TakeUpForm
from riskregister.history import story
from riskregister.models import Escalation, Risk, Signal
from riskregister.presenters import escalations as presenters
from riskregister.presenters.board_work import risk_name, timeline
from riskregister.rules.board_work import Act, default_answer_day, may
from riskregister.selectors.board_pages import (
    may_escalate_anything,
    open_risks,
    risks_to_escalate,
    watchable_signals,
)
from riskregister.selectors.escalations import escalation_lines
from riskregister.services import escalations as services
from riskregister.services.escalations import About
from riskregister.views.base import page_of
from riskregister.views.board_steps import asked_what_changed, buttons_of, made, offered, stepped
from safeguarding.kernel.periods import day_of

_EVERY = frozenset({Scope.ALL})
_STATES = [("", "All, unanswered first"), ("overdue", "Overdue"), *EscalationState.choices]


@require_safe
@requires(Action.VIEW, Thing.ESCALATION)
def escalations(request: HttpRequest) -> HttpResponse:
    """Everything that is or was before the board, partners' concerns among it."""
    now = timezone.now()
    form = StateForm(request.GET or None, states=_STATES)
    page = page_of(request, escalation_lines(request.user, at=now, state=form.chosen()))
    buttons = []
    if allows(request.user.roles, Action.CREATE, Thing.ESCALATION):
        buttons.append({"text": "Put something before the board", "href": reverse("escalate")})
    context = {
        "heading": "Escalations",
        "lead": "What the board is asked to answer: risks, emerging threats, findings of checks, and "
        "concerns of partners. What waits for an answer stands first.",
        "buttons": buttons,
        "filter_form": form,
        "here": reverse("escalations"),
        "page_obj": page,
        "noun": "escalations",
        "table": presenters.lines_table(page.object_list, day_of(now), empty="Nothing is listed here."),
    }
    return render(request, "riskregister/board/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.ESCALATION)
def escalate(request: HttpRequest) -> HttpResponse:
    """`?risk=`, `?signal=` (uids) or `?check=` (a code) choose what it is about."""
    now = timezone.now()
    about = _choices(request, now)
    asked_for = _asked_for(request)
    initial = {
        "about": asked_for,
        "answer_due_on": default_answer_day(day_of(now)),
        "title": dict(about).get(asked_for, "").partition(": ")[2][:200],
    }
    form = EscalateForm(request.POST or None, about=about, initial=initial)

    def make() -> Escalation:
        given = form.cleaned_data
        return services.escalate(
            user=request.user,
            about=_about(given["about"], request, now),
            title=given["title"],
            reason=given["reason"],
            answer_due_on=given["answer_due_on"],
            token=given["token"],
            now=now,
        )

    return made(
        request,
        form,
        make,
        heading="Put something before the board",
        submit="Put it before the board",
        said="Put before the board. Its members are told.",
        record="escalation",
        back=reverse("escalations"),
        back_text="Back to escalations",
        hint="An escalation cannot be taken back: the board answers it.",
    )


def _choices(request: HttpRequest, now: datetime) -> list[tuple[str, str]]:
    user = request.user
    among = open_risks(user, at=now).filter(pk__in=risks_to_escalate(user, at=now).values("pk"))
    found = [(f"risk:{risk.uid}", f"Risk: {risk_name(risk)}") for risk in among]
    found += [(f"signal:{one.uid}", f"Threat: {one.title}") for one in watchable_signals(user, at=now)]
    code = request.GET.get("check", "")
    if may_escalate_anything(user) and presenters.is_check(code):
        found.append((f"check:{code}", f"Check: {presenters.check_title(code)}"))
    return found


def _asked_for(request: HttpRequest) -> str:
    kinds = ("risk", "signal", "check")
    return next((f"{kind}:{request.GET[kind]}" for kind in kinds if request.GET.get(kind)), "")


def _about(code: str, request: HttpRequest, now: datetime) -> About:
    """Of a choice that was offered."""
    kind, _, name = code.partition(":")
    if kind == "risk":
        return About(risk=get_object_or_404(Risk.objects.visible_to(request.user, at=now), uid=name))
    if kind == "signal":
        return About(signal=get_object_or_404(Signal.objects.visible_to(request.user, at=now), uid=name))
    return About(check_code=name)


@require_safe
@requires(Action.VIEW, Thing.ESCALATION)
def escalation(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    today = day_of(now)
    shown = _opened(request, uid, now)
    clock = presenters.clock_of(shown, today)
    context = {
        "kind": "Escalation",
        "title": shown.title,
        "tags": [presenters.state_tag(shown.state), *clock.tags],
        "warning": clock.warning,
        "rows": presenters.escalation_rows(shown, today),
        "buttons": _buttons(request, shown, now),
        "history": timeline(story("escalation", uid), presenters.told),
        "back": reverse("escalations"),
        "back_text": "Back to escalations",
    }
    return render(request, "riskregister/board/record.html", context)


def _buttons(request: HttpRequest, shown: Escalation, now: datetime) -> list[dict[str, str]]:
    user = request.user
    steps = [
        (Act.TAKE_UP, "take_up_escalation", "Take it up"),
        (Act.DECLINE, "decline_escalation", "Do not take it up"),
    ]
    if user.pk not in (shown.raised_by_id, shown.taken_by_id):
        steps.append((Act.ANSWER, "answer_escalation", "Answer for the board"))
    due = presenters.look_due(shown)
    if due and due <= day_of(now):
        steps.append((Act.SAY_WHAT_CHANGED, "escalation_changed", "Say what changed for children"))
    found = buttons_of(request, "escalation", shown, shown.state, steps)
    answered = shown.state in (EscalationState.OPEN, EscalationState.ANSWERED)
    if answered and allows(user.roles, Action.CREATE, Thing.BOARD_DECISION):
        href = f"{reverse('record_decision')}?escalation={shown.uid}"
        found.append({"text": "Write down a decision", "href": href})
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.ESCALATION, within=_EVERY)
def take_up_escalation(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _opened(request, uid, now, act=Act.TAKE_UP)
    initial = {"version": shown.version, "answer_due_on": default_answer_day(day_of(now))}
    form = TakeUpForm(request.POST or None, initial=initial)
    return stepped(
        request,
        shown,
        form,
        lambda given: services.take_up(
            user=request.user,
            escalation=shown,
            answer_due_on=given["answer_due_on"],
            expected_version=given["version"],
            now=now,
        ),
        heading="Put this before the board",
        submit="Put it before the board",
        said="Put before the board. Its members are told.",
        **_of(shown, now),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.ESCALATION, within=_EVERY)
def decline_escalation(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _opened(request, uid, now, act=Act.DECLINE)
    form = ReasonForm(request.POST or None, initial={"version": shown.version})
    return stepped(
        request,
        shown,
        form,
        lambda given: services.decline(
            user=request.user,
            escalation=shown,
            reason=given["reason"],
            expected_version=given["version"],
            now=now,
        ),
        heading="Do not put this before the board",
        submit="Do not take it up",
        said="Not taken up. It stays on record with your reason.",
        hint="The board sees that it was not taken up, and why. The rule proposes it again only after the "
        "rating has changed.",
        **_of(shown, now),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.ESCALATION)
def answer_escalation(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _opened(request, uid, now, act=Act.ANSWER)
    form = AnswerForm(request.POST or None, initial={"version": shown.version})
    return stepped(
        request,
        shown,
        form,
        lambda given: services.answer(
            user=request.user,
            escalation=shown,
            answer=given["answer"],
            expected_version=given["version"],
            now=now,
        ),
        heading="Answer for the board",
        submit="Save answer",
        said="Answered. In 90 days the board is asked what changed for children.",
        **_of(shown, now),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.ESCALATION)
def escalation_changed(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _opened(request, uid, now, act=Act.SAY_WHAT_CHANGED)
    say = partial(services.say_what_changed, user=request.user, escalation=shown, now=now)
    return asked_what_changed(request, shown, say, _of(shown, now))


def _opened(request: HttpRequest, uid: UUID, now: datetime, *, act: Act | None = None) -> Escalation:
    rows = Escalation.objects.visible_to(request.user, at=now).select_related(
        "risk", "signal", "raised_by", "taken_by", "answered_by", "changed_by"
    )
    found = get_object_or_404(rows, uid=uid)
    if act:
        offered(request, may("escalation", act, found.state, request.user.roles))
    return found


def _of(shown: Escalation, now: datetime) -> dict:
    return {
        "page": "escalation",
        "caption": shown.title,
        "rows": presenters.escalation_rows(shown, day_of(now)),
        "state_of": lambda one: presenters.state_tag(one.state)["text"],
    }
