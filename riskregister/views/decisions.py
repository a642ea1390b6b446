"""Pages of the board's decisions."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.policy import Action, Thing, allows
from riskregister.constants import PRACTICE_CHECK_AFTER
from riskregister.forms.board_work import ConfirmForm, StateForm
from riskregister.forms.decisions import LINKS, EditDecisionForm, RecordDecisionForm
from riskregister.history import story
from riskregister.models import Decision, Risk
from riskregister.presenters import decisions as presenters
from riskregister.presenters.base import on_day, on_moment
from riskregister.presenters.board_work import review_name, risk_name, timeline
from riskregister.rules.board_work import Act, decision_state, may
from riskregister.selectors.board_pages import (
    escalation_choices,
    meeting_choices,
    review_choices,
    written_by,
)
from riskregister.selectors.decisions import chosen
from riskregister.services import decisions as services
from riskregister.services.decisions import DecidedOn
from riskregister.views.base import page_of
from riskregister.views.board_steps import asked_what_changed, buttons_of, made, offered, stepped
from safeguarding.kernel.periods import day_of

_STATES = [
    ("", "All"),
    ("to_confirm", "To be confirmed"),
    ("look_again", "To be looked at again"),
    ("retrospective", presenters.RETROSPECTIVE),
]


@require_safe
@requires(Action.VIEW, Thing.BOARD_DECISION)
def decisions_of_the_board(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    today = day_of(now)
    form = StateForm(request.GET or None, states=_STATES)
    rows = chosen(Decision.objects.visible_to(request.user, at=now), form.chosen(), today)
    page = page_of(request, rows)
    buttons = []
    if allows(request.user.roles, Action.CREATE, Thing.BOARD_DECISION):
        buttons.append({"text": "Write down a decision", "href": reverse("record_decision")})
    context = {
        "heading": "Decisions of the board",
        "lead": "What the board decided, from which options and why, who differed, and when it looks again.",
        "buttons": buttons,
        "filter_form": form,
        "here": reverse("decisions_of_the_board"),
        "page_obj": page,
        "noun": "decisions",
        "table": presenters.decisions_table(page.object_list, today, empty="No decision is listed here."),
    }
    return render(request, "riskregister/board/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.BOARD_DECISION)
def record_decision(request: HttpRequest) -> HttpResponse:
    """`?risk=`, `?escalation=`, `?review=`, `?meeting=` choose what it belongs to; `?instead_of=`: the
    decision that it replaces."""
    now = timezone.now()
    initial: dict[str, Any] = {name: request.GET.get(name, "") for name in LINKS}
    initial["look_again_on"] = day_of(now) + PRACTICE_CHECK_AFTER
    initial |= _instead_of(request, now)
    form = RecordDecisionForm(request.POST or None, links=_links(request, now), initial=initial)
    return made(
        request,
        form,
        lambda: services.record_decision(
            user=request.user,
            draft=form.draft(),
            about=_about(request, form.cleaned_data, now),
            token=form.cleaned_data["token"],
            now=now,
        ),
        heading="Write down a decision",
        submit="Save",
        said="Written down. A board member confirms it.",
        record="board_decision",
        back=reverse("decisions_of_the_board"),
        back_text="Back to decisions of the board",
        hint="A board member who did not write it down confirms it. From then on it is never changed.",
    )


def _instead_of(request: HttpRequest, now: datetime) -> dict[str, str]:
    """What a decision that replaces another begins with."""
    rows = Decision.objects.visible_to(request.user, at=now)
    try:
        old = rows.get(uid=UUID(request.GET.get("instead_of", "")))
    except (ValueError, Decision.DoesNotExist):
        return {}
    words = f"Replaces the decision of {on_day(old.decided_on)}: {old.title}."
    return {"reason": words, "risk": str(old.risk.uid) if old.risk else ""}


def _links(request: HttpRequest, now: datetime) -> dict[str, list[tuple[str, str]]]:
    user = request.user
    risks = Risk.objects.visible_to(user, at=now).order_by("number")
    return {
        "risk": [(str(one.uid), risk_name(one)) for one in risks],
        "escalation": [
            (str(one.uid), f"{one.title}, {on_moment(one.raised_at)}")
            for one in escalation_choices(user, at=now)
        ],
        "review": [(str(one.uid), review_name(one)) for one in review_choices(user, at=now)],
        "meeting": [(str(one.uid), _meeting_name(one)) for one in meeting_choices(user, at=now)],
    }


def _meeting_name(one: Any) -> str:
    return f"{one.name}, {on_moment(one.starts_at)}"


def _about(request: HttpRequest, given: dict[str, Any], now: datetime) -> DecidedOn:
    """Of choices that were offered."""
    user = request.user
    risks = Risk.objects.visible_to(user, at=now)
    escalations, reviews = escalation_choices(user, at=now), review_choices(user, at=now)
    return DecidedOn(
        risk=get_object_or_404(risks, uid=given["risk"]) if given["risk"] else None,
        escalation=(get_object_or_404(escalations, uid=given["escalation"]) if given["escalation"] else None),
        review=get_object_or_404(reviews, uid=given["review"]) if given["review"] else None,
        meeting_uid=UUID(given["meeting"]) if given["meeting"] else None,
    )


@require_safe
@requires(Action.VIEW, Thing.BOARD_DECISION)
def board_decision(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _opened(request, uid, now)
    tags = [presenters.state_tag(shown)]
    if shown.retrospective:
        tags.append({"text": presenters.RETROSPECTIVE, "colour": "orange"})
    fixed = "This decision is confirmed and is never changed. To change it, write down a new decision that "
    context = {
        "kind": "Decision of the board",
        "title": shown.title,
        "tags": tags,
        "rows": _rows(request, shown, now),
        "buttons": _buttons(request, shown, now),
        "hint": f"{fixed}names this one." if shown.confirmed_at else "",
        "history": timeline(story("decision", uid), presenters.told),
        "back": reverse("decisions_of_the_board"),
        "back_text": "Back to decisions of the board",
    }
    return render(request, "riskregister/board/record.html", context)


def _buttons(request: HttpRequest, shown: Decision, now: datetime) -> list[dict[str, str]]:
    user = request.user
    steps = [(Act.EDIT, "edit_board_decision", "Change it")]
    if user.pk not in written_by("decision", shown.uid):
        steps.append((Act.CONFIRM, "confirm_board_decision", "Confirm it"))
    due = presenters.look_due(shown)
    if due and due <= day_of(now):
        steps.append((Act.SAY_WHAT_CHANGED, "board_decision_changed", "Say what changed for children"))
    found = buttons_of(request, "decision", shown, decision_state(shown.confirmed_at), steps)
    if shown.confirmed_at and allows(user.roles, Action.CREATE, Thing.BOARD_DECISION):
        href = f"{reverse('record_decision')}?instead_of={shown.uid}"
        found.append({"text": "Write down a new decision instead", "href": href})
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.BOARD_DECISION)
def edit_board_decision(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _opened(request, uid, now, act=Act.EDIT)
    columns = ("title", "kind", "options", "reason", "dissent", "childrens_rights")
    initial: dict[str, Any] = {name: getattr(shown, name) for name in columns}
    initial |= {
        "version": shown.version,
        "decided_on": shown.decided_on,
        "look_again_on": shown.look_again_on,
        "risk": str(shown.risk.uid) if shown.risk else "",
        "escalation": str(shown.escalation.uid) if shown.escalation else "",
        "review": str(shown.review.uid) if shown.review else "",
        "meeting": str(shown.meeting_uid or ""),
    }
    form = EditDecisionForm(request.POST or None, links=_links(request, now), initial=initial)
    return stepped(
        request,
        shown,
        form,
        lambda given: services.edit_decision(
            user=request.user,
            decision=shown,
            draft=form.draft(),
            about=_about(request, dict(given), now),
            expected_version=given["version"],
            now=now,
        ),
        heading="Change what was written down",
        submit="Save",
        said="Saved. What it said before stays in the history.",
        **{**_of(request, shown, now), "rows": []},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.BOARD_DECISION)
def confirm_board_decision(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _opened(request, uid, now, act=Act.CONFIRM)
    form = ConfirmForm(request.POST or None, initial={"version": shown.version})
    return stepped(
        request,
        shown,
        form,
        lambda given: services.confirm_decision(
            user=request.user, decision=shown, expected_version=given["version"], now=now
        ),
        heading="Confirm this decision",
        submit="Confirm it",
        said="Confirmed.",
        warning="You say that the board decided so. From now on this is never changed.",
        **_of(request, shown, now),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.BOARD_DECISION)
def board_decision_changed(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _opened(request, uid, now, act=Act.SAY_WHAT_CHANGED)
    say = partial(services.say_what_changed, user=request.user, decision=shown, now=now)
    return asked_what_changed(request, shown, say, _of(request, shown, now))


def _opened(request: HttpRequest, uid: UUID, now: datetime, *, act: Act | None = None) -> Decision:
    rows = (
        Decision.objects.visible_to(request.user, at=now)
        .select_related("recorded_by", "confirmed_by", "changed_by", "risk", "escalation", "review")
        .defer("review__content", "review__sealed_extras")
    )
    found = get_object_or_404(rows, uid=uid)
    if act:
        offered(request, may("decision", act, decision_state(found.confirmed_at), request.user.roles))
    return found


def _rows(request: HttpRequest, shown: Decision, now: datetime) -> list[dict]:
    meeting = ""
    if shown.meeting_uid:
        names = {one.uid: _meeting_name(one) for one in meeting_choices(request.user, at=now)}
        meeting = names.get(shown.meeting_uid, "")
    return presenters.decision_rows(shown, meeting, day_of(now))


def _of(request: HttpRequest, shown: Decision, now: datetime) -> dict:
    return {
        "page": "board_decision",
        "caption": shown.title,
        "rows": _rows(request, shown, now),
        "state_of": lambda one: presenters.state_tag(one)["text"],
    }
