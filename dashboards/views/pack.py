"""The board's paper to take away, the yearly report, and what is public of it."""

from datetime import datetime
from typing import cast
from uuid import UUID

from django import forms
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import public, requires
from accounts.audit import Actor, record
from accounts.policy import Action, Thing
from dashboards.pack import html, pdf, yearly
from dashboards.pack.docx import docx
from dashboards.pack.forms import FORMS, file_name
from dashboards.pack.model import paper_of
from riskregister.facts.published import ReviewRecord
from riskregister.selectors import published
from safeguarding.kernel.periods import Month


@require_safe
@requires(Action.DOWNLOAD, Thing.BOARD_REVIEW)
def pack(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The forms that a review can be taken away in."""
    review = _review(request, uid, now=timezone.now())
    files = [(one, f"pack_{one.code}", one.code != "pdf" or pdf.available()) for one in FORMS.values()]
    context = {"review": review, "paper": paper_of(review), "files": files, "install": pdf.WHAT_TO_INSTALL}
    return render(request, "dashboards/pack/downloads.html", context)


@require_safe
@requires(Action.DOWNLOAD, Thing.BOARD_REVIEW)
def pack_pdf(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _download(request, uid, "pdf")


@require_safe
@requires(Action.DOWNLOAD, Thing.BOARD_REVIEW)
def pack_docx(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _download(request, uid, "docx")


@require_safe
@requires(Action.DOWNLOAD, Thing.BOARD_REVIEW)
def pack_pptx(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _download(request, uid, "pptx")


@require_safe
@requires(Action.DOWNLOAD, Thing.BOARD_REVIEW)
def pack_html(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _download(request, uid, "html")


@require_safe
@requires(Action.DOWNLOAD, Thing.BOARD_REVIEW)
def pack_json(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _download(request, uid, "json")


def _download(request: HttpRequest, uid: UUID, code: str) -> HttpResponse:
    now = timezone.now()
    review = _review(request, uid, now=now)
    form = FORMS[code]
    try:
        body = form.write(review)
    except pdf.PdfUnavailable as missing:
        return _no_pdf(request, missing)
    with transaction.atomic():
        record(
            "board_review.downloaded",
            actor=Actor.person(request.user),
            at=now,
            object_kind="board_review",
            object_uid=review.uid,
            detail={
                "format": code,
                "month": str(review.month),
                "version": review.version,
                "digest": review.digest,
            },
        )
    return _file(body, form.content_type, file_name(review, code))


def _review(request: HttpRequest, uid: UUID, *, now: datetime) -> ReviewRecord:
    review = published.to_download(request.user, uid, at=now)
    if review is None:
        raise Http404
    return review


def _file(body: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _no_pdf(request: HttpRequest, missing: pdf.PdfUnavailable) -> HttpResponse:
    return render(request, "dashboards/pack/no_pdf.html", {"install": str(missing)}, status=503)


class YearForm(forms.Form):
    """Years are named by the April in which they begin."""

    year = forms.TypedChoiceField(coerce=int)

    def __init__(self, *args: object, years: list[int], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.TypedChoiceField, self.fields["year"])
        field.choices = [(one, yearly.year_name(one)) for one in years]


def _year(request: HttpRequest) -> tuple[list[int], int | None]:
    """The years there are, and the one that the address asks for: the latest, where it asks for none."""
    years = published.years_with_published()
    if "year" not in request.GET:
        return years, years[0] if years else None
    form = YearForm(request.GET, years=years)
    if not form.is_valid():
        raise Http404
    return years, form.cleaned_data["year"]


@require_safe
@requires(Action.VIEW, Thing.BOARD_DASHBOARD)
def year_report(request: HttpRequest) -> HttpResponse:
    """The year's published months in one report."""
    years, year = _year(request)
    context: dict = {"years": [(one, yearly.year_name(one)) for one in years], "year": year}
    if year is not None:
        paper = yearly.yearly_paper(year, _months(year))
        context |= {
            "paper": paper,
            "fragment": html.fragment(paper),
            "pdf_available": pdf.available(),
            "install": pdf.WHAT_TO_INSTALL,
        }
    return render(request, "dashboards/pack/yearly.html", context)


@require_safe
@requires(Action.DOWNLOAD, Thing.BOARD_DASHBOARD)
def year_pdf(request: HttpRequest) -> HttpResponse:
    return _year_file(request, "pdf")


@require_safe
@requires(Action.DOWNLOAD, Thing.BOARD_DASHBOARD)
def year_docx(request: HttpRequest) -> HttpResponse:
    return _year_file(request, "docx")


@require_safe
@requires(Action.DOWNLOAD, Thing.BOARD_DASHBOARD)
def year_html(request: HttpRequest) -> HttpResponse:
    return _year_file(request, "html")


def _year_file(request: HttpRequest, code: str) -> HttpResponse:
    _, year = _year(request)
    if year is None:
        raise Http404
    paper = yearly.yearly_paper(year, _months(year))
    try:
        body = (
            pdf.pdf(paper) if code == "pdf" else docx(paper) if code == "docx" else html.whole(paper).encode()
        )
    except pdf.PdfUnavailable as missing:
        return _no_pdf(request, missing)
    with transaction.atomic():
        record(
            "yearly_report.downloaded",
            actor=Actor.person(request.user),
            at=timezone.now(),
            object_kind="yearly_report",
            detail={"format": code, "year": year, "digest": paper.identifier},
        )
    return _file(body, FORMS[code].content_type, f"board-year-{year}.{code}")


def _months(year: int) -> tuple[ReviewRecord, ...]:
    months: tuple[Month, ...] = yearly.months_of(year)
    return published.published_months(months[0], months[-1])


@public
@require_safe
def public_list(request: HttpRequest) -> HttpResponse:
    """The reviews that anybody may read."""
    return render(request, "dashboards/pack/public_list.html", {"releases": published.public_releases()})


@public
@require_safe
def public_review(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _public_page(request, _public(uid))


@public
@require_safe
def public_json(request: HttpRequest, uid: UUID) -> HttpResponse:
    review = _public(uid)
    form = FORMS["json"]
    return _file(form.write(review), form.content_type, file_name(review, "json"))


@require_safe
@requires(Action.VIEW, Thing.BOARD_REVIEW, within=published.PREPARING)
def release_preview(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A public version as it is, or would be, read by anybody."""
    review = published.release_to_look_at(request.user, uid)
    if review is None:
        raise Http404
    return _public_page(request, review, preview=True)


def _public(uid: UUID) -> ReviewRecord:
    review = published.public_release(uid)
    if review is None:
        raise Http404
    return review


def _public_page(request: HttpRequest, review: ReviewRecord, *, preview: bool = False) -> HttpResponse:
    paper = paper_of(review)
    context = {
        "review": review,
        "paper": paper,
        "fragment": html.fragment(paper),
        "preview": preview,
        "is_public": review.released_at is not None,
    }
    return render(request, "dashboards/pack/public_review.html", context)
