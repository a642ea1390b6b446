"""One answer as it is typed: a choice, a number, a percentage, a text or a date, from a form's box or the
cell of a workbook. Pure."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from partners.constants import ANSWER_TEXT_LENGTH, QuestionKind
from partners.facts.questions import OptionFact
from partners.rules.texts import check_text, in_words
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import Month

# So many digits hold any count of people, days or pounds that a partner could mean.
_LONGEST_NUMBER = 12
_WHOLE = re.compile(r"-?[0-9]+", re.ASCII)
_PLACES = re.compile(r"-?[0-9]+(\.[0-9]{1,2})?", re.ASCII)
_GROUPED = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", re.ASCII)
# A number that a workbook keeps as 12.0 is whole.
_TRAILING_ZEROS = re.compile(r"(-?[0-9]+)\.0+", re.ASCII)
_MONTHS = {Month(24240 + number).name.split()[0].lower(): number + 1 for number in range(12)}
_FIRST_YEAR, _LAST_YEAR = 1900, 2200


def parse_cell(
    kind: str,
    raw: str,
    *,
    field: str,
    options: Sequence[OptionFact] = (),
    lowest: Decimal | None = None,
    highest: Decimal | None = None,
) -> str | int | None:
    """The value that `raw` says; None where nothing is typed. Raises Refusal with what to do."""
    if kind == QuestionKind.TEXT:
        return check_text(raw, field=field, length=ANSWER_TEXT_LENGTH) or None
    typed = raw.strip()
    if not typed:
        return None
    if kind == QuestionKind.CHOICE:
        return _choice(typed, options, field)
    if kind == QuestionKind.DATE:
        return _date(typed, field).isoformat()
    if kind == QuestionKind.PERCENTAGE:
        share = _number(typed.removesuffix("%").rstrip(), _PLACES, "a number, like 12 or 12.5", field)
        _within(share, Decimal(0) if lowest is None else lowest, _top(highest), field)
        return plain(share)
    number = _number(typed, _WHOLE, "a whole number, like 12", field)
    _within(number, Decimal(0) if lowest is None else lowest, highest, field)
    return int(number)


def shown_cell(kind: str, value: str | int, *, unit: str = "", options: Sequence[OptionFact] = ()) -> str:
    """The value in words: the label of a choice, "1,200 children", "12.5%", "3 April 2020"."""
    if kind == QuestionKind.CHOICE:
        return next((option.label for option in options if option.value == str(value)), str(value))
    if kind == QuestionKind.DATE:
        return in_words(date.fromisoformat(str(value)))
    if kind == QuestionKind.PERCENTAGE:
        return f"{value}%"
    if kind == QuestionKind.NUMBER:
        return f"{int(value):,} {unit}".rstrip()
    return str(value)


def plain(number: Decimal) -> str:
    """12.50 as "12.5", 100.00 as "100": one text for one number."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _top(highest: Decimal | None) -> Decimal:
    return Decimal(100) if highest is None else highest


def _choice(typed: str, options: Sequence[OptionFact], field: str) -> str:
    """By its value (a form) or by its label (a workbook)."""
    for option in options:
        if typed == option.value or typed.casefold() == option.label.casefold():
            return option.value
    offered = "; ".join(option.label for option in options)
    raise Refusal("not_offered", f"Select one of the answers offered: {offered}", field)


def _number(typed: str, shape: re.Pattern[str], wanted: str, field: str) -> Decimal:
    text = typed.replace(",", "") if _GROUPED.fullmatch(typed) else typed
    if whole := _TRAILING_ZEROS.fullmatch(text):
        text = whole[1]
    if not shape.fullmatch(text):
        raise Refusal("not_a_number", f"Enter {wanted}", field)
    if len(text) > _LONGEST_NUMBER:
        raise Refusal("number_too_long", "Enter a smaller number", field)
    # There is no minus nought.
    return Decimal(text) + 0


def _within(number: Decimal, lowest: Decimal | None, highest: Decimal | None, field: str) -> None:
    if lowest is not None and number < lowest:
        raise Refusal("too_low", f"Enter {_read(lowest)} or more", field)
    if highest is not None and number > highest:
        raise Refusal("too_high", f"Enter {_read(highest)} or less", field)


def _read(number: Decimal) -> str:
    return plain(number) if abs(number) < 1000 else f"{number:,.2f}".rstrip("0").rstrip(".")


def _date(typed: str, field: str) -> date:
    """2020-04-03, 3/4/2020, 3 4 2020, 3 April 2020 or 3 Apr 2020; of a workbook also 2020-04-03 00:00:00."""
    parts = re.split(r"[\s/.-]+", typed.removesuffix("00:00:00").strip())
    refusal = Refusal("not_a_date", "Enter a real date, like 27 3 2020", field)
    if len(parts) != 3:
        raise refusal
    day, month, year = reversed(parts) if re.fullmatch(r"[0-9]{4}", parts[0], re.ASCII) else parts
    number = _month(month)
    digits = re.fullmatch(r"[0-9]{1,2}", day, re.ASCII) and re.fullmatch(r"[0-9]{4}", year, re.ASCII)
    if not digits or number is None or not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
        raise refusal
    try:
        return date(int(year), number, int(day))
    except ValueError:
        raise refusal from None


def _month(text: str) -> int | None:
    name = text.lower()
    if len(name) >= 3 and name.isalpha():
        return next((number for month, number in _MONTHS.items() if month.startswith(name)), None)
    return int(name) if re.fullmatch(r"[0-9]{1,2}", name, re.ASCII) else None
