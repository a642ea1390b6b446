"""Which concern comes first, and when there is one. Pure: days and codes in, answers out.

Order: harm times delay, as a five-by-five risk matrix. Harm is what the concern may stand for, from 5
(a child at risk is not seen) to 1; delay is a band of days, so that a paper fault that nobody tidied for
months does not come before a child who has just not been seen, while every fault rises as it waits.
Of equals the greater harm comes first, then the older.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

HARM: Mapping[str, int] = {
    "most_vulnerable_not_seen": 5,
    "cp_not_seen_without_decision": 5,
    "due_without_owner": 4,
    "do_not_go_overridden": 4,
    "decision_lapsed": 4,
    "chain_of_three_without_fresh_decision": 4,
    "assessment_to_countersign": 4,
    "decision_past_review": 3,
    "alternative_without_decision": 3,
    "isolation_expired_still_alternative": 3,
    "emergency_access_unseen": 3,
    "decision_to_take": 3,
    "second_approval": 3,
    "visit_without_assessment": 2,
    "flag_past_review": 2,
    "flag_without_agreement": 2,
    "decision_lapsing": 2,
}
# Days from which each band of delay begins, the longest first: more than four weeks is 5.
_BANDS = ((29, 5), (15, 4), (8, 3), (3, 2))


def delay(age: int) -> int:
    """1 (up to 2 days, or ahead of us) to 5 (more than four weeks)."""
    return next((band for days, band in _BANDS if age >= days), 1)


def urgency(code: str, age: int) -> int:
    """Harm times delay: 1 to 25."""
    return HARM[code] * delay(age)


def order(code: str, age: int) -> tuple[int, int, int]:
    """Sorts ascending: what is most urgent first; of equals the greater harm, then the older."""
    return (-urgency(code, age), -HARM[code], -age)


def severity_words(harm: int) -> str:
    return "High" if harm >= 4 else "Medium" if harm == 3 else "Low"


# --- When there is a concern ----------------------------------------------------------------


def ended_decision(*, review_on: date, today: date, seen_since_start: bool, renewal_waits: bool) -> str:
    """The code of an authorised decision of an open plan that no other has followed; empty: nothing is wrong.

    Nothing is once the child was seen face to face: the ordinary interval runs again. While a renewal
    waits for a manager the decision is past its review, otherwise it lapsed.
    """
    if review_on >= today or seen_since_start:
        return ""
    return "decision_past_review" if renewal_waits else "decision_lapsed"


def chain_without_decision(
    alternatives: Iterable[date], decided_on: Collection[date], limit: int
) -> date | None:
    """The day on which a row of alternatives reached `limit` without a decision afterwards; None: not.

    `alternatives`: days of the row since the child was last seen face to face; `decided_on`: days on which
    decisions about the child came to stand. A decision starts the count anew with the alternatives
    after its day.
    """
    fresh = max(decided_on, default=date.min)
    since = sorted(day for day in alternatives if day > fresh)
    return since[limit - 1] if len(since) >= limit else None


def isolation_over(
    ends_on: date, alternatives: Iterable[date], decided_on: Collection[date], *, today: date
) -> date | None:
    """The first alternative made after isolation had ended and nobody decided anew; None: there is none.

    `alternatives`: days of those since the child was last seen face to face.
    """
    if ends_on > today or any(day >= ends_on for day in decided_on):
        return None
    return min((day for day in alternatives if day >= ends_on), default=None)
