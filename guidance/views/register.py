"""The register: its list, a piece of guidance with its versions, a version, and what is different in it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.policy import Action, Scope, Thing, allows
from guidance.constants import LIVE_STATES
from guidance.forms.register import RegisterForm
from guidance.models import GuidanceItem, GuidanceVersion
from guidance.presenters import acknowledgement, dissemination, interpretation, links
from guidance.presenters import register as presenters
from guidance.presenters import versions as version_presenters
from guidance.selectors import register as selectors
from guidance.services import fetching
from guidance.services import register as services
from guidance.services.register import OPEN_TO_CORRECTION
from guidance.views.base import page_of
from safeguarding.kernel.periods import day_of

KEEPERS = frozenset({Scope.ALL})
# What other subjects say on an item's page, in this order.
_PARTS = (
    ("interpretation", interpretation),
    ("dissemination", dissemination),
    ("acknowledgement", acknowledgement),
    ("links", links),
)


@require_safe
@requires(Action.VIEW, Thing.GUIDANCE)
def guidance(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    sees_all = selectors.sees_all(request.user)
    form = RegisterForm(
        request.GET or None, issuers=selectors.issuers(request.user, at=now), sees_all=sees_all
    )
    everything = selectors.newest(request.user, at=now)
    rows = selectors.chosen(everything, form.chosen(), user=request.user, at=now)
    page = page_of(request, rows)
    seen = selectors.seen_until(request.user)
    context = {
        "filter_form": form,
        "page_obj": page,
        "table": presenters.register_table(
            page.object_list,
            issued=selectors.issued_of(row.item_id for row in page.object_list),
            seen=seen,
            sees_all=sees_all,
            today=day_of(now),
            empty="No guidance is like that." if request.GET else "No guidance is on the register yet.",
        ),
        "new": everything.filter(selectors.new_to(request.user)).count() if seen else 0,
        "seen": presenters.moment_words(seen) if seen else "",
        "until": now.isoformat(),
        "sees_all": sees_all,
        "may_record": keeps(request),
        "fetches": fetching.enabled(),
    }
    return render(request, "guidance/register/list.html", context)


@require_POST
@requires(Action.VIEW, Thing.GUIDANCE)
def guidance_seen(request: HttpRequest) -> HttpResponse:
    """What came until the page was made is seen; what came since is not."""
    now = timezone.now()
    services.mark_seen(user=request.user, now=_until(request.POST.get("until", ""), now))
    messages.success(request, "What comes from now on is marked as new to you.")
    return redirect("guidance")


def _until(text: str, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return now
    return min(moment if moment.tzinfo else moment.replace(tzinfo=UTC), now)


@require_safe
@requires(Action.VIEW, Thing.GUIDANCE)
def guidance_item(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    item = opened_item(request, uid, now)
    sees_all = selectors.sees_all(request.user)
    steps = selectors.chain_of(item, request.user, at=now)
    own = [step for step in steps if step.version.item_id == item.pk]
    if not own:
        # Recorded by halves, as only a test or a repair would.
        return redirect("guidance")
    newest = own[-1].version
    told = next((step for step in reversed(own) if step.version.state in LIVE_STATES), None)
    checks = list(selectors.checks_of(item))
    keeper = keeps(request)
    context = {
        "item": item,
        "version": newest,
        "state": presenters.state_tag(newest),
        "force": presenters.force_tag(newest.force),
        "standing": presenters.standing_tag(told.standing) if told else None,
        "overdue": sees_all and presenters.is_overdue(newest, day_of(now)),
        "notice": version_presenters.notice(told),
        "told": told.version if told and told.version != newest else None,
        # Only where the reader may open it.
        "instead": [step.version for step in steps if step.version.item_id == item.replaced_by_id][-1:],
        "rows": presenters.item_rows(item, newest, checks[0] if checks else None, sees_all=sees_all),
        "parts": _parts(request, item, newest, told.version if told else newest, now),
        "chain": version_presenters.chain(steps, item),
        "sees_all": sees_all,
        "history": presenters.history(item, selectors.moves_of(item), checks, len(own)) if sees_all else None,
        "may_keep": keeper,
        "may_correct": keeper and newest.state in OPEN_TO_CORRECTION,
    }
    return render(request, "guidance/register/item.html", context)


def _parts(
    request: HttpRequest, item: GuidanceItem, newest: GuidanceVersion, told: GuidanceVersion, now: datetime
) -> list[str]:
    """What each subject says: of the newest version what it means, of what was told how it was received."""
    found = []
    for name, presenter in _PARTS:
        version = newest if name == "interpretation" else told
        part: dict[str, Any] = presenter.on_item(item, version, request.user, now)
        context = {"item": item, "version": version, **part, "part": part}
        found.append(render_to_string(f"guidance/{name}/on_item.html", context, request))
    return [words for words in found if words.strip()]


@require_safe
@requires(Action.VIEW, Thing.GUIDANCE)
def guidance_version(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    version = opened_version(request, uid, now)
    sees_all = selectors.sees_all(request.user)
    steps = selectors.chain_of(version.item, request.user, at=now)
    step = next(step for step in steps if step.version.pk == version.pk)
    paragraphs = version_presenters.paragraphs(version.paragraphs.order_by("position"))
    context = {
        "version": version,
        "item": version.item,
        "state": presenters.state_tag(version),
        "standing": presenters.standing_tag(step.standing),
        "notice": version_presenters.notice(step),
        "rows": version_presenters.version_rows(version, sees_all=sees_all),
        "sees_all": sees_all,
        "paragraphs": paragraphs,
        "comparable": step.comparable,
        "followed_by": step.followed_by,
        "may_correct": keeps(request) and version.state in OPEN_TO_CORRECTION,
    }
    return render(request, "guidance/register/version.html", context)


@require_safe
@requires(Action.VIEW, Thing.GUIDANCE)
def guidance_difference(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A version beside the one that the reader could read before it."""
    now = timezone.now()
    version = opened_version(request, uid, now)
    before = selectors.version_before(version, request.user, at=now)
    context: dict[str, Any] = {"version": version, "item": version.item, "before": before}
    if before is not None:
        only_changes = request.GET.get("show") != "all"
        old = list(before.paragraphs.order_by("position"))
        new = list(version.paragraphs.order_by("position"))
        lines = version_presenters.compared(old, new)
        context |= {
            "facts": version_presenters.fact_differences(before, version),
            "has_texts": bool(old and new),
            "counts": version_presenters.difference_counts(lines),
            "lines": version_presenters.difference_lines(lines, only_changes=only_changes),
            "only_changes": only_changes,
        }
    return render(request, "guidance/register/difference.html", context)


def keeps(request: HttpRequest) -> bool:
    return allows(request.user.roles, Action.EDIT, Thing.GUIDANCE, within=KEEPERS)


def opened_item(request: HttpRequest, uid: UUID, now: datetime) -> GuidanceItem:
    """404 where it is not this person's to see."""
    rows = GuidanceItem.objects.visible_to(request.user, at=now)
    return get_object_or_404(rows.select_related("owner", "replaced_by"), uid=uid)


def opened_version(request: HttpRequest, uid: UUID, now: datetime) -> GuidanceVersion:
    """404 where it is not this person's to see."""
    rows = GuidanceVersion.objects.visible_to(request.user, at=now)
    return get_object_or_404(
        rows.select_related("item__owner", "item__replaced_by", "recorded_by", "issued_by"), uid=uid
    )
