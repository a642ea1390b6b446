"""Dependencies: what plans rely on others for, and the answers from the other side."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.policy import Action, Thing
from partners.constants import DependencyState
from partners.facts.plans import DependencyFact
from partners.forms.base import VersionForm
from partners.forms.dependencies import AnswerForm, AskForm
from partners.models import Dependency, Organisation
from partners.presenters import dependencies as presenters
from partners.selectors import dependencies as selectors
from partners.selectors import plans
from partners.services import dependencies as services
from partners.services.base import OutOfReach
from partners.views.base import refuse, stale_page
from partners.views.plans import to_change
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from safeguarding.kernel.periods import day_of


@require_safe
@requires(Action.VIEW, Thing.RECOVERY_PLAN)
def dependencies(request: HttpRequest) -> HttpResponse:
    """Of one's own organisations: what others rely on them for, and what they rely on; then all."""
    now = timezone.now()
    found = selectors.dependencies_at(now)
    own = set(Organisation.objects.answered_for_by(request.user, at=now).values_list("uid", flat=True))
    tables = []
    if own:
        tables = [
            presenters.table(
                [one for one in found if one.on.uid in own],
                caption="What others rely on us for",
                empty="Nobody relies on you.",
            ),
            presenters.table(
                [one for one in found if one.of and one.of.uid in own],
                caption="What we rely on others for",
                empty="You rely on nobody, or your plan is not submitted yet.",
            ),
        ]
        found = [one for one in found if one.on.uid not in own and not (one.of and one.of.uid in own)]
    tables.append(
        presenters.table(
            found,
            caption="Between other organisations" if own else "Between organisations",
            empty="No plan relies on another organisation.",
        )
    )
    return render(request, "partners/plans/dependencies.html", {"tables": tables})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.RECOVERY_PLAN)
def ask(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    plan = to_change(request, uid, now)
    others = Organisation.objects.in_force(day_of(now)).exclude(pk=plan.organisation_id)
    form = AskForm(request.POST or None, organisations=others)
    if form.is_valid():
        try:
            services.ask(
                user=request.user,
                plan=plan,
                on=form.organisation(),
                draft=form.draft(),
                token=form.cleaned_data["token"],
                now=now,
            )
        except AlreadyDone:
            messages.info(request, "This was already saved. It is shown below.")
            return redirect("recovery_plan", uid=uid)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            asked = "They are asked" if plan.submitted_at or not plan.organisation else "They will be asked"
            when = "" if plan.submitted_at or not plan.organisation else " once you submit the plan"
            messages.success(request, f"Dependency saved. {asked} to confirm it{when}.")
            return redirect("recovery_plan", uid=uid)
    return render(request, "partners/plans/ask_dependency.html", {"form": form, "plan": plan})


def _opened(request: HttpRequest, uid: UUID, now: datetime) -> Dependency:
    return get_object_or_404(selectors.visible(request.user, at=now), uid=uid)


def _fact(dependency: Dependency, now: datetime) -> DependencyFact:
    return selectors.dependency_facts(Dependency.objects.filter(pk=dependency.pk), now)[0]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.VIEW, Thing.RECOVERY_PLAN)
def dependency(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One dependency; who is asked answers it here."""
    now = timezone.now()
    shown = _opened(request, uid, now)
    answers = selectors.may_answer(request.user, shown, at=now)
    if request.method == "POST" and not answers:
        raise PermissionDenied
    gone = shown.state == DependencyState.WITHDRAWN
    form = AnswerForm(request.POST or None, initial={"version": shown.version})
    if form.is_valid():
        typed = {"state": form.cleaned_data["state"], "words": form.cleaned_data["answer"]}
        try:
            services.answer(
                user=request.user,
                dependency=shown,
                **typed,
                expected_version=form.cleaned_data["version"],
                now=now,
            )
        except StaleEdit:
            pairs = presenters.theirs_yours(_fact(shown, now), form.cleaned_data)
            return stale_page(request, pairs, edit_url=request.path, view_url=request.path)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Answer saved. The other side sees it now.")
            return redirect("dependency", uid=uid)
    fact = _fact(shown, now)
    context = {
        "dependency": shown,
        "rows": presenters.rows(fact),
        "moves": presenters.moves(shown.moves.select_related("by")),
        "withdraws": not gone and plans.may_change(request.user, shown.plan, Action.EDIT, at=now),
    }
    if answers and not gone:
        context["form"] = form
    return render(request, "partners/plans/dependency.html", context)


@require_POST
@requires(Action.EDIT, Thing.RECOVERY_PLAN)
def withdraw(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = _opened(request, uid, now)
    if not plans.may_change(request.user, shown.plan, Action.EDIT, at=now):
        raise PermissionDenied
    form = VersionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else 0
    view_url = reverse("dependency", args=[uid])
    try:
        services.withdraw(user=request.user, dependency=shown, expected_version=version, now=now)
    except StaleEdit:
        return stale_page(request, [], edit_url=view_url, view_url=view_url)
    except OutOfReach:
        raise Http404 from None
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Marked as no longer needed.")
    return redirect(view_url)
