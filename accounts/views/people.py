"""Accounts: a list, a person, an invitation, and what is done to them."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import invitations, presenters, selectors, services
from accounts.access import requires
from accounts.constants import Role
from accounts.forms.people import InvitationForm, RightForm, SearchForm
from accounts.models import Grant, User
from accounts.policy import BEYOND_ONESELF, Action, Thing, allows
from accounts.proof import fresh_proof
from safeguarding.kernel.errors import Refusal

_PER_PAGE = 50


@requires(Action.VIEW, Thing.USER_ACCOUNT, within=BEYOND_ONESELF)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET if request.GET else None)
    found = User.objects.visible_to(request.user)
    if form.is_bound and form.is_valid():
        found = found.search(form.cleaned_data["q"])
    page = Paginator(found, _PER_PAGE).get_page(request.GET.get("page"))
    rows = selectors.people_rows(page.object_list)
    return render(
        request,
        "accounts/people.html",
        {
            "filter": form,
            "page_obj": page,
            "table": presenters.people_table(rows, lambda uid: reverse("person", args=[uid])),
            "may_invite": allows(request.user.roles, Action.CREATE, Thing.USER_ACCOUNT),
        },
    )


@requires(Action.CREATE, Thing.USER_ACCOUNT)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_proof
def invite(request: HttpRequest) -> HttpResponse:
    everybody = allows(request.user.roles, Action.EDIT, Thing.USER_ACCOUNT)
    form = InvitationForm(request.POST or None, roles=list(Role) if everybody else [Role.PARTNER])
    if request.method == "POST" and form.is_valid():
        try:
            user = services.create_person(**form.cleaned_data, by=request.user, now=timezone.now())
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            return _hand_over(request, user)
    return render(request, "accounts/invite.html", {"form": form}, status=422 if form.errors else 200)


@requires(Action.CREATE, Thing.USER_ACCOUNT)
@require_POST
@fresh_proof
def new_link(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Another link, where the first is lost or out of date. Never for oneself: who is signed in
    changes the password on the account page, knowing the old one."""
    holder = _person(request, uid)
    if holder == request.user or not holder.is_active:
        messages.error(request, "A link can be made for somebody else's account that is switched on.")
        return redirect("person", uid=uid)
    try:
        services.check_invitable(holder, by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("person", uid=uid)
    return _hand_over(request, holder)


def _hand_over(request: HttpRequest, user: User) -> HttpResponse:
    """Sends the link, or shows it once to whoever asked for it."""
    link = request.build_absolute_uri(invitations.path_for(user))
    went = invitations.sent(user, link)
    services.invited(user, by=request.user, now=timezone.now(), how="email" if went else "shown")
    if went:
        messages.success(
            request, f"We have sent {user.name} a link to choose a password. It works for 3 days."
        )
        return redirect("person", uid=user.uid)
    return render(request, "accounts/link.html", {"person": user, "rows": [{"key": "Link", "value": link}]})


@requires(Action.VIEW, Thing.USER_ACCOUNT, within=BEYOND_ONESELF)
@require_safe
def person(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _page(request, _person(request, uid), RightForm())


def _page(request: HttpRequest, holder: User, form: RightForm, status: int = 200) -> HttpResponse:
    administers = allows(request.user.roles, Action.EDIT, Thing.USER_ACCOUNT)
    return render(
        request,
        "accounts/person.html",
        {
            "person": holder,
            "form": form if form.is_bound else None,
            "right_form": form,
            "who": presenters.person_rows(holder),
            "rights": presenters.held_rights(selectors.rights_of(holder), viewer_uid=request.user.uid),
            "ended": presenters.ended_rights_table(selectors.rights_of(holder, ended=True)),
            "administers": administers,
            "may_change": administers and holder != request.user,
            "may_invite": allows(request.user.roles, Action.CREATE, Thing.USER_ACCOUNT)
            and holder != request.user,
        },
        status=status,
    )


@requires(Action.EDIT, Thing.USER_ACCOUNT)
@require_POST
@fresh_proof
def give_right(request: HttpRequest, uid: UUID) -> HttpResponse:
    holder = _person(request, uid)
    form = RightForm(request.POST)
    if form.is_valid():
        try:
            grant = services.give_right(
                holder=holder, right=form.cleaned_data["right"], by=request.user, now=timezone.now()
            )
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            waits = " Another administrator must confirm it." if grant.needs_second else ""
            messages.success(request, f"{presenters.right_words(grant.right)} given to {holder.name}.{waits}")
            return redirect("person", uid=uid)
    return _page(request, holder, form, status=422)


@requires(Action.EDIT, Thing.USER_ACCOUNT)
@require_POST
@fresh_proof
def confirm_right(request: HttpRequest, uid: UUID, grant: UUID) -> HttpResponse:
    return _change(
        request, uid, lambda holder: services.confirm_right(
            holder=holder, grant_uid=grant, by=request.user, now=timezone.now()
        ), "The role is confirmed, and in force from now on.",
    )  # fmt: skip


@requires(Action.EDIT, Thing.USER_ACCOUNT)
@require_POST
@fresh_proof
def end_right(request: HttpRequest, uid: UUID, grant: UUID) -> HttpResponse:
    return _change(
        request, uid, lambda holder: services.end_right(
            holder=holder, grant_uid=grant, by=request.user, now=timezone.now()
        ), "The role or permission is ended.",
    )  # fmt: skip


@requires(Action.WITHDRAW, Thing.USER_ACCOUNT)
@require_POST
@fresh_proof
def switch_off(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _change(
        request, uid, lambda holder: services.switch_off(holder=holder, by=request.user, now=timezone.now()),
        "The account is switched off.",
    )  # fmt: skip


@requires(Action.WITHDRAW, Thing.USER_ACCOUNT)
@require_POST
@fresh_proof
def switch_on(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _change(
        request, uid, lambda holder: services.switch_on(holder=holder, by=request.user, now=timezone.now()),
        "The account is switched on.",
    )  # fmt: skip


@requires(Action.EDIT, Thing.USER_ACCOUNT)
@require_POST
@fresh_proof
def take_second_factor_off(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _change(
        request, uid,
        lambda holder: services.take_second_factor_off(holder=holder, by=request.user, now=timezone.now()),
        "The second step is off. They set it up anew when they next sign in.",
    )  # fmt: skip


def _change(request: HttpRequest, uid: UUID, change: Callable[[User], object], done: str) -> HttpResponse:
    """One call of a service; what it refuses is said on the person's page."""
    try:
        change(_person(request, uid))
    except Grant.DoesNotExist:
        raise Http404 from None
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return redirect("person", uid=uid)


def _person(request: HttpRequest, uid: UUID) -> User:
    try:
        return selectors.person_by_uid(request.user, uid)
    except User.DoesNotExist:
        raise Http404 from None
