"""The list of guidance as it was known on a day: on the page, on paper, and as a file."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.audit import Actor, record
from accounts.policy import Action, Thing, allows
from guidance.facts.register import GuidanceFact
from guidance.forms.register import AsAtForm
from guidance.presenters import printed_list as presenters
from guidance.presenters.base import counted, moment_words
from guidance.selectors.as_at import register_at
from guidance.views.register import KEEPERS
from safeguarding.kernel.periods import day_of
from safeguarding.kernel.spreadsheets import csv_lines
from safeguarding.kernel.texts import in_words

_LONDON = ZoneInfo("Europe/London")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@requires(Action.VIEW, Thing.GUIDANCE, within=KEEPERS)
def guidance_list_print(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    form, day = _asked(request)
    moment = _moment(day, now)
    facts = _facts(moment)
    context = {
        "filter_form": form,
        "as_at": day.isoformat() if day else "",
        "when": _when(day, now),
        "entries": presenters.entries(facts, day_of(moment)),
        "count": counted(len(facts), "piece of guidance", "pieces of guidance"),
        "printed": moment_words(now),
        "downloads": allows(request.user.roles, Action.DOWNLOAD, Thing.GUIDANCE, within=KEEPERS),
    }
    return render(request, "guidance/register/printed_list.html", context)


@require_safe
@requires(Action.DOWNLOAD, Thing.GUIDANCE, within=KEEPERS)
def guidance_list_csv(request: HttpRequest) -> StreamingHttpResponse:
    facts, on, _ = _taken_out(request, "csv")
    lines = csv_lines(presenters.FILE_COLUMNS, presenters.file_rows(facts, on))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    return _attached(response, "guidance.csv")


@require_safe
@requires(Action.DOWNLOAD, Thing.GUIDANCE, within=KEEPERS)
def guidance_list_xlsx(request: HttpRequest) -> HttpResponse:
    facts, on, when = _taken_out(request, "xlsx")
    body = presenters.spreadsheet(facts, on, title=f"List of guidance {when}")
    return _attached(HttpResponse(body, content_type=_XLSX), "guidance.xlsx")


def _taken_out(request: HttpRequest, form: str) -> tuple[list[GuidanceFact], date, str]:
    """The list as it leaves the product, which is kept; its day, and that in words."""
    now = timezone.now()
    _, day = _asked(request)
    moment = _moment(day, now)
    facts = _facts(moment)
    detail: dict[str, Any] = {"rows": len(facts), "form": form, "as_at": day.isoformat() if day else ""}
    with transaction.atomic():
        record(
            "guidance.exported",
            actor=Actor.person(request.user),
            at=now,
            object_kind="guidance",
            detail=detail,
        )
    return facts, day_of(moment), _when(day, now)


def _facts(moment: datetime) -> list[GuidanceFact]:
    return presenters.by_publication(register_at(moment))


def _asked(request: HttpRequest) -> tuple[AsAtForm, date | None]:
    """The day that the address asks for, in boxes or as ?as_at=2020-06-01; None: now."""
    if text := request.GET.get("as_at"):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = None
        return AsAtForm(initial={"as_at": day}), day
    form = AsAtForm(request.GET or None)
    return form, form.cleaned_data["as_at"] if form.is_valid() else None


def _moment(day: date | None, now: datetime) -> datetime:
    """The last moment of the day in London; not later than now."""
    if day is None or day >= day_of(now):
        return now
    after = datetime.combine(day + timedelta(days=1), time(), _LONDON)
    return after - timedelta(microseconds=1)


def _when(day: date | None, now: datetime) -> str:
    if day is None or day >= day_of(now):
        return f"as at {moment_words(now)}"
    return f"as it was known at the end of {in_words(day)}"


def _attached(response: Any, name: str) -> Any:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
