"""Excel files that people send, read with nothing in them believed: not their size, not the results that
formulas claim, no entities, no links to other files."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler

from defusedxml import DefusedXmlException
from defusedxml.sax import parse as parse_guarded
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from partners.rules import files as file_rules

__all__ = ["UNREADABLE", "cell_text", "check", "opened", "rows"]

# A file may be built so that any part of it is not what the reader expects there.
UNREADABLE = (
    DefusedXmlException, SAXParseException, ParseError, InvalidFileException,
    KeyError, ValueError, TypeError, IndexError, AttributeError, OSError, EOFError, ArithmeticError,
)  # fmt: skip
_DAY_ONLY = 10


def check(name: str, content: bytes) -> None:
    """Raises a Refusal (field 'file') of what may not be taken in: too large, damaged, locked, with macros,
    or another kind of file than its name says."""
    file_rules.check(name, content)


@contextmanager
def opened(content: bytes) -> Iterator[Any]:
    """The workbook, with formulas as formulas. Raises one of UNREADABLE, or a Refusal of a damaged file."""
    _refuse_entities(content)
    book = load_workbook(BytesIO(content), read_only=True, data_only=False, keep_links=False)
    try:
        yield book
    finally:
        book.close()


def rows(sheet: Any, *, limit: int) -> Iterator[tuple[Any, ...]]:
    """Its rows of cells, `limit` at most."""
    # What the file says of its own size is not believed.
    sheet.reset_dimensions()
    yield from sheet.iter_rows(max_row=limit)


def cell_text(cell: Any) -> str:
    """A cell as somebody would have typed it."""
    value = cell.value if cell is not None else None
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ").removesuffix(" 00:00:00")
    if isinstance(value, date):
        return value.isoformat()[:_DAY_ONLY]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    number = Decimal(str(value))
    if "%" in (cell.number_format or ""):
        # A spreadsheet keeps 12% as 0.12.
        number *= 100
    return f"{number.normalize():f}"


def _refuse_entities(content: bytes) -> None:
    """No part may declare a document type: entities in it grow without limit, or reach for other files."""
    with file_rules.open_archive(content) as archive:
        for name in archive.namelist():
            if name.lower().endswith((".xml", ".rels", ".vml")):
                with archive.open(name) as part:
                    parse_guarded(part, ContentHandler(), forbid_dtd=True)
