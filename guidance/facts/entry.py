"""What somebody would have on the register."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class VersionEntry:
    """One version as it would be recorded; field names are those of the record."""

    title: str
    kind: str
    force: str
    received_on: date
    effective_from: date
    effective_until: date | None = None
    published_on: date | None = None
    summary: str = ""
    # Of a later version: how large the change is, what it is, and for whom it changes which duties.
    size: str = "major"
    change_note: str = ""
    audiences_affected: tuple[str, ...] = ()
    duties_changed: tuple[str, ...] = ()
    # The text as the issuer wrote it, paragraphs parted by empty lines; "": not taken in.
    text: str = ""


@dataclass(frozen=True)
class ItemEntry:
    """A new piece of guidance with its first version."""

    issuer: str
    version: VersionEntry
    reference: str = ""
    url: str = ""
    audiences: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    origin: str = ""
