"""What the offline workbook and the prints of a return are made of."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from partners.facts.questions import Answers, QuestionSetFact
from partners.models import Answer, Return
from partners.selectors.questions import question_set_fact
from partners.selectors.returns import given_answers, last_submission, submission_of

__all__ = ["BookFact", "answer_versions", "book_of", "sent_book"]


@dataclass(frozen=True)
class BookFact:
    """A return, its questions and what it says. `last`: what the organisation last submitted before."""

    return_uid: UUID
    organisation: str
    cycle_number: int
    period_start: date
    period_end: date
    due_at: datetime
    question_set: QuestionSetFact
    answers: Answers = field(default_factory=dict)
    # By question code; none: no answer yet.
    versions: dict[str, int] = field(default_factory=dict)
    last: Answers = field(default_factory=dict)
    last_cycle: int | None = None


def book_of(return_: Return) -> BookFact:
    """The return as its organisation works on it: for its own people only."""
    before = last_submission(return_.organisation, return_.cycle, return_.question_set.code)
    return _book(
        return_,
        given_answers(return_),
        versions=answer_versions(return_),
        last=before.answers if before else {},
        last_cycle=before.cycle_number if before else None,
    )


def sent_book(return_: Return, *, at: datetime) -> BookFact | None:
    """The return as it was last submitted: for everybody else. None: never submitted."""
    sent = submission_of(return_, at)
    return _book(return_, sent.answers) if sent else None


def answer_versions(return_: Return) -> dict[str, int]:
    return dict(Answer.objects.filter(of_return=return_).values_list("question__code", "version"))


def _book(
    return_: Return,
    answers: Answers,
    *,
    versions: dict[str, int] | None = None,
    last: Answers | None = None,
    last_cycle: int | None = None,
) -> BookFact:
    return BookFact(
        return_uid=return_.uid,
        organisation=return_.organisation.name,
        cycle_number=return_.cycle.number,
        period_start=return_.cycle.period_start,
        period_end=return_.cycle.period_end,
        due_at=return_.extended_until or return_.cycle.due_at,
        question_set=question_set_fact(return_.question_set),
        answers=answers,
        versions=versions or {},
        last=last or {},
        last_cycle=last_cycle,
    )
