"""The library of starting risks: read, and copied into a draft."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.policy import Action, Thing, allows
from riskregister.forms.base import as_error
from riskregister.forms.library import LibraryForm
from riskregister.forms.risks import CopyRiskForm
from riskregister.presenters import library as presenters
from riskregister.selectors import library, people
from riskregister.services.library import copy_risk as copy
from safeguarding.kernel.errors import AlreadyDone, Refusal


@require_safe
@requires(Action.VIEW, Thing.RISK)
def risk_library(request: HttpRequest) -> HttpResponse:
    form = LibraryForm(request.GET or None, emergencies=library.emergencies())
    may_copy = allows(request.user.roles, Action.CREATE, Thing.RISK)
    groups = presenters.groups(library.entries(**form.chosen()), may_copy=may_copy)
    return render(request, "riskregister/risks/library.html", {"form": form, "groups": groups})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.RISK)
def copy_risk(request: HttpRequest) -> HttpResponse:
    """Of the library, ?of=<code>, into a draft of the partnership or of one's own organisation."""
    now = timezone.now()
    whose = people.may_be_whose(request.user, at=now)
    if not whose:
        raise PermissionDenied
    entry = library.entry(request.GET.get("of", ""))
    if entry is None:
        messages.info(request, "Choose a risk from the library first.")
        return redirect("risk_library")
    form = CopyRiskForm(request.POST or None, whose=whose)
    if form.is_valid():
        answers = form.cleaned_data
        try:
            risk = copy(
                user=request.user,
                of=entry,
                organisation_id=people.organisation_key(answers["whose"], now),
                token=answers["token"],
                now=now,
            )
        except AlreadyDone as done:
            messages.info(request, "This risk was already copied. It is shown below.")
            return redirect("risk", uid=done.outcome)
        except Refusal as refusal:
            as_error(form, refusal)
        else:
            messages.success(request, "Copied into a draft. Make it fit your area, then rate it.")
            return redirect("risk", uid=risk.uid)
    context = {"form": form, "entry": entry, "rows": presenters.rows_of(entry)}
    return render(request, "riskregister/risks/copy.html", context)
