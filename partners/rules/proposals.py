"""Which concerns the answers of a return propose. Pure."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from partners.facts.concerns import Proposal
from partners.facts.questions import (
    Answers,
    ConcernRuleFact,
    GivenAnswer,
    QuestionFact,
    QuestionSetFact,
)
from partners.rules import answers as answer_rules
from partners.rules.cells import shown_cell
from partners.rules.concerns import TITLE_LENGTH


def proposals(question_set: QuestionSetFact, answers: Answers) -> tuple[Proposal, ...]:
    """What the answers propose, in the order of the questions.

    A non-answer never proposes: it is no value. Nor does the answer to a question that is not asked of
    somebody with these answers.
    """
    asked = {question.code for question in answer_rules.asked(question_set, answers)}
    return tuple(
        proposal
        for section in question_set.sections
        for question in section.questions
        if question.code in asked and question.code in answers
        for proposal in _of_question(question, answers[question.code], section.theme)
    )


def _of_question(question: QuestionFact, given: GivenAnswer, theme: str) -> Iterator[Proposal]:
    if given.non_answer or given.value is None:
        return
    for rule in question.concern_rules:
        words = _what_meets(rule, question, given)
        if words:
            yield Proposal(
                question=question.code,
                theme=theme,
                severity=rule.severity,
                title=rule.title[:TITLE_LENGTH],
                what=f"“{question.text}” was answered: {words}.",
            )


def _what_meets(rule: ConcernRuleFact, question: QuestionFact, given: GivenAnswer) -> str:
    """The answer, or of a table its rows, in words, where it meets the rule; else nothing."""
    if not isinstance(given.value, dict):
        shown = answer_rules.shown(question, given)
        return shown if given.value is not None and _meets(rule, given.value) else ""
    column = next((column for column in question.columns if column.value == rule.column), None)
    if column is None:
        return ""
    hits = []
    for row in question.rows:
        cell = given.value.get(row.value, {}).get(column.value)
        if cell is not None and _meets(rule, cell):
            words = shown_cell(column.kind, cell, unit=column.unit, options=column.options)
            hits.append(f"{row.label}: {words}")
    return f"{column.label}. {'; '.join(hits)}" if hits else ""


def _meets(rule: ConcernRuleFact, value: str | int) -> bool:
    if rule.one_of:
        return str(value) in rule.one_of
    try:
        size = Decimal(str(value))
    except InvalidOperation:
        return False
    if rule.at_least is not None and size < rule.at_least:
        return False
    if rule.at_most is not None and size > rule.at_most:
        return False
    return rule.at_least is not None or rule.at_most is not None
