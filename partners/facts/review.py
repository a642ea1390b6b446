"""What the board's monthly review reads of the partnership's work, as known at its cut-off."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class ReviewedAnswer:
    """One answer of a return as it was sent."""

    code: str
    question: str
    # A code of constants.Theme, and of constants.QuestionKind.
    theme: str
    kind: str
    # As facts.questions.Value; None beside a non-answer.
    value: object
    non_answer: str
    comment: str
    # A code of constants.Reading, or "": says nothing of assurance.
    reading: str
    # In words, of a table a line a row.
    shown: str
    # Cycles since it was first given; 0: in this one.
    unchanged_cycles: int
    # In how many cycles running, this one included, the answer was "do not know".
    not_known_cycles: int


@dataclass(frozen=True)
class ReviewedReturn:
    uid: UUID
    organisation: str
    organisation_uid: UUID
    cycle_number: int
    due_at: datetime
    # Of the first sending; None: nothing had come.
    submitted_at: datetime | None
    accepted_at: datetime | None
    # London days after the due date, at least 1 once the moment has passed; 0: in time, or not sent.
    days_late: int
    # By question code, as last sent.
    answers: dict[str, ReviewedAnswer] = field(default_factory=dict)


@dataclass(frozen=True)
class MissedMeetings:
    """A partner's part in the partners' meetings of a month, and how many it missed running up to its end."""

    organisation_uid: UUID
    attended: int
    held: int
    missed_running: int
