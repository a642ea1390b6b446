"""What an organisation is and who answers for it, from a day until another; each page starts or ends one."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import requires
from accounts.policy import Action, Thing
from partners.constants import StatutoryRoleKind
from partners.forms.organisations import (
    EndForm,
    EndRoleForm,
    ParticipationForm,
    RepresentativeForm,
    StatutoryRoleForm,
)
from partners.models import Organisation
from partners.selectors import organisations as selectors
from partners.services import organisations as services
from partners.views.base import refuse
from partners.views.organisations import EDITS_ALL, find, show_form
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.govuk import GovukForm
from safeguarding.kernel.periods import day_of

_METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(_METHODS)
@requires(Action.EDIT, Thing.ORGANISATION, within=EDITS_ALL)
def add_representative(request: HttpRequest, uid: UUID) -> HttpResponse:
    form = RepresentativeForm(request.POST or None, initial={"from_date": day_of(timezone.now())})
    return _answer(
        request,
        find(uid),
        form,
        services.add_representative,
        "Add a person",
        "Add this person",
        "Person added.",
    )


@require_http_methods(_METHODS)
@requires(Action.EDIT, Thing.ORGANISATION, within=EDITS_ALL)
def end_representative(request: HttpRequest, uid: UUID, person: UUID) -> HttpResponse:
    shown = find(uid)
    row = get_object_or_404(shown.representatives.select_related("user"), user__uid=person, until_date=None)
    form = EndForm(request.POST or None, today=day_of(timezone.now()))

    def act(**answers):
        return services.end_representative(person=person, **answers)

    title = f"End what {row.user.name} does for the organisation"
    return _answer(request, shown, form, act, title, "Save end", "End saved.")


@require_http_methods(_METHODS)
@requires(Action.EDIT, Thing.ORGANISATION, within=EDITS_ALL)
def add_statutory_role(request: HttpRequest, uid: UUID) -> HttpResponse:
    form = StatutoryRoleForm(request.POST or None)

    def act(from_date, until_date, **answers):
        return services.add_statutory_role(span=form.span(), **answers)

    return _answer(
        request, find(uid), form, act, "Add a statutory role", "Add this role", "Statutory role added."
    )


@require_http_methods(_METHODS)
@requires(Action.EDIT, Thing.ORGANISATION, within=EDITS_ALL)
def end_statutory_role(request: HttpRequest, uid: UUID) -> HttpResponse:
    shown = find(uid)
    held = shown.statutory_roles.filter(until_date=None).values_list("role", flat=True)
    roles = [(role, str(StatutoryRoleKind(role).label)) for role in held]
    form = EndRoleForm(request.POST or None, roles=roles, today=day_of(timezone.now()))
    return _answer(
        request, shown, form, services.end_statutory_role, "End a statutory role", "Save end", "End saved."
    )


@require_http_methods(_METHODS)
@requires(Action.EDIT, Thing.ORGANISATION, within=EDITS_ALL)
def start_participation(request: HttpRequest, uid: UUID) -> HttpResponse:
    initial = {"from_date": day_of(timezone.now())}
    sets = selectors.question_set_choices()
    form = ParticipationForm(request.POST or None, sets=sets, initial=initial)
    done = "The organisation takes part."
    return _answer(
        request, find(uid), form, services.start_participation, "Let the organisation take part", "Save", done
    )


@require_http_methods(_METHODS)
@requires(Action.EDIT, Thing.ORGANISATION, within=EDITS_ALL)
def end_participation(request: HttpRequest, uid: UUID) -> HttpResponse:
    form = EndForm(request.POST or None, today=day_of(timezone.now()))
    title = "End the organisation’s part in the returns"
    return _answer(request, find(uid), form, services.end_participation, title, "Save end", "End saved.")


def _answer(
    request: HttpRequest,
    shown: Organisation,
    form: GovukForm,
    act: Callable,
    title: str,
    submit: str,
    done: str,
) -> HttpResponse:
    """Calls `act` with the cleaned answers of the form; a refusal goes beside its question."""
    if form.is_valid():
        try:
            act(user=request.user, organisation=shown, now=timezone.now(), **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, done)
            return redirect("organisation", uid=shown.uid)
    return show_form(request, form, shown, title, submit)
