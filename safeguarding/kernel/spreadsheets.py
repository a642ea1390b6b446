"""The one writer of files that open in a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

# A spreadsheet reads a cell that begins so as a formula (OWASP, CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


class _Line:
    """What csv writes to: hands each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """A CSV file line by line: UTF-8 with a byte order mark, so that spreadsheets read it as such."""
    writer = csv.writer(_Line())
    yield "\ufeff".encode()
    for row in chain([header], rows):
        yield writer.writerow([plain_cell(value) for value in row]).encode()


def plain_cell(value: object) -> object:
    """The value as a spreadsheet will show it: text that would run as a formula gets a quote in front."""
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA_STARTS):
        return f"'{value}"
    return "" if value is None else value
