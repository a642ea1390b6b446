"""Answers: what is typed as a value, which questions are asked, what keeps a return from being sent, and
what an answer says. A non-answer is never a value: nothing here turns one into a number, a no or a choice.
Pure."""

from dataclasses import replace

from partners.constants import COMMENT_LENGTH, NonAnswer, QuestionKind, Reading
from partners.facts.questions import (
    Answers,
    ColumnFact,
    GivenAnswer,
    OptionFact,
    QuestionFact,
    QuestionSetFact,
    Value,
)
from partners.rules.cells import parse_cell, shown_cell
from partners.rules.texts import check_text
from safeguarding.kernel.errors import Refusal

NON_ANSWER_REASON_LENGTH = 400
NOT_GIVEN = "Not given"
# Of several readings in one table the worst counts.
_WORST_FIRST = (Reading.CONCERN, Reading.PARTLY, Reading.ASSURED)


def parse(question: QuestionFact, raw: str | dict[str, dict[str, str]]) -> Value:
    """The value that was typed; None where nothing was (of a table: in no cell).

    `raw`: the text of a box, a choice's value or label; of a table {row: {column: text}}.
    Raises Refusal with words for that cell; its field is the question's code, of a table
    `code.row.column`.
    """
    if question.kind == QuestionKind.MATRIX:
        if isinstance(raw, str):
            if not raw.strip():
                return None
            raise Refusal("not_a_table", "Answer in the boxes of the table", question.code)
        return _table(question, raw)
    if not isinstance(raw, str):
        raise Refusal("not_one_answer", "Give one answer to this question", question.code)
    return parse_cell(
        question.kind,
        raw,
        field=question.code,
        options=question.options,
        lowest=question.lowest,
        highest=question.highest,
    )


def _table(question: QuestionFact, raw: dict[str, dict[str, str]]) -> Value:
    columns = {column.value: column for column in question.columns}
    rows = {row.value for row in question.rows}
    unknown = [row for row in raw if row not in rows]
    unknown += [f"{row}.{column}" for row in raw for column in raw[row] if column not in columns]
    if unknown:
        raise Refusal(
            "unknown_cell", "Use the rows and columns of the table only", f"{question.code}.{unknown[0]}"
        )
    table = {
        row.value: {
            column.value: _table_cell(question, row.value, column, raw.get(row.value, {}))
            for column in question.columns
        }
        for row in question.rows
    }
    return table if any(cell is not None for cells in table.values() for cell in cells.values()) else None


def _table_cell(
    question: QuestionFact, row: str, column: ColumnFact, typed: dict[str, str]
) -> str | int | None:
    return parse_cell(
        column.kind,
        typed.get(column.value, ""),
        field=f"{question.code}.{row}.{column.value}",
        options=column.options,
        lowest=question.lowest,
        highest=question.highest,
    )


def typed_of(question: QuestionFact, value: Value) -> str | dict[str, dict[str, str]]:
    """What somebody would have typed to give `value`: for a form that is opened again."""
    if isinstance(value, dict):
        return {
            row: {column: "" if cell is None else str(cell) for column, cell in cells.items()}
            for row, cells in value.items()
        }
    return "" if value is None else str(value)


def checked(question: QuestionFact, given: GivenAnswer) -> GivenAnswer:
    """The answer in one spelling. Raises Refusal (field as `parse`): a value that the question does not
    take, a non-answer that is unknown, beside a value, or without its reason, or no answer at all."""
    comment = check_text(given.comment, field=question.code, length=COMMENT_LENGTH)
    if not given.non_answer:
        value = parse(question, typed_of(question, given.value))
        if value is None:
            raise Refusal("nothing_given", "Enter an answer, or say why you cannot", question.code)
        return replace(given, value=value, non_answer_reason="", comment=comment)
    if given.non_answer not in NonAnswer.values:
        raise Refusal("unknown_non_answer", "Select why you cannot answer", question.code)
    if given.value is not None:
        words = "Either answer, or say that you cannot: delete one of the two"
        raise Refusal("answered_and_not", words, question.code)
    reason = check_text(given.non_answer_reason, field=question.code, length=NON_ANSWER_REASON_LENGTH)
    if not any(sign.isalnum() for sign in reason):
        raise Refusal("non_answer_reason_missing", "Enter why you cannot answer", question.code)
    return replace(given, non_answer_reason=reason, comment=comment)


def asked(question_set: QuestionSetFact, answers: Answers) -> tuple[QuestionFact, ...]:
    """The questions that are asked of somebody with these answers, in order. A condition holds only where
    the question it looks at is itself asked and answered with a value: a non-answer opens nothing."""
    found: dict[str, QuestionFact] = {}
    for question in question_set.questions:
        condition = question.condition
        if condition is not None:
            given = answers.get(condition.question)
            if condition.question not in found or given is None or given.value is None:
                continue
            if str(given.value) not in condition.one_of:
                continue
        found[question.code] = question
    return tuple(found.values())


def submit_faults(question_set: QuestionSetFact, answers: Answers) -> list[Refusal]:
    """Everything that keeps the return from being sent, each with its question's code as field."""
    faults = []
    for question in asked(question_set, answers):
        given = answers.get(question.code)
        if given is None:
            if question.required:
                faults.append(Refusal("missing", f"Answer “{question.text}”", question.code))
            continue
        try:
            checked(question, given)
        except Refusal as fault:
            words = f"{fault.message} (“{question.text}”)"
            faults.append(Refusal(fault.code, words, question.code))
            continue
        if isinstance(given.value, dict) and _half_filled(question, given.value):
            words = f"Fill every box of each row that you have begun in “{question.text}”"
            faults.append(Refusal("row_half_filled", words, question.code))
    return faults


def _half_filled(question: QuestionFact, table: dict[str, dict[str, str | int | None]]) -> bool:
    rows = [table.get(row.value, {}) for row in question.rows]
    empty = [[cells.get(column.value) is None for column in question.columns] for cells in rows]
    return any(any(row) and not all(row) for row in empty)


def reading(question: QuestionFact, answer: GivenAnswer | None) -> Reading | None:
    """What the answer says of assurance; of a table its worst cell. Not known where it was not answered
    (does not apply: nothing); None where nothing was said, or the question says nothing of assurance."""
    if answer is None:
        return None
    if answer.non_answer:
        bears = _bears_on_assurance(question) and answer.non_answer != NonAnswer.DOES_NOT_APPLY
        return Reading.NOT_KNOWN if bears else None
    found = {_option_reading(question.options, answer.value)}
    if isinstance(answer.value, dict):
        for column in question.columns:
            found |= {
                _option_reading(column.options, cells.get(column.value)) for cells in answer.value.values()
            }
    return next((one for one in _WORST_FIRST if one.value in found), None)


def _bears_on_assurance(question: QuestionFact) -> bool:
    options = (*question.options, *(option for column in question.columns for option in column.options))
    return bool(question.concern_rules) or any(option.reading for option in options)


def _option_reading(options: tuple[OptionFact, ...], value: Value) -> str:
    return next((option.reading for option in options if option.value == value), "")


def shown(question: QuestionFact, answer: GivenAnswer | None) -> str:
    """The answer for a page, a print or a workbook, without its comment; a table as a line a row.
    A non-answer in its own words with its reason; "Not given" for none."""
    if answer is None:
        return NOT_GIVEN
    if answer.non_answer:
        return f"{NonAnswer(answer.non_answer).label}: {answer.non_answer_reason}"
    if isinstance(answer.value, dict):
        return "\n".join(
            f"{row.label}: {_row_words(question, answer.value.get(row.value, {}))}" for row in question.rows
        )
    if answer.value is None:
        return NOT_GIVEN
    return shown_cell(question.kind, answer.value, unit=question.unit, options=question.options)


def _row_words(question: QuestionFact, cells: dict[str, str | int | None]) -> str:
    words = []
    for column in question.columns:
        value = cells.get(column.value)
        if value is not None:
            said = shown_cell(column.kind, value, unit=column.unit, options=column.options)
            words.append(f"{column.label} {said}" if len(question.columns) > 1 else said)
    return "; ".join(words) or NOT_GIVEN.lower()


def same(first: GivenAnswer, second: GivenAnswer) -> bool:
    """Whether both say the same, whenever it was first said."""
    return replace(first, same_since_cycle=None) == replace(second, same_since_cycle=None)


def age(answer: GivenAnswer, cycle_number: int) -> int:
    """Cycles since the answer was first given; 0: in this one."""
    return cycle_number - answer.same_since_cycle if answer.same_since_cycle is not None else 0
