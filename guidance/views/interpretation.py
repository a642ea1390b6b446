"""The interpretation of guidance: what waits, one of them with its source, and writing it."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.policy import Action, Scope, Thing
from guidance.constants import InterpretationState
from guidance.forms.interpretation import InterpretationForm, WorkForm
from guidance.models import GuidanceVersion
from guidance.presenters import interpretation as presenters
from guidance.selectors import interpretation as selectors
from guidance.services import interpretation as services
from guidance.views.base import page_of, refuse, stale_page
from safeguarding.kernel.errors import Refusal, StaleEdit
from safeguarding.kernel.periods import day_of

EVERY = frozenset({Scope.ALL})
# A long text is written about in parts: a page of hundreds of questions helps nobody.
PARAGRAPHS_A_PART = 30


@require_safe
@requires(Action.VIEW, Thing.GUIDANCE, within=EVERY)
def guidance_work(request: HttpRequest) -> HttpResponse:
    """What waits to be issued, by the day on which it is due."""
    today = day_of(timezone.now())
    keeps = selectors.keeps(request.user)
    form = WorkForm(request.GET or None, keeps=keeps, states=selectors.OPEN_STATES)
    chosen = form.chosen()
    rows = selectors.work(
        state=chosen.get("state", ""),
        owner=request.user if chosen.get("whose") == "mine" else None,
        approver=request.user if chosen.get("whose") == "approve" else None,
        overdue_on=today if chosen.get("due") else None,
    )
    page = page_of(request, rows)
    context = {
        "filter_form": form,
        "page_obj": page,
        "table": presenters.work_table(page.object_list, today),
        "stats": presenters.work_stats(selectors.counts(today)),
        "keeps": keeps,
    }
    return render(request, "guidance/interpretation/work.html", context)


@require_safe
@requires(Action.VIEW, Thing.GUIDANCE)
def interpretation(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What a version means here, beside its source. Drafts are for who keeps the register or checks it."""
    now = timezone.now()
    today = day_of(now)
    of = opened(request, uid, now)
    inside = selectors.reads_work(request.user)
    row = selectors.current(of) if inside else selectors.issued_interpretation(of)
    history = presenters.timeline(selectors.moves(of), selectors.rounds(of)) if inside else []
    context = {
        "of": of,
        "tag": presenters.state_tag(of.state),
        "overdue": presenters.is_overdue(of, today),
        "rows": presenters.version_rows(of, today, inside=inside),
        "interpretation": row,
        "said": presenters.interpretation_rows(row, inside=inside) if row else [],
        "round": presenters.round_words(row) if row and inside else "",
        "sent_back": row if row and row.state == InterpretationState.SENT_BACK else None,
        "reading": presenters.reading_words(row.meaning, row.to_do) if row and inside else None,
        "beside": presenters.beside(selectors.beside(of, row)),
        "rights": selectors.rights(of, row, request.user),
        "history": history,
        "inside": inside,
    }
    return render(request, "guidance/interpretation/interpretation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.GUIDANCE)
def write_interpretation(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The draft beside its source, some paragraphs at a time."""
    now = timezone.now()
    of = opened(request, uid, now, may="write")
    part = page_of(request, of.paragraphs.all(), PARAGRAPHS_A_PART)
    saved = selectors.begun_from(of)
    initial = {**saved, **InterpretationForm.initial_notes(saved["notes"])}
    positions = [paragraph.position for paragraph in part.object_list]
    form = InterpretationForm(request.POST or None, positions=positions, initial=initial)
    if form.is_valid():
        answers = form.cleaned_data
        try:
            services.write_draft(
                user=request.user,
                of=of,
                expected_version=answers["version"],
                meaning=answers["meaning"],
                to_do=answers["to_do"],
                valid_until=answers["valid_until"],
                is_public=answers["is_public"],
                # What is noted beside paragraphs of other parts stays.
                notes={**saved["notes"], **form.notes()},
                names_no_child=answers["names_no_child"],
                now=now,
            )
        except StaleEdit:
            texts = presenters.stale_draft(selectors.begun_from(of), answers, form.notes())
            view_url = reverse("interpretation", args=[of.uid])
            return stale_page(request, texts, edit_url=request.get_full_path(), view_url=view_url)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Draft saved.")
            if "go_on" in request.POST and part.has_next():
                return redirect(f"{request.path}?page={part.next_page_number()}")
            return redirect("interpretation", uid=of.uid)
    context = {
        "of": of,
        "form": form,
        "page_obj": part,
        "begun": selectors.issued_before(of) if not selectors.current(of) else None,
        "sent_back": selectors.sent_back(of) if not saved["version"] else None,
        "lines": [
            one | form.beside(one["paragraph"].position)
            for one in presenters.beside((paragraph, None) for paragraph in part.object_list)
        ],
    }
    return render(request, "guidance/interpretation/write.html", context)


def opened(request: HttpRequest, uid: UUID, now: datetime, *, may: str = "") -> GuidanceVersion:
    """The version, 404 where it is not this person's to see; a form (`may`: a right) opens only where the
    right is there. What is sent from a form opened earlier, the service refuses by name."""
    rows = GuidanceVersion.objects.visible_to(request.user, at=now).select_related("item", "item__owner")
    found = get_object_or_404(rows, uid=uid)
    if may and request.method != "POST":
        rights = selectors.rights(found, selectors.current(found), request.user)
        if not getattr(rights, may):
            raise PermissionDenied
    return found
