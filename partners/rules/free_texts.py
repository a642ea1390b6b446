"""Free text: that something is said, and that it does not look as if it were of one child. Pure."""

import re
from collections.abc import Mapping
from datetime import date

from partners.rules.texts import check_text
from safeguarding.kernel.errors import Refusal

# A child's or young adult's age, in days: dates of birth of those whom the partnership works for.
_YOUNGEST_DAYS, _OLDEST_DAYS = 270, 26 * 366
_BIRTH_WORDS = re.compile(r"\b(d\.?\s?o\.?\s?b\b|date of birth|born (on|in)\b|birthday)", re.IGNORECASE)
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
    'a child’s reference'. A hint to look again; it knows no names."""
    found = []
    if _BIRTH_WORDS.search(text) or any(_could_be_a_birthday(day, today) for day in _dates(text, today)):
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


def _dates(text: str, today: date) -> list[date]:
    parts = [(int(y), int(m), int(d)) for y, m, d in _ISO_DATE.findall(text)]
    parts += [(int(y), _MONTHS.index(m[:3].lower()) + 1, int(d)) for d, m, y in _DATE_IN_WORDS.findall(text)]
    for d, m, y in _DATE.findall(text):
        year = int(y)
        if len(y) == 2:
            year += 2000 if year <= today.year % 100 else 1900
        parts.append((year, int(m), int(d)))
    found = []
    for year, month, day in parts:
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue
    return found


def _could_be_a_birthday(day: date, today: date) -> bool:
    return _YOUNGEST_DAYS < (today - day).days < _OLDEST_DAYS


def _checks_out(digits: str) -> bool:
    """The check digit of an NHS number: modulus 11 over its first nine."""
    weighted = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False))
    return (11 - weighted % 11) % 11 == int(digits[9])
