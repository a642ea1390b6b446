"""A review as a paper reads it: its content, and what was signed and written beside it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from riskregister.facts.content import ReviewContent
from safeguarding.kernel.periods import Month


@dataclass(frozen=True)
class Beside:
    """The coordinator's words beside a section."""

    section: str
    text: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Signed:
    # A code of constants.SignAct.
    act: str
    by: str
    chair: bool
    at: datetime
    words: str


@dataclass(frozen=True)
class ReviewRecord:
    """One version of a month's review. What is printed of it depends on nothing else."""

    uid: UUID
    month: Month
    version: int
    state: str
    state_words: str
    content: ReviewContent
    # Canonical JSON of `content`, as it is stored, and its SHA-256.
    content_text: str
    digest: str
    cut_off: datetime
    beside: tuple[Beside, ...] = ()
    signed: tuple[Signed, ...] = ()
    correction_reason: str = ""
    # Of a published review.
    published_at: datetime | None = None
    place: int = 0
    seal: str = ""
    previous_seal: str = ""
    # Canonical JSON of what was sealed beside the content; "": nothing is sealed yet.
    extras_text: str = ""
    # The public version of a published review: `content` and `digest` are the public ones.
    public: bool = False
    released_at: datetime | None = None

    @property
    def published(self) -> bool:
        return self.published_at is not None


@dataclass(frozen=True)
class ReleaseLine:
    """A public version in a list."""

    uid: UUID
    month: Month
    version: int
    released_at: datetime
    # A later version of the same month is public too.
    corrected: bool
