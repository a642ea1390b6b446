"""What an issuer's page says."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class SourcePage:
    """A page of GOV.UK as its content API gives it."""

    title: str
    summary: str
    organisations: tuple[str, ...]
    first_published_on: date | None
    # When it last changed in a way that the issuer tells of.
    public_updated_at: datetime
    # What the issuer says of that change.
    note: str
    withdrawn: bool
    # Each with its heading's level "" or the issuer's number, and its text.
    paragraphs: tuple[str, ...]
    # The text has more paragraphs than are taken in.
    cut: bool = False

    @property
    def text(self) -> str:
        """As somebody would paste it: paragraphs parted by empty lines."""
        return "\n\n".join(self.paragraphs)
