"""Checks of visits, management oversight, meetings, panels and training."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from riskregister.constants import CheckSeverity
from riskregister.facts.evidence import Evidence, VisitRateFact
from riskregister.review.checks.base import Check, Hit, refs
from riskregister.review.comparators import before_the_pandemic, of_month
from riskregister.review.words import PLAN_TYPE_WORDS, counted, on_day
from visits.facts import Concern

_HUNDRED = Decimal(100)
# Each of three rates is rounded by itself.
ROUNDING = Decimal("0.1")


def _named(fact: VisitRateFact) -> str:
    return f"{PLAN_TYPE_WORDS.get(fact.plan_type, fact.plan_type)}, {fact.month.name}"


def claim_not_borne_out(evidence: Evidence) -> Iterator[Hit]:
    """“At least the same rate as our visiting prior to the pandemic”, against each March before it."""
    for now in of_month(evidence):
        for before in before_the_pandemic(evidence, now.plan_type):
            if now.total_rate is None or before.total_rate is None or now.total_rate >= before.total_rate:
                continue
            yield Hit(
                f"{_named(now)}: {now.total_rate}% were seen in time, face to face or by an alternative,"
                f" below the {before.total_rate}% of {before.month.name}. “At least the same rate as before"
                " the pandemic” is not borne out.",
                refs(now.ref, before.ref),
                "visiting",
            )


def above_hundred(evidence: Evidence) -> Iterator[Hit]:
    for fact in evidence.visit_rates:
        rates = (fact.face_to_face_rate, fact.alternative_rate, fact.total_rate)
        if any(rate is not None and rate > _HUNDRED for rate in rates):
            yield Hit(f"A visit rate above 100%: {_named(fact)}.", refs(fact.ref), "visiting")


def parts_do_not_add_up(evidence: Evidence) -> Iterator[Hit]:
    for fact in evidence.visit_rates:
        if fact.face_to_face_rate is None or fact.alternative_rate is None or fact.total_rate is None:
            continue
        if abs(fact.face_to_face_rate + fact.alternative_rate - fact.total_rate) > ROUNDING:
            yield Hit(
                f"Face to face and alternative do not add up to the total: {_named(fact)}.",
                refs(fact.ref),
                "visiting",
            )


def _oversight(words: dict[Concern, str]) -> Callable[[Evidence], Iterator[Hit]]:
    def run(evidence: Evidence) -> Iterator[Hit]:
        for one in evidence.oversight:
            if one.code in words and one.count != 0:
                # What is hidden may also be a greater number that would give a small one away.
                count = "number not shown" if one.count is None else f"{one.count:,}"
                yield Hit(f"{words[Concern(one.code)]}: {count}.", refs(one.ref), "oversight")

    return run


def meetings_missed(evidence: Evidence) -> Iterator[Hit]:
    for one in evidence.meetings:
        if one.held < one.planned:
            yield Hit(
                f"{one.name}: {one.held} of {counted(one.planned, 'planned meeting')} were held.",
                refs(one.ref),
                "meetings",
            )


def panel_paused(evidence: Evidence) -> Iterator[Hit]:
    for one in evidence.meetings:
        if one.kind == "panel" and one.paused_since and not one.resumed_on:
            yield Hit(f"{one.name} is paused since {on_day(one.paused_since)}.", refs(one.ref), "meetings")


def panel_audit_overdue(evidence: Evidence) -> Iterator[Hit]:
    for one in evidence.meetings:
        if one.audit_overdue and one.audit_due_on:
            yield Hit(
                f"The audit of {one.name} was due on {on_day(one.audit_due_on)}.", refs(one.ref), "meetings"
            )


_ERROR, _WARNING, _INFO = CheckSeverity.ERROR, CheckSeverity.WARNING, CheckSeverity.INFO

CHECKS: tuple[Check, ...] = (
    Check("visit_claim", _WARNING, "Visiting below the rate before the pandemic", claim_not_borne_out),
    Check("rate_above_100", _ERROR, "A rate above 100%", above_hundred),
    Check("rates_do_not_add_up", _ERROR, "Rates that do not add up", parts_do_not_add_up),
    Check(
        "alternative_without_decision",
        _WARNING,
        "Alternatives without a management decision",
        _oversight(
            {
                Concern.ALTERNATIVE_WITHOUT_DECISION: (
                    "Alternatives to a visit without a live management decision"
                )
            }
        ),
    ),
    Check(
        "third_alternative",
        _WARNING,
        "A third alternative in a row without a fresh decision",
        _oversight({Concern.CHAIN: "Third alternatives in a row without a fresh decision"}),
    ),
    Check(
        "decision_lapsed",
        _WARNING,
        "Management decisions past their review",
        _oversight(
            {
                Concern.DECISION_LAPSED: "Management decisions past their review date",
                Concern.DECISION_PAST_REVIEW: (
                    "Management decisions past their review date, with a renewal that is not decided"
                ),
            }
        ),
    ),
    Check(
        "flag_past_review",
        _WARNING,
        "Hazard flags past their review",
        _oversight({Concern.FLAG_PAST_REVIEW: "Hazard flags past their review date"}),
    ),
    Check(
        "most_vulnerable_not_seen",
        _ERROR,
        "Children most vulnerable, not seen face to face",
        _oversight(
            {
                Concern.MOST_VULNERABLE_NOT_SEEN: (
                    "Children flagged as most vulnerable and not seen face to face"
                )
            }
        ),
    ),
    Check("meeting_not_held", _WARNING, "A planned meeting that was not held", meetings_missed),
    Check("panel_paused", _WARNING, "A panel that is paused", panel_paused),
    Check("panel_audit_overdue", _WARNING, "An audit of a panel that is overdue", panel_audit_overdue),
)
