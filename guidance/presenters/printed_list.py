"""The list of guidance as the board's paper prints it in its first appendix, and as a file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from django.urls import reverse
from xlsxwriter import Workbook

from guidance.constants import Audience, Force, GuidanceKind, Topic, VersionState
from guidance.facts.register import GuidanceFact
from guidance.presenters.register import labels
from safeguarding.kernel.periods import day_of
from safeguarding.kernel.spreadsheets import plain_cell
from safeguarding.kernel.texts import in_words

FILE_COLUMNS = (
    "Number",
    "Title",
    "Version",
    "Issuer",
    "Reference",
    "Published",
    "Received",
    "Kind",
    "How binding",
    "Holds from",
    "No longer holds from",
    "State",
    "Issued",
    "Replaced by",
    "For",
    "About",
    "Address",
    "Source last checked",
    "Entry",
)


@dataclass(frozen=True)
class Entry:
    """A line of the printed list."""

    label: str
    href: str
    title: str
    issuer: str
    published: str
    kind: str
    force: str
    state: str


def by_publication(facts: Iterable[GuidanceFact]) -> list[GuidanceFact]:
    """By the day of publication; where the issuer gives none, by the day of receipt."""
    return sorted(facts, key=lambda one: (one.published_on or one.received_on, one.recorded_at, one.label))


def entries(facts: Iterable[GuidanceFact], day: date) -> list[Entry]:
    """As it stood on `day`, here and below."""
    return [
        Entry(
            one.label,
            reverse("guidance_item", args=[one.uid]),
            f"{one.title} ({one.reference})" if one.reference else one.title,
            one.issuer,
            in_words(one.published_on) if one.published_on else "Not given",
            str(GuidanceKind(one.kind).label),
            str(Force(one.force).label).split(":")[0],
            _state(one, day),
        )
        for one in facts
    ]


def file_rows(facts: Iterable[GuidanceFact], day: date) -> Iterable[list[Any]]:
    """Days (London's) as ISO, so that a spreadsheet sorts them."""
    for one in facts:
        yield [
            one.label,
            one.title,
            one.version_number,
            one.issuer,
            one.reference,
            one.published_on.isoformat() if one.published_on else "",
            one.received_on.isoformat(),
            str(GuidanceKind(one.kind).label),
            str(Force(one.force).label).split(":")[0],
            one.effective_from.isoformat(),
            one.effective_until.isoformat() if one.effective_until else "",
            _state(one, day),
            day_of(one.issued_at).isoformat() if one.issued_at else "",
            one.replaced_by,
            "; ".join(labels(Audience, one.audiences)),
            "; ".join(labels(Topic, one.topics)),
            one.url,
            day_of(one.checked_at).isoformat() if one.checked_at else "",
            one.origin,
        ]


def spreadsheet(facts: Iterable[GuidanceFact], day: date, *, title: str) -> bytes:
    """The list as a workbook; nothing in it runs as a formula or opens as a link."""
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(out, options) as made:
        head = made.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        sheet = made.add_worksheet("Guidance")
        sheet.write_string(0, 0, title, made.add_format({"bold": True, "font_size": 14}))
        for column, name in enumerate(FILE_COLUMNS):
            sheet.write_string(2, column, name, head)
        for line, row in enumerate(file_rows(facts, day), 3):
            for column, value in enumerate(row):
                sheet.write(line, column, plain_cell(value))
        sheet.freeze_panes(3, 2)
        sheet.set_column(1, 1, 60)
        sheet.set_column(2, len(FILE_COLUMNS) - 1, 18)
    return out.getvalue()


def _state(one: GuidanceFact, day: date) -> str:
    return f"Replaced by {one.replaced_by}" if one.replaced(day) else str(VersionState(one.state).label)
