"""What the pages of threats, escalations, challenges and decisions share: a list, a record with its steps and
history, and a form that makes or moves one."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from partners.services.base import OutOfReach
from riskregister.forms.base import as_error
from riskregister.forms.board_work import ChangedForm
from riskregister.rules.board_work import Act, may
from riskregister.views.base import stale_page
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit

Step = tuple[Act, str, str]


def buttons_of(
    request: HttpRequest, kind: str, shown: Any, state: str, steps: Iterable[Step]
) -> list[dict[str, str]]:
    """Those of the `steps` (what is done, the name of its page, its words) that the person may take."""
    return [
        {"text": text, "href": reverse(name, args=[shown.uid])}
        for act, name, text in steps
        if may(kind, act, state, request.user.roles)
    ]


def offered(request: HttpRequest, may: bool) -> None:
    """A form opens only where its step may be taken. What is sent from a form that was opened earlier, the
    service refuses by name."""
    if request.method != "POST" and not may:
        raise PermissionDenied


def made(
    request: HttpRequest,
    form: Any,
    make: Callable[[], Any],
    *,
    heading: str,
    submit: str,
    said: str,
    record: str,
    back: str,
    back_text: str,
    hint: str = "",
) -> HttpResponse:
    """A form that makes a record; `record`: the name of its page, `back`: where the list is."""
    if form.is_valid():
        try:
            uid = make().uid
        except AlreadyDone as done:
            messages.info(request, "This was already saved. It is shown below.")
            return redirect(record, uid=done.outcome)
        except Refusal as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, said)
            return redirect(record, uid=uid)
    context = {
        "form": form,
        "heading": heading,
        "submit": submit,
        "back": back,
        "back_text": back_text,
        "hint": hint,
    }
    return render(request, "riskregister/board/make.html", context)


def stepped(
    request: HttpRequest,
    shown: Any,
    form: Any,
    step: Callable[[Mapping[str, Any]], Any],
    *,
    page: str,
    caption: str,
    rows: list[dict[str, Any]],
    heading: str,
    submit: str,
    said: str,
    state_of: Callable[[Any], str],
    hint: str = "",
    warning: str = "",
) -> HttpResponse:
    """A form that moves a record: sent, answered, or shown with what keeps it from being saved. `page`: the
    name of the record's page; `state_of`: its state in words, for who comes second."""
    url = reverse(page, args=[shown.uid])
    if form.is_valid():
        try:
            step(form.cleaned_data)
        except StaleEdit:
            current = type(shown)._default_manager.get(pk=shown.pk)
            texts = _theirs_yours(form, current, state_of(current))
            return stale_page(request, texts, edit_url=request.path, view_url=url)
        except AlreadyDone:
            messages.info(request, "This was already saved. It is shown below.")
            return redirect(url)
        except Refusal as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, said)
            return redirect(url)
    context = {
        "form": form,
        "rows": rows,
        "heading": heading,
        "caption": caption,
        "submit": submit,
        "back": url,
        "hint": hint,
        "warning": warning,
    }
    return render(request, "riskregister/board/step.html", context)


def asked_what_changed(
    request: HttpRequest, shown: Any, say: Callable[..., Any], of: Mapping[str, Any]
) -> HttpResponse:
    """The form that asks after 90 days what changed for children. `say`: the service, which takes `changed`,
    `how` and `expected_version`; `of`: what `stepped` must know of the record."""
    form = ChangedForm(request.POST or None, initial={"version": shown.version})
    return stepped(
        request,
        shown,
        form,
        lambda given: say(changed=given["changed"], how=given["how"], expected_version=given["version"]),
        heading="What changed for children?",
        submit="Save",
        said="Saved.",
        **of,
    )


def _refuse(form: Any, refusal: Refusal) -> None:
    if isinstance(refusal, OutOfReach):
        raise Http404
    as_error(form, refusal)


def _theirs_yours(form: Any, current: Any, state: str) -> list[dict[str, str]]:
    """The record's own words where it has a column of the question's name, else its state."""
    found = []
    for name, field in form.fields.items():
        typed = form.cleaned_data.get(name)
        if field.widget.is_hidden or not typed:
            continue
        theirs = getattr(current, name, None)
        words = theirs if isinstance(theirs, str) and theirs else state
        found.append({"field": str(field.label), "theirs": words, "yours": str(typed)})
    return found or [{"field": "State", "theirs": state, "yours": ""}]
