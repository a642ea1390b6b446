"""Actions as others read them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from partners.constants import ActionState


@dataclass(frozen=True)
class ActionSource:
    """What an action comes from: a code of constants.SourceKind, its record, and what it is called."""

    kind: str
    uid: UUID
    label: str


@dataclass(frozen=True)
class ActionFact:
    """An action as it stood at a moment: its state by its moves, the day it was due by its slips."""

    uid: UUID
    title: str
    source: ActionSource
    milestone: bool
    organisation: str
    organisation_uid: UUID
    # Empty: the organisation's lead is asked.
    owner: str
    priority: str
    state: str
    original_due_on: date
    due_on: date
    # How often the day was moved.
    slips: int
    done_on: date | None = None
    verified_on: date | None = None

    @property
    def is_open(self) -> bool:
        return self.state == ActionState.OPEN

    def overdue(self, today: date) -> bool:
        """Never kept: it follows from the day."""
        return self.state == ActionState.OPEN and self.due_on < today

    def days_late(self, today: date) -> int:
        return (today - self.due_on).days if self.overdue(today) else 0

    @property
    def slipped_days(self) -> int:
        return (self.due_on - self.original_due_on).days
