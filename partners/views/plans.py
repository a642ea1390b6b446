"""Recovery plans: the partnership's view of them, and each plan."""

from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.audit import Actor, record
from accounts.policy import Action, Thing, allows
from partners.forms.base import VersionForm
from partners.forms.plans import AddPlanForm, AsAtForm, EditPlanForm, StageForm
from partners.models import Backlog, Dependency, RecoveryPlan, Service
from partners.presenters import backlogs as backlog_words
from partners.presenters import commitments as service_words
from partners.presenters import dependencies as dependency_words
from partners.presenters import plans as presenters
from partners.rules.plans import StageDraft
from partners.selectors import backlogs, commitments, dependencies, plans
from partners.selectors.plan_reach import may_start_the_partnerships
from partners.services import plans as services
from partners.services.base import OutOfReach
from partners.views.base import refuse, stale_page
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from safeguarding.kernel.periods import day_of
from safeguarding.kernel.spreadsheets import csv_lines

_LONDON = ZoneInfo("Europe/London")


def _as_at(request: HttpRequest, now: datetime) -> tuple[AsAtForm, datetime]:
    """The form of the past day, and the moment that the page shows: the end of that day in London, or now."""
    form = AsAtForm(request.GET if any(name.startswith("day") for name in request.GET) else None)
    day = form.cleaned_data["day"] if form.is_bound and form.is_valid() else None
    if day is None or day >= day_of(now):
        return form, now
    return form, datetime.combine(day + timedelta(days=1), time(), _LONDON) - timedelta(microseconds=1)


@require_safe
@requires(Action.VIEW, Thing.RECOVERY_PLAN)
def recovery_plans(request: HttpRequest) -> HttpResponse:
    """The partnership's view: who is at which stage, what is not confirmed, what runs low, what waits."""
    now = timezone.now()
    form, at = _as_at(request, now)
    own = RecoveryPlan.objects.filter(submitted_at=None, organisation__isnull=False)
    context = {
        "form": form,
        "at": at,
        "past": at < now,
        "statement": presenters.recovery_statement(plans.all_in_recovery_planning(at)),
        "commitment": presenters.commitment(plans.commitment_statement(day_of(at), at)),
        "stages": presenters.stages_table(plans.plans_at(at)),
        "tables": presenters.overview_tables(
            plans.services_at(day_of(at), at), plans.dependencies_at(at), plans.backlogs_at(at)
        ),
        "drafts": own.visible_to(request.user, at=now).select_related("organisation"),
        "may_add": bool(plans.to_start(request.user, at=now)) or _partnerships_missing(request),
        "may_download": allows(request.user.roles, Action.DOWNLOAD, Thing.RECOVERY_PLAN),
        "sees_demand": allows(request.user.roles, Action.VIEW, Thing.ASSURANCE),
    }
    return render(request, "partners/plans/register.html", context)


def _partnerships_missing(request: HttpRequest) -> bool:
    missing = not RecoveryPlan.objects.filter(organisation=None).exists()
    return missing and may_start_the_partnerships(request.user)


@require_safe
@requires(Action.DOWNLOAD, Thing.RECOVERY_PLAN)
def recovery_download(request: HttpRequest) -> HttpResponseBase:
    """The rows behind the partnership's view, as a file."""
    now = timezone.now()
    _, at = _as_at(request, now)
    rows = list(
        presenters.export_rows(
            plans.plans_at(at),
            plans.services_at(day_of(at), at),
            plans.dependencies_at(at),
            plans.backlogs_at(at),
        )
    )
    with transaction.atomic():
        record(
            "plans.downloaded",
            actor=Actor.person(request.user),
            at=now,
            detail={"rows": len(rows), "as_at": at.isoformat()},
        )
    return StreamingHttpResponse(
        csv_lines(presenters.EXPORT_COLUMNS, rows),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="recovery-plans.csv"',
            "Cache-Control": "no-store",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.RECOVERY_PLAN)
def add_recovery_plan(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    # A form that is sent a second time finds its plan there: the service knows it again by its token.
    sent = request.method == "POST"
    form = AddPlanForm(
        request.POST or None,
        organisations=plans.to_start(request.user, at=now, with_plan=sent),
        partnership=may_start_the_partnerships(request.user) if sent else _partnerships_missing(request),
    )
    if form.is_valid():
        answers = form.cleaned_data
        try:
            plan = services.add_plan(
                user=request.user,
                organisation=form.chosen(),
                title=answers["title"],
                remit=answers["remit"],
                names_no_child=answers["names_no_child"],
                token=answers["token"],
                now=now,
            )
        except AlreadyDone as done:
            messages.info(request, "This plan was already saved. It is shown below.")
            return redirect("recovery_plan", uid=done.outcome)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Plan started. Nobody else reads it until you submit it.")
            return redirect("recovery_plan", uid=plan.uid)
    context = {"form": form, "none": not form.offered}
    return render(request, "partners/plans/add.html", context)


def opened(request: HttpRequest, uid: UUID, now: datetime) -> RecoveryPlan:
    """The plan, if it is this person's to see. 404 otherwise."""
    rows = plans.visible(request.user, at=now).select_related("submitted_by")
    return get_object_or_404(rows, uid=uid)


def to_change(request: HttpRequest, uid: UUID, now: datetime) -> RecoveryPlan:
    """The plan, if it is this person's to change: 404 where it is not theirs to see, 403 where only that."""
    plan = opened(request, uid, now)
    if not plans.may_change(request.user, plan, Action.EDIT, at=now):
        raise PermissionDenied
    return plan


@require_safe
@requires(Action.VIEW, Thing.RECOVERY_PLAN)
def recovery_plan(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    plan = opened(request, uid, now)
    changes = plans.may_change(request.user, plan, Action.EDIT, at=now)
    fact = plans.fact_of(plan, at=now)
    relies = dependencies.dependency_facts(Dependency.objects.filter(plan=plan), now)
    context = {
        "plan": plan,
        "whose": presenters.whose(plan),
        "rows": presenters.plan_rows(plan, fact),
        "changes": changes,
        "history": presenters.history(
            plan.stages.select_related("by"), plans.revisions_for(request.user, plan, at=now), plan
        ),
        "relies": dependency_words.table(
            relies, caption="What this plan relies on", empty="The plan relies on nobody else.", who="on"
        ),
        "milestones": presenters.milestones_table(plans.milestones(plan, request.user, at=now), day_of(now)),
    }
    if organisation := plan.organisation:
        relied = [one for one in plans.dependencies_at(now) if one.on.uid == organisation.uid]
        context["relied"] = dependency_words.table(
            relied,
            caption=f"What others rely on {organisation.name} for",
            empty="Nobody relies on them.",
            who="of",
        )
        context["services"] = service_words.services_table(
            commitments.service_facts(Service.objects.filter(organisation=organisation), day_of(now), now),
            caption="Services",
            with_partner=False,
        )
        context["backlogs"] = backlog_words.backlogs_table(
            backlogs.backlog_facts(Backlog.objects.filter(organisation=organisation), now),
            caption="Backlogs",
            with_partner=False,
        )
    return render(request, "partners/plans/plan.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.RECOVERY_PLAN)
def edit_recovery_plan(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    plan = to_change(request, uid, now)
    shown = {"title": plan.title, "remit": plan.remit, "version": plan.version}
    form = EditPlanForm(request.POST or None, initial=shown)
    if form.is_valid():
        typed = {"title": form.cleaned_data["title"], "remit": form.cleaned_data["remit"]}
        try:
            services.edit_plan(
                user=request.user,
                plan=plan,
                **typed,
                expected_version=form.cleaned_data["version"],
                names_no_child=form.cleaned_data["names_no_child"],
                now=now,
            )
        except StaleEdit:
            plan.refresh_from_db()
            return _stale(request, plan, presenters.theirs_yours(plan, typed))
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Plan saved.")
            return redirect("recovery_plan", uid=uid)
    return render(request, "partners/plans/edit.html", {"form": form, "plan": plan})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.RECOVERY_PLAN)
def change_stage(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    plan = to_change(request, uid, now)
    fact = plans.fact_of(plan, at=now)
    initial = {"version": plan.version, "from_date": day_of(now)}
    form = StageForm(request.POST or None, initial=initial)
    if form.is_valid():
        answers = form.cleaned_data
        draft = StageDraft(answers["stage"], answers["from_date"], answers["reason"])
        try:
            services.change_stage(
                user=request.user, plan=plan, draft=draft, expected_version=answers["version"], now=now
            )
        except StaleEdit:
            theirs = presenters.stage_tag(plans.fact_of(plan, at=now).stage)["text"]
            yours = presenters.stage_tag(draft.stage)["text"]
            pair = {"field": "Stage", "theirs": theirs, "yours": f"{yours}\n{draft.reason}"}
            return _stale(request, plan, [pair])
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Stage recorded.")
            return redirect("recovery_plan", uid=uid)
    context = {"form": form, "plan": plan, "tag": presenters.stage_tag(fact.stage)}
    return render(request, "partners/plans/stage.html", context)


@require_POST
@requires(Action.EDIT, Thing.RECOVERY_PLAN)
def submit_recovery_plan(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    plan = to_change(request, uid, now)
    form = VersionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else 0
    try:
        services.submit_plan(user=request.user, plan=plan, expected_version=version, now=now)
    except StaleEdit:
        return _stale(request, plan, [])
    except OutOfReach:
        raise Http404 from None
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Plan submitted. The partnership now reads it, and each change you make.")
    return redirect("recovery_plan", uid=uid)


def _stale(request: HttpRequest, plan: RecoveryPlan, pairs: list[dict[str, str]]) -> HttpResponse:
    view_url = reverse("recovery_plan", args=[plan.uid])
    edit_url = view_url if request.resolver_match.url_name == "submit_recovery_plan" else request.path
    return stale_page(request, pairs, edit_url=edit_url, view_url=view_url)
