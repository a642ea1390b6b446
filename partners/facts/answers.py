"""What partners said to a question when they last answered it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class SaidAnswer:
    """The last submitted answer of an organisation to a question, by its code."""

    organisation: str
    organisation_uid: UUID
    code: str
    # A code of constants.Reading; "": it says nothing of assurance.
    reading: str
    # As a page shows it, in one line or a line a row of a table.
    shown: str
    cycle_number: int
    return_uid: UUID
    submitted_at: datetime
