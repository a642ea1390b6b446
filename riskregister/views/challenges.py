"""Pages of challenges: the board asks a partner."""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db.models import Case, IntegerField, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.policy import Action, Scope, Thing, allows
from partners.selectors.linkable import organisations
from riskregister.constants import ChallengeState, ReviewSection
from riskregister.forms.board_work import ConfirmForm, StateForm
from riskregister.forms.challenges import AnswerChallengeForm, AskForm, ReopenForm
from riskregister.history import story
from riskregister.models import Challenge, Risk
from riskregister.presenters import challenges as presenters
from riskregister.presenters.board_work import review_name, risk_name, timeline
from riskregister.rules.board_work import Act, default_answer_day, may
from riskregister.selectors.board_pages import challenges_that_changed, open_risks, review_choices
from riskregister.selectors.board_people import answers_for
from riskregister.services import challenges as services
from riskregister.services.challenges import AskedAbout
from riskregister.views.base import page_of
from riskregister.views.board_steps import asked_what_changed, buttons_of, made, offered, stepped
from safeguarding.kernel.periods import day_of

_OWN = frozenset({Scope.OWN_ORGANISATION})
_WAITING_FIRST = Case(
    When(state__in=presenters.WAITS, then=Value(0)),
    When(state=ChallengeState.ANSWERED, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


@require_safe
@requires(Action.VIEW, Thing.CHALLENGE)
def challenges(request: HttpRequest) -> HttpResponse:
    """What waits for a partner first, by its day; then what waits for the board."""
    now = timezone.now()
    today = day_of(now)
    states = [("", "All, unanswered first"), ("overdue", "Overdue"), *ChallengeState.choices]
    form = StateForm(request.GET or None, states=states)
    seen = Challenge.objects.visible_to(request.user, at=now)
    rows = seen.select_related("asked_of", "asked_by")
    if (state := form.chosen()) == "overdue":
        rows = rows.filter(state__in=presenters.WAITS, answer_due_on__lt=today)
    elif state:
        rows = rows.filter(state=state)
    page = page_of(request, rows.order_by(_WAITING_FIRST, "answer_due_on", "-asked_at", "pk"))
    buttons = []
    if allows(request.user.roles, Action.CREATE, Thing.CHALLENGE):
        buttons.append({"text": "Challenge a partner", "href": reverse("ask_challenge")})
    context = {
        "heading": "Challenges",
        "lead": "The board asks a partner to account for something. The partner’s lead or a deputy answers; "
        "a board member says whether the answer holds.",
        "note": presenters.asked_words(challenges_that_changed(seen)),
        "buttons": buttons,
        "filter_form": form,
        "here": reverse("challenges"),
        "page_obj": page,
        "noun": "challenges",
        "table": presenters.challenges_table(page.object_list, today, empty="No challenge is listed here."),
    }
    return render(request, "riskregister/board/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.CHALLENGE)
def ask_challenge(request: HttpRequest) -> HttpResponse:
    """`?risk=` or `?review=…&section=…` choose what it is about, `?partner=` of whom."""
    now = timezone.now()
    partners = organisations(now)
    asked = request.GET
    about = f"risk:{asked['risk']}" if asked.get("risk") else ""
    if asked.get("review"):
        about = f"review:{asked['review']}:{asked.get('section', '')}"
    form = AskForm(
        request.POST or None,
        partners=[(uid, name) for _, uid, name in partners],
        about=_choices(request, now),
        initial={
            "about": about,
            "asked_of": asked.get("partner", ""),
            "answer_due_on": default_answer_day(day_of(now)),
        },
    )

    def make() -> Challenge:
        given = form.cleaned_data
        return services.ask(
            user=request.user,
            about=_about(given["about"], request, now),
            asked_of_id=next(key for key, uid, _ in partners if uid == given["asked_of"]),
            question=given["question"],
            answer_due_on=given["answer_due_on"],
            token=given["token"],
            now=now,
        )

    return made(
        request,
        form,
        make,
        heading="Challenge a partner",
        submit="Ask",
        said="Asked. The partner’s lead and deputies are told.",
        record="challenge",
        back=reverse("challenges"),
        back_text="Back to challenges",
    )


def _choices(request: HttpRequest, now: datetime) -> list[tuple[str, str]]:
    found = [(f"risk:{risk.uid}", f"Risk: {risk_name(risk)}") for risk in open_risks(request.user, at=now)]
    section = request.GET.get("section", "")
    for review in review_choices(request.user, at=now):
        name = f"Review of {review_name(review)}"
        if section in ReviewSection.values and request.GET.get("review") == str(review.uid):
            label = ReviewSection(section).label
            found.append((f"review:{review.uid}:{section}", f"{name}: {label}"))
        found.append((f"review:{review.uid}:", name))
    return found


def _about(code: str, request: HttpRequest, now: datetime) -> AskedAbout:
    """Of a choice that was offered."""
    kind, _, rest = code.partition(":")
    if kind == "risk":
        return AskedAbout(risk=get_object_or_404(Risk.objects.visible_to(request.user, at=now), uid=rest))
    if kind == "review":
        uid, _, section = rest.partition(":")
        review = get_object_or_404(review_choices(request.user, at=now), uid=uid)
        return AskedAbout(review=review, section=section)
    return AskedAbout()


@require_safe
@requires(Action.VIEW, Thing.CHALLENGE)
def challenge(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    today = day_of(now)
    shown = _opened(request, uid, now)
    clock = presenters.clock_of(shown, today)
    context = {
        "kind": "Challenge",
        "title": f"Challenge of {shown.asked_of.name}",
        "tags": [presenters.state_tag(shown), *clock.tags],
        "warning": clock.warning,
        "rows": presenters.challenge_rows(shown, today),
        "buttons": _buttons(request, shown, now),
        "history": timeline(story("challenge", uid), presenters.told),
        "back": reverse("challenges"),
        "back_text": "Back to challenges",
    }
    return render(request, "riskregister/board/record.html", context)


def _buttons(request: HttpRequest, shown: Challenge, now: datetime) -> list[dict[str, str]]:
    user = request.user
    steps = []
    if user.pk != shown.asked_by_id and answers_for(user, shown.asked_of, at=now):
        steps.append((Act.ANSWER, "answer_challenge", "Answer"))
    if user.pk != shown.answered_by_id:
        steps += [
            (Act.ACCEPT, "accept_answer", "Accept the answer"),
            (Act.REOPEN, "reopen_challenge", "Ask again"),
        ]
        due = presenters.look_due(shown)
        if due and due <= day_of(now):
            steps.append((Act.SAY_WHAT_CHANGED, "challenge_changed", "Say what changed for children"))
    return buttons_of(request, "challenge", shown, shown.state, steps)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.CHALLENGE, within=_OWN)
def answer_challenge(request: HttpRequest, uid: UUID) -> HttpResponse:
    """By the lead or a deputy of the organisation that is asked; for others it is not there."""
    now = timezone.now()
    shown = _opened(request, uid, now, act=Act.ANSWER)
    if not answers_for(request.user, shown.asked_of, at=now):
        raise Http404
    form = AnswerChallengeForm(request.POST or None, initial={"version": shown.version})
    return stepped(
        request,
        shown,
        form,
        lambda given: services.answer(
            user=request.user,
            challenge=shown,
            answer=given["answer"],
            expected_version=given["version"],
            now=now,
        ),
        heading="Answer this challenge",
        submit="Save answer",
        said="Answered. A board member says whether the answer holds.",
        **_of(shown, now),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.CHALLENGE)
def accept_answer(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _opened(request, uid, now, act=Act.ACCEPT)
    form = ConfirmForm(request.POST or None, initial={"version": shown.version})
    return stepped(
        request,
        shown,
        form,
        lambda given: services.accept(
            user=request.user, challenge=shown, expected_version=given["version"], now=now
        ),
        heading="Accept this answer",
        submit="Accept the answer",
        said="Accepted. 90 days after the answer the board is asked what changed for children.",
        **_of(shown, now),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.CHALLENGE)
def reopen_challenge(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _opened(request, uid, now, act=Act.REOPEN)
    initial = {"version": shown.version, "answer_due_on": default_answer_day(day_of(now))}
    form = ReopenForm(request.POST or None, initial=initial)
    return stepped(
        request,
        shown,
        form,
        lambda given: services.reopen(
            user=request.user,
            challenge=shown,
            reason=given["reason"],
            answer_due_on=given["answer_due_on"],
            expected_version=given["version"],
            now=now,
        ),
        heading="Ask again",
        submit="Ask again",
        said="Asked again. The answer that was not accepted stays in the history.",
        **_of(shown, now),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.CHALLENGE)
def challenge_changed(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _opened(request, uid, now, act=Act.SAY_WHAT_CHANGED)
    say = partial(services.say_what_changed, user=request.user, challenge=shown, now=now)
    return asked_what_changed(request, shown, say, _of(shown, now))


def _opened(request: HttpRequest, uid: UUID, now: datetime, *, act: Act | None = None) -> Challenge:
    rows = (
        Challenge.objects.visible_to(request.user, at=now)
        .select_related("asked_of", "asked_by", "answered_by", "changed_by", "risk", "review")
        .defer("review__content", "review__sealed_extras")
    )
    found = get_object_or_404(rows, uid=uid)
    if act:
        offered(request, may("challenge", act, found.state, request.user.roles))
    return found


def _of(shown: Challenge, now: datetime) -> dict:
    return {
        "page": "challenge",
        "caption": f"Challenge of {shown.asked_of.name}",
        "rows": presenters.challenge_rows(shown, day_of(now)),
        "state_of": lambda one: presenters.state_tag(one)["text"],
    }
