"""Actions: one's own, all, one with its history, and adding one."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.policy import Action as Act
from accounts.policy import Scope, Thing, allows
from partners.facts.actions import ActionSource
from partners.forms.actions import (
    ActionsForm,
    AddActionForm,
)
from partners.models import Action, Organisation
from partners.presenters import actions as presenters
from partners.selectors import actions as selectors
from partners.selectors import files
from partners.services import actions as services
from partners.views.action_steps import opened, owner_chosen
from partners.views.base import page_of, refuse
from safeguarding.kernel.errors import AlreadyDone, Refusal
from safeguarding.kernel.periods import day_of
from safeguarding.kernel.spreadsheets import csv_lines

_EVERY = frozenset({Scope.ALL})


@require_safe
@requires(Act.VIEW, Thing.ACTION)
def my_actions(request: HttpRequest) -> HttpResponse:
    """What is one's own to do, and what else one's organisation has to do."""
    now = timezone.now()
    today = day_of(now)
    open_or_done = ("open", "done")
    mine = selectors.mine(request.user, at=now).filter(state__in=open_or_done)
    page = page_of(request, mine)
    others = selectors.of_my_organisations(request.user, at=now).filter(state__in=open_or_done)
    others_page = page_of(request, others)
    context = {
        "page_obj": page,
        "mine": presenters.actions_table(
            selectors.facts_of(page.object_list), today, caption="Yours", empty="You have no open action."
        ),
        "others_obj": others_page,
        "others": presenters.actions_table(
            selectors.facts_of(others_page.object_list),
            today,
            caption="Others of your organisation",
            empty="Your organisation has no other open action.",
        ),
        "of_organisation": Organisation.objects.answered_for_by(request.user, at=now).exists(),
        **_doors(request),
    }
    return render(request, "partners/actions/mine.html", context)


def _doors(request: HttpRequest) -> dict[str, bool]:
    roles = request.user.roles
    return {
        "sees_all": allows(roles, Act.VIEW, Thing.ACTION, within=_EVERY),
        "verifies": allows(roles, Act.DECIDE, Thing.ACTION),
        "downloads": allows(roles, Act.DOWNLOAD, Thing.ACTION),
    }


@require_safe
@requires(Act.VIEW, Thing.ACTION, within=_EVERY)
def actions(request: HttpRequest) -> HttpResponse:
    """Every action; without a filter the open ones."""
    now = timezone.now()
    form = _filter(request)
    rows = selectors.chosen(
        Action.objects.visible_to(request.user, at=now), today=day_of(now), **form.chosen()
    )
    page = page_of(request, rows)
    table = presenters.actions_table(
        selectors.facts_of(page.object_list), day_of(now), caption="Actions", empty="Nothing is listed here."
    )
    context = {
        "filter_form": form,
        "page_obj": page,
        "table": table,
        "query": request.GET.urlencode(),
        **_doors(request),
    }
    return render(request, "partners/actions/all.html", context)


def _filter(request: HttpRequest) -> ActionsForm:
    organisations = Organisation.objects.values_list("uid", "name")
    return ActionsForm(request.GET or None, organisations=organisations)


@require_safe
@requires(Act.DOWNLOAD, Thing.ACTION)
def actions_export(request: HttpRequest) -> HttpResponseBase:
    """What the list shows, whole, as a file for a spreadsheet."""
    now = timezone.now()
    chosen = _filter(request).chosen()
    rows = selectors.chosen(Action.objects.visible_to(request.user, at=now), today=day_of(now), **chosen)
    facts = selectors.facts_of(rows)
    services.record_export(user=request.user, rows=len(facts), filters=chosen, now=now)
    lines = csv_lines(presenters.EXPORT_COLUMNS, presenters.export_rows(facts, day_of(now)))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="actions.csv"'
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@requires(Act.DECIDE, Thing.ACTION)
def actions_to_verify(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    page = page_of(request, selectors.to_verify(request.user, at=now))
    table = presenters.actions_table(
        selectors.facts_of(page.object_list),
        day_of(now),
        caption="Finished, to be verified by you",
        empty="No finished action waits for you.",
    )
    context = {"page_obj": page, "table": table, **_doors(request)}
    return render(request, "partners/actions/to_verify.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Act.CREATE, Thing.ACTION)
def add_action(request: HttpRequest) -> HttpResponse:
    """From a concern, meeting or plan that the person may see: ?source=<kind>&of=<uid>."""
    now = timezone.now()
    if "of" not in request.GET:
        messages.info(request, "Add an action from the concern, meeting or plan that it comes from.")
        return redirect("my_actions")
    source = _source(request, now)
    organisations = selectors.organisations_to_add_for(request.user, at=now)
    form = AddActionForm(
        request.POST or None,
        organisations=organisations.values_list("uid", "name"),
        owners=selectors.owners_of_all(organisations, at=now),
    )
    if form.is_valid():
        answers = form.cleaned_data
        organisation = organisations.get(uid=answers["organisation"])
        try:
            action = services.open_action(
                user=request.user,
                source=source,
                title=answers["title"],
                what=answers["what"],
                organisation=organisation,
                owner=owner_chosen(organisation, answers["owner"], now),
                priority=answers["priority"],
                due_on=answers["due_on"],
                names_no_child=answers["names_no_child"],
                token=answers["token"],
                now=now,
            )
        except AlreadyDone as done:
            messages.info(request, "This action was already saved. It is shown below.")
            return redirect("action", uid=done.outcome)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Action added.")
            return redirect("action", uid=action.uid)
    return render(request, "partners/actions/add.html", {"form": form, "source": source})


def _source(request: HttpRequest, now: datetime) -> ActionSource:
    try:
        uid = UUID(request.GET["of"])
    except ValueError:
        raise Http404 from None
    source = selectors.source_of(request.GET.get("source", ""), uid, request.user, now)
    if source is None:
        raise Http404
    return source


@require_safe
@requires(Act.VIEW, Thing.ACTION)
def action(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = opened(request, uid, now)
    [fact] = selectors.facts_of(Action.objects.filter(pk=shown.pk))
    moves, slips = selectors.history(shown)
    late = presenters.late_words(fact, day_of(now))
    context = {
        "action": shown,
        "tag": presenters.state_tag(shown.state),
        "late": late,
        "rows": presenters.action_rows(shown, fact, presenters.source_href(shown, request.user, now)),
        "history": presenters.timeline(moves, slips),
        "rights": selectors.action_rights(shown, request.user, at=now),
        "files": files.evidence_of_action(request.user, at=now).filter(action=shown),
    }
    return render(request, "partners/actions/action.html", context)
