"""Organisations: list, page, making, changing and withdrawing."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.policy import Action, Scope, Thing, allows
from partners.forms.base import VersionForm
from partners.forms.organisations import ContactForm, FindForm, OrganisationForm, WithdrawForm
from partners.models import Organisation
from partners.presenters import organisations as presenters
from partners.rules.texts import in_words
from partners.selectors import organisations as selectors
from partners.services import organisations as services
from partners.views.base import page_of, refuse, stale_page
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from safeguarding.kernel.periods import day_of

EDITS_ALL = frozenset({Scope.ALL})


@require_safe
@requires(Action.VIEW, Thing.ORGANISATION)
def organisations(request: HttpRequest) -> HttpResponse:
    today = day_of(timezone.now())
    form = FindForm(request.GET or None)
    rows = selectors.found_by(Organisation.objects.all(), **form.chosen(), on=today)
    page = page_of(request, rows)
    lines = selectors.organisation_lines(page.object_list, on=today)
    context = {
        "form": form,
        "page_obj": page,
        "table": presenters.organisations_table(lines, today=today),
        "creates": allows(request.user.roles, Action.CREATE, Thing.ORGANISATION),
    }
    return render(request, "partners/organisations/list.html", context)


def find(uid: UUID) -> Organisation:
    return get_object_or_404(Organisation.objects.select_related("predecessor"), uid=uid)


@require_safe
@requires(Action.VIEW, Thing.ORGANISATION)
def organisation(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    today = day_of(now)
    shown = find(uid)
    roles = list(shown.statutory_roles.order_by("-from_date"))
    edits = selectors.may_edit(request.user)
    people = selectors.representatives(shown)
    taking_part = list(shown.participations.order_by("-from_date"))
    names = dict(selectors.question_set_choices())
    may_contact = selectors.contact_editable_by(request.user, at=now).filter(pk=shown.pk).exists()
    context = {
        "organisation": shown,
        "tag": presenters.standing_tag(shown.withdrawn_on, today),
        "rows": presenters.organisation_rows(shown, roles, today=today),
        "contact": presenters.contact_rows(shown),
        "people": presenters.people_table(shown, people, today=today, edits=edits),
        "roles": presenters.roles_table(roles, today=today),
        "participation": presenters.participation_table(taking_part, names, today=today),
        "edits": edits,
        "edits_contact": may_contact,
        "withdraws": allows(request.user.roles, Action.WITHDRAW, Thing.ORGANISATION),
        "open_role": any(role.until_date is None for role in roles),
        "takes_part": any(row.until_date is None for row in taking_part),
    }
    return render(request, "partners/organisations/organisation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.ORGANISATION)
def add_organisation(request: HttpRequest) -> HttpResponse:
    initial = {"version": 0, "token": uuid4()}
    form = OrganisationForm(request.POST or None, others=Organisation.objects.all(), initial=initial)
    if form.is_valid():
        try:
            made = services.create_organisation(
                user=request.user,
                draft=form.draft(),
                token=form.cleaned_data["token"],
                now=timezone.now(),
            )
        except AlreadyDone as done:
            messages.info(request, "This organisation was already saved. It is shown below.")
            return redirect("organisation", uid=done.outcome)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Organisation added. Say next who answers for it.")
            return redirect("organisation", uid=made.uid)
    return show_form(request, form, None, "Add an organisation", "Save organisation")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.ORGANISATION, within=EDITS_ALL)
def edit_organisation(request: HttpRequest, uid: UUID) -> HttpResponse:
    shown = find(uid)
    names = ("name", "short_name", "kind", "contact_email", "contact_phone", "contact_note", "version")
    initial = {name: getattr(shown, name) for name in names}
    initial |= {
        "areas": "\n".join(shown.areas),
        "predecessor": shown.predecessor_id,
        "token": uuid4(),
    }
    others = Organisation.objects.exclude(pk=shown.pk)
    form = OrganisationForm(request.POST or None, others=others, initial=initial)
    if form.is_valid():
        try:
            services.edit_organisation(
                user=request.user,
                organisation=shown,
                draft=form.draft(),
                expected_version=form.cleaned_data["version"],
                now=timezone.now(),
            )
        except StaleEdit:
            return _stale(request, shown, form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Organisation changed.")
            return redirect("organisation", uid=uid)
    return show_form(request, form, shown, "Change the organisation", "Save changes")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.ORGANISATION)
def edit_contact(request: HttpRequest, uid: UUID) -> HttpResponse:
    """By the coordinator, and by the organisation's own lead or deputy."""
    now = timezone.now()
    shown = get_object_or_404(selectors.contact_editable_by(request.user, at=now), uid=uid)
    names = ("contact_email", "contact_phone", "contact_note", "version")
    form = ContactForm(request.POST or None, initial={name: getattr(shown, name) for name in names})
    if form.is_valid():
        try:
            services.edit_contact(
                user=request.user,
                organisation=shown,
                contact=form.contact(),
                expected_version=form.cleaned_data["version"],
                now=now,
            )
        except StaleEdit:
            return _stale(request, shown, form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Contact details changed.")
            return redirect("organisation", uid=uid)
    return show_form(request, form, shown, "Change the contact details", "Save contact details")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.WITHDRAW, Thing.ORGANISATION)
def withdraw_organisation(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    shown = find(uid)
    initial = {"on": day_of(now), "version": shown.version}
    form = WithdrawForm(request.POST or None, initial=initial)
    if form.is_valid():
        on = form.cleaned_data["on"]
        try:
            services.withdraw_organisation(
                user=request.user,
                organisation=shown,
                on=on,
                expected_version=form.cleaned_data["version"],
                now=now,
            )
        except StaleEdit:
            return _stale(request, shown, {"withdrawn_on": on})
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, f"The organisation takes part until {in_words(on)}.")
            return redirect("organisation", uid=uid)
    warning = "From this day it owes no returns. What it did stays readable. You can take this back."
    title = "Withdraw the organisation"
    return show_form(request, form, shown, title, "Withdraw the organisation", warning=warning)


@require_POST
@requires(Action.WITHDRAW, Thing.ORGANISATION)
def reinstate_organisation(request: HttpRequest, uid: UUID) -> HttpResponse:
    shown = find(uid)
    form = VersionForm(request.POST)
    try:
        services.reinstate_organisation(
            user=request.user,
            organisation=shown,
            expected_version=form.cleaned_data["version"] if form.is_valid() else 0,
            now=timezone.now(),
        )
    except StaleEdit:
        return _stale(request, shown, {"withdrawn_on": None})
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "The organisation takes part again, as its dates say.")
    return redirect("organisation", uid=uid)


def show_form(
    request: HttpRequest,
    form: Any,
    shown: Organisation | None,
    title: str,
    submit: str,
    *,
    warning: str = "",
) -> HttpResponse:
    """One form on a page, of an organisation or of a new one."""
    back = reverse("organisation", args=[shown.uid]) if shown else reverse("organisations")
    context = {
        "form": form,
        "caption": shown.name if shown else "",
        "title": title,
        "submit": submit,
        "back": back,
        "warning_text": warning,
    }
    return render(request, "partners/organisations/form.html", context)


def _stale(request: HttpRequest, shown: Organisation, typed: dict[str, Any]) -> HttpResponse:
    current = find(shown.uid)
    pairs = presenters.theirs_yours(current, typed)
    view = reverse("organisation", args=[shown.uid])
    edit = view if request.resolver_match.url_name == "reinstate_organisation" else request.path
    return stale_page(request, pairs, edit_url=edit, view_url=view)
