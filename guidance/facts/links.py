"""What guidance reaches, and what showed that it is practice."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class LinkFact:
    """A link of a piece of guidance, as one reader may see it."""

    uid: UUID
    item_uid: UUID
    # "G12", and the item's title.
    label: str
    title: str
    # A code of GuidanceLinkKind, and the linked thing's code or uid.
    kind: str
    target: str
    # "": the reader may not see what it is.
    words: str
    # Name of its page; "": it has none, or the reader may not open it.
    page: str
    made_at: datetime
    # The last major issue, withdrawal or replacement; None: nothing was issued yet.
    changed_at: datetime | None
    # The last look, what was found, and by whom.
    looked_at: datetime | None = None
    looked_words: str = ""
    looked_by: str = ""

    @property
    def to_look_at(self) -> bool:
        """The guidance changed after the thing was linked or looked at last."""
        return self.changed_at is not None and self.changed_at > (self.looked_at or self.made_at)


@dataclass(frozen=True)
class PracticeRow:
    """An answer that shows, or does not show, what a piece of guidance asks for."""

    organisation: str
    # Code of the question; "": it was asked none, or answered none since the guidance was issued.
    question: str
    # Number of the cycle; 0: as above.
    cycle: int
    # What the answer says, and how it reads (a code of partners.constants.Reading; "": nothing).
    said: str
    reading: str
    return_uid: UUID | None = None
