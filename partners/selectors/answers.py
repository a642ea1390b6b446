"""What partners said to questions since a moment, for who looks for practice in it."""

from collections.abc import Collection
from datetime import datetime

from partners.facts.answers import SaidAnswer
from partners.facts.questions import GivenAnswer, QuestionFact
from partners.models import Question, Submission
from partners.rules.answers import reading, shown
from partners.selectors.questions import question_fact
from partners.selectors.returns import kept_answers


def said_since(codes: Collection[str], since: datetime, at: datetime) -> list[SaidAnswer]:
    """Of each organisation, the last answer to each of these questions that it submitted after `since` and by
    `at`; by organisation and question. Two queries."""
    if not codes:
        return []
    questions = _questions(codes)
    rows = Submission.objects.filter(submitted_at__gt=since, submitted_at__lte=at).select_related(
        "of_return__organisation", "of_return__cycle"
    )
    found: dict[tuple[int, str], SaidAnswer] = {}
    for row in rows.order_by("-submitted_at", "-pk").iterator(chunk_size=200):
        of = row.of_return
        asked = questions.get(of.question_set_id, {})
        wanted = [code for code in asked if (of.organisation_id, code) not in found]
        for code, given in kept_answers(row, wanted).items():
            found[(of.organisation_id, code)] = _said(row, asked[code], given)
    return sorted(found.values(), key=lambda one: (one.organisation, one.code))


def _questions(codes: Collection[str]) -> dict[int, dict[str, QuestionFact]]:
    """By key of the question set and code."""
    rows = Question.objects.filter(code__in=codes).select_related("section")
    found: dict[int, dict[str, QuestionFact]] = {}
    for row in rows:
        found.setdefault(row.section.question_set_id, {})[row.code] = question_fact(row)
    return found


def _said(row: Submission, question: QuestionFact, given: GivenAnswer) -> SaidAnswer:
    of = row.of_return
    reads = reading(question, given)
    return SaidAnswer(
        organisation=of.organisation.name,
        organisation_uid=of.organisation.uid,
        code=question.code,
        reading=reads.value if reads else "",
        shown=shown(question, given),
        cycle_number=of.cycle.number,
        return_uid=of.uid,
        submitted_at=row.submitted_at,
    )
