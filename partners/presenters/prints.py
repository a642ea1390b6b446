"""A return on paper, blank or filled in."""

from typing import Any

from partners.constants import QuestionKind
from partners.facts.questions import QuestionFact, QuestionSetFact
from partners.presenters.workbook import condition_words, kind_words
from partners.rules.answers import NOT_GIVEN, age, asked, shown
from partners.selectors.workbook import BookFact


def filled(book: BookFact) -> list[dict[str, Any]]:
    """By section: questions that are asked, with what was answered."""
    on_list = {question.code for question in asked(book.question_set, book.answers)}
    sections = []
    for section in book.question_set.sections:
        rows = [_answered(question, book) for question in section.questions if question.code in on_list]
        if rows:
            sections.append({"title": section.title, "rows": rows})
    return sections


def _answered(question: QuestionFact, book: BookFact) -> dict[str, Any]:
    given = book.answers.get(question.code)
    cycles = age(given, book.cycle_number) if given else 0
    return {
        "question": question.text,
        "answer": shown(question, given) if given else NOT_GIVEN,
        "comment": given.comment if given else "",
        "unchanged": f"Unchanged since cycle {book.cycle_number - cycles}" if cycles else "",
    }


def blank(question_set: QuestionSetFact) -> list[dict[str, Any]]:
    """By section: every question, with room to write and boxes to tick."""
    return [
        {
            "title": section.title,
            "guidance": section.guidance,
            "questions": [_to_fill(question, question_set) for question in section.questions],
        }
        for section in question_set.sections
    ]


def _to_fill(question: QuestionFact, question_set: QuestionSetFact) -> dict[str, Any]:
    matrix = question.kind == QuestionKind.MATRIX
    return {
        "text": question.text,
        "help": question.help,
        "only_if": condition_words(question, question_set.questions),
        "how": "" if question.options or matrix else kind_words(question.kind, question.unit),
        "options": [option.label for option in question.options],
        "long": question.kind == QuestionKind.TEXT,
        "columns": [
            f"{column.label} ({column.unit})" if column.unit else column.label for column in question.columns
        ],
        "rows": [row.label for row in question.rows],
        "optional": not question.required,
    }
