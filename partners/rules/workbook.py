"""The offline workbook of a return: its lines, the marks that tie it to one return and one question set, and
what it says when it comes back. Pure; the file itself is partners.services.workbook's business."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from uuid import UUID

from partners.constants import COMMENT_LENGTH, NonAnswer, QuestionKind
from partners.facts.questions import Answers, GivenAnswer, QuestionFact, QuestionSetFact, Value
from partners.rules.answers import NON_ANSWER_REASON_LENGTH, asked, checked, parse, same
from partners.rules.cells import parse_cell
from partners.rules.texts import check_text
from safeguarding.kernel.errors import Refusal

FIRST_SHEET, CHOICES_SHEET = "Read me first", "Choices"
# What is looked for on the first sheet, in its first column.
RETURN_LABEL, SET_LABEL, CHECK_LABEL = "Return", "Question set", "Check"
HEADER_ROW = 4
# A section's sheet: by name, each column's title and width.
COLUMNS = {
    "code": ("Line", 16),
    "question": ("Question", 46),
    "how": ("How to answer", 30),
    "last": ("Last answer", 30),
    "age": ("How old that is", 18),
    "answer": ("Your answer", 34),
    "non_answer": ("If you cannot answer, say so", 26),
    "reason": ("Why you cannot answer", 34),
    "comment": ("Comment (optional)", 34),
    "mark": ("Mark (leave as it is)", 20),
}

MAX_ROWS = 10_000
MAX_COLUMNS = 60
MAX_SHEETS = 60
_MARK_LENGTH = 12
_NON_ANSWERS = {label.casefold(): code for code, label in NonAnswer.choices}


@dataclass(frozen=True)
class Line:
    """One line of a section's sheet: a question, or one cell of a question's table."""

    code: str
    question: QuestionFact
    row: str = ""
    column: str = ""
    # The first of a question: the one that may hold a non-answer and a comment.
    first: bool = True


@dataclass(frozen=True)
class TypedLine:
    """What a line of a returned workbook holds, and where, as 'Services!F7' by column."""

    code: str
    answer: str = ""
    non_answer: str = ""
    reason: str = ""
    comment: str = ""
    mark: str = ""
    places: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CellFault:
    """`place`: 'Services!F7', or a sheet's name, or empty."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


@dataclass(frozen=True)
class Returned:
    """What a workbook says: by question code. Questions that it leaves empty are not in it."""

    answers: Answers
    marks: Mapping[str, str]
    faults: tuple[CellFault, ...] = ()


@dataclass(frozen=True)
class Difference:
    question: QuestionFact
    now: GivenAnswer | None
    book: GivenAnswer
    # Somebody answered it here after the workbook was made.
    also_changed: bool
    # With the answers of the workbook the question is not asked: it is not taken over.
    not_asked: bool = False


def lines(question: QuestionFact) -> list[Line]:
    if question.kind != QuestionKind.MATRIX:
        return [Line(question.code, question)]
    cells = [(row.value, column.value) for row in question.rows for column in question.columns]
    return [
        Line(f"{question.code}.{row}.{column}", question, row, column, first=not number)
        for number, (row, column) in enumerate(cells)
    ]


def book_mark(question_set: QuestionSetFact, return_uid: UUID) -> str:
    """What a workbook must carry to be taken back: other for another return, and for other questions."""
    content = json.dumps(asdict(question_set), sort_keys=True, default=str)
    return hashlib.sha256(f"{return_uid}\n{content}".encode()).hexdigest()


def answer_mark(version: int, given: GivenAnswer | None) -> str:
    """Of an answer as the workbook was made: tells whether the line was touched, and whether the answer was
    changed elsewhere meanwhile."""
    said = None if given is None else asdict(given) | {"same_since_cycle": None}
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    return f"{version}-{digest[:_MARK_LENGTH]}"


def read_lines(question_set: QuestionSetFact, typed: Iterable[TypedLine]) -> Returned:
    """Every line's answer by the rules of its question, and all that is wrong, each with its cell."""
    faults: list[CellFault] = []
    by_code: dict[str, TypedLine] = {}
    known = {line.code for question in question_set.questions for line in lines(question)}
    for one in typed:
        if one.code not in known:
            words = f"“{one.code}” is not a question of this return. Delete the line"
            faults.append(CellFault(one.places.get("code", ""), words))
        elif one.code in by_code:
            faults.append(
                CellFault(one.places.get("code", ""), "This line is there twice. Delete one of them")
            )
        else:
            by_code[one.code] = one
    answers: Answers = {}
    marks: dict[str, str] = {}
    for question in question_set.questions:
        wanted = lines(question)
        if any(line.code not in by_code for line in wanted):
            words = f"A line of “{question.text}” is missing. Take a new workbook and fill that in"
            faults.append(CellFault("", words))
            continue
        found = [(line, by_code[line.code]) for line in wanted]
        given, wrong = _given(question, found)
        faults += wrong
        marks[question.code] = found[0][1].mark if found else ""
        if given is not None and not wrong:
            answers[question.code] = given
    return Returned(answers, marks, tuple(faults))


def differences(
    question_set: QuestionSetFact, now: Answers, versions: Mapping[str, int], book: Returned
) -> list[Difference]:
    """What the workbook would change, in the order of the questions. A line that nobody touched since the
    workbook was made changes nothing, whatever was answered here meanwhile."""
    found = []
    for question in question_set.questions:
        given, held = book.answers.get(question.code), now.get(question.code)
        if given is None or (held is not None and same(given, held)):
            continue
        version, _dash, digest = book.marks.get(question.code, "").partition("-")
        if digest and digest == answer_mark(0, given).partition("-")[2]:
            continue
        found.append(Difference(question, held, given, version != str(versions.get(question.code, 0))))
    merged = now | {one.question.code: one.book for one in found}
    on_list = {question.code for question in asked(question_set, merged)}
    return [
        one if one.question.code in on_list else Difference(one.question, one.now, one.book, False, True)
        for one in found
    ]


def _given(
    question: QuestionFact, found: list[tuple[Line, TypedLine]]
) -> tuple[GivenAnswer | None, list[CellFault]]:
    if not found:
        return None, []
    first = found[0][1]
    faults: list[CellFault] = []
    value = _value(question, found, faults)
    comment = _text(first, "comment", COMMENT_LENGTH, faults)
    reason = _text(first, "reason", NON_ANSWER_REASON_LENGTH, faults)
    said = first.non_answer.strip()
    non_answer = _NON_ANSWERS.get(said.casefold(), said if said in NonAnswer.values else "")
    if said and not non_answer:
        offered = "; ".join(NonAnswer.labels)
        faults.append(_fault(first, "non_answer", f"Select one of these: {offered}"))
    answered = value is not None or any(one.answer.strip() for _line, one in found)
    if non_answer and answered:
        faults.append(
            _fault(first, "non_answer", "Either answer, or say that you cannot: delete one of the two")
        )
    elif non_answer and not reason:
        faults.append(_fault(first, "reason", "Enter why you cannot answer"))
    elif reason and not said:
        faults.append(_fault(first, "non_answer", "Select why you cannot answer, or delete the reason"))
    elif comment and not answered and not said:
        faults.append(_fault(first, "answer", "Enter an answer beside the comment"))
    if faults or (value is None and not non_answer):
        return None, faults
    try:
        given = GivenAnswer(value=value, non_answer=non_answer, non_answer_reason=reason, comment=comment)
        return checked(question, given), []
    except Refusal as refusal:
        where = "reason" if refusal.code == "non_answer_reason_missing" else "answer"
        return None, [_fault(first, where, refusal.message)]


def _value(question: QuestionFact, found: list[tuple[Line, TypedLine]], faults: list[CellFault]) -> Value:
    if question.kind != QuestionKind.MATRIX:
        try:
            return parse(question, found[0][1].answer)
        except Refusal as refusal:
            faults.append(_fault(found[0][1], "answer", refusal.message))
            return None
    columns = {column.value: column for column in question.columns}
    table: dict[str, dict[str, str | int | None]] = {row.value: {} for row in question.rows}
    for line, one in found:
        column = columns[line.column]
        try:
            table[line.row][line.column] = parse_cell(
                column.kind,
                one.answer,
                field=line.code,
                options=column.options,
                lowest=question.lowest,
                highest=question.highest,
            )
        except Refusal as refusal:
            faults.append(_fault(one, "answer", refusal.message))
    return table if any(cell is not None for cells in table.values() for cell in cells.values()) else None


def _text(line: TypedLine, name: str, length: int, faults: list[CellFault]) -> str:
    try:
        return check_text(getattr(line, name), field=name, length=length)
    except Refusal as refusal:
        faults.append(_fault(line, name, refusal.message))
        return ""


def _fault(line: TypedLine, column: str, words: str) -> CellFault:
    return CellFault(line.places.get(column, line.code), words)
