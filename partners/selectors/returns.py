"""Returns, read: drafts for their own organisation, and what was submitted as it was sent."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from partners.facts.questions import Answers, GivenAnswer, QuestionSetFact, SubmittedReturn
from partners.models import Answer, Cycle, Organisation, Return, Submission
from partners.selectors.questions import question_set_fact


def given_answers(return_: Return) -> Answers:
    """What the draft says so far, by question code. For its own organisation only."""
    return {row.question.code: given(row) for row in return_.answers.select_related("question")}


def given(row: Answer) -> GivenAnswer:
    return GivenAnswer(
        value=row.value,
        non_answer=row.non_answer,
        non_answer_reason=row.non_answer_reason,
        comment=row.comment,
        same_since_cycle=row.same_since_cycle,
    )


def last_submission(
    organisation: Organisation, before_cycle: Cycle, question_set_code: str
) -> SubmittedReturn | None:
    """The latest submission of the latest earlier cycle on any version of that question set."""
    return next(iter(last_submissions(organisation, before_cycle, question_set_code, 1)), None)


def last_submissions(
    organisation: Organisation, before_cycle: Cycle, question_set_code: str, count: int
) -> list[SubmittedReturn]:
    """Of so many earlier cycles, the latest first, each one's latest submission."""
    rows = _submissions().filter(
        of_return__organisation=organisation,
        of_return__cycle__number__lt=before_cycle.number,
        of_return__question_set__code=question_set_code,
    )
    latest: dict[int, Submission] = {}
    for row in rows.order_by("-of_return__cycle__number", "-number").iterator(chunk_size=20):
        latest.setdefault(row.of_return_id, row)
        if len(latest) > count:
            break
    return _facts(list(latest.values())[:count])


def submission_of(return_: Return, at: datetime | None = None) -> SubmittedReturn | None:
    """The return as it was last sent (by `at`); None where it had not been sent."""
    rows = _submissions().filter(of_return=return_)
    if at is not None:
        rows = rows.filter(submitted_at__lte=at)
    row = rows.order_by("-number").first()
    return _facts([row])[0] if row else None


def submissions_at(cycle: Cycle, at: datetime) -> list[SubmittedReturn]:
    """The latest submission by `at` of each return of the cycle, by organisation. Queries: one for the
    submissions, two for each question set."""
    rows = _submissions().filter(of_return__cycle=cycle, submitted_at__lte=at)
    latest = {row.of_return_id: row for row in rows.order_by("of_return__organisation__name", "number")}
    return _facts(latest.values())


def _submissions() -> QuerySet[Submission]:
    return Submission.objects.select_related(
        "of_return__organisation", "of_return__cycle", "of_return__question_set"
    )


def _facts(rows: Iterable[Submission]) -> list[SubmittedReturn]:
    sets: dict[int, QuestionSetFact] = {}
    found = []
    for row in rows:
        question_set = row.of_return.question_set
        if question_set.pk not in sets:
            sets[question_set.pk] = question_set_fact(question_set)
        found.append(submitted_fact(row, sets[question_set.pk]))
    return found


def submitted_fact(row: Submission, question_set: QuestionSetFact) -> SubmittedReturn:
    of = row.of_return
    return SubmittedReturn(
        return_uid=of.uid,
        organisation=of.organisation.name,
        organisation_uid=of.organisation.uid,
        cycle_number=of.cycle.number,
        question_set=question_set,
        answers={code: GivenAnswer(**said) for code, said in _kept(row.answers).items()},
    )


def _kept(answers: dict[str, Any]) -> dict[str, Any]:
    """Of each answer the parts that a fact has: an old submission may hold more, or less."""
    names = GivenAnswer.__dataclass_fields__
    return {
        code: {name: part for name, part in said.items() if name in names} for code, said in answers.items()
    }
