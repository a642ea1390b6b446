"""Told is not shown: which answers show that guidance is practice. Pure."""

from collections.abc import Collection, Iterable
from datetime import datetime

from guidance.facts.links import PracticeRow
from partners.constants import Reading
from partners.facts.answers import SaidAnswer
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.texts import check_text

LOOK_LENGTH = 1000


def rows(
    partners: Iterable[str], questions: Collection[str], said: Iterable[SaidAnswer], since: datetime
) -> list[PracticeRow]:
    """What each partner said to the linked questions after the guidance was issued (`since`): a row an
    answer, and one without where there is none."""
    by_partner: dict[str, list[SaidAnswer]] = {}
    for one in said:
        if one.code in questions and one.submitted_at > since:
            by_partner.setdefault(one.organisation, []).append(one)
    return [
        row
        for name in partners
        for row in [_row(one) for one in by_partner.get(name, ())] or [PracticeRow(name, "", 0, "", "")]
    ]


def shown(found: Iterable[PracticeRow]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The partners who showed it, and those who did not. A partner shows it by an answer that reads
    "assured", where no other answer of theirs reads worse; an answer that says nothing of assurance shows
    nothing."""
    readings: dict[str, set[str]] = {}
    for row in found:
        readings.setdefault(row.organisation, set()).add(row.reading)
    good = {name for name, read in readings.items() if read - {""} == {Reading.ASSURED}}
    return tuple(name for name in readings if name in good), tuple(n for n in readings if n not in good)


def check_shown(questions: Collection[str], found: Collection[PracticeRow]) -> list[dict[str, str | int]]:
    """What showed it, as it is kept with the version. Raises Refusal('not_shown'), naming who has not."""
    if not questions:
        words = "Told, not shown: link a question of the assurance return that asks about it first."
        raise Refusal("not_shown", words)
    good, missing = shown(found)
    if missing:
        raise Refusal("not_shown", f"Told, not shown: no answer shows it yet for {_listed(missing)}.")
    if not good:
        raise Refusal("not_shown", "Told, not shown: no partner that sends returns is asked about it.")
    return [
        {"organisation": row.organisation, "question": row.question, "cycle": row.cycle, "said": row.said}
        for row in found
        if row.reading == Reading.ASSURED
    ]


def look_words(words: str) -> str:
    missing = "Enter what you found: what was changed, or why nothing has to be"
    return check_text(words, field="words", length=LOOK_LENGTH, missing=missing)


def _row(one: SaidAnswer) -> PracticeRow:
    return PracticeRow(
        one.organisation, one.code, one.cycle_number, one.shown, one.reading, return_uid=one.return_uid
    )


def _listed(names: Collection[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
