"""Steps that the pages of the register and the board share."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

ROWS_PER_PAGE = 50


def page_of(request: HttpRequest, rows: Any, per_page: int = ROWS_PER_PAGE) -> Page:
    """The page that the address asks for; the nearest one for a number that is none."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))


def stale_page(
    request: HttpRequest, theirs_yours: list[dict[str, str]], *, edit_url: str, view_url: str
) -> HttpResponse:
    """409: what is saved now and what was typed ([{field, theirs, yours}]), so that neither is lost."""
    context = {"theirs_yours": theirs_yours, "edit_url": edit_url, "view_url": view_url}
    return render(request, "errors/409.html", context, status=409)
