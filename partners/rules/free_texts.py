"""Free text: that something is said, and that it does not look as if it were of one child. Pure."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date

from partners.rules.texts import check_text
from safeguarding.kernel.errors import Refusal

# Dates of birth are told from the days of meetings, periods and decisions, of which these texts are full:
# words of birth count by themselves; any other date counts where it could be a child's date of birth and
# stands close to words for one child. A date that stands alone counts only in figures, and only from before
# the partnership's returns began: every day of its own work is later.
_GROWN_UP = 19
_WORK_BEGAN = date(2020, 1, 1)
_BIRTH_WORDS = re.compile(r"\b(d\.?\s?o\.?\s?b\b|date of birth|born on\b|birthday)", re.IGNORECASE)
_ONE_CHILD = re.compile(
    r"\b(born|aged|girl|boy|baby|infant|toddler|son|daughter|pupil|brother|sister|sibling|twin|teenager"
    r"|(?:young person|child)(?! protection| in need| sexual| criminal| death| safeguarding))\b",
    re.IGNORECASE,
)
# So many characters on either side of a date are close to it.
_CLOSE = 30
# What happened or is due on a day is no birth: "the child’s plan is reviewed on 15 April 2020".
_ON_A_DAY = re.compile(
    r"\b(on|by|since|until|till|from|to|before|after|between|and|of|due|at|week|ending|beginning|meeting"
    r"|review|reviewed)[ :(]*$",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?<!\d)(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})(?!\d)")
_DATE_IN_WORDS = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?"
    r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?\s+(\d{4})(?!\d)",
    re.IGNORECASE,
)
_ISO_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_NHS_NUMBER = re.compile(r"(?<!\d)\d{3}[ \-]?\d{3}[ \-]?\d{4}(?!\d)")
# As case systems write them, and this product's own: HCT-040001, C-0001.
_REFERENCE = re.compile(r"\b[A-Z]{1,4}-\d{4,8}\b")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def said(text: str, *, field: str, length: int, missing: str) -> str:
    """The text in one spelling. Raises Refusal('text_missing') with the words of `missing` where nothing
    is left, and as check_text."""
    clean = check_text(text, field=field, length=length)
    if not clean:
        raise Refusal("text_missing", missing, field)
    return clean


def personal_marks(text: str, *, today: date) -> tuple[str, ...]:
    """What in the text looks as if it were of one child: 'a date of birth', 'an NHS number',
    'a child’s reference'. A hint to look again; it knows no names, and takes no meeting's day for a birth."""
    found = []
    if _BIRTH_WORDS.search(text) or _has_birth(text, today):
        found.append("a date of birth")
    if any(_checks_out(re.sub(r"\D", "", number)) for number in _NHS_NUMBER.findall(text)):
        found.append("an NHS number")
    if _REFERENCE.search(text):
        found.append("a child’s reference")
    return tuple(found)


def refuse_personal(texts: Mapping[str, str], *, today: date, confirmed: bool) -> tuple[str, ...]:
    """What the texts (by field) seem to hold of one child, where the writer has `confirmed` that they
    name none; else Refusal('looks_personal') beside the field."""
    seen: list[str] = []
    for field, text in texts.items():
        marks = personal_marks(text, today=today)
        if marks and not confirmed:
            words = (
                f"This text looks as if it holds {' and '.join(marks)}. Take it out. "
                "If it is about no child, select “It names no child” below and save again"
            )
            raise Refusal("looks_personal", words, field)
        seen += marks
    return tuple(dict.fromkeys(seen))


def _has_birth(text: str, today: date) -> bool:
    for start, end, day, in_figures in _dates(text, today):
        if not 0 <= _age(day, today) < _GROWN_UP or day > today:
            continue
        before, after = text[max(0, start - _CLOSE) : start], text[end : end + _CLOSE]
        if _ON_A_DAY.search(before) and not re.search(r"\bborn\b", before, re.IGNORECASE):
            continue
        if _ONE_CHILD.search(before) or _ONE_CHILD.search(after) or (in_figures and day < _WORK_BEGAN):
            return True
    return False


def _age(day: date, today: date) -> int:
    return today.year - day.year - ((today.month, today.day) < (day.month, day.day))


def _dates(text: str, today: date) -> Iterator[tuple[int, int, date, bool]]:
    """Where each date begins and ends, which it is, and whether it stands in figures."""
    for match in _ISO_DATE.finditer(text):
        year, month, day = map(int, match.groups())
        yield from _dated(match, year, month, day, in_figures=True)
    for match in _DATE_IN_WORDS.finditer(text):
        month = _MONTHS.index(match[2][:3].lower()) + 1
        yield from _dated(match, int(match[3]), month, int(match[1]), in_figures=False)
    for match in _DATE.finditer(text):
        year = int(match[3])
        if len(match[3]) == 2:
            year += 2000 if year <= today.year % 100 else 1900
        yield from _dated(match, year, int(match[2]), int(match[1]), in_figures=True)


def _dated(
    match: re.Match[str], year: int, month: int, day: int, *, in_figures: bool
) -> Iterator[tuple[int, int, date, bool]]:
    with suppress(ValueError):
        yield match.start(), match.end(), date(year, month, day), in_figures


def _checks_out(digits: str) -> bool:
    """The check digit of an NHS number: modulus 11 over its first nine."""
    weighted = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False))
    return (11 - weighted % 11) % 11 == int(digits[9])
