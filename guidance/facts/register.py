"""The register as known at a moment, for reviews, lists and dashboards."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True)
class GuidanceFact:
    """A piece of guidance by its newest version recorded by then. Codes are those of guidance.constants."""

    uid: UUID
    # "G12".
    label: str
    issuer: str
    reference: str
    title: str
    url: str
    audiences: tuple[str, ...]
    topics: tuple[str, ...]
    duties: tuple[str, ...]
    origin: str
    owner: str
    # When it came onto the register first.
    recorded_at: datetime
    # Of the newest version.
    version_uid: UUID
    version_number: int
    kind: str
    size: str
    force: str
    state: str
    published_on: date | None
    received_on: date
    effective_from: date
    effective_until: date | None
    due_on: date
    version_recorded_at: datetime
    # Of the newest issued version; None: none was issued.
    issued_number: int | None = None
    issued_at: datetime | None = None
    acknowledge_by: date | None = None
    # "G3" of the item that replaced it, and from when; "": none.
    replaced_by: str = ""
    replaced_from: date | None = None
    # When somebody last looked at the issuer's page.
    checked_at: datetime | None = None

    def awaits_issue(self) -> bool:
        return self.state in ("received", "assessed", "interpreted", "approved")

    def replaced(self, day: date) -> bool:
        """Another piece of guidance holds in its place on `day`."""
        return bool(self.replaced_by and self.replaced_from and self.replaced_from <= day)

    def told(self) -> bool:
        """Its newest version was issued: what is said of it here is no secret."""
        return self.state in ("issued", "embedded")

    def overdue(self, today: date) -> bool:
        """Its newest version is not issued (nor set aside), and its date has passed."""
        return self.awaits_issue() and self.due_on < today


@dataclass(frozen=True)
class AcknowledgedFact:
    """How far an issued version is acknowledged by the partners whom it is for."""

    item_uid: UUID
    label: str
    title: str
    version_number: int
    acknowledge_by: date
    # Names of partners.
    owed_by: tuple[str, ...]
    answered: tuple[str, ...]
    in_practice: tuple[str, ...]
    not_applicable: tuple[str, ...]

    @property
    def outstanding(self) -> tuple[str, ...]:
        return tuple(one for one in self.owed_by if one not in self.answered)


@dataclass(frozen=True)
class CoverageFact:
    """Through which channels an issued version went, and whom it did not reach."""

    item_uid: UUID
    label: str
    title: str
    version_number: int
    issued_at: datetime
    channels: tuple[str, ...]
    audiences_reached: tuple[str, ...]
    audiences_not_reached: tuple[str, ...]


@dataclass(frozen=True)
class ShownFact:
    """Whether a question of the return shows the practice that an issued piece of guidance asks for."""

    item_uid: UUID
    label: str
    title: str
    issued_at: datetime
    # Codes of the questions linked; (): nothing is asked.
    questions: tuple[str, ...]
    # Names of partners whom it is for: who showed it, and who did not or was not asked.
    shown: tuple[str, ...]
    not_shown: tuple[str, ...]

    @property
    def is_shown(self) -> bool:
        """Told is not shown: each partner whom it is for has to have said so after it was issued."""
        return bool(self.questions and self.shown) and not self.not_shown


@dataclass(frozen=True)
class EasementFact:
    uid: UUID
    title: str
    instrument: str
    provision: str
    duty: str
    what_changes: str
    normally: str
    effective_from: date
    effective_until: date | None
    rule: str
    terms: str
    local_decision: str
    # Label of the guidance that brought it, "" where none is on the register.
    item_label: str = ""

    def in_force(self, day: date) -> bool:
        return self.effective_from <= day and (self.effective_until is None or day < self.effective_until)
