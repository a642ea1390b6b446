"""Finding a child, its record, and what an auditor does to learn whose it is."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.constants import Permission
from accounts.policy import Action, Thing, allows
from accounts.selectors import User
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of
from visits import presenters, services
from visits.audit_codes import audit_code
from visits.constants import RECORDS_PER_PAGE, PlanType
from visits.forms.access import RevealForm
from visits.forms.records import FilterChildrenForm, FindChildForm
from visits.presenters import decisions as decision_presenters
from visits.selectors import decisions, lines, records
from visits.views.before_visit import before_visit
from visits.views.beside_plans import beside_plans
from visits.views.opening import open_child, page_of, refuse

_LINKS = (
    ("Alternatives without a decision", "awaiting_authorisation", Action.DECIDE, Thing.ALTERNATIVE),
    ("Management decisions", "decisions", Action.VIEW, Thing.DECISION),
    ("Alternatives to visits", "alternatives", Action.DECIDE, Thing.ALTERNATIVE),
    ("Assessments to countersign", "assessments_to_countersign", Action.DECIDE, Thing.ASSESSMENT),
    ("Hazard flags that wait", "flags_waiting", Action.DECIDE, Thing.FLAG),
    ("Children without a decision on school", "school_gaps", Action.CREATE, Thing.SCHOOL_DECISION),
    ("Virtual family contact", "contact_counts", Action.EDIT, Thing.PLAN),
    ("Protective equipment", "ppe", Action.VIEW, Thing.OVERSIGHT),
    ("Records opened in an emergency", "emergency_accesses", Action.VIEW, Thing.EMERGENCY_ACCESS),
    ("Open a record in an emergency", "open_emergency_access", Action.CREATE, Thing.EMERGENCY_ACCESS),
)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.VIEW, Thing.CHILD)
def children(request: HttpRequest) -> HttpResponse:
    """GET: a list narrowed by codes in the address. POST: a search by reference, which leads to
    the record if there is just one."""
    now = timezone.now()
    user = request.user
    by_reference = records.searches_references(user)
    teams = records.teams_to_filter(user, at=now)
    found = None
    find_form = FindChildForm(request.POST if request.method == "POST" and by_reference else None)
    filter_form = FilterChildrenForm(request.GET or None, teams=teams)
    filters: dict[str, str] = {}
    if find_form.is_bound:
        if find_form.is_valid():
            rows = records.children_by_reference(user, find_form.cleaned_data["reference"], at=now)
            found = list(rows[: RECORDS_PER_PAGE + 1])
            filters = {"by": "reference"}
            if len(found) == 1:
                return redirect("child", uid=found[0].uid)
            page = page_of(request, rows[:RECORDS_PER_PAGE])
        else:
            page = page_of(request, records.find_children(user, at=now))
    else:
        chosen = filter_form.cleaned_data if filter_form.is_bound and filter_form.is_valid() else {}
        filters = {name: str(getattr(value, "uid", value)) for name, value in chosen.items() if value}
        plan = chosen.get("plan", "")
        rows = records.find_children(
            user,
            at=now,
            team=chosen.get("team"),
            plan_type=plan if plan in PlanType.values else "",
            overdue=chosen.get("seen") == "overdue",
            closed=plan == "closed",
        )
        page = page_of(request, rows)
    shown = lines.child_lines(page.object_list, user, at=now)
    with transaction.atomic():
        services.record_listing(user=user, shown=len(shown), filters=filters, now=now)
    table = presenters.children_table(
        shown,
        day_of(now),
        caption="Children whose reference begins so" if found is not None else "Children",
        empty="No child among yours has a reference that begins so."
        if found is not None
        else "No child among yours matches.",
    )
    context = {
        "find_form": find_form,
        "error_forms": [find_form] if find_form.is_bound else [filter_form],
        "filter_form": filter_form,
        "by_reference": by_reference,
        "codes": records.sees_codes(user),
        "page_obj": page,
        "table": table,
        "searched": found is not None,
        "too_many": found is not None and len(found) > RECORDS_PER_PAGE,
        "links": [
            {"text": text, "href": reverse(name)}
            for text, name, action, thing in _LINKS
            if allows(user.roles, action, thing)
        ]
        + _import_link(user),
    }
    return render(request, "visits/children.html", context)


def _import_link(user: User) -> list[dict[str, str]]:
    if not user.holds(Permission.IMPORT_RECORDS):
        return []
    return [{"text": "Import teams, plans or visits", "href": reverse("import_records")}]


@require_safe
@requires(Action.VIEW, Thing.CHILD)
def child(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    today = day_of(now)
    shown = open_child(request, uid, page="record", now=now)
    page = page_of(request, records.visits_of(shown))
    plans = records.plan_lines(shown, at=now)
    context = {
        "child": shown,
        "shown_as": lines.shown_as(shown),
        "rights": records.rights_on(shown, request.user, at=now),
        "stats": presenters.last_seen_stats(records.seen_last(shown, at=now), today),
        "open_plans": [
            {"title": PlanType(plan.plan_type).label, "rows": presenters.plan_rows(plan, today)}
            for plan in plans
            if plan.open
        ],
        "closed_plans": [
            {"title": PlanType(plan.plan_type).label, "rows": presenters.plan_rows(plan, today)}
            for plan in plans
            if not plan.open
        ],
        "page_obj": page,
        "entries": presenters.timeline(records.visit_lines(page.object_list), today),
        **before_visit(shown, request.user, now),
        **beside_plans(shown, now, in_care=any(p.open and p.plan_type == PlanType.CIC for p in plans)),
        "asks": decisions.may_ask(shown, request.user, at=now),
        "decision_table": decision_presenters.of_child(decisions.decisions_of(shown, at=now), today),
    }
    return render(request, "visits/child.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.VIEW, Thing.CHILD)
def reveal_child(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The reference behind an audit code: shown once, on the answer to the reason given."""
    now = timezone.now()
    shown = open_child(request, uid, page="reveal", now=now)
    if shown.named:
        raise PermissionDenied
    form = RevealForm(request.POST or None)
    revealed = ""
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            revealed = services.reveal_child(user=request.user, child=shown, reason=reason, now=now)
        except Refusal as refusal:
            refuse(form, refusal)
    context = {"child": shown, "code": audit_code(shown.uid), "form": form, "revealed": revealed}
    return render(request, "visits/reveal.html", context)
