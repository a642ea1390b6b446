"""Virtual contact of children in care with their families."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.policy import Action, Scope, Thing
from safeguarding.kernel.errors import AlreadyDone, Refusal
from safeguarding.kernel.periods import day_of
from visits.constants.oversight import ContactHeld
from visits.forms.contacts import ArrangeContactForm, ContactOutcomeForm
from visits.forms.flags import LastMonthForm
from visits.models import FamilyContact
from visits.presenters import contacts as presenters
from visits.selectors import contacts, lines
from visits.services import contacts as services
from visits.views.opening import open_child, page_of, refuse

_TEAMS = frozenset({Scope.OWN_TEAM})


@require_safe
@requires(Action.VIEW, Thing.FAMILY_CONTACT)
def child_contacts(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    child = open_child(request, uid, page="family contacts", now=now)
    page = page_of(request, contacts.contacts_of(child))
    may_record = contacts.may(child, request.user, Action.EDIT, at=now)
    context = {
        "child": child,
        "shown_as": lines.shown_as(child),
        "page_obj": page,
        "table": presenters.contacts_table(page.object_list, may_record=may_record),
        "may_arrange": contacts.may(child, request.user, Action.CREATE, at=now),
    }
    return render(request, "visits/contacts/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.FAMILY_CONTACT)
def arrange(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    child = open_child(request, uid, page="arrange a family contact", now=now)
    if not contacts.may(child, request.user, Action.CREATE, at=now):
        raise PermissionDenied
    form = ArrangeContactForm(request.POST or None)
    if form.is_valid():
        try:
            services.arrange_contact(
                user=request.user,
                child=child,
                draft=form.draft(),
                token=form.cleaned_data["token"],
                now=now,
            )
        except AlreadyDone:
            messages.info(request, "This contact was already arranged. It is shown below.")
            return redirect("child_contacts", uid=uid)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Contact arranged.")
            return redirect("child_contacts", uid=uid)
    context = {"form": form, "child": child, "shown_as": lines.shown_as(child)}
    return render(request, "visits/contacts/arrange.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.FAMILY_CONTACT)
def outcome(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What became of an arranged contact."""
    now = timezone.now()
    rows = contacts.visible(request.user, at=now).select_related("child", "recorded_by")
    contact: FamilyContact = get_object_or_404(rows, uid=uid)
    contact.child = open_child(request, contact.child.uid, page="family contact", now=now)
    may_record = contacts.may(contact.child, request.user, Action.EDIT, at=now)
    # What was typed on a page that was right when it was opened gets the service's answer.
    if request.method != "POST" and not (may_record and contact.held == ContactHeld.ARRANGED):
        raise PermissionDenied
    form = ContactOutcomeForm(request.POST or None, initial={"version": contact.version})
    if form.is_valid():
        try:
            services.record_outcome(
                user=request.user,
                contact=contact,
                expected_version=form.cleaned_data["version"],
                held=form.cleaned_data["held"],
                why_not=form.cleaned_data["why_not"],
                now=now,
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Result recorded.")
            return redirect("child_contacts", uid=contact.child.uid)
    context = {
        "form": form,
        "child": contact.child,
        "rows": presenters.contact_rows(contact),
        "shown_as": lines.shown_as(contact.child),
    }
    return render(request, "visits/contacts/outcome.html", context)


@require_safe
@requires(Action.VIEW, Thing.FAMILY_CONTACT, within=_TEAMS)
def counts(request: HttpRequest) -> HttpResponse:
    """Arranged against held, of the manager's own teams."""
    now = timezone.now()
    form = LastMonthForm(request.GET or None, today=day_of(now))
    first, last = form.months()
    teams = contacts.managed_teams(request.user, at=now)
    found = contacts.contact_counts(first, last, teams=[team.pk for team in teams])
    table = presenters.contact_counts_table(found, teams, first, last)
    return render(request, "visits/contacts/counts.html", {"form": form, "table": table})
