"""What a cell of an import file may hold. Pure; text in, text for the staging table out.

A reader is a callable that takes a cell and gives the staged text ('' for nothing, ISO for dates,
'1' or '0' for yes or no), or raises BadCell with the reason in words for the person who sent the
file. Readers are called millions of times: they are looked up, not worked out, wherever few
different texts are to be expected.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date

Reader = Callable[[str], str]

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2199, 12, 31)
# A reader of dates remembers so many spellings; a file of nonsense must not fill the memory.
_REMEMBERED = 20_000

_PRINTABLE = re.compile(r"[!-~](?:[ -~]*[!-~])?")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_BRITISH = re.compile(r"(\d{2})/(\d{2})/(\d{4})", re.ASCII)
# Controls, format signs that nobody sees (zero width, direction), halves of surrogate pairs, private
# and unassigned signs, line and paragraph separators: two references that look alike must be alike.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class BadCell(Exception):
    """The cell cannot be taken; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def text(length: int, *, required: bool = True) -> Reader:
    """Text as it stands, outer white space gone, up to `length` characters."""

    def read(cell: str) -> str:
        if _PRINTABLE.fullmatch(cell) and len(cell) <= length:
            return cell
        clean = cell.strip()
        if not clean:
            if required:
                raise BadCell("is empty")
            return ""
        if len(clean) > length:
            raise BadCell(f"is longer than {length} characters")
        for sign in clean:
            if unicodedata.category(sign) in _HIDDEN:
                raise BadCell(f"holds a character that cannot be shown (U+{ord(sign):04X})")
        return clean

    return read


class _Lookup(dict[str, str]):
    """Spelling -> staged text, with a last resort for spellings not met before."""

    def __init__(self, known: dict[str, str], last_resort: Reader) -> None:
        super().__init__(known)
        self.last_resort = last_resort

    def __missing__(self, cell: str) -> str:
        staged = self.last_resort(cell)
        if len(self) < _REMEMBERED:
            self[cell] = staged
        return staged


def code(codes: Iterable[str]) -> Reader:
    """One of the codes, spelled exactly so."""
    known = {each: each for each in codes}
    choices = ", ".join(known)

    def otherwise(cell: str) -> str:
        clean = cell.strip()
        if not clean:
            raise BadCell(f"is empty; it must be one of {choices}")
        if clean not in known:
            raise BadCell(f"is not one of {choices}")
        return clean

    return _Lookup(known, otherwise).__getitem__


def yes_or_no() -> Reader:
    """'1' for yes, '0' for no, '' for nothing."""

    def otherwise(cell: str) -> str:
        clean = cell.strip()
        if clean not in _YES_NO:
            raise BadCell("is neither yes nor no")
        return _YES_NO[clean]

    return _Lookup(_YES_NO, otherwise).__getitem__


_YES_NO = {"yes": "1", "no": "0", "": ""}


def day(*, required: bool = True) -> Reader:
    """A date as year-month-day or dd/mm/yyyy."""

    def otherwise(cell: str) -> str:
        clean = cell.strip()
        if not clean:
            if required:
                raise BadCell("is empty")
            return ""
        return iso_day(clean)

    return _Lookup({}, otherwise).__getitem__


def iso_day(cell: str) -> str:
    """'27/03/2020' or '2020-03-27' -> '2020-03-27'. Raises BadCell."""
    if match := _ISO.fullmatch(cell):
        year, month, number = match.groups()
    elif match := _BRITISH.fullmatch(cell):
        number, month, year = match.groups()
    else:
        raise BadCell("is not a date; write it like 2020-03-27 or 27/03/2020")
    try:
        found = date(int(year), int(month), int(number))
    except ValueError:
        raise BadCell("is a day that the calendar does not have") from None
    if not FIRST_DAY <= found <= LAST_DAY:
        raise BadCell(f"is not between {FIRST_DAY.year} and {LAST_DAY.year}")
    return found.isoformat()
