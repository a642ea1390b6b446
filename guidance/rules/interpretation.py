"""The way of a version from receipt to practice: which acts there are, by when it is to be issued, who owns
it, and that nobody approves what they wrote. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from difflib import SequenceMatcher
from enum import Enum
from statistics import quantiles
from typing import TypeVar

from guidance.constants import (
    DUE_WORKING_DAYS,
    URGENT_KINDS,
    URGENT_WORKING_DAYS,
    Force,
    VersionState,
)
from guidance.facts.interpretation import Reading, Spread
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.texts import check_text
from safeguarding.kernel.working_days import is_working_day, working_days_after

MEANING_LENGTH = 4000
TO_DO_LENGTH = 4000
NOTE_LENGTH = 1000
REASON_LENGTH = 1000
# GOV.UK: "Sentences of more than 25 words are hard to read".
LONG_SENTENCE_WORDS = 25
_SHOWN_OF_A_SENTENCE = 8
# As much of two texts in the same words and order, and the later one is the earlier one's.
_MOSTLY_THE_SAME = 0.8

_Owner = TypeVar("_Owner")
_S = VersionState


class Act(Enum):
    """What somebody does with a version."""

    ASSESS = "assess"
    SET_ASIDE = "set_aside"
    TAKE_UP = "take_up"
    SUBMIT = "submit"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    TAKE_BACK = "take_back"
    ISSUE = "issue"
    CLOSE = "close"


# From where each act may be done, and where it leads.
MOVES: dict[Act, tuple[frozenset[str], VersionState]] = {
    Act.ASSESS: (frozenset({_S.RECEIVED}), _S.ASSESSED),
    # Also what turns out not to matter while it is interpreted.
    Act.SET_ASIDE: (frozenset({_S.RECEIVED, _S.ASSESSED}), _S.SET_ASIDE),
    Act.TAKE_UP: (frozenset({_S.SET_ASIDE}), _S.ASSESSED),
    Act.SUBMIT: (frozenset({_S.ASSESSED}), _S.INTERPRETED),
    Act.SEND_BACK: (frozenset({_S.INTERPRETED}), _S.ASSESSED),
    Act.APPROVE: (frozenset({_S.INTERPRETED}), _S.APPROVED),
    Act.TAKE_BACK: (frozenset({_S.APPROVED}), _S.ASSESSED),
    Act.ISSUE: (frozenset({_S.APPROVED}), _S.ISSUED),
    Act.CLOSE: (frozenset({_S.ISSUED}), _S.EMBEDDED),
}
_NOW_IT_IS = {
    _S.RECEIVED: "was received and nobody has said yet whether it matters here",
    _S.SET_ASIDE: "was set aside. Take it up again first",
    _S.ASSESSED: "is being interpreted and is not approved",
    _S.INTERPRETED: "waits for approval",
    _S.APPROVED: "is approved and waits to be issued",
    _S.ISSUED: "is issued. What was issued is not changed: record a later version",
    _S.EMBEDDED: "is closed. What was issued is not changed: record a later version",
}


def after(act: Act, state: str) -> VersionState:
    """The state that `act` leads to. Raises Refusal('move_not_allowed') with what the version is now;
    of an issue, Refusal('not_approved') where no other person has approved it."""
    sources, to = MOVES[act]
    if state in sources:
        return to
    now = f"This version {_NOW_IT_IS[VersionState(state)]}."
    if act is Act.ISSUE and state in (_S.RECEIVED, _S.ASSESSED, _S.INTERPRETED):
        raise Refusal("not_approved", f"{now} It is issued once another person has approved it.")
    raise Refusal("move_not_allowed", now)


def check_writable(state: str) -> None:
    """Raises Refusal('not_in_draft') where the interpretation is not being written now."""
    if state != VersionState.ASSESSED:
        raise Refusal("not_in_draft", f"This version {_NOW_IT_IS[VersionState(state)]}.")


def check_newest(number: int, issued: Iterable[int]) -> None:
    """Raises Refusal('later_issued') where a later version of the same guidance is issued already."""
    if any(other > number for other in issued):
        raise Refusal(
            "later_issued",
            "A later version of this guidance is issued already. Take this one back and set it aside.",
        )


def check_four_eyes(person: int, writers: Iterable[int]) -> None:
    """Raises Refusal('four_eyes') for who wrote in an interpretation or put it forward."""
    if person in set(writers):
        raise Refusal(
            "four_eyes", "You wrote this interpretation or put it forward. Somebody else has to approve it."
        )


def is_reworked(before: str, now: str) -> bool:
    """Whether a text is an earlier one with a word here and there changed: whoever wrote the earlier one
    wrote most of it. Signs and capitals do not count."""
    words, others = (_WORD.findall(text.casefold()) for text in (before, now))
    return bool(words) and SequenceMatcher(None, words, others, autojunk=False).ratio() >= _MOSTLY_THE_SAME


def due_on(*, kind: str, force: str, received_on: date, effective_from: date) -> date:
    """By when a version is to be issued: some working days after its receipt, fewer where the law changes;
    where it takes effect sooner, on the last working day until then, but never before its receipt."""
    days = URGENT_WORKING_DAYS if kind in URGENT_KINDS else DUE_WORKING_DAYS[Force(force)]
    due = working_days_after(received_on, days)
    if not received_on < effective_from < due:
        return due
    due = effective_from
    while due > received_on and not is_working_day(due):
        due -= timedelta(days=1)
    return due


def owner_of(topics: Sequence[str], owners: Mapping[str, _Owner], recorder: _Owner | None) -> _Owner | None:
    """Who sees to guidance: the owner of its first topic that has one, else who recorded it."""
    return next((owners[topic] for topic in topics if topic in owners), recorder)


def meaning(text: str) -> str:
    return check_text(text, field="meaning", length=MEANING_LENGTH)


def to_do(text: str) -> str:
    return check_text(text, field="to_do", length=TO_DO_LENGTH)


def note(text: str, position: int) -> str:
    return check_text(text, field=f"note_{position}", length=NOTE_LENGTH)


def reason(text: str, missing: str, field: str = "reason") -> str:
    """Raises Refusal('text_missing') with the words of `missing`."""
    return check_text(text, field=field, length=REASON_LENGTH, missing=missing)


def check_force(force: str, position: int) -> str:
    if force and force not in Force.values:
        raise Refusal("unknown_force", "Select must, should or may", f"force_{position}")
    return force


def check_valid_until(day: date | None, *, today: date) -> None:
    if day is not None and day <= today:
        raise Refusal("valid_until_past", "The day must be in the future", "valid_until")


def check_still_valid(day: date | None, *, today: date) -> None:
    """What is issued has not passed the day from which it is to be looked at again. Raises
    Refusal('no_longer_valid')."""
    if day is not None and day <= today:
        raise Refusal(
            "no_longer_valid",
            "What it means here was to be looked at again by now. Take the approval back, and write it anew.",
        )


def check_said(meaning: str, to_do: str) -> None:
    """What is put forward says both. Raises Refusal('text_missing')."""
    if not meaning:
        raise Refusal("text_missing", "Enter what it means here", "meaning")
    if not to_do:
        raise Refusal("text_missing", "Enter what people have to do now", "to_do")


_SENTENCE_ENDS = re.compile(r"(?<=[.!?:;])[”’\"')\]]*\s+|\n+")
_WORD = re.compile(r"[^\W_][\w’'/-]*")


def reading(*texts: str) -> Reading:
    """How the texts read together: a line break, a full stop, a colon and a semicolon each end a sentence."""
    counts: list[tuple[int, str]] = []
    for text in texts:
        for sentence in _SENTENCE_ENDS.split(text):
            if words := _WORD.findall(sentence):
                counts.append((len(words), sentence.strip()))
    long = (_first_words(sentence) for count, sentence in counts if count > LONG_SENTENCE_WORDS)
    return Reading(words=sum(count for count, _ in counts), sentences=len(counts), long=tuple(long))


def _first_words(sentence: str) -> str:
    return " ".join(sentence.split()[:_SHOWN_OF_A_SENTENCE]) + " …"


def spread(days: Sequence[int]) -> Spread | None:
    """None of no numbers."""
    if not days:
        return None
    if len(days) == 1:
        return Spread(1, days[0], days[0], days[0], days[0])
    lower, middle, upper = quantiles(days, n=4, method="inclusive")
    return Spread(len(days), middle, lower, upper, max(days))
