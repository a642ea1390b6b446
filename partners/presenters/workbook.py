"""The offline workbook of a return as a spreadsheet file, and the words of its pages.

Nothing in it is hidden, and nothing is a formula: text that begins with '=' is text.
"""

import re
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from partners.constants import NonAnswer, QuestionKind
from partners.facts.questions import ColumnFact, GivenAnswer, OptionFact, QuestionFact, SectionFact
from partners.presenters.base import moment_words
from partners.rules.answers import age, shown, typed_of
from partners.rules.texts import in_words
from partners.rules.workbook import (
    CHECK_LABEL,
    CHOICES_SHEET,
    COLUMNS,
    FIRST_SHEET,
    HEADER_ROW,
    RETURN_LABEL,
    SET_LABEL,
    Difference,
    Line,
    answer_mark,
    book_mark,
    lines,
)
from partners.selectors.workbook import BookFact

_INPUTS = ("answer", "non_answer", "reason", "comment")
_BAD_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\']")
_SHEET_NAME_LENGTH = 31
_INSTRUCTIONS = (
    "Fill in the white cells. Cells that you cannot change are locked, without a password.",
    "Leave a line empty where you have nothing new to say: an empty line changes nothing.",
    "To confirm an earlier answer as unchanged, or to take one back, use the pages of the return.",
    "Type dates like 27 3 2020 and numbers without words. Do not use formulas.",
    "If you cannot answer, choose one of the four reasons and say why.",
    "Do not write children’s names, dates of birth or references.",
    "Then send the workbook back on the page of the return. You see what would change before it is saved.",
)


def sheet_names(sections: Iterable[SectionFact]) -> dict[str, str]:
    """A name for each section's sheet, by the section's code: short, plain, each once."""
    taken = {FIRST_SHEET.casefold(), CHOICES_SHEET.casefold(), "history"}
    names = {}
    for section in sections:
        plain = _BAD_IN_SHEET_NAMES.sub(" ", section.title).strip() or section.code
        name, number = plain[:_SHEET_NAME_LENGTH].strip(), 1
        while name.casefold() in taken:
            number += 1
            name = f"{plain[: _SHEET_NAME_LENGTH - 4].strip()} {number}"
        taken.add(name.casefold())
        names[section.code] = name
    return names


def spreadsheet(book: BookFact) -> bytes:
    """The workbook: a sheet that explains, one for each section, and the lists to choose from."""
    out = BytesIO()
    with Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as made:
        looks = _Looks(made)
        _first_sheet(made.add_worksheet(FIRST_SHEET), looks, book)
        names = sheet_names(book.question_set.sections)
        sections = book.question_set.sections
        sheets = {
            section.code: made.add_worksheet(names[section.code]) for section in book.question_set.sections
        }
        choices = _Choices(made.add_worksheet(CHOICES_SHEET), looks)
        for section in sections:
            _section_sheet(sheets[section.code], looks, book, section, choices)
    return out.getvalue()


class _Looks:
    def __init__(self, made: Workbook) -> None:
        plain = {"valign": "top", "text_wrap": True}
        self.title: Format = made.add_format({"bold": True, "font_size": 14})
        self.head: Format = made.add_format({**plain, "bold": True, "bg_color": "#DBE5F1", "border": 1})
        self.fixed: Format = made.add_format({**plain, "bg_color": "#F3F2F1", "border": 1})
        # As text: what is typed stays what was typed, dates and "12%" too.
        self.input: Format = made.add_format({**plain, "locked": False, "border": 1, "num_format": "@"})
        self.text: Format = made.add_format(plain)


class _Choices:
    """Lists that cells choose from, each in a column of a sheet that everybody may read."""

    def __init__(self, sheet: Worksheet, looks: _Looks) -> None:
        self.sheet, self.looks, self.ranges = sheet, looks, dict[tuple[str, ...], str]()
        sheet.protect()

    def of(self, labels: Iterable[str]) -> str:
        key = tuple(labels)
        if key not in self.ranges:
            column = len(self.ranges)
            for row, label in enumerate(key):
                self.sheet.write_string(row, column, label, self.looks.text)
            self.sheet.set_column(column, column, 30)
            letter = _letter(column)
            self.ranges[key] = f"='{CHOICES_SHEET}'!${letter}$1:${letter}${len(key)}"
        return self.ranges[key]


def _first_sheet(sheet: Worksheet, looks: _Looks, book: BookFact) -> None:
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, f"{book.question_set.name}: {book.organisation}", looks.title)
    rows = [
        ("Cycle", str(book.cycle_number)),
        ("Period", f"{in_words(book.period_start)} to {in_words(book.period_end)}"),
        ("Due", moment_words(book.due_at)),
        (RETURN_LABEL, str(book.return_uid)),
        (SET_LABEL, f"{book.question_set.code}, version {book.question_set.version}"),
        (CHECK_LABEL, book_mark(book.question_set, book.return_uid)),
        *((f"{number}.", words) for number, words in enumerate(_INSTRUCTIONS, 1)),
    ]
    for number, (name, words) in enumerate(rows, 2):
        sheet.write_string(number, 0, name, looks.text)
        sheet.write_string(number, 1, words, looks.text)
    sheet.protect()


def _section_sheet(
    sheet: Worksheet, looks: _Looks, book: BookFact, section: SectionFact, choices: _Choices
) -> None:
    sheet.write_string(0, 0, section.title, looks.title)
    sheet.write_string(1, 0, section.guidance)
    for column, (title, width) in enumerate(COLUMNS.values()):
        sheet.set_column(column, column, width)
        sheet.write_string(HEADER_ROW - 1, column, title, looks.head)
    row = HEADER_ROW
    for question in section.questions:
        for line in lines(question):
            _write_line(sheet, looks, row, line, book, choices)
            row += 1
    sheet.freeze_panes(HEADER_ROW, 2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.protect()


def _write_line(
    sheet: Worksheet, looks: _Looks, row: int, line: Line, book: BookFact, choices: _Choices
) -> None:
    question = line.question
    given, last = book.answers.get(question.code), book.last.get(question.code)
    cells = {
        "code": line.code,
        "question": line_title(line),
        "how": how_to_answer(line, book),
        "last": shown(question, last) if last and line.first else "",
        "age": _age_words(last, book) if last and line.first else "",
        "answer": _answer_text(line, given),
        "non_answer": NonAnswer(given.non_answer).label if given and given.non_answer else "",
        "reason": given.non_answer_reason if given else "",
        "comment": given.comment if given else "",
        "mark": answer_mark(book.versions.get(question.code, 0), given),
    }
    if not line.first:
        cells |= dict.fromkeys(("non_answer", "reason", "comment", "mark"), "")
    for column, name in enumerate(COLUMNS):
        open_cell = name in _INPUTS and (line.first or name == "answer")
        look = looks.input if open_cell else looks.fixed
        if cells[name]:
            sheet.write_string(row, column, cells[name], look)
        else:
            sheet.write_blank(row, column, None, look)
    options = _options(line)
    if options:
        _drop_down(sheet, row, "answer", choices.of(option.label for option in options))
    if line.first:
        _drop_down(sheet, row, "non_answer", choices.of(NonAnswer.labels))


def _drop_down(sheet: Worksheet, row: int, name: str, source: str) -> None:
    column = list(COLUMNS).index(name)
    sheet.data_validation(row, column, row, column, {
        "validate": "list", "source": source,
        "error_title": "Not in the list", "error_message": "Choose one of the answers in the list.",
    })  # fmt: skip


def _answer_text(line: Line, given: GivenAnswer | None) -> str:
    if given is None or given.value is None:
        return ""
    typed = typed_of(line.question, given.value)
    text = typed.get(line.row, {}).get(line.column, "") if isinstance(typed, dict) else typed
    return next((option.label for option in _options(line) if option.value == text), text)


def _column(line: Line) -> ColumnFact:
    return next(column for column in line.question.columns if column.value == line.column)


def _options(line: Line) -> tuple[OptionFact, ...]:
    return _column(line).options if line.column else line.question.options


def line_title(line: Line) -> str:
    if not line.column:
        return line.question.text
    row = next(row.label for row in line.question.rows if row.value == line.row)
    return f"{line.question.text} – {row}, {_column(line).label}"


def how_to_answer(line: Line, book: BookFact) -> str:
    """What kind of answer is asked, its unit, its help, and when the question is asked at all."""
    question = line.question
    column = _column(line) if line.column else None
    words = [kind_words(column.kind if column else question.kind, column.unit if column else question.unit)]
    if question.help and line.first:
        words.append(question.help)
    if question.condition and line.first:
        words.append(condition_words(question, book.question_set.questions))
    return "\n".join(words)


def kind_words(kind: str, unit: str) -> str:
    of = f" of {unit}" if unit else ""
    return {
        QuestionKind.CHOICE: "Choose from the list",
        QuestionKind.NUMBER: f"A whole number{of}",
        QuestionKind.PERCENTAGE: "A percentage, 0 to 100",
        QuestionKind.DATE: "A date, like 27 3 2020",
    }.get(QuestionKind(kind), "In words")


def condition_words(question: QuestionFact, questions: Iterable[QuestionFact]) -> str:
    """'Only if the answer to “How do your services run?” is “Paused”'."""
    condition = question.condition
    asked_first = next((one for one in questions if condition and one.code == condition.question), None)
    if condition is None or asked_first is None:
        return ""
    labels = {option.value: option.label for option in asked_first.options}
    wanted = " or ".join(f"“{labels.get(value, value)}”" for value in condition.one_of)
    return f"Only if the answer to “{asked_first.text}” is {wanted}"


def _age_words(last: GivenAnswer, book: BookFact) -> str:
    cycles = age(last, book.cycle_number) or book.cycle_number - (book.last_cycle or book.cycle_number)
    first = book.cycle_number - cycles
    ago = "this cycle" if cycles == 0 else "1 cycle ago" if cycles == 1 else f"{cycles} cycles ago"
    return f"Cycle {first}, {ago}"


def preview_table(found: Iterable[Difference]) -> dict[str, Any]:
    """Question, what is saved here now, what the workbook says."""
    rows = []
    for one in found:
        question: dict[str, Any] = {"text": one.question.text}
        if one.not_asked:
            question["tags"] = [{"text": "Not asked with these answers: left out", "colour": "grey"}]
        elif one.also_changed:
            question["tags"] = [{"text": "Also changed here since the workbook was made", "colour": "yellow"}]
        rows.append([question, _with_comment(one.question, one.now), _with_comment(one.question, one.book)])
    return {
        "caption": "What would change",
        "columns": [
            {"text": "Question", "wide": True},
            {"text": "Saved now", "wide": True},
            {"text": "In the workbook", "wide": True},
        ],
        "rows": rows,
        "empty": "Nothing: the workbook says what is saved already.",
    }


def _with_comment(question: QuestionFact, given: GivenAnswer | None) -> dict[str, Any]:
    words: dict[str, Any] = {"text": shown(question, given)}
    if given and given.comment:
        words["note"] = f"Comment: {given.comment}"
    return words


def _letter(column: int) -> str:
    first, last = divmod(column, 26)
    return (chr(64 + first) if first else "") + chr(65 + last)
