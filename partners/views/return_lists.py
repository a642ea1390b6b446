"""Lists of returns: one's own organisations', what partners sent, and the coordinator's queue."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.policy import Action, Scope, Thing, allows, scopes
from partners.models import Return
from partners.presenters import returns as presenters
from partners.rules.returns import FILLABLE
from partners.selectors.burden import CYCLES_SHOWN, recent_burden
from partners.selectors.returns import to_look_at
from partners.views.returns import is_open, joined

_PER_PAGE = 25
_BEYOND_OWN = frozenset({Scope.SUBMITTED, Scope.PUBLISHED})


@require_safe
@requires(Action.VIEW, Thing.RETURN)
def returns(request: HttpRequest) -> HttpResponse:
    """One's organisations' returns, those to do first; for who reads others', what was sent."""
    now = timezone.now()
    own = joined(Return.objects.own_of(request.user, at=now))
    reads_others = bool(scopes(request.user.roles, Action.VIEW, Thing.RETURN) & _BEYOND_OWN)
    context: dict[str, Any] = {"reads_others": reads_others}
    tables = []
    if not reads_others or own.exists():
        to_do = [row for row in own.filter(state__in=FILLABLE) if is_open(row, now)]
        several = own.values("organisation").order_by().distinct().count() > 1
        tables.append(
            presenters.returns_table(
                to_do,
                now,
                caption="To do",
                empty="You have no return to fill in now.",
                with_organisation=several,
            )
        )
        earlier = own.exclude(pk__in=[row.pk for row in to_do])
        page = _page(request, earlier)
        tables.append(
            presenters.returns_table(
                page, now, caption="Earlier returns", empty="There are none.", with_organisation=several
            )
        )
    else:
        page = _page(request, joined(Return.objects.visible_to(request.user, at=now)))
        tables.append(
            presenters.returns_table(
                page, now, caption="Returns that were sent", empty="There are none.", with_organisation=True
            )
        )
    if reads_others:
        context["burden"] = presenters.burden_stat(recent_burden(now), CYCLES_SHOWN)
    context |= {
        "tables": tables,
        "page_obj": page,
        "decides": allows(request.user.roles, Action.DECIDE, Thing.RETURN),
    }
    return render(request, "partners/returns/list.html", context)


@require_safe
@requires(Action.DECIDE, Thing.RETURN)
def returns_to_look_at(request: HttpRequest) -> HttpResponse:
    """The coordinator's queue, the longest waiting first."""
    now = timezone.now()
    page = _page(request, joined(to_look_at(request.user, now)))
    table = presenters.returns_table(
        page, now, caption="Returns to look at", empty="Nothing waits for you.", with_organisation=True
    )
    return render(request, "partners/returns/queue.html", {"table": table, "page_obj": page})


def _page(request: HttpRequest, rows: QuerySet[Return]) -> Page:
    return Paginator(rows, _PER_PAGE).get_page(request.GET.get("page"))
