"""What leaves this app."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Recorded:
    """An event of the audit trail: of which row, when, and what was noted."""

    object_uid: UUID | None
    at: datetime
    detail: dict


@dataclass(frozen=True)
class PersonRow:
    """One account of a list."""

    uid: UUID
    name: str
    email: str
    job_title: str
    is_active: bool
    rights: tuple[str, ...]
    last_signed_in_at: datetime | None


@dataclass(frozen=True)
class Right:
    """A role or permission that somebody holds or held, and who gave and ended it."""

    uid: UUID
    right: str
    granted_at: datetime
    granted_by: str
    # Given by one administrator, and waiting for another.
    waiting: bool
    granted_by_uid: UUID | None = None
    seconded_at: datetime | None = None
    seconded_by: str = ""
    ended_at: datetime | None = None
    ended_by: str = ""


@dataclass(frozen=True)
class AuditRow:
    """One event of the trail, as a page or a file shows it."""

    number: int
    at: datetime
    who: str
    roles: str
    action: str
    object_kind: str
    object_uid: UUID | None
    # Whose account it is, where it is one.
    account: str
    child_uid: UUID | None
    detail: dict
