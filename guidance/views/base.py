"""Steps that the pages of guidance share."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from guidance.forms.base import as_error
from guidance.services.base import OutOfReach
from safeguarding.kernel.errors import Refusal

ROWS_PER_PAGE = 25


def page_of(request: HttpRequest, rows: Any, per_page: int = ROWS_PER_PAGE) -> Page:
    """The page that the address asks for; the nearest one for a number that is none."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))


def refuse(form: Any, refusal: Refusal) -> None:
    """Puts a service's refusal on the form; what is no longer within reach is not there (404)."""
    if isinstance(refusal, OutOfReach):
        raise Http404
    if refusal.code == "looks_personal":
        # The form now asks whether it is.
        form.ask_for_the_box()
    as_error(form, refusal)


def stale_page(
    request: HttpRequest, theirs_yours: list[dict[str, str]], *, edit_url: str, view_url: str
) -> HttpResponse:
    """409: what is saved now and what was typed ([{field, theirs, yours}]), so that neither is lost."""
    context = {"theirs_yours": theirs_yours, "edit_url": edit_url, "view_url": view_url}
    return render(request, "errors/409.html", context, status=409)
