"""Who is asked about which guidance, and what they answered."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from guidance.constants import ACK_WORKING_DAYS
from safeguarding.kernel.periods import day_of
from safeguarding.kernel.rates import percentage
from safeguarding.kernel.working_days import working_days_after

# What nearly all is shown as.
_NOT_ALL = Decimal("99.9")


@dataclass(frozen=True)
class IssuedVersion:
    key: int
    uid: UUID
    number: int
    # A code of ChangeSize.
    size: str
    audiences_affected: frozenset[str]
    issued_at: datetime
    acknowledge_by: date


@dataclass(frozen=True)
class AskedItem:
    """A piece of guidance that was issued, with all of its issued versions."""

    key: int
    uid: UUID
    # "G12".
    label: str
    # Of the newest issued version, as the force is.
    title: str
    force: str
    audiences: frozenset[str]
    # By number, at least one.
    issued: tuple[IssuedVersion, ...]
    # Shown in practice: nobody is asked any more.
    closed: bool = False

    @property
    def newest(self) -> IssuedVersion:
        return self.issued[-1]


@dataclass(frozen=True)
class Party:
    """An organisation, or (`is_person`) somebody in the children's service."""

    key: int
    name: str
    audiences: frozenset[str]
    is_person: bool = False
    uid: UUID | None = None
    # Of an organisation: since when it takes part.
    since: date | None = None
    # Of a person: the roles.
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Answered:
    """What a party answered last to a piece of guidance, and to which version."""

    number: int
    # A code of AckAnswer.
    answer: str
    reason: str
    at: datetime
    by: str = ""


@dataclass(frozen=True)
class Asking:
    """A party and a piece of guidance that is for it."""

    item: AskedItem
    party: Party
    # The version that asks: the first issued, or the last major one that changes this party's duties.
    of: IssuedVersion
    # The last answer, where it still holds.
    answer: Answered | None = None
    # An answer that a later major version has re-opened.
    before: Answered | None = None

    @property
    def outstanding(self) -> bool:
        return self.answer is None and not self.item.closed

    @property
    def due(self) -> date:
        """By when it is to be answered: who came to take part after the issue has as many days from then."""
        since = self.party.since
        if since is None or since <= day_of(self.of.issued_at):
            return self.of.acknowledge_by
        return max(self.of.acknowledge_by, working_days_after(since, ACK_WORKING_DAYS))

    def late(self, today: date) -> bool:
        return self.outstanding and self.due < today


def _share(part: int, whole: int) -> Decimal | None:
    """In percent to one decimal, 100.0 only where it is all of it; None: nothing was asked."""
    shown = percentage(part, whole)
    return shown if shown is None or part == whole else min(shown, _NOT_ALL)


@dataclass(frozen=True)
class PartySum:
    """How far one party is with all guidance that is for it."""

    party: Party
    asked: int
    answered: int
    in_practice: int
    not_applicable: int
    late: int
    # By when the oldest that is outstanding was or is to be answered.
    oldest_due: date | None = None

    @property
    def outstanding(self) -> int:
        return self.asked - self.answered

    @property
    def percent(self) -> Decimal | None:
        return _share(self.answered, self.asked)


@dataclass(frozen=True)
class RoleSum:
    """How far the people of a role are: they are counted, never named."""

    role: str
    # Pairs of a person and a piece of guidance.
    asked: int
    answered: int

    @property
    def percent(self) -> Decimal | None:
        return _share(self.answered, self.asked)


@dataclass(frozen=True)
class ItemSum:
    """Who has not answered a piece of guidance yet."""

    item: AskedItem
    partners: tuple[Asking, ...]
    # By role: how many people are asked, and how many of them answered.
    people: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def silent(self) -> tuple[Asking, ...]:
        return tuple(one for one in self.partners if one.outstanding)

    @property
    def people_missing(self) -> int:
        return sum(asked - answered for asked, answered in self.people.values())
