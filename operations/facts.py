"""What leaves this app."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Held:
    """A lease in hand: whoever writes under it names the fence it was given."""

    name: str
    owner: str
    fence: int
    expires_at: datetime


@dataclass(frozen=True)
class Run:
    """One job run, as pages show it."""

    uid: UUID
    kind: str
    state: str
    asked_at: datetime
    asked_by: str
    started_at: datetime | None
    heartbeat_at: datetime | None
    finished_at: datetime | None
    done_steps: int
    all_steps: int
    step: str
    method_version: str
    inputs: dict
    counts: dict
    outcome: str


@dataclass(frozen=True)
class Note:
    """A notification, with what became of its copy by mail."""

    uid: UUID
    recipient: str
    recipient_id: int
    subject: str
    step: str
    title: str
    text: str
    href: str
    urgent: bool
    created_at: datetime
    read_at: datetime | None
    # A code of constants.MailState.
    mail_state: str
    mail_error: str
