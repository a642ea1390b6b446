"""Question sets in words."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from partners.constants import QuestionKind, QuestionSetState, Reading, Severity, Theme
from partners.facts.questions import (
    ColumnFact,
    ConcernRuleFact,
    OptionFact,
    QuestionFact,
    QuestionSetFact,
)
from partners.presenters.base import Tag, counted, moment_words
from partners.rules.question_lines import plain
from partners.selectors.question_sets import SetLine

READING_TAGS: dict[str, Tag] = {
    Reading.ASSURED: {"text": "Assured", "colour": "green"},
    Reading.PARTLY: {"text": "Partly assured", "colour": "yellow"},
    Reading.CONCERN: {"text": "Of concern", "colour": "red"},
    Reading.NOT_KNOWN: {"text": "Not known", "colour": "grey"},
}


def state_tag(state: str, *, in_use: bool) -> Tag:
    if state == QuestionSetState.DRAFT:
        return {"text": "Draft", "colour": "yellow"}
    if in_use:
        return {"text": "Locked, asked now", "colour": "green"}
    return {"text": "Locked, earlier", "colour": "grey"}


def sets_table(lines: Iterable[SetLine]) -> dict[str, Any]:
    return {
        "caption": "Question sets and their versions",
        "columns": [
            {"text": "Set"},
            {"text": "State"},
            {"text": "What changed"},
            {"text": "Made"},
            {"text": "Returns", "numeric": True},
        ],
        "rows": [_row(line) for line in lines],
        "empty": "There are no question sets yet.",
    }


def _row(line: SetLine) -> list[Any]:
    tag = state_tag(line.state, in_use=line.in_use)
    name = {
        "text": f"{line.name}, version {line.version}",
        "href": reverse("question_set", args=[line.uid]),
        "note": line.code,
    }
    return [
        name,
        {"text": tag["text"], "tag": tag["colour"]},
        line.changes or ("First version" if line.version == 1 else "Not said yet"),
        {"text": moment_words(line.created_at), "note": line.created_by or "Came with the product"},
        f"{line.returns:,}",
    ]


def sections(question_set: QuestionSetFact) -> list[dict[str, Any]]:
    """The set as the page reads it; questions numbered through."""
    texts = {question.code: question for question in question_set.questions}
    number = 0
    shown = []
    for section in question_set.sections:
        questions = []
        for question in section.questions:
            number += 1
            questions.append(_question(number, question, texts))
        shown.append(
            {
                "code": section.code,
                "title": section.title,
                "guidance": section.guidance,
                "theme": str(Theme(section.theme).label),
                "questions": questions,
            }
        )
    return shown


def _question(number: int, question: QuestionFact, others: dict[str, QuestionFact]) -> dict[str, Any]:
    return {
        "number": number,
        "code": question.code,
        "text": question.text,
        "help": question.help,
        "kind": kind_words(question),
        "options": [_option(option) for option in question.options],
        "table": _table(question) if question.kind == QuestionKind.MATRIX else None,
        "condition": condition_words(question, others),
        "concerns": [concern_words(rule, question) for rule in question.concern_rules],
        "evidence": question.evidence_asked,
        "optional": not question.required,
        "series_break": question.series_break,
    }


def _option(option: OptionFact) -> dict[str, Any]:
    return {"label": option.label, "tag": READING_TAGS.get(option.reading)}


def kind_words(question: QuestionFact) -> str:
    """'Number of children, from 0', 'Percentage, from 0 to 100'."""
    words = str(QuestionKind(question.kind).label)
    if question.kind == QuestionKind.NUMBER and question.unit:
        words = f"Number of {question.unit}"
    if question.lowest is not None:
        words += f", from {plain(question.lowest)}"
    if question.highest is not None:
        words += f"{', up' if question.lowest is None else ''} to {plain(question.highest)}"
    return words


def _table(question: QuestionFact) -> dict[str, Any]:
    return {
        "caption": "Table to fill",
        "caption_size": "s",
        "columns": [{"text": ""}, *({"text": column.label} for column in question.columns)],
        "rows": [[row.label, *(_cell(column) for column in question.columns)] for row in question.rows],
    }


def _cell(column: ColumnFact) -> str:
    if column.options:
        return " / ".join(option.label for option in column.options)
    return column.unit or str(QuestionKind(column.kind).label)


def condition_words(question: QuestionFact, others: dict[str, QuestionFact]) -> str:
    """'Asked only if “…” was answered “Paused” or “Reduced”.'"""
    condition = question.condition
    if condition is None:
        return ""
    asked = others.get(condition.question)
    labels = {option.value: option.label for option in asked.options} if asked else {}
    answers = _or(labels.get(value, value) for value in condition.one_of)
    text = asked.text if asked else condition.question
    return f"Asked only if “{text}” was answered {answers}."


def concern_words(rule: ConcernRuleFact, question: QuestionFact) -> str:
    """'Proposes the concern “…” (High) if the answer is 20 or more.'"""
    column = next((one for one in question.columns if one.value == rule.column), None)
    options = column.options if column else question.options
    labels = {option.value: option.label for option in options}
    of = f"“{column.label}” in any row" if column else "the answer"
    if rule.one_of:
        when = f"{of} is {_or(labels.get(value, value) for value in rule.one_of)}"
    elif rule.at_least is not None:
        when = f"{of} is {plain(rule.at_least)} or more"
    else:
        when = f"{of} is {plain(rule.at_most) if rule.at_most is not None else 0} or less"
    severity = Severity(rule.severity).label.partition(":")[0].lower()
    return f"Proposes the concern “{rule.title}” ({severity}) if {when}."


def _or(words: Iterable[str]) -> str:
    quoted = [f"“{word}”" for word in words]
    return " or ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1]))) if quoted else ""


def size_words(question_set: QuestionSetFact) -> str:
    sections = counted(len(question_set.sections), "section")
    return f"{sections}, {counted(len(question_set.questions), 'question')}"


_FIELDS = {
    "name": "Name",
    "intro": "Introduction",
    "changes": "What differs from the version before",
    "source": "Where the questions come from",
    "title": "Title",
    "theme": "Theme",
    "guidance": "Guidance",
    "text": "Question",
    "help": "Help",
    "kind": "How it is answered",
    "options": "Answers",
    "rows": "Rows",
    "columns": "Columns",
    "unit": "Unit",
    "lowest": "Lowest answer",
    "highest": "Highest answer",
    "required": "Must it be answered",
    "condition_question": "Asked only after an answer to",
    "condition_values": "Which answers",
    "concern_rules": "Answers that propose a concern",
    "evidence_asked": "Evidence to attach",
    "series_break": "Figures can be compared no longer",
}


def theirs_yours(saved: dict[str, Any], typed: dict[str, Any]) -> list[dict[str, str]]:
    """Both texts of every answer in which a stale form differs from what is saved now."""
    return [
        {"field": words, "theirs": _shown(saved.get(name)), "yours": _shown(typed[name])}
        for name, words in _FIELDS.items()
        if name in typed and _shown(saved.get(name)) != _shown(typed[name])
    ]


def _shown(value: Any) -> str:
    return "" if value in (None, False) else str(value)
