"""What guidance reaches: links and looks, whether practice shows it, closing, and actions from it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.policy import Action, Thing, allows
from accounts.selectors import User
from guidance.constants import GuidanceLinkKind, VersionState
from guidance.facts.register import ShownFact
from guidance.forms import links as forms
from guidance.models import GuidanceItem, GuidanceLink
from guidance.presenters import links as presenters
from guidance.selectors import links as selectors
from guidance.selectors import practice
from guidance.services import links as services
from guidance.services.practice import close
from guidance.views.base import page_of, refuse, stale_page
from guidance.views.register import KEEPERS, opened_item, opened_version
from partners.constants import SourceKind
from partners.facts.actions import ActionSource
from partners.selectors.actions import organisations_to_add_for, owners_of_all, possible_owners
from partners.services.actions import open_action
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit

_FORMS = ["GET", "HEAD", "POST"]


@require_safe
@requires(Action.VIEW, Thing.GUIDANCE, within=KEEPERS)
def guidance_reach(request: HttpRequest) -> HttpResponse:
    """Everything that is linked; first what is to be looked at since the guidance changed."""
    now = timezone.now()
    keeps = selectors.may_keep(request.user)
    linked = selectors.links_of(selectors.open_links(), request.user, at=now)
    to_look_at = [link for link in linked if link.to_look_at]
    page = page_of(request, [link for link in linked if not link.to_look_at])
    context = {
        "first": presenters.reach_table(
            to_look_at,
            caption="To be looked at: the guidance changed",
            empty="Nothing is to be looked at.",
            may_keep=keeps,
        ),
        "page_obj": page,
        "rest": presenters.reach_table(
            page.object_list,
            caption="All else that is linked",
            empty="Nothing else is linked.",
            may_keep=keeps,
        ),
    }
    return render(request, "guidance/links/reach.html", context)


@require_safe
@requires(Action.VIEW, Thing.GUIDANCE, within=KEEPERS)
def guidance_practice(request: HttpRequest) -> HttpResponse:
    """What was issued, and whether answers show it in practice."""
    form = forms.PracticeForm(request.GET or None)
    facts = practice.shown_at(timezone.now())
    page = page_of(request, [fact for fact in facts if _wanted(fact, form.chosen())])
    context = {
        "filter_form": form,
        "page_obj": page,
        "table": presenters.shown_table(page.object_list, empty="Nothing is like that."),
        "shown": sum(fact.is_shown for fact in facts),
        "unasked": sum(not fact.questions and not fact.is_shown for fact in facts),
        "told": len(facts),
    }
    return render(request, "guidance/links/practice.html", context)


def _wanted(fact: ShownFact, show: str) -> bool:
    if show == "all":
        return True
    if show == "shown":
        return fact.is_shown
    return not fact.is_shown and (show != "unasked" or not fact.questions)


@require_http_methods(_FORMS)
@requires(Action.EDIT, Thing.GUIDANCE, within=KEEPERS)
def link_guidance(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    item = opened_item(request, uid, now)
    offered = {
        kind.value: (str(kind.label), found)
        for kind in GuidanceLinkKind
        if (found := selectors.targets(kind, request.user, at=now))
    }
    form = forms.LinkForm(request.POST or None, targets=offered)

    def act(_: dict[str, Any]) -> None:
        kind, target = form.target()
        services.link(user=request.user, item=item, kind=kind, target=target, now=now)

    intro = "" if offered else "Nothing is there to be linked yet: no question set is in use, and no plan."
    return _act(
        request, item, form, act, heading="Link it to something", submit="Link it", said="Linked.",
        intro=intro,
    )  # fmt: skip


@require_POST
@requires(Action.EDIT, Thing.GUIDANCE, within=KEEPERS)
def unlink_guidance(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = _link(request, uid)
    try:
        services.unlink(user=request.user, found=found, now=timezone.now())
    except Refusal as refusal:
        messages.info(request, refusal.message)
    else:
        messages.success(request, "The link was removed.")
    return redirect("guidance_item", uid=found.item.uid)


@require_http_methods(_FORMS)
@requires(Action.EDIT, Thing.GUIDANCE, within=KEEPERS)
def look_guidance_link(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    found = _link(request, uid)
    rows = selectors.links_of(GuidanceLink.objects.filter(pk=found.pk), request.user, at=now)
    form = forms.LookForm(request.POST or None)

    def act(said: dict[str, Any]) -> None:
        services.look(user=request.user, found=found, now=now, **said)

    return _act(
        request, found.item, form, act, heading="Say what you found", submit="Save", said="Kept.",
        table=presenters.reach_table(rows, caption="What is linked", empty="", may_keep=False),
    )  # fmt: skip


@require_http_methods(_FORMS)
@requires(Action.EDIT, Thing.GUIDANCE, within=KEEPERS)
def close_guidance(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Shown in practice: the page shows the answers that show it, and who has given none."""
    now = timezone.now()
    version = opened_version(request, uid, now)
    if request.method != "POST" and version.state != VersionState.ISSUED:
        raise PermissionDenied
    form = forms.CloseForm(request.POST or None, initial={"version": version.version})

    def act(said: dict[str, Any]) -> None:
        close(user=request.user, of=version, expected_version=said["version"], now=now)

    questions, rows = practice.evidence(version, now)
    stands = presenters.standing(version, questions, rows)
    return _act(
        request, version.item, form, act, heading=f"Close version {version.number}",
        submit="Close it as shown in practice", said="Closed. The answers that showed it are kept with it.",
        intro=stands["shown_words"], table=stands["practice"],
    )  # fmt: skip


@require_http_methods(_FORMS)
@requires(Action.EDIT, Thing.GUIDANCE, within=KEEPERS)
def add_guidance_action(request: HttpRequest, uid: UUID) -> HttpResponse:
    """An action that comes from this piece of guidance."""
    now = timezone.now()
    if not allows(request.user.roles, Action.CREATE, Thing.ACTION):
        raise PermissionDenied
    item = opened_item(request, uid, now)
    organisations = organisations_to_add_for(request.user, at=now)
    form = forms.ActionForm(
        request.POST or None,
        organisations=organisations.values_list("uid", "name"),
        owners=owners_of_all(organisations, at=now),
    )

    def owner_chosen(organisation: Any) -> User | None:
        uid = form.owner_uid()
        if uid is None:
            return None
        person = possible_owners(organisation, at=now).filter(uid=uid).first()
        if person is None:
            words = f"Choose from the list somebody of {organisation.name}"
            raise Refusal("unknown_owner", words, "owner")
        return person

    def act(said: dict[str, Any]) -> None:
        organisation = organisations.get(uid=said["organisation"])
        open_action(
            user=request.user,
            source=ActionSource(SourceKind.GUIDANCE, item.uid, _told_name(item)),
            title=said["title"],
            what=said["what"],
            organisation=organisation,
            owner=owner_chosen(organisation),
            priority=said["priority"],
            due_on=said["due_on"],
            names_no_child=said["names_no_child"],
            token=said["token"],
            now=now,
        )

    return _act(
        request, item, form, act, heading="Add an action", submit="Add this action", said="Action added."
    )


def _told_name(item: GuidanceItem) -> str:
    """As partners may read it, to whom the action goes: by what was issued."""
    told = practice.newest_issued(item)
    return f"{item.label} {told.title}" if told else item.label


def _link(request: HttpRequest, uid: UUID) -> GuidanceLink:
    """A link that stands; one that was removed is not there, unless somebody sends a form about it."""
    rows = GuidanceLink.objects.select_related("item")
    found = get_object_or_404(rows, uid=uid)
    if found.removed_at and request.method != "POST":
        raise Http404
    return found


def _act(
    request: HttpRequest,
    item: GuidanceItem,
    form: Any,
    act: Callable[[dict[str, Any]], None],
    *,
    heading: str,
    submit: str,
    said: str,
    intro: str = "",
    table: dict[str, Any] | None = None,
) -> HttpResponse:
    """A form: sent and answered by the item's page, or shown with what keeps it from being saved."""
    url = reverse("guidance_item", args=[item.uid])
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except AlreadyDone:
            messages.info(request, "This was already saved. It is shown below.")
            return redirect(url)
        except StaleEdit:
            # Nothing was typed that could be lost.
            return stale_page(request, [], edit_url=request.path, view_url=url)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, said)
            return redirect(url)
    context = {
        "form": form,
        "item": item,
        "heading": heading,
        "submit": submit,
        "intro": intro,
        "table": table,
        "back_url": url,
    }
    return render(request, "guidance/links/act.html", context)
