"""Returns as they leave the database for pages."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from partners.facts.questions import GivenAnswer, QuestionFact, SectionFact


class Why(Enum):
    """Why a question is asked before everything else."""

    NEW = "This question is new."
    CHANGED = "This question has changed since your last return."
    LATER = "Last time you said that you would answer later."
    TWICE = "You have now said twice running that you do not know."
    NOT_ANSWERED = "There is no answer from your last return."


class Standing(Enum):
    """How far a section is."""

    NOT_STARTED = "Not started"
    IN_PROGRESS = "In progress"
    COMPLETE = "Complete"


@dataclass(frozen=True)
class Line:
    """A question with what is said to it."""

    question: QuestionFact
    # Of this return; None: nobody has answered or confirmed it yet.
    draft: GivenAnswer | None = None
    # What the last return said and still fits, with the cycle it is from.
    brought: GivenAnswer | None = None
    first: Why | None = None


@dataclass(frozen=True)
class SectionLines:
    section: SectionFact
    lines: tuple[Line, ...]
    standing: Standing
    # Answers that a tick of "nothing has changed" would confirm.
    confirmable: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """A question of what was sent, beside what was sent before."""

    question: QuestionFact
    now: GivenAnswer | None
    before: GivenAnswer | None
    # What the earlier return did not ask, or asked otherwise.
    is_new: bool = False
    changed: bool = False


@dataclass(frozen=True)
class Hand:
    """Who gave an answer of the draft, and when."""

    name: str
    at: datetime


@dataclass(frozen=True)
class Burden:
    """How long returns take: the median over `returns` submitted ones, in whole minutes; None without any."""

    minutes: int | None
    returns: int
