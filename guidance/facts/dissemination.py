"""A newsletter as somebody composes it, and as it reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True)
class EntryDraft:
    """A version in a newsletter that is being composed, with its text there."""

    version_uid: UUID
    text: str


@dataclass(frozen=True)
class LetterEntry:
    label: str
    title: str
    issuer: str
    # "Must: binding by law or agreement".
    force: str
    for_whom: tuple[str, ...]
    issued_at: datetime
    text: str
    # Full address of the page where it is read; without signing in where it is public.
    link: str
    is_public: bool


@dataclass(frozen=True)
class Letter:
    """What goes out: the same words as mail, on the page and on paper."""

    number: int
    title: str
    # Both days included.
    from_date: date
    until_date: date
    intro: str
    entries: tuple[LetterEntry, ...]
    # Full address of the public page of all issued guidance.
    all_link: str


@dataclass(frozen=True)
class MailCount:
    """How many mails of a newsletter stand in each state (codes of operations.constants.MailState)."""

    by_state: Mapping[str, int] = field(default_factory=dict)

    @property
    def all(self) -> int:
        return sum(self.by_state.values())
