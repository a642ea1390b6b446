"""Options, tables and concern rules as lines of text, so that they are edited in a box: read and written.
Parts of a line stand between upright strokes. Pure."""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from partners.constants import QuestionKind, Reading, Severity
from partners.facts.questions import ColumnFact, ConcernRuleFact, OptionFact, RowFact
from safeguarding.kernel.errors import Refusal

CODE = re.compile(r"[a-z][a-z0-9_-]{0,39}")
CODE_WORDS = "small letters, digits and underscores, beginning with a letter"
LABEL_LENGTH = 120
MOST_LINES = 40
CELL_KINDS = (
    QuestionKind.NUMBER,
    QuestionKind.PERCENTAGE,
    QuestionKind.CHOICE,
    QuestionKind.TEXT,
    QuestionKind.DATE,
)
_RULE = re.compile(r"(?:column (\S+) )?(one of|at least|at most) (.+)", re.IGNORECASE)
_Made = TypeVar("_Made")


class BadLine(Exception):
    """What is wrong with one line, and what to do."""


def parse_options(text: str) -> tuple[tuple[OptionFact, ...], list[Refusal]]:
    """`value | label | reading` on each line, the reading optional. What was read, and each fault with the
    number of its line."""
    return _lines(text, "options", _option)


def parse_rows(text: str) -> tuple[tuple[RowFact, ...], list[Refusal]]:
    """`value | label`."""
    return _lines(text, "rows", lambda line: RowFact(*_parts(line, 2, 2)))


def parse_columns(text: str) -> tuple[tuple[ColumnFact, ...], list[Refusal]]:
    """`value | label | kind | unit`; of the kind choice, in place of the unit, `value=label=reading; …`."""
    return _lines(text, "columns", _column)


def parse_concern_rules(text: str) -> tuple[tuple[ConcernRuleFact, ...], list[Refusal]]:
    """`one of a, b | severity | title`, `at least 20 | …`, `at most 5 | …`; of a table
    `column waiting at least 20 | …`."""
    return _lines(text, "concern_rules", _concern_rule, with_values=False)


def write_options(options: Iterable[OptionFact]) -> str:
    return "\n".join(" | ".join(filter(None, (o.value, o.label, o.reading))) for o in options)


def write_rows(rows: Iterable[RowFact]) -> str:
    return "\n".join(f"{row.value} | {row.label}" for row in rows)


def write_columns(columns: Iterable[ColumnFact]) -> str:
    return "\n".join(
        " | ".join(filter(None, (c.value, c.label, c.kind, c.unit or _short_options(c.options))))
        for c in columns
    )


def _short_options(options: Iterable[OptionFact]) -> str:
    return "; ".join("=".join(filter(None, (o.value, o.label, o.reading))) for o in options)


def write_concern_rules(rules: Iterable[ConcernRuleFact]) -> str:
    return "\n".join(f"{_when(rule)} | {rule.severity} | {rule.title}" for rule in rules)


def _when(rule: ConcernRuleFact) -> str:
    of = f"column {rule.column} " if rule.column else ""
    if rule.one_of:
        return f"{of}one of {', '.join(rule.one_of)}"
    if rule.at_least is not None:
        return f"{of}at least {plain(rule.at_least)}"
    return f"{of}at most {plain(rule.at_most or Decimal(0))}"


def plain(number: Decimal) -> str:
    """12.5, 20: without needless noughts or powers of ten."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _lines(
    text: str, field: str, make: Callable[[str], _Made], *, with_values: bool = True
) -> tuple[tuple[_Made, ...], list[Refusal]]:
    made: list[_Made] = []
    faults: list[Refusal] = []
    seen: dict[str, int] = {}
    numbered = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(numbered) > MOST_LINES:
        return (), [Refusal("too_many_lines", f"Enter {MOST_LINES} lines or fewer", field)]
    for number, line in numbered:
        try:
            one = make(line)
            if with_values:
                value = str(getattr(one, "value", ""))
                if value in seen:
                    raise BadLine(f"“{value}” is the value of line {seen[value]} already. Use another one")
                seen[value] = number
        except BadLine as fault:
            faults.append(Refusal("bad_line", f"Line {number}: {fault}", field))
        else:
            made.append(one)
    return tuple(made), faults


def _parts(line: str, least: int, most: int) -> list[str]:
    parts = [part.strip() for part in line.split("|")]
    if not least <= len(parts) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise BadLine(f"write {wanted} parts with | between them. This line has {len(parts)}")
    _check(parts[0], parts[1])
    return parts


def _check(value: str, label: str) -> None:
    if not CODE.fullmatch(value):
        raise BadLine(f"“{value}” is no value. Use {CODE_WORDS}")
    if not label:
        raise BadLine("write the words that people see after the value")
    if len(label) > LABEL_LENGTH:
        raise BadLine(f"use {LABEL_LENGTH} characters or fewer for the words that people see")


def _option(line: str) -> OptionFact:
    return _as_option(_parts(line, 2, 3))


def _as_option(parts: list[str]) -> OptionFact:
    reading = parts[2].lower() if len(parts) > 2 else ""
    if reading and reading not in Reading.values:
        raise BadLine(f"“{parts[2]}” is no reading. Use {', '.join(Reading.values)}, or leave it out")
    return OptionFact(parts[0], parts[1], reading)


def _column(line: str) -> ColumnFact:
    parts = _parts(line, 2, 4)
    kind = parts[2].lower() if len(parts) > 2 and parts[2] else QuestionKind.NUMBER.value
    if kind not in CELL_KINDS:
        raise BadLine(f"“{parts[2]}” is no kind of column. Use {', '.join(CELL_KINDS)}")
    last = parts[3] if len(parts) > 3 else ""
    if kind != QuestionKind.CHOICE:
        return ColumnFact(parts[0], parts[1], kind, last)
    options = []
    for piece in filter(None, (one.strip() for one in last.split(";"))):
        words = [word.strip() for word in piece.split("=")]
        if not 2 <= len(words) <= 3:
            raise BadLine(f"write “{piece}” as value=label or value=label=reading")
        _check(words[0], words[1])
        options.append(_as_option(words))
    if len(options) < 2:
        raise BadLine("a column of the kind choice needs two answers or more, like yes=Yes; no=No")
    if len({option.value for option in options}) < len(options):
        raise BadLine("two answers of this column have the same value")
    return ColumnFact(parts[0], parts[1], kind, "", tuple(options))


def _concern_rule(line: str) -> ConcernRuleFact:
    parts = [part.strip() for part in line.split("|")]
    if len(parts) != 3:
        raise BadLine("write 3 parts with | between them: when, how severe, and the concern’s title")
    match = _RULE.fullmatch(parts[0])
    if match is None:
        raise BadLine(f"“{parts[0]}” is no condition. Begin with “one of”, “at least” or “at most”")
    severity = parts[1].lower()
    if severity not in Severity.values:
        raise BadLine(f"“{parts[1]}” is no severity. Use {', '.join(Severity.values)}")
    if not parts[2] or len(parts[2]) > LABEL_LENGTH:
        raise BadLine(f"write the concern’s title in {LABEL_LENGTH} characters or fewer")
    column, word, what = match[1] or "", match[2].lower(), match[3]
    if word == "one of":
        values = tuple(filter(None, (value.strip() for value in what.split(","))))
        return ConcernRuleFact(parts[2], severity, one_of=values, column=column)
    number = _number(what)
    if word == "at least":
        return ConcernRuleFact(parts[2], severity, at_least=number, column=column)
    return ConcernRuleFact(parts[2], severity, at_most=number, column=column)


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) >= 10**10:
        raise BadLine(f"“{text}” is no number")
    return number
