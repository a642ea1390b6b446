"""The wall of partners and cycles, and what became of the reminders."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from uuid import UUID


class Standing(Enum):
    """Where a partner stands with a cycle; never more of a draft than that it was started."""

    NOT_ASKED = "Not asked"
    PAUSED = "Paused"
    NOT_STARTED = "Not started"
    STARTED = "Started"
    SUBMITTED = "Submitted"
    SENT_BACK = "Sent back"
    ACCEPTED = "Accepted"
    # Past its date and never sent, whether or not it was begun.
    SILENT = "Nothing received"


@dataclass(frozen=True)
class Cell:
    standing: Standing
    return_uid: UUID | None = None
    due_at: datetime | None = None
    # After its date: sent so many days late, or not sent for so many days; 0: on the day itself.
    days_late: int | None = None
    extended: bool = False
    # Of what was not received: somebody has begun it.
    begun: bool = False
    # The reader may read what it says.
    may_open: bool = False


@dataclass(frozen=True)
class Column:
    """A cycle, or days for which none was asked for (`uid` None)."""

    uid: UUID | None
    number: int
    period_start: date
    # Included.
    period_end: date
    due_at: datetime | None


@dataclass(frozen=True)
class Row:
    organisation: str
    organisation_uid: UUID
    # What a narrow column has room for.
    short_name: str
    # One for each column.
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Wall:
    """The latest column last. `before`: the number of the first cycle shown, if there are earlier ones."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    before: int | None = None


@dataclass(frozen=True)
class Reminded:
    """A step of a ladder that was handled, for one person (None: nobody was there)."""

    step: str
    recipient: str | None
    handled_at: datetime
    passed_over: bool
    # A code of operations.constants.MailState; "" where nothing was sent.
    mail_state: str = ""
    read_at: datetime | None = None


@dataclass(frozen=True)
class Line:
    """A partner in one cycle with the reminders so far."""

    organisation: str
    organisation_uid: UUID
    cell: Cell
    reminded: tuple[Reminded, ...]
    # The step that comes next (a code of ReminderStep), and when.
    next_step: str = ""
    next_at: datetime | None = None
