"""A list of guidance that was pasted or sent as a file: where its columns are, and what each line says. Pure.

A fault never stops the reading: every line says all that is wrong in it."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Literal

from guidance.constants import GuidanceKind
from guidance.facts.entry import ItemEntry, VersionEntry
from guidance.facts.lists import LineFault, ListDefaults, ListLine, ReadList
from guidance.rules.entries import (
    ISSUER_LENGTH,
    REFERENCE_LENGTH,
    SUMMARY_LENGTH,
    TITLE_LENGTH,
    checked_item,
)
from guidance.rules.list_cells import read_code, read_codes, read_day, read_url
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.texts import check_text

# More belongs into a second list: each line may ask for an answer of its own on the page.
MAX_LINES = 500
MAX_COLUMNS = 60
# Characters of a list: 500 lines of 2,000 each.
MAX_LENGTH = 1_000_000
CELL_LENGTH = 10_000

# A line of cells with its number in what was sent.
Cells = tuple[int, Sequence[str]]

# How each field is called to people, in the order in which a list is written again.
CALLED: Mapping[str, str] = {
    "issuer": "Issuer",
    "title": "Title",
    "reference": "Reference",
    "url": "Link",
    "published_on": "Published",
    "received_on": "Received",
    "effective_from": "In force from",
    "effective_until": "In force until",
    "kind": "Kind",
    "force": "Must, should or may",
    "audiences": "For whom",
    "topics": "Topics",
    "duties": "Duties",
    "summary": "Summary",
}
_LENGTHS = {
    "issuer": ISSUER_LENGTH,
    "title": TITLE_LENGTH,
    "reference": REFERENCE_LENGTH,
    "summary": SUMMARY_LENGTH,
}
_DAYS = ("published_on", "received_on", "effective_from", "effective_until")
_CODES, _LISTS = ("kind", "force"), ("audiences", "topics", "duties")
# Headings by their letters and digits alone.
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "issuer": (
        "issuer", "issuedby", "publisher", "publishedby", "organisation", "organization", "source", "author",
        "department", "body", "from", "issuingbody", "issuingorganisation", "agency",
    ),
    "title": (
        "title", "name", "guidance", "document", "documenttitle", "nameofguidance", "guidancetitle",
        "subject", "guidancedocument", "titleofguidance",
    ),
    "reference": (
        "reference", "ref", "refno", "referencenumber", "sinumber", "documentreference", "si",
    ),
    "url": ("url", "link", "address", "weblink", "webaddress", "hyperlink", "web", "website"),
    "published_on": (
        "published", "publishedon", "date", "datepublished", "publicationdate", "publisheddate",
        "dateofpublication", "issued", "dateissued", "issuedate", "firstpublished", "updated", "lastupdated",
        "dateupdated",
    ),
    "received_on": ("received", "receivedon", "datereceived", "receiveddate", "loggedon", "datelogged"),
    "effective_from": (
        "inforcefrom", "effective", "effectivefrom", "effectivedate", "startdate", "start", "validfrom",
        "appliesfrom", "comesintoforce",
    ),
    "effective_until": (
        "inforceuntil", "effectiveuntil", "effectiveto", "until", "enddate", "end", "expires", "expiry",
        "expirydate", "sunset", "validuntil", "appliesuntil",
    ),
    "kind": ("kind", "type", "kindofguidance", "typeofguidance", "newadditionaloramended"),
    "force": ("mustshouldormay", "force", "mustshouldmay", "howbinding", "binding", "strength"),
    "audiences": ("forwhom", "audience", "audiences", "whofor", "whoisitfor", "for", "sector"),
    "topics": ("topics", "topic", "theme", "themes", "area", "category"),
    "duties": ("duties", "duty", "dutiestouched", "dutytouched", "dutiesaffected"),
    "summary": ("summary", "description", "about", "details", "content", "notes", "comments", "keypoints"),
}  # fmt: skip
_FIELD_OF = {heading: name for name, headings in _HEADINGS.items() for heading in headings}
_AT_THE_END = re.compile(r"^(?P<title>.*?)[\s,;:(<\[–-]*(?P<url>https?://[^\s<>\])]+)[)>\]]*$", re.DOTALL)
_URL = re.compile(r"(https?://|www\.)\S+", re.IGNORECASE)
# Above its headings a list may have a title and a date.
_HEADINGS_WITHIN = 10
# Columns that nobody headed are told by their first lines.
_LOOKED_AT = 20


def cells_of_text(text: str, *, is_file: bool = False) -> list[Cells]:
    """The cells of each line that says something. Of pasted text without tabs or headings, a line is a title
    with its commas; a file's are columns.

    Raises Refusal('list_empty' | 'list_too_long' | 'too_many_lines' | 'list_damaged').
    """
    if len(text) > MAX_LENGTH:
        raise _too_long()
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    said = [line for line in lines.split("\n") if line.strip()]
    found: list[Cells]
    separator = _separator(said[:_HEADINGS_WITHIN], is_file)
    if not separator:
        found = [(number, [line.strip()]) for number, line in enumerate(lines.split("\n"), 1) if line.strip()]
    else:
        found = _separated(lines, separator)
    if not found:
        raise Refusal("list_empty", "The list is empty. Paste it, or choose a file with lines in it")
    return within_limits(found)


def within_limits(found: Iterable[Cells]) -> list[Cells]:
    """The lines, if they are not too many. Raises Refusal('too_many_lines' | 'too_many_columns' |
    'list_too_long')."""
    kept: list[Cells] = []
    length = 0
    for number, cells in found:
        # One more for the headings.
        if len(kept) > MAX_LINES:
            words = (
                f"The list has more than {MAX_LINES} lines (line {number} is one too many). Send it in parts"
            )
            raise Refusal("too_many_lines", words)
        if len(cells) > MAX_COLUMNS:
            words = f"Line {number} has more than {MAX_COLUMNS} columns. Delete those that are not needed"
            raise Refusal("too_many_columns", words)
        length += sum(map(len, cells))
        if length > MAX_LENGTH:
            raise _too_long()
        kept.append((number, cells))
    return kept


def _too_long() -> Refusal:
    words = f"The list is longer than {MAX_LENGTH:,} characters. Send it in parts"
    return Refusal("list_too_long", words)


def _separator(lines: Sequence[str], is_file: bool) -> str:
    if any("\t" in line for line in lines):
        return "\t"
    for sign in (",", ";"):
        if any(_headings(cells) for cells in csv.reader(lines, delimiter=sign)):
            return sign
    if not is_file:
        return ""
    return max((",", ";"), key="\n".join(lines).count)


def _separated(text: str, separator: str) -> list[Cells]:
    try:
        return list(_records(text, separator, csv.QUOTE_MINIMAL))
    except _Unreadable as fault:
        if separator == "\t":
            # Titles may begin with a quotation mark; rows that somebody copied have one line each then.
            return list(_records(text, separator, csv.QUOTE_NONE))
        words = f"Line {fault.line} cannot be read. Look for a quotation mark that is not closed"
        raise Refusal("list_damaged", words) from None


class _Unreadable(Exception):
    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def _records(text: str, separator: str, quoting: Literal[0, 3]) -> Iterator[Cells]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True, quoting=quoting)
    before = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield before + 1, [cell.strip() for cell in cells]
            before = reader.line_num
    except csv.Error:
        raise _Unreadable(before + 1) from None


def read_list(found: Sequence[Cells], defaults: ListDefaults, *, today: date) -> ReadList:
    """What each line says, by its headings; without headings by what the cells look like.

    Raises Refusal('list_empty' | 'no_title' | 'heading_twice').
    """
    places, notes, rows = _columns(found)
    if not rows:
        raise Refusal("list_empty", "The list has headings and no lines below them")
    return ReadList(tuple(_line(number, cells, places, defaults, today) for number, cells in rows), notes)


def _columns(found: Sequence[Cells]) -> tuple[dict[str, int], tuple[str, ...], Sequence[Cells]]:
    """Each field's column, what is to be said of the reading, and the lines below the headings."""
    top = next((place for place, one in enumerate(found[:_HEADINGS_WITHIN]) if _headings(one[1])), None)
    if top is None:
        return _looks([cells for _number, cells in found]), (), found
    number, headings = found[top]
    names = [_field(cell) for cell in headings]
    letters = [_letters(cell) for cell in headings]
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        if name is None:
            continue
        if letters[place] in letters[:place]:
            words = f"Line {number}: two columns are headed “{headings[place]}”. Rename or delete one of them"
            raise Refusal("heading_twice", words)
        # Of two words for one thing ("Published", "Last updated") the more usual.
        order = _HEADINGS[name].index
        if name not in places or order(letters[place]) < order(letters[places[name]]):
            places[name] = place
    if "title" not in places:
        words = f"Line {number} has headings, but none of them is “Title”. Give the column of titles that one"
        raise Refusal("no_title", words)
    unread = [cell for place, cell in enumerate(headings) if cell and place not in places.values()]
    notes = []
    if unread:
        notes.append(f"Columns that were left out: {', '.join(_cut(cell) for cell in unread)}.")
    if top:
        notes.append(f"What stands above line {number} with the headings was left out.")
    return places, tuple(notes), found[top + 1 :]


def _headings(cells: Sequence[str]) -> bool:
    """Whether a line holds headings: two that are known, or the one word "Title"."""
    named = [name for name in map(_field, cells) if name is not None]
    return len(set(named)) >= 2 or (named == ["title"] and len(cells) == 1)


def _looks(rows: list[Sequence[str]]) -> dict[str, int]:
    """Of columns without headings: addresses, days, then the longest texts are titles and others issuers."""
    width = max(len(cells) for cells in rows)
    if width == 1:
        return {"title": 0}
    places: dict[str, int] = {}
    texts: dict[int, float] = {}
    for place in range(width):
        said = [cells[place] for cells in rows[:_LOOKED_AT] if place < len(cells) and cells[place]]
        if not said:
            continue
        if _most(said, lambda cell: bool(_URL.fullmatch(cell))):
            places.setdefault("url", place)
        elif _most(said, _is_day):
            name = "published_on" if "published_on" not in places else "received_on"
            places.setdefault(name, place)
        elif not _most(said, str.isdigit):
            texts[place] = sum(map(len, said)) / len(said)
    if not texts:
        words = (
            "No column of the list holds titles. Put headings in its first line: Title, Issuer, Published…"
        )
        raise Refusal("no_title", words)
    longest = sorted(texts, key=lambda place: -texts[place])
    for name, place in zip(("title", "issuer"), longest, strict=False):
        places[name] = place
    return places


def _most(cells: list[str], test: Callable[[str], bool]) -> bool:
    return 2 * sum(map(test, cells)) > len(cells)


def _is_day(cell: str) -> bool:
    try:
        read_day(cell, field="")
    except Refusal:
        return False
    return True


def _field(heading: str) -> str | None:
    return _FIELD_OF.get(_letters(heading))


def _letters(heading: str) -> str:
    return re.sub(r"\(.*?\)|[^a-z0-9]", "", heading.casefold())


def _cut(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def _line(
    number: int, row: Sequence[str], places: Mapping[str, int], defaults: ListDefaults, today: date
) -> ListLine:
    cells = {name: row[place] for name, place in places.items() if place < len(row) and row[place].strip()}
    if "url" not in places and (match := _AT_THE_END.match(cells.get("title", ""))) and match["title"]:
        cells |= {"title": match["title"], "url": match["url"]}
    fields: dict[str, str | list[str]] = {}
    faults: list[LineFault] = []
    for name in CALLED:
        try:
            if said := _said(name, cells.get(name, "")):
                fields[name] = said
        except Refusal as refusal:
            faults.append(LineFault(name, refusal.message))
    _fill(fields, {fault.field for fault in faults} | set(cells), defaults)
    faults += _together(fields, faults, today)
    line = ListLine(number, {name: _storable(cell) for name, cell in cells.items()}, fields, tuple(faults))
    return line if faults else _as_the_register_takes_it(line, today)


def _as_the_register_takes_it(line: ListLine, today: date) -> ListLine:
    """What the register would refuse is a fault of the line."""
    try:
        checked_item(entry_of(line), today=today)
    except Refusal as refusal:
        return replace(line, faults=(LineFault(refusal.field or "title", refusal.message),))
    return line


def _storable(text: str) -> str:
    """Without the signs that no database takes; that they were there is a fault of the line."""
    return "".join("\ufffd" if sign == "\0" or "\ud800" <= sign <= "\udfff" else sign for sign in text)


def _said(name: str, cell: str) -> str | list[str]:
    if not cell.strip():
        return ""
    if cell.startswith("="):
        raise Refusal("formula", "This is a formula. Type its result instead", name)
    if name in _DAYS:
        return read_day(cell, field=name).isoformat()
    if name in _CODES:
        return read_code(cell, field=name)
    if name in _LISTS:
        return read_codes(cell, field=name)
    if name == "url":
        return read_url(check_text(cell, field=name, length=CELL_LENGTH), field=name)
    text = check_text(cell, field=name, length=_LENGTHS[name])
    return text if name == "summary" else " ".join(text.split())


def _fill(fields: dict[str, str | list[str]], said: set[str], defaults: ListDefaults) -> None:
    """What the line leaves open; a cell that could not be read stays open."""
    given: dict[str, str | list[str]] = {
        "issuer": defaults.issuer,
        "kind": defaults.kind,
        "force": defaults.force,
        "audiences": list(defaults.audiences),
        "topics": list(defaults.topics),
        "received_on": defaults.received_on.isoformat(),
    }
    for name, value in given.items():
        if name not in said and value:
            fields[name] = value
    if "effective_from" not in said and (day := fields.get("published_on") or fields.get("received_on")):
        fields["effective_from"] = day


def _together(
    fields: Mapping[str, str | list[str]], faults: Sequence[LineFault], today: date
) -> list[LineFault]:
    """What is missing, and what does not fit together."""
    bad = {fault.field for fault in faults}
    found = []
    if "title" not in fields and "title" not in bad:
        found.append(LineFault("title", "Enter the title"))
    if "issuer" not in fields and "issuer" not in bad:
        found.append(LineFault("issuer", "Enter the issuer, or choose one for the whole list"))
    days = {name: date.fromisoformat(str(fields[name])) for name in _DAYS if name in fields}
    for name in ("published_on", "received_on"):
        if name in days and days[name] > today:
            found.append(LineFault(name, "The day is after today"))
    start, end = days.get("effective_from"), days.get("effective_until")
    if start and end and end <= start:
        found.append(LineFault("effective_until", "The end must be after the day from which it is in force"))
    if fields.get("kind") == GuidanceKind.EASEMENT and end is None and "effective_until" not in bad:
        found.append(LineFault("effective_until", "Enter when the easement ends"))
    return found


def entry_of(line: ListLine) -> ItemEntry:
    """What would be recorded of a line without faults."""
    version = VersionEntry(
        title=line.text("title"),
        kind=line.text("kind"),
        force=line.text("force"),
        received_on=date.fromisoformat(line.text("received_on")),
        effective_from=date.fromisoformat(line.text("effective_from")),
        effective_until=_day(line, "effective_until"),
        published_on=_day(line, "published_on"),
        summary=line.text("summary"),
    )
    return ItemEntry(
        issuer=line.text("issuer"),
        version=version,
        reference=line.text("reference"),
        url=line.text("url"),
        audiences=line.codes("audiences"),
        topics=line.codes("topics"),
        duties=line.codes("duties"),
    )


def _day(line: ListLine, name: str) -> date | None:
    said = line.text(name)
    return date.fromisoformat(said) if said else None


def written_again(lines: Iterable[ListLine]) -> str:
    """The list as it was typed, with headings and tabs, to be corrected in a box."""
    lines = list(lines)
    used = [name for name in CALLED if any(name in line.cells for line in lines)]
    if used == ["title"]:
        return "\n".join(" ".join(line.cells.get("title", "").split()) for line in lines)
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerow([CALLED[name] for name in used])
    for line in lines:
        writer.writerow([line.cells.get(name, "") for name in used])
    return out.getvalue()
