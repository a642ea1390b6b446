"""What leaves this app of hazard flags, school decisions and family contacts: frozen values, never rows."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True)
class FlagReviewLine:
    """A flag was looked at again."""

    was_due_on: date
    next_review_on: date
    ends_on: date | None
    reason: str
    reviewed_at: datetime
    reviewed_by: str


@dataclass(frozen=True)
class FlagLine:
    """One flag of a child; `standing` is a code of flag_rules.FlagStanding."""

    uid: UUID
    child_uid: UUID
    # The reference, or for an auditor a code that leads nowhere else.
    shown_as: str
    kind: str
    kind_name: str
    standing: str
    reason: str
    source: str
    starts_on: date
    review_on: date
    # The first day on which it stands no longer.
    ends_on: date | None
    told_family: bool
    told_family_how: str
    raised_by: str
    raised_at: datetime
    # Empty and None until a manager agreed, and where the kind needs no agreement.
    agreed_by: str
    agreed_at: datetime | None
    awaits_agreement: bool
    cleared_by: str
    cleared_at: datetime | None
    cleared_reason: str
    # A later flag of the same kind has taken its place.
    superseded: bool
    reviews: tuple[FlagReviewLine, ...]
    version: int


@dataclass(frozen=True)
class FlagKindFact:
    """A kind of flag that may be raised."""

    code: str
    name: str
    lasts_days: int | None
    review_days: int
    needs_agreement: bool


@dataclass(frozen=True)
class FlagCount:
    """How many flags of a kind stood, agreed, in a team on a month's last day; `month` is a Month's index."""

    month: int
    kind: str
    team_id: int
    flags: int


@dataclass(frozen=True)
class SchoolGap:
    """A child with an open plan for whom no decision on school holds."""

    child_uid: UUID
    shown_as: str
    teams: tuple[str, ...]
    # None: there was never one.
    decided_on: date | None
    review_on: date | None


@dataclass(frozen=True)
class ContactCount:
    """Virtual family contacts planned for a month, by what became of them; `month` is a Month's index."""

    month: int
    team_id: int
    arranged: int
    held: int
    partly: int
    not_held: int

    @property
    def open(self) -> int:
        """Arranged, and nobody has said yet what became of them."""
        return self.arranged - self.held - self.partly - self.not_held
