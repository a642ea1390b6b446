"""What a question set must be before returns may be asked on it, and how a draft changes. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from partners.constants import QuestionKind, QuestionSetState, Severity, Theme
from partners.facts.questions import ConcernRuleFact, QuestionFact, QuestionSetFact, SectionFact
from partners.rules.question_lines import CODE, CODE_WORDS
from safeguarding.kernel.errors import Refusal

TEXT_LENGTH = 400
HELP_LENGTH = 1000
INTRO_LENGTH = 2000
CHANGES_LENGTH = 2000
_NUMBERS = (QuestionKind.NUMBER, QuestionKind.PERCENTAGE)


def draft_only(state: str) -> None:
    """Raises Refusal('set_locked')."""
    if state != QuestionSetState.DRAFT:
        raise Refusal("set_locked", "This version is locked and stays as it is. Make a new version instead")


def code_fault(code: str, taken: Sequence[str], *, field: str = "code") -> None:
    """Raises Refusal('bad_code' | 'code_taken')."""
    if not CODE.fullmatch(code):
        raise Refusal("bad_code", f"The code must be {CODE_WORDS}, and 40 characters or fewer", field)
    if code in taken:
        raise Refusal("code_taken", "This code is in use in the set already. Enter another one", field)


def question_faults(
    question: QuestionFact, earlier: Sequence[QuestionFact], before: QuestionFact | None
) -> Iterator[Refusal]:
    """Everything that keeps the question from being asked. `earlier`: the questions before it in the set;
    `before`: the question of this code in the last version, whose answers are brought forward."""
    if question.kind not in QuestionKind.values:
        yield Refusal("unknown_kind", "Select the kind of answer from the list", "kind")
    if not question.text.strip():
        yield Refusal("text_missing", "Enter the question", "text")
    if before and before.kind != question.kind and not question.series_break:
        words = (
            f"In the last version the answer was of the kind “{QuestionKind(before.kind).label}”. "
            "Use a new code, or say that its figures can no longer be compared"
        )
        yield Refusal("kind_changed", words, "kind")
    yield from _shape_faults(question)
    yield from _condition_faults(question, earlier)
    for number, rule in enumerate(question.concern_rules, 1):
        try:
            _concern_rule(question, rule)
        except Refusal as fault:
            yield Refusal(fault.code, f"Line {number}: {fault.message}", "concern_rules")


def _shape_faults(question: QuestionFact) -> Iterator[Refusal]:
    if question.kind == QuestionKind.CHOICE:
        if len(question.options) < 2:
            yield Refusal("too_few_options", "Enter two answers or more, each on a line", "options")
    elif question.options:
        yield Refusal(
            "options_of_no_choice", "Only a question with several answers has these lines", "options"
        )
    if question.kind == QuestionKind.MATRIX:
        if not question.rows:
            yield Refusal("no_rows", "Enter the rows of the table, each on a line", "rows")
        if not question.columns:
            yield Refusal("no_columns", "Enter the columns of the table, each on a line", "columns")
    elif question.rows or question.columns:
        yield Refusal("table_of_no_table", "Only a table of answers has rows and columns", "rows")
    low, high = question.lowest, question.highest
    if low is not None and high is not None and low > high:
        yield Refusal("limits_crossed", "The highest answer must not be lower than the lowest", "highest")


def _condition_faults(question: QuestionFact, earlier: Sequence[QuestionFact]) -> Iterator[Refusal]:
    condition = question.condition
    if condition is None:
        return
    asked = next((one for one in earlier if one.code == condition.question), None)
    if asked is None or asked.kind != QuestionKind.CHOICE:
        words = "Select a question that comes before this one and has several answers to choose from"
        yield Refusal("condition_unknown", words, "condition_question")
        return
    values = [option.value for option in asked.options]
    unknown = [value for value in condition.one_of if value not in values]
    if unknown or not condition.one_of:
        offered = ", ".join(values)
        found = f"“{unknown[0]}” is none of its answers. " if unknown else ""
        yield Refusal("condition_value", f"{found}Enter one or more of: {offered}", "condition_values")


def _concern_rule(question: QuestionFact, rule: ConcernRuleFact) -> None:
    """Raises Refusal('rule_does_not_fit' | 'unknown_severity')."""
    if rule.severity not in Severity.values:
        raise Refusal("unknown_severity", f"“{rule.severity}” is no severity")
    kind, options = question.kind, question.options
    if kind == QuestionKind.MATRIX:
        column = next((one for one in question.columns if one.value == rule.column), None)
        if column is None:
            columns = ", ".join(one.value for one in question.columns)
            raise Refusal("rule_does_not_fit", f"begin with “column” and one of: {columns}")
        kind, options = column.kind, column.options
    elif rule.column:
        raise Refusal("rule_does_not_fit", "only a table of answers has columns")
    if kind == QuestionKind.CHOICE:
        values = [option.value for option in options]
        if not rule.one_of or not set(rule.one_of) <= set(values):
            raise Refusal("rule_does_not_fit", f"write “one of” and answers from: {', '.join(values)}")
    elif kind in _NUMBERS:
        if rule.one_of:
            raise Refusal("rule_does_not_fit", "for a number write “at least” or “at most” and the number")
    else:
        raise Refusal("rule_does_not_fit", "an answer in words or a date cannot propose a concern")


def set_faults(question_set: QuestionSetFact, before: QuestionSetFact | None) -> Iterator[Refusal]:
    """Everything that keeps a set from being locked, each naming its section or question."""
    if not question_set.sections:
        yield Refusal("no_sections", "Add a section with a question")
    known = {question.code: question for question in before.questions} if before else {}
    for section in question_set.sections:
        if section.theme not in Theme.values:
            yield Refusal("unknown_theme", f"Section “{section.title}”: select its theme")
        if not section.questions:
            yield Refusal("empty_section", f"Section “{section.title}” has no question. Add one or remove it")
    sections = [section.code for section in question_set.sections]
    for code in _repeated(sections):
        yield Refusal("code_taken", f"Two sections have the code {code}")
    for code in _repeated([question.code for question in question_set.questions]):
        yield Refusal("code_taken", f"Two questions have the code {code}")
    earlier: list[QuestionFact] = []
    for question in question_set.questions:
        for fault in question_faults(question, earlier, known.get(question.code)):
            yield Refusal(fault.code, f"Question “{question.text}”: {fault.message}")
        earlier.append(question)


def _repeated(codes: Sequence[str]) -> list[str]:
    return sorted({code for code in codes if codes.count(code) > 1})


def lock(question_set: QuestionSetFact, before: QuestionSetFact | None, *, changes: str) -> Iterator[Refusal]:
    """Everything that keeps a draft from being locked."""
    if before is not None and not changes.strip():
        words = "Say what differs from the version before in plain words first, under “Name and introduction”"
        yield Refusal("changes_missing", words)
    yield from set_faults(question_set, before)


def earlier_than(question_set: QuestionSetFact, section: str, code: str | None) -> list[QuestionFact]:
    """The questions before `code`; of a new one (None), all up to the end of its section."""
    found: list[QuestionFact] = []
    for one in question_set.sections:
        for question in one.questions:
            if question.code == code:
                return found
            found.append(question)
        if code is None and one.code == section:
            return found
    return found


def with_section(question_set: QuestionSetFact, section: SectionFact, code: str | None) -> QuestionSetFact:
    """The set with `section` in place of the one of this code, or (None) at its end."""
    if code is None:
        return replace(question_set, sections=(*question_set.sections, section))
    return _each_section(question_set, lambda one: section if one.code == code else one)


def with_question(
    question_set: QuestionSetFact, section: str, question: QuestionFact, code: str | None
) -> QuestionSetFact:
    """The set with `question` in place of the one of this code, or (None) at the end of the section. A
    condition on a question whose code changes goes with it."""

    def change(one: SectionFact) -> SectionFact:
        questions = tuple(
            question if code is not None and other.code == code else _follow(other, code, question.code)
            for other in one.questions
        )
        if code is None and one.code == section:
            questions = (*questions, question)
        return replace(one, questions=questions)

    return _each_section(question_set, change)


def _follow(question: QuestionFact, code: str | None, new: str) -> QuestionFact:
    condition = question.condition
    if code is None or condition is None or condition.question != code:
        return question
    return replace(question, condition=replace(condition, question=new))


def without(question_set: QuestionSetFact, kind: str, code: str) -> QuestionSetFact:
    """The set without the section or question ("section" | "question") of this code."""
    if kind == "section":
        kept = tuple(one for one in question_set.sections if one.code != code)
        return replace(question_set, sections=kept)
    return _each_section(
        question_set,
        lambda one: replace(one, questions=tuple(q for q in one.questions if q.code != code)),
    )


def moved(question_set: QuestionSetFact, kind: str, code: str, *, up: bool) -> QuestionSetFact:
    """The set with a section, or a question within its section, one place up or down; at the end of its row
    it stays where it is."""
    if kind == "section":
        codes = [section.code for section in question_set.sections]
        return replace(question_set, sections=_swapped(question_set.sections, codes, code, up))

    def change(one: SectionFact) -> SectionFact:
        return replace(one, questions=_swapped(one.questions, [q.code for q in one.questions], code, up))

    return _each_section(question_set, change)


def _swapped(rows: tuple, codes: list[str], code: str, up: bool) -> tuple:
    if code not in codes:
        return rows
    place = codes.index(code)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(rows):
        return rows
    found = list(rows)
    found[place], found[other] = found[other], found[place]
    return tuple(found)


def _each_section(
    question_set: QuestionSetFact, change: Callable[[SectionFact], SectionFact]
) -> QuestionSetFact:
    return replace(question_set, sections=tuple(change(section) for section in question_set.sections))


def broken_conditions(question_set: QuestionSetFact) -> Iterator[Refusal]:
    """Conditions that no longer find their question before them, or its answer."""
    earlier: list[QuestionFact] = []
    for question in question_set.questions:
        for _ in _condition_faults(question, earlier):
            words = f"“{question.text}” is asked only after another answer, which it would no longer find"
            yield Refusal("condition_broken", f"{words}. Change its condition first")
        earlier.append(question)
