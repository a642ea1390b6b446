"""A list of guidance as it was read, and what is on the register already."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class ListDefaults:
    """What holds for each line that does not say otherwise."""

    received_on: date
    issuer: str = ""
    kind: str = "new"
    force: str = "should"
    audiences: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


@dataclass(frozen=True)
class LineFault:
    """What is wrong in a line: the field, as its column is headed, and what to do."""

    field: str
    words: str


@dataclass(frozen=True)
class ListLine:
    """One line: what was typed by field, what that means (codes and ISO days), and what is wrong."""

    line: int
    cells: Mapping[str, str]
    fields: Mapping[str, str | list[str]]
    faults: tuple[LineFault, ...] = ()

    def text(self, name: str) -> str:
        said = self.fields.get(name, "")
        return said if isinstance(said, str) else "; ".join(said)

    def codes(self, name: str) -> tuple[str, ...]:
        said = self.fields.get(name, [])
        return () if isinstance(said, str) else tuple(said)


@dataclass(frozen=True)
class ReadList:
    lines: tuple[ListLine, ...]
    # What was left out, in words.
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class KnownItem:
    """A piece of guidance on the register, as duplicates are told by it."""

    uid: UUID
    label: str
    title: str
    issuer: str
    reference: str
    url_key: str
    published_on: date | None
    version: int


@dataclass(frozen=True)
class Twin:
    """What a line seems to be again: an item of the register, or an earlier line of the same list."""

    # 'address', 'reference', 'title_and_date', 'near_title'.
    by: str
    item: KnownItem | None = None
    line: int = 0
    # The line's publication day is later than the item's: it may be its next version.
    later: bool = False


@dataclass(frozen=True)
class Choice:
    """What becomes of a line: 'leave_out', 'version' (of `item`, as it was seen in `version`) or 'add'."""

    act: str
    item: UUID | None = None
    version: int = 0
