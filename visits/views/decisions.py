"""Pages of management decisions: asking, deciding, and the record of it."""

from datetime import date, datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.policy import Action, Thing, allows
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from safeguarding.kernel.periods import day_of
from visits import services
from visits.constants.oversight import DecisionState
from visits.facts import PlanToAsk
from visits.forms.decisions import (
    AskDecisionForm,
    DecideForm,
    FilterDecisionsForm,
    ResubmitDecisionForm,
    WithdrawDecisionForm,
)
from visits.models import Child, ManagementDecision, Plan
from visits.presenters import decisions as decision_presenters
from visits.rules import decisions as decision_rules
from visits.rules.decisions import Choice
from visits.selectors import decisions as found
from visits.selectors import lines
from visits.selectors.oversight_rules import limit
from visits.views.opening import open_child, page_of, refuse


@require_safe
@requires(Action.VIEW, Thing.DECISION)
def decisions(request: HttpRequest) -> HttpResponse:
    """Decisions within reach, what waits for the reader first."""
    now = timezone.now()
    user = request.user
    choices = found.SHOWN
    if not allows(user.roles, Action.DECIDE, Thing.DECISION):
        choices = {code: words for code, words in choices.items() if code != "mine"}
    form = FilterDecisionsForm(request.GET or None, choices=choices)
    show = form.cleaned_data.get("show") if form.is_bound and form.is_valid() else ""
    show = show or next(iter(choices))
    if not form.is_bound:
        form.initial = {"show": show}
    page = page_of(request, found.listed(user, show, at=now))
    shown = found.decision_lines(page.object_list, user, at=now)
    with transaction.atomic():
        services.record_listing(user=user, shown=len(shown), filters={"decisions": show}, now=now)
    context = {
        "filter_form": form,
        "error_forms": [form] if form.is_bound else [],
        "page_obj": page,
        "heading": choices[show],
        "table": decision_presenters.list_table(shown, day_of(now)) | {"caption": choices[show]},
        "stats": decision_presenters.count_stats(found.counts(user, at=now)),
    }
    return render(request, "visits/decisions/list.html", context)


@require_safe
@requires(Action.VIEW, Thing.DECISION)
def decision(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _open(request, uid, page="management decision", now=now)
    renewal = found.renewal_by(shown)
    begun = renewal.covers_from if renewal and renewal.state == DecisionState.AUTHORISED else None
    standing = found.standing_of(shown, begun, day_of(now))
    context = {
        "decision": shown,
        "shown_as": lines.shown_as(shown.child),
        "tags": decision_presenters.tags(standing, shown.retrospective),
        "facts": decision_presenters.fact_rows(shown, standing=standing, renewed_by=renewal),
        "people": decision_presenters.people_rows(shown),
        "principles": decision_presenters.principles(shown),
        "answers": decision_presenters.other_answers(shown),
        "contacts": decision_presenters.contacts_table(shown, found.contacts_of(shown)),
        "history": decision_presenters.history(found.changes_of(shown)),
        "rights": found.rights_on(shown, request.user, at=now),
    }
    return render(request, "visits/decisions/decision.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.DECISION)
def ask_decision(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    child = open_child(request, uid, page="ask for a decision", now=now)
    if not found.may_ask(child, request.user, at=now):
        raise PermissionDenied
    if request.method == "POST":
        plans = found.plans_to_ask(child, at=now, also=_uuid(request.POST.get("plan_uid", "")))
        return _asking(request, child, plans, renews=None, covers_from=day_of(now), now=now)
    plans = found.plans_to_ask(child, at=now)
    free = [plan for plan in plans if not plan.renews and not plan.open_request]
    if len(plans) == 1 and plans[0].open_request:
        messages.info(request, "A request for this child is open already. It is shown below.")
        return redirect("decision", uid=plans[0].open_request)
    if len(plans) == 1 and plans[0].renews:
        return redirect("renew_decision", uid=plans[0].renews)
    return _asking(
        request, child, free, renews=None, covers_from=_first_day(request, day_of(now)), now=now, others=plans
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.DECISION)
def renew_decision(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    earlier = _open(request, uid, page="renew a decision", now=now)
    if request.method != "POST" and not found.rights_on(earlier, request.user, at=now).renew:
        raise PermissionDenied
    plans = found.plans_to_ask(earlier.child, at=now, also=earlier.plan.uid)
    # The same plan; where it has closed meanwhile, one that is open in its place.
    today = day_of(now)
    still_open = [plan for plan in plans if plan.end_date is None or plan.end_date > today]
    same = [plan for plan in still_open if plan.uid == earlier.plan.uid]
    tomorrow = date.fromordinal(earlier.review_on.toordinal() + 1)
    start = max(today, tomorrow)
    # A form that was open while its plan closed is sent back with that plan, to be refused by name.
    offered = same or still_open or plans
    return _asking(request, earlier.child, offered, renews=earlier, covers_from=start, now=now)


def _asking(
    request: HttpRequest,
    child: Child,
    plans: list[PlanToAsk],
    *,
    renews: ManagementDecision | None,
    covers_from: date,
    now: datetime,
    others: list[PlanToAsk] | None = None,
) -> HttpResponse:
    """The form of a new request or a renewal, and what is sent from it."""
    context = {
        "child": child,
        "shown_as": lines.shown_as(child),
        "renews": renews,
        "others": [plan for plan in others or [] if plan not in plans],
        "title": "Renew a management decision" if renews else "Ask for a management decision",
    }
    if not plans:
        return render(request, "visits/decisions/ask.html", context)
    today = day_of(now)
    try:
        longest = limit("decision_longest_days", today)
        second = bool(renews) and decision_rules.second_needed(
            renews.renewal + 1, limit("second_approver_from_renewal", today)
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("child", uid=child.uid)
    form = AskDecisionForm(
        request.POST or None, plans=plans, today=today, longest=longest, covers_from=covers_from
    )
    if form.is_valid():
        try:
            made = services.ask_for_decision(
                user=request.user,
                child=child,
                plan=get_object_or_404(Plan, child=child, uid=form.cleaned_data["plan_uid"]),
                draft=form.draft(),
                renews=renews,
                token=form.cleaned_data["token"],
                now=now,
            )
        except AlreadyDone as done:
            messages.info(request, "This request was already saved. It is shown below.")
            return redirect("decision", uid=done.outcome)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Request saved. A manager who is not you decides it.")
            return redirect("decision", uid=made.uid)
    return render(request, "visits/decisions/ask.html", context | {"form": form, "second": second})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.DECISION)
def decide_decision(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _open(request, uid, page="decide", now=now)
    # What was typed on a page that was right when it was opened gets the service's answer, never a bare 403.
    if request.method != "POST" and not found.rights_on(shown, request.user, at=now).decide:
        raise PermissionDenied
    try:
        second_from = limit("second_approver_from_renewal", day_of(now))
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("decision", uid=uid)
    follows = shown.state == DecisionState.ASKED and decision_rules.second_needed(shown.renewal, second_from)
    form = DecideForm(request.POST or None, second_follows=follows, initial={"version": shown.version})
    if form.is_valid():
        choice, note = Choice(form.cleaned_data["choice"]), form.cleaned_data["note"]
        try:
            became = services.decide(
                user=request.user,
                decision=shown,
                choice=choice,
                note=note,
                expected_version=form.cleaned_data["version"],
                now=now,
            )
        except StaleEdit:
            did = decision_presenters.choice_words(choice)
            return _stale(request, shown, {}, did=did, leads_to=_LEADS_TO[choice], words=note)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _DECIDED[DecisionState(became.state)])
            return redirect("decision", uid=uid)
    context = {
        "form": form,
        "decision": shown,
        "shown_as": lines.shown_as(shown.child),
        "facts": decision_presenters.fact_rows(
            shown, standing=found.standing_of(shown, None, day_of(now)), renewed_by=None
        ),
        "people": decision_presenters.people_rows(shown),
        "principles": decision_presenters.principles(shown),
        "answers": decision_presenters.other_answers(shown),
        "second": shown.state == DecisionState.SECOND,
        "retrospective": decision_rules.is_retrospective(
            covers_from=shown.covers_from, decided_on=day_of(now)
        ),
    }
    return render(request, "visits/decisions/decide.html", context)


_LEADS_TO = {
    Choice.AUTHORISE: {DecisionState.AUTHORISED, DecisionState.SECOND},
    Choice.SEND_BACK: {DecisionState.SENT_BACK},
    Choice.DECLINE: {DecisionState.DECLINED},
}
_DECIDED = {
    DecisionState.AUTHORISED: "Authorised. Contacts on these days that are not face to face now count.",
    DecisionState.SECOND: "Approved. Another manager must approve it too before it stands.",
    DecisionState.SENT_BACK: "Sent back. Who asked can change the request and ask again.",
    DecisionState.DECLINED: "Declined. The child must be visited face to face.",
}


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.DECISION)
def resubmit_decision(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _open(request, uid, page="change a request", now=now)
    if request.method != "POST" and not found.rights_on(shown, request.user, at=now).resubmit:
        raise PermissionDenied
    today = day_of(now)
    try:
        longest = limit("decision_longest_days", today)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("decision", uid=uid)
    [plan] = [
        plan
        for plan in found.plans_to_ask(shown.child, at=now, also=shown.plan.uid)
        if plan.uid == shown.plan.uid
    ]
    form = ResubmitDecisionForm(request.POST or None, decision=shown, plan=plan, today=today, longest=longest)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            services.resubmit_decision(
                user=request.user,
                decision=shown,
                draft=form.draft(),
                reason=reason,
                expected_version=form.cleaned_data["version"],
                now=now,
            )
        except StaleEdit:
            typed = vars(form.draft())
            asked = {DecisionState.ASKED}
            return _stale(request, shown, typed, did="Ask again", leads_to=asked, words=reason)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Asked again. What was there before is kept below.")
            return redirect("decision", uid=uid)
    last = found.last_move(shown)
    context = {
        "form": form,
        "decision": shown,
        "shown_as": lines.shown_as(shown.child),
        "sent_back": last if last and last.became == DecisionState.SENT_BACK else None,
    }
    return render(request, "visits/decisions/resubmit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.DECISION)
def withdraw_decision(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _open(request, uid, page="withdraw a request", now=now)
    if request.method != "POST" and not found.rights_on(shown, request.user, at=now).withdraw:
        raise PermissionDenied
    form = WithdrawDecisionForm(request.POST or None, initial={"version": shown.version})
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            services.withdraw_decision(
                user=request.user,
                decision=shown,
                reason=reason,
                expected_version=form.cleaned_data["version"],
                now=now,
            )
        except StaleEdit:
            withdrawn = {DecisionState.WITHDRAWN}
            return _stale(request, shown, {}, did="Withdraw", leads_to=withdrawn, words=reason)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Request withdrawn. The record of it stays.")
            return redirect("decision", uid=uid)
    context = {"form": form, "decision": shown, "shown_as": lines.shown_as(shown.child)}
    return render(request, "visits/decisions/withdraw.html", context)


def _open(request: HttpRequest, uid: UUID, *, page: str, now: datetime) -> ManagementDecision:
    """The decision, if its child is this person's to see, with the look on the audit trail. 404 otherwise."""
    rows = found.visible(request.user, at=now).select_related(
        "child", "plan", "asked_by", "decided_by", "seconded_by", "renews"
    )
    shown = get_object_or_404(rows, uid=uid)
    shown.child = open_child(request, shown.child.uid, page=page, now=now)
    return shown


def _stale(
    request: HttpRequest,
    shown: ManagementDecision,
    typed: dict[str, object],
    *,
    did: str,
    leads_to: set[DecisionState],
    words: str,
) -> HttpResponse:
    """409 with both texts; but to who clicked twice, what the first click did. `did`: what was to be done,
    in words, and `leads_to` the states that it leads to."""
    current = ManagementDecision.objects.get(pk=shown.pk)
    last = found.last_move(current)
    if (
        last
        and last.moved_by_id == request.user.pk
        and last.became in leads_to
        and last.reason.split() == words.split()
        and all(getattr(current, name) == value for name, value in typed.items())
    ):
        messages.info(request, "This was already saved. It is shown below.")
        return redirect("decision", uid=shown.uid)
    context = {
        "theirs_yours": decision_presenters.theirs_yours(
            current, typed, did=did, words=words, their_words=last.reason if last else ""
        ),
        "changed_by": last.moved_by.name if last else "",
        "changed_at": last.moved_at if last else None,
        "view_url": reverse("decision", args=[shown.uid]),
    }
    return render(request, "errors/409.html", context, status=409)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _first_day(request: HttpRequest, today: date) -> date:
    """The day that a contact's page led from, if it is one; else today."""
    try:
        return min(date.fromisoformat(request.GET.get("from", "")), today)
    except ValueError:
        return today
