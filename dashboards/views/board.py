"""The board's dashboard: the review in the board's reading order, and two reviews side by side."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.policy import Action, Thing
from dashboards.board_page import BoardPage, comparison


@require_safe
@requires(Action.VIEW, Thing.BOARD_DASHBOARD)
def board(request: HttpRequest) -> HttpResponse:
    page = BoardPage(request.user, request.GET, now=timezone.now())
    return render(request, "dashboards/board/board.html", page.context())


@require_safe
@requires(Action.VIEW, Thing.BOARD_DASHBOARD)
def compare_reviews(request: HttpRequest) -> HttpResponse:
    context = comparison(request.user, request.GET, now=timezone.now())
    return render(request, "dashboards/board/compare.html", context)
