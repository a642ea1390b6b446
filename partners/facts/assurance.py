"""The assurance grid: what the partners' answers say, theme by theme."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from uuid import UUID


class Mark(Enum):
    """The word in a cell of the grid."""

    CONCERN = "Of concern"
    NOT_KNOWN = "Not known"
    PARTLY = "Partly assured"
    ASSURED = "Assured"
    # Answers that are neither good nor bad by themselves, such as a number of children.
    ANSWERED = "Answered"
    NO_ANSWER = "No answer"
    DOES_NOT_APPLY = "Does not apply"
    NOT_ASKED = "Not asked"
    # Of the whole return.
    SILENT = "Nothing received"
    NOT_SENT = "Not sent yet"
    # What a reader may not read yet who reads accepted returns only.
    NOT_ACCEPTED = "Submitted, not accepted yet"


# Those that judge, the worst first. Not known stands before partly assured: what nobody knows assures nobody;
# and after a concern, so that it never hides one.
JUDGING = (Mark.CONCERN, Mark.NOT_KNOWN, Mark.PARTLY, Mark.ASSURED)
# Nothing of the return can be read.
UNREAD = frozenset({Mark.SILENT, Mark.NOT_SENT, Mark.NOT_ACCEPTED})


@dataclass(frozen=True)
class Seen:
    """One answer as readers see it."""

    code: str
    question: str
    # The answer in words, of a table a line a row; its comment apart.
    words: str
    comment: str
    # None: says nothing of assurance.
    mark: Mark | None


@dataclass(frozen=True)
class ThemeCell:
    mark: Mark
    answers: tuple[Seen, ...] = ()

    @property
    def not_known(self) -> int:
        return sum(one.mark is Mark.NOT_KNOWN for one in self.answers)


@dataclass(frozen=True)
class Partner:
    uid: UUID
    name: str
    # What a column has room for.
    short_name: str


@dataclass(frozen=True)
class CycleFact:
    uid: UUID
    number: int
    period_start: date
    # Included.
    period_end: date
    due_at: datetime


@dataclass(frozen=True)
class AssuranceGrid:
    """One cycle as a reader may see it. `cells`: by (theme, partner's uid), one for each pair."""

    cycle: CycleFact
    partners: tuple[Partner, ...]
    # Codes of constants.Theme.
    themes: tuple[str, ...]
    cells: dict[tuple[str, UUID], ThemeCell] = field(default_factory=dict)

    @property
    def asked(self) -> tuple[Partner, ...]:
        """Without partners that were asked for nothing in this cycle."""
        return tuple(
            partner
            for partner in self.partners
            if any(self.cells[theme, partner.uid].mark is not Mark.NOT_ASKED for theme in self.themes)
        )

    def count(self, mark: Mark) -> int:
        return sum(cell.mark is mark for cell in self.cells.values())

    def partners_with(self, mark: Mark) -> tuple[Partner, ...]:
        return tuple(
            partner
            for partner in self.partners
            if any(self.cells[theme, partner.uid].mark is mark for theme in self.themes)
        )


class Turn(Enum):
    """How a partner's theme changed from one cycle to the next."""

    WORSE = "Worse"
    SILENCE = "New silence"
    BETTER = "Better"
    HEARD = "Heard again"


@dataclass(frozen=True)
class AnswerChange:
    question: str
    before: str
    after: str


@dataclass(frozen=True)
class ThemeChange:
    """`theme` is "" where it is about the whole return."""

    turn: Turn
    partner: Partner
    theme: str
    before: Mark
    after: Mark
    answers: tuple[AnswerChange, ...] = ()
