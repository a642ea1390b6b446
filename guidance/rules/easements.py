"""What may be recorded of an easement, and how it stands on a day. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from enum import Enum
from typing import Any

from guidance.constants import LocalDecision, RuleKey, RuleTerms, TouchedDuty
from guidance.facts.easements import EasementEntry, Returning
from guidance.facts.register import EasementFact
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.texts import check_text, in_words

TITLE_LENGTH = 200
INSTRUMENT_LENGTH = 200
TEXT_LENGTH = 2000
SOURCE_LENGTH = 400
REASON_LENGTH = 1000
_MISSING = {
    "title": "Enter what the easement is called here",
    "instrument": "Enter the regulations, notice or Act that it is in",
    "what_changes": "Enter what may be done while it holds",
    "normally": "Enter what is done when it does not hold",
    "source": "Enter where this can be read",
}
_LENGTHS = {
    "title": TITLE_LENGTH,
    "instrument": INSTRUMENT_LENGTH,
    "provision": INSTRUMENT_LENGTH,
    "what_changes": TEXT_LENGTH,
    "normally": TEXT_LENGTH,
    "source": SOURCE_LENGTH,
}


class Phase(Enum):
    """How an easement stands on a day."""

    COMING = "coming"
    IN_FORCE = "in_force"
    ENDED = "ended"


def checked(entry: EasementEntry) -> EasementEntry:
    """The entry in one spelling. Raises the first fault, beside its field."""
    texts: dict[str, Any] = {
        name: check_text(getattr(entry, name), field=name, length=length, missing=_MISSING.get(name, ""))
        for name, length in _LENGTHS.items()
    }
    if entry.duty not in TouchedDuty.values:
        raise Refusal("unknown_duty", "Select the duty that it eases", "duty")
    check_end(entry.effective_from, entry.effective_until)
    if entry.rule and entry.rule not in RuleKey.values:
        raise Refusal("unknown_rule", "Select a rule from the list", "rule")
    if entry.rule and entry.terms not in RuleTerms.values:
        raise Refusal("terms_missing", "Select how the rule changes", "terms")
    return replace(entry, **texts, terms=entry.terms if entry.rule else "")


def check_end(since: date, until: date | None) -> None:
    """`until`: the first day on which it no longer holds. Raises Refusal('ends_before_start')."""
    if until is not None and until <= since:
        words = f"It must hold for a day at least: enter a day after {in_words(since)}"
        raise Refusal("ends_before_start", words, "effective_until")


def check_alone(
    since: date, until: date | None, others: Iterable[tuple[str, date, date | None]], *, field: str
) -> None:
    """One easement at a time changes a rule. `others` of the same rule: name, first day, first day after.
    Raises Refusal('rule_taken')."""
    for name, first, after in others:
        if (after is None or since < after) and (until is None or first < until):
            held = f"from {in_words(first)}" + (f" until {in_words(after)}" if after else "")
            words = f"“{name}” changes the same rule {held}. The two must not hold on the same day"
            raise Refusal("rule_taken", words, field)


def check_decision(decision: str, words: str) -> str:
    """The words in one spelling. Raises Refusal('decision_missing' | 'text_missing' | …)."""
    if decision not in LocalDecision.values or decision == LocalDecision.PENDING:
        raise Refusal("decision_missing", "Select whether it is used here", "decision")
    missing = "Enter why, and within which limits" if decision == LocalDecision.LIMITED else "Enter why"
    return check_text(words, field="words", length=TEXT_LENGTH, missing=missing)


def reason(words: str) -> str:
    return check_text(words, field="reason", length=REASON_LENGTH, missing="Enter why its end changes")


def phase(easement: EasementFact, day: date) -> Phase:
    if day < easement.effective_from:
        return Phase.COMING
    return Phase.IN_FORCE if easement.in_force(day) else Phase.ENDED


def days_left(easement: EasementFact, day: date) -> int | None:
    """How many more days it holds, `day` itself included; 0: it holds no longer; None: no end is set."""
    if easement.effective_until is None:
        return None
    return max(0, (easement.effective_until - day).days)


def returning(easements: Iterable[EasementFact], on: date) -> Returning:
    """What the law asks again from `on`, and what is still eased then."""
    known = list(easements)
    returns = [one for one in known if one.effective_until == on]
    begins = [one for one in known if one.effective_from == on]
    followed = {one.uid: after for one in returns for after in begins if one.rule and after.rule == one.rule}
    beside = {
        one.uid: tuple(after for after in begins if after.duty == one.duty)
        for one in returns
        if one.uid not in followed
    }
    ended = [one for one in known if one.effective_until and one.effective_until < on]
    holds = [one for one in known if one.in_force(on)]
    return Returning(
        on,
        tuple(returns),
        followed,
        beside,
        tuple(sorted(ended, key=lambda one: one.effective_until or on, reverse=True)),
        tuple(sorted(holds, key=lambda one: (one.effective_until or date.max, one.title))),
    )


def next_ends(easements: Iterable[EasementFact], today: date) -> list[date]:
    """The days, from `today` on, on which something returns to normal."""
    return sorted(
        {one.effective_until for one in easements if one.effective_until and one.effective_until >= today}
    )


def rests_on_nothing(easement: EasementFact, today: date, *, days: int) -> bool:
    """It ended within the last `days`, and the service had decided to use it: what rests on it is due."""
    ended = easement.effective_until
    used = easement.local_decision in (LocalDecision.USED, LocalDecision.LIMITED)
    return bool(used and ended and ended <= today < ended + timedelta(days=days))
