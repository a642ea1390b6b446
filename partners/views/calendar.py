"""The calendar of cycles: rules, pauses, and what comes next, shown before anything is saved."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.policy import Action, Thing, allows
from partners.forms.cycles import CyclePauseForm, CycleRuleForm, RemoveRuleForm, shown_again
from partners.models import CyclePause
from partners.presenters import cycles as presenters
from partners.rules import cycles as cycle_rules
from partners.rules.calendar import CalendarRule, Pause
from partners.selectors import cycles as selectors
from partners.services import calendar as services
from partners.views.base import refuse
from safeguarding.kernel.errors import AlreadyDone, Refusal
from safeguarding.kernel.periods import day_of


@require_safe
@requires(Action.VIEW, Thing.CYCLE)
def cycle_calendar(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    today = day_of(now)
    coming = selectors.next_periods(*selectors.calendar())
    context = {
        "rules": presenters.rule_entries(selectors.rules_set(), selectors.last_opened()),
        "pauses": presenters.pause_entries(selectors.upcoming_pauses(today=today)),
        "earlier_pauses": presenters.pause_entries(selectors.earlier_pauses(today=today)),
        "table": presenters.periods_table(coming, now=now, caption="The next six periods"),
        "edits": allows(request.user.roles, Action.EDIT, Thing.CYCLE),
    }
    return render(request, "partners/cycles/calendar.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.CYCLE)
def set_cycle_rule(request: HttpRequest) -> HttpResponse:
    """First shows the next six dates under the rule; sends it on only as it was shown."""
    now = timezone.now()
    form = CycleRuleForm(request.POST or None)
    preview = None
    if form.is_valid():
        rule = form.rule()
        try:
            for fault in cycle_rules.rule_faults(rule, last_opened=selectors.last_opened()):
                raise fault
            if form.was_shown():
                services.set_rule(
                    user=request.user,
                    rule=rule,
                    reason=form.cleaned_data["reason"],
                    token=form.cleaned_data["token"],
                    now=now,
                )
                messages.success(request, "Calendar set.")
                return redirect("cycle_calendar")
            rules, pauses = selectors.calendar()
            rules = [one for one in rules if one.effective_from != rule.effective_from]
            preview = _preview([*rules, rule], pauses, now)
            form = CycleRuleForm(shown_again(form))
        except AlreadyDone:
            messages.info(request, "This calendar was already saved.")
            return redirect("cycle_calendar")
        except Refusal as refusal:
            refuse(form, refusal)
    context = {"form": form, "preview": preview}
    return render(request, "partners/cycles/set_rule.html", context)


def _preview(rules: list[CalendarRule], pauses: list[Pause], now) -> dict:
    coming = selectors.next_periods(rules, pauses)
    return {
        "table": presenters.periods_table(coming, now=now, caption="The next six periods would be"),
        "at_once": presenters.at_once_words(len(selectors.opening_by(rules, pauses, now))),
    }


@require_POST
@requires(Action.EDIT, Thing.CYCLE)
def remove_cycle_rule(request: HttpRequest) -> HttpResponse:
    form = RemoveRuleForm(request.POST)
    if form.is_valid():
        try:
            services.remove_rule(
                user=request.user,
                effective_from=form.cleaned_data["effective_from"],
                now=timezone.now(),
            )
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, "Rule taken back.")
    return redirect("cycle_calendar")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.CYCLE)
def set_cycle_pause(request: HttpRequest) -> HttpResponse:
    """First shows which dates remain; sends it on only as it was shown."""
    now = timezone.now()
    form = CyclePauseForm(request.POST or None)
    preview = None
    if form.is_valid():
        draft = form.draft()
        try:
            latest = selectors.last_opened()
            for fault in cycle_rules.pause_faults(draft, today=day_of(now), last_opened=latest):
                raise fault
            if form.was_shown():
                services.set_pause(
                    user=request.user,
                    draft=draft,
                    reason=form.cleaned_data["reason"],
                    token=form.cleaned_data["token"],
                    now=now,
                )
                messages.success(request, "Pause set.")
                return redirect("cycle_calendar")
            rules, pauses = selectors.calendar()
            pause = Pause(draft.first_day, draft.last_day + timedelta(days=1))
            preview = _preview(rules, [*pauses, pause], now)
            form = CyclePauseForm(shown_again(form))
        except AlreadyDone:
            messages.info(request, "This pause was already saved.")
            return redirect("cycle_calendar")
        except Refusal as refusal:
            refuse(form, refusal)
    context = {"form": form, "preview": preview}
    return render(request, "partners/cycles/set_pause.html", context)


@require_POST
@requires(Action.EDIT, Thing.CYCLE)
def lift_cycle_pause(request: HttpRequest, uid: UUID) -> HttpResponse:
    pause = get_object_or_404(CyclePause, uid=uid)
    try:
        services.lift_pause(user=request.user, pause=pause, now=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Pause lifted. Periods that start from today on are asked for again.")
    return redirect("cycle_calendar")
