"""Hazard flags of a child, what of them waits for a manager, and their counts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.policy import Action, Scope, Thing, allows
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from safeguarding.kernel.periods import Month, day_of
from visits.facts.flags import FlagLine
from visits.forms.flags import ClearFlagForm, LastMonthForm, RaiseFlagForm, ReviewFlagForm
from visits.forms.records import VersionForm
from visits.models import HazardFlag
from visits.presenters import flags as presenters
from visits.rules import flags as flag_rules
from visits.rules.flags import FlagDates
from visits.rules.records import in_words
from visits.selectors import flags, lines
from visits.services import OutOfReach, record_listing
from visits.services import flags as services
from visits.views.opening import open_child, page_of, refuse

# Whose counts these are: own teams, or the service's without small numbers. Caseloads have none.
COUNTS = frozenset({Scope.OWN_TEAM, Scope.SUPPRESSED, Scope.PSEUDONYMISED})


@require_safe
@requires(Action.VIEW, Thing.FLAG, within=frozenset(Scope) - {Scope.SUPPRESSED})
def child_flags(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Every flag of a child: those that stand, those to be renewed or removed, and earlier ones."""
    now = timezone.now()
    child = open_child(request, uid, page="flags", now=now)
    shown = flags.child_flags(child, at=now)
    context = {
        "child": child,
        "shown_as": lines.shown_as(child),
        "may_raise": flags.may(child, request.user, Action.CREATE, at=now),
        "tables": [
            presenters.flags_table(shown.standing, caption="Flags that stand", empty="No flag stands."),
            presenters.flags_table(
                shown.lapsed, caption="Lapsed: to be renewed or removed", empty="No flag has lapsed."
            ),
            presenters.flags_table(
                shown.earlier, caption="Earlier flags", empty="There are no earlier flags."
            ),
        ],
    }
    return render(request, "visits/flags/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.FLAG)
def raise_flag(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    today = day_of(now)
    child = open_child(request, uid, page="raise a flag", now=now)
    if not flags.may(child, request.user, Action.CREATE, at=now):
        raise PermissionDenied
    kinds = flags.kinds_to_raise(on=today)
    # From a flag that has ended: the same kind again, from today.
    again = {"kind": request.GET.get("kind", ""), "starts_on": today} if "kind" in request.GET else {}
    form = RaiseFlagForm(request.POST or None, kinds=kinds, initial=again)
    if form.is_valid():
        try:
            flag = services.raise_flag(
                user=request.user,
                child=child,
                kind=form.cleaned_data["kind"],
                draft=form.draft(),
                token=form.cleaned_data["token"],
                now=now,
            )
        except AlreadyDone as done:
            messages.info(request, "This flag was already saved. It is shown below.")
            return redirect("flag", uid=done.outcome)
        except Refusal as refusal:
            refusal.field = form.field_of(refusal.field)
            refuse(form, refusal)
        else:
            waits = " Another manager must agree to it." if flag.kind.needs_agreement else ""
            messages.success(request, f"Flag raised.{waits}")
            return redirect("child", uid=uid)
    context = {"form": form, "child": child, "shown_as": lines.shown_as(child)}
    return render(request, "visits/flags/raise.html", context)


def _opened(request: HttpRequest, uid: UUID, *, page: str, now: datetime) -> HazardFlag:
    """The flag, with `child` as from open_child. 404 where it is not this person's to see."""
    rows = flags.visible(request.user, at=now).select_related("child", "kind")
    flag = get_object_or_404(rows, uid=uid)
    flag.child = open_child(request, flag.child.uid, page=page, now=now)
    return flag


def _line(flag: HazardFlag, now: datetime) -> FlagLine:
    rows = HazardFlag.objects.filter(pk=flag.pk)
    return flags.flag_lines(rows, {flag.child_id: flag.child}, at=now)[0]


@require_safe
@requires(Action.VIEW, Thing.FLAG, within=frozenset(Scope) - {Scope.SUPPRESSED})
def flag(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _opened(request, uid, page="flag", now=now)
    line = _line(shown, now)
    context = {
        "flag": shown,
        "line": line,
        "shown_as": line.shown_as,
        "tag": presenters.standing_tag(line),
        "rows": presenters.flag_rows(line),
        "reviews": presenters.reviews(line),
        "rights": flags.flag_rights(shown, request.user, at=now),
    }
    return render(request, "visits/flags/flag.html", context)


@require_POST
@requires(Action.DECIDE, Thing.FLAG)
def agree_to_flag(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _opened(request, uid, page="agree to a flag", now=now)
    form = VersionForm(request.POST)
    try:
        services.agree_to_flag(
            user=request.user,
            flag=shown,
            expected_version=form.cleaned_data["version"] if form.is_valid() else 0,
            now=now,
        )
    except StaleEdit:
        return _stale(request, shown, {}, now=now, edit_url=reverse("flag", args=[uid]))
    except OutOfReach:
        raise Http404 from None
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Agreed. The flag now counts.")
    return redirect("flag", uid=uid)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.FLAG)
def review_flag(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The flag was looked at again and still stands."""
    now = timezone.now()
    shown = _opened(request, uid, page="review a flag", now=now)
    if request.method != "POST" and not flags.flag_rights(shown, request.user, at=now).review:
        raise PermissionDenied
    terms = flags.terms_of(shown.kind)
    form = ReviewFlagForm(
        request.POST or None,
        version=shown.version,
        days=flag_rules.review_dates(flags.state_of(shown), terms, today=day_of(now)),
        told=shown.told_family,
        must_end=terms.lasts_days is not None,
    )
    if form.is_valid():
        answers = form.cleaned_data
        try:
            services.review_flag(
                user=request.user,
                flag=shown,
                expected_version=answers["version"],
                reason=answers["reason"],
                days=form.dates(),
                told_family_how=answers.get("told_family_how", ""),
                now=now,
            )
        except StaleEdit:
            return _stale(request, shown, _typed(form.dates(), answers), now=now, edit_url=request.path)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            until = in_words(answers["review_on"])
            messages.success(request, f"Flag reviewed. It stands until {until}.")
            return redirect("flag", uid=uid)
    context = {"form": form, "flag": shown, "rows": presenters.flag_rows(_line(shown, now))}
    context["shown_as"] = lines.shown_as(shown.child)
    return render(request, "visits/flags/review.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE, Thing.FLAG)
def clear_flag(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _opened(request, uid, page="remove a flag", now=now)
    if request.method != "POST" and not flags.flag_rights(shown, request.user, at=now).clear:
        raise PermissionDenied
    form = ClearFlagForm(request.POST or None, initial={"version": shown.version})
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            services.clear_flag(
                user=request.user,
                flag=shown,
                expected_version=form.cleaned_data["version"],
                reason=reason,
                now=now,
            )
        except StaleEdit:
            return _stale(request, shown, {"reason": reason}, now=now, edit_url=request.path)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Flag removed. It stays in the history with your reason.")
            return redirect("flag", uid=uid)
    context = {"form": form, "flag": shown, "rows": presenters.flag_rows(_line(shown, now))}
    context["shown_as"] = lines.shown_as(shown.child)
    return render(request, "visits/flags/clear.html", context)


def _typed(days: FlagDates, answers: dict[str, Any]) -> dict[str, Any]:
    told = {"told_family_how": answers["told_family_how"]} if answers.get("told_family_how") else {}
    return {"review_on": days.review_on, "ends_on": days.ends_on, **told, "reason": answers["reason"]}


def _stale(
    request: HttpRequest, flag: HazardFlag, typed: dict[str, Any], *, now: datetime, edit_url: str
) -> HttpResponse:
    """409: what is saved now and what was typed, so that neither is lost."""
    line = _line(flag, now)
    context = {
        "theirs_yours": presenters.theirs_yours(line, typed),
        "changed_by": presenters.last_changed_by(line),
        "edit_url": edit_url,
        "view_url": reverse("flag", args=[flag.uid]),
    }
    return render(request, "errors/409.html", context, status=409)


@require_safe
@requires(Action.DECIDE, Thing.FLAG)
def flags_waiting(request: HttpRequest) -> HttpResponse:
    """Of the manager's teams: flags to agree to, and flags to renew or remove."""
    now = timezone.now()
    waits = request.GET.get("show") != "lapsed"
    rows = (flags.awaiting_agreement if waits else flags.lapsed)(request.user, at=now)
    page = page_of(request, rows)
    shown = flags.lines_of(page.object_list, request.user, at=now)
    with transaction.atomic():
        show = "agreement" if waits else "lapsed"
        record_listing(user=request.user, shown=len(shown), filters={"flags": show}, now=now)
    table = presenters.flags_table(
        shown,
        caption="Flags without a manager’s agreement" if waits else "Lapsed flags: renew or remove",
        empty="No flag of your teams waits for agreement." if waits else "No flag of your teams has lapsed.",
        with_child=True,
    )
    return render(request, "visits/flags/waiting.html", {"page_obj": page, "table": table, "waits": waits})


@require_safe
@requires(Action.VIEW, Thing.FLAG, within=COUNTS)
def flag_counts(request: HttpRequest) -> HttpResponse:
    """Flags by month, kind and team: own teams plainly, or the service's without small numbers."""
    now = timezone.now()
    form = LastMonthForm(request.GET or None, today=day_of(now))
    first, last = form.months()
    counts = flags.shown_counts(request.user, first, last, at=now)
    kinds = flags.kinds_to_show(counts)
    context = {
        "form": form,
        "plain": counts.plain,
        "months": presenters.month_table(counts, kinds, first, last, today_month=Month.of(day_of(now))),
        "teams": presenters.team_table(counts, kinds, last),
        "decides": allows(request.user.roles, Action.DECIDE, Thing.FLAG),
    }
    return render(request, "visits/flags/counts.html", context)
