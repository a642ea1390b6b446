"""Question sets and answers as they leave the database."""

from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from partners.constants import QuestionKind

# As partners.rules.answers makes it: text of a choice or a text, int, decimal as text ("12.5"), ISO date,
# or a table {row: {column: value}}; None beside a non-answer.
Value = str | int | dict[str, dict[str, str | int | None]] | None


@dataclass(frozen=True)
class OptionFact:
    value: str
    label: str
    # A code of constants.Reading, or "": says nothing of assurance.
    reading: str = ""


@dataclass(frozen=True)
class ColumnFact:
    """A column of a table of answers."""

    value: str
    label: str
    kind: str = QuestionKind.NUMBER
    unit: str = ""
    options: tuple[OptionFact, ...] = ()


@dataclass(frozen=True)
class RowFact:
    value: str
    label: str


@dataclass(frozen=True)
class ConditionFact:
    """The question is asked only where another one (of the same set, before it) has one of these values."""

    question: str
    one_of: tuple[str, ...]


@dataclass(frozen=True)
class ConcernRuleFact:
    """An answer that proposes a concern. Exactly one of the three conditions is set."""

    title: str
    severity: str
    one_of: tuple[str, ...] = ()
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    # Of a table: the column that is looked at, in any row.
    column: str = ""


@dataclass(frozen=True)
class QuestionFact:
    code: str
    kind: str
    text: str
    help: str = ""
    unit: str = ""
    required: bool = True
    lowest: Decimal | None = None
    highest: Decimal | None = None
    options: tuple[OptionFact, ...] = ()
    rows: tuple[RowFact, ...] = ()
    columns: tuple[ColumnFact, ...] = ()
    condition: ConditionFact | None = None
    concern_rules: tuple[ConcernRuleFact, ...] = ()
    evidence_asked: str = ""
    series_break: bool = False


@dataclass(frozen=True)
class SectionFact:
    code: str
    title: str
    guidance: str
    theme: str
    questions: tuple[QuestionFact, ...]


@dataclass(frozen=True)
class QuestionSetFact:
    uid: UUID
    code: str
    version: int
    name: str
    intro: str
    sections: tuple[SectionFact, ...]

    @property
    def questions(self) -> tuple[QuestionFact, ...]:
        return tuple(question for section in self.sections for question in section.questions)


@dataclass(frozen=True)
class GivenAnswer:
    """One answer: a value, or a non-answer (a code of constants.NonAnswer) with its reason."""

    value: Value = None
    non_answer: str = ""
    non_answer_reason: str = ""
    comment: str = ""
    # Confirmed unchanged: the number of the cycle in which it was first given.
    same_since_cycle: int | None = None


# By question code.
Answers = dict[str, GivenAnswer]


@dataclass(frozen=True)
class SubmittedReturn:
    """A return as it was sent."""

    return_uid: UUID
    organisation: str
    organisation_uid: UUID
    cycle_number: int
    question_set: QuestionSetFact
    answers: Answers = field(default_factory=dict)
