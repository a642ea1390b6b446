"""The forms a paper comes in, and how each is written."""

from collections.abc import Callable
from dataclasses import dataclass

from dashboards.pack import html, pdf
from dashboards.pack.docx import docx
from dashboards.pack.json_form import json_text
from dashboards.pack.model import paper_of
from dashboards.pack.pptx import pptx
from riskregister.facts.published import ReviewRecord

_OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True)
class Form:
    code: str
    name: str
    what: str
    content_type: str
    write: Callable[[ReviewRecord], bytes]


FORMS: dict[str, Form] = {
    one.code: one
    for one in (
        Form(
            "pdf",
            "PDF",
            "The whole paper, tagged for screen readers",
            "application/pdf",
            lambda review: pdf.pdf(paper_of(review)),
        ),
        Form(
            "docx",
            "Word",
            "The whole paper, to be copied into the committee’s agenda",
            f"{_OFFICE}.wordprocessingml.document",
            lambda review: docx(paper_of(review)),
        ),
        Form(
            "pptx",
            "Slides",
            "The chair’s brief on six slides with notes",
            f"{_OFFICE}.presentationml.presentation",
            pptx,
        ),
        Form(
            "html",
            "Web page",
            "The whole paper as one file that needs no connection",
            "text/html; charset=utf-8",
            lambda review: html.whole(paper_of(review)).encode(),
        ),
        Form(
            "json",
            "JSON",
            "The sealed content itself, to check the digest or to read it by machine",
            "application/json",
            lambda review: json_text(review).encode(),
        ),
    )
}


def file_name(review: ReviewRecord, code: str) -> str:
    kind = "public" if review.public else "review" if review.published else "draft"
    return f"board-{kind}-{review.month}-v{review.version}.{code}"
