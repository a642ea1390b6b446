"""Lists of guidance: pasted or sent, looked at, corrected, saved."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.policy import Action, Thing
from guidance.constants import ListState
from guidance.facts.lists import ListDefaults
from guidance.forms.base import as_error
from guidance.forms.lists import LIMIT_WORDS, ChoicesForm, ListForm
from guidance.models import GuidanceList
from guidance.presenters import lists as presenters
from guidance.rules.lists import written_again
from guidance.selectors import lists as selectors
from guidance.services import lists as services
from guidance.services.base import OutOfReach
from guidance.views.base import page_of
from safeguarding.kernel.errors import Refusal

# Beside the file a request holds its boundary lines and the other answers.
_REST_OF_REQUEST = 100_000


def _small_enough(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """What is too large is turned away before it is read; only then is the token asked for."""
    guarded = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def measured(request: HttpRequest, **kwargs: UUID) -> HttpResponseBase:
        large = int(request.META.get("CONTENT_LENGTH") or 0) > services.FILE_MAX_BYTES + _REST_OF_REQUEST
        if not large:
            try:
                # A pasted text has a limit of its own (DATA_UPLOAD_MAX_MEMORY_SIZE).
                _ = request.POST
            except RequestDataTooBig:
                large = True
        if large:
            answer = render(request, "errors/413.html", {"limit": LIMIT_WORDS}, status=413)
            answer["Connection"] = "close"
            return answer
        return guarded(request, **kwargs)

    return measured


@require_safe
@requires(Action.CREATE, Thing.GUIDANCE)
def guidance_lists(request: HttpRequest) -> HttpResponse:
    rows = selectors.lists(request.user).select_related("made_by").order_by("-made_at", "-pk")
    page = page_of(request, rows)
    context = {"page_obj": page, "table": presenters.lists_table(page.object_list)}
    return render(request, "guidance/entry/lists.html", context)


@_small_enough
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.GUIDANCE)
def paste_guidance(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    return _list_form(request, None, ListDefaults(received_on=today), "")


@_small_enough
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.GUIDANCE)
def correct_list(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The list as it was typed, to be put right; it takes the place of the preview."""
    listed = _listed(request, uid)
    if listed.state != ListState.PREVIEW:
        raise Http404
    defaults = selectors.defaults_of(listed, timezone.localdate())
    return _list_form(request, listed, defaults, written_again(selectors.lines_of(listed)))


def _list_form(
    request: HttpRequest, listed: GuidanceList | None, defaults: ListDefaults, text: str
) -> HttpResponse:
    initial = {
        "name": listed.name if listed else "",
        "text": text,
        "issuer": defaults.issuer,
        "received_on": defaults.received_on,
        "kind": defaults.kind,
        "force": defaults.force,
        "audiences": defaults.audiences,
        "topics": defaults.topics,
    }
    form = ListForm(request.POST or None, request.FILES or None, initial=initial)
    if form.is_valid():
        try:
            read = services.read(
                user=request.user,
                name=form.cleaned_data["name"],
                text=form.cleaned_data["text"] or "",
                file=form.cleaned_data["file"],
                defaults=form.defaults(),
                instead_of=listed,
                now=timezone.now(),
            )
        except OutOfReach:
            raise Http404 from None
        except Refusal as refusal:
            as_error(form, refusal)
        else:
            return redirect("guidance_list", uid=read.uid)
    back = reverse("guidance_list", args=[listed.uid]) if listed else reverse("guidance_lists")
    context = {"form": form, "listed": listed, "back": back}
    return render(request, "guidance/entry/paste.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.GUIDANCE)
def guidance_list(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Shows what a list would bring; posted, saves it whole."""
    listed = _listed(request, uid)
    lines = selectors.lines_of(listed)
    if listed.state != ListState.PREVIEW:
        if request.method == "POST":
            messages.info(request, "This list was saved or discarded before. Nothing was added now.")
        context = {"listed": listed, "outcome": presenters.outcome_words(listed)}
        return render(request, "guidance/entry/ended.html", context)
    posted = request.method == "POST"
    form = ChoicesForm(request.POST if posted else None, lines=[line.line for line in lines])
    choices = form.choices() if posted else None
    if choices is not None:
        try:
            services.save(
                user=request.user,
                listed=listed,
                choices=choices,
                seen=form.shown_as_twins(),
                now=timezone.now(),
            )
        except OutOfReach:
            raise Http404 from None
        except Refusal as refusal:
            as_error(form, refusal)
        else:
            listed.refresh_from_db()
            messages.success(request, f"List saved: {presenters.outcome_words(listed)}.")
            return redirect("guidance_list", uid=uid)
    context = {
        "form": form,
        "listed": listed,
        "notes": listed.outcome.get("notes", []),
        "count": len(lines),
        **presenters.preview(lines, selectors.twins_of(lines), choices, form.errors),
    }
    return render(request, "guidance/entry/preview.html", context)


@require_POST
@requires(Action.CREATE, Thing.GUIDANCE)
def discard_list(request: HttpRequest, uid: UUID) -> HttpResponse:
    try:
        services.discard(user=request.user, listed=_listed(request, uid), now=timezone.now())
    except Refusal as refusal:
        messages.info(request, refusal.message)
    else:
        messages.success(request, "List discarded. Nothing of it is on the register.")
    return redirect("guidance_lists")


def _listed(request: HttpRequest, uid: UUID) -> GuidanceList:
    return get_object_or_404(selectors.lists(request.user).select_related("made_by"), uid=uid)
