"""Small words that sections, checks and findings share. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from safeguarding.kernel.periods import Month, day_of

PLAN_TYPE_WORDS = {"CP": "child protection plans", "CIN": "children in need", "CIC": "children in care"}


def counted(number: int, one: str, many: str = "") -> str:
    """'1 partner', '3 partners'."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(names: Sequence[str]) -> str:
    """'A', 'A and B', 'A, B and C'; what may stand twice stands once, in order."""
    once = list(dict.fromkeys(names))
    return once[0] if len(once) == 1 else f"{', '.join(once[:-1])} and {once[-1]}" if once else "none"


def on_day(day: date) -> str:
    """'7 August 2020', whatever the server's locale."""
    return f"{day.day} {Month.of(day).name}"


def on_moment(moment: datetime) -> str:
    return on_day(day_of(moment))


def days_between(earlier: datetime | date, later: datetime | date) -> int:
    first = day_of(earlier) if isinstance(earlier, datetime) else earlier
    last = day_of(later) if isinstance(later, datetime) else later
    return (last - first) // timedelta(days=1)


def sentences(*texts: str) -> str:
    """Texts one behind the other, each closed by a mark; empty ones left out."""
    closed = [text if text.endswith((".", "!", "?", "…")) else f"{text}." for text in texts if text]
    return " ".join(closed)


def lowered(text: str) -> str:
    """A title within a sentence: its first letter small, unless an abbreviation begins it."""
    abbreviation = text[:2].isupper() and not text[1:2].isspace()
    return text if abbreviation else text[:1].lower() + text[1:]
