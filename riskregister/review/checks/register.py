"""Checks of the risk register."""

from collections.abc import Iterator
from datetime import timedelta

from riskregister.constants import Assurance, Band, CheckSeverity, ControlState, Response, RiskState, Rollup
from riskregister.constants import SystemFunction as Function
from riskregister.facts.evidence import Evidence, RiskFact
from riskregister.review.checks.base import Check, Hit, refs
from riskregister.review.words import counted, on_day
from riskregister.rules.ratings import roll_up
from safeguarding.kernel.periods import day_of

PROOF_OLD_AFTER = timedelta(days=180)
ACCEPTANCE_ENDS_SOON = timedelta(days=31)
_GRAVE = (Band.RED, Band.AMBER)


def _open(evidence: Evidence) -> Iterator[RiskFact]:
    return (risk for risk in evidence.risks if risk.state == RiskState.OPEN)


def _hit(risk: RiskFact, words: str) -> Hit:
    return Hit(f"{risk.label} {risk.title}: {words}", refs(risk.ref), "risk", (str(risk.uid),))


def unrated(evidence: Evidence) -> Iterator[Hit]:
    for risk in _open(evidence):
        if risk.current is None:
            yield _hit(risk, "open, and without a current rating.")


def current_above_inherent(evidence: Evidence) -> Iterator[Hit]:
    for risk in _open(evidence):
        inherent = risk.ratings.get("inherent")
        if inherent and risk.current and risk.current.score > inherent.score:
            yield _hit(
                risk,
                f"rated {risk.current.score} with its controls, and {inherent.score} without them.",
            )


def target_above_current(evidence: Evidence) -> Iterator[Hit]:
    for risk in _open(evidence):
        target = risk.ratings.get("target")
        if target and risk.current and target.score > risk.current.score:
            yield _hit(
                risk, f"the target is {target.score}, above the current rating of {risk.current.score}."
            )


def tolerated_without_acceptance(evidence: Evidence) -> Iterator[Hit]:
    today = day_of(evidence.cut_off)
    for risk in _open(evidence):
        live = risk.acceptance and risk.acceptance.approved and risk.acceptance.expires_on >= today
        if risk.response == Response.TOLERATE and not live:
            gap = risk.acceptance_gap_days
            since = f" The last acceptance lapsed {counted(gap, 'day')} ago." if gap else ""
            yield _hit(risk, f"tolerated, and nobody has accepted it.{since}")


def acceptance_ends_soon(evidence: Evidence) -> Iterator[Hit]:
    today = day_of(evidence.cut_off)
    for risk in _open(evidence):
        held = risk.acceptance
        if held and held.approved and today <= held.expires_on <= today + ACCEPTANCE_ENDS_SOON:
            yield _hit(risk, f"its acceptance lapses after {on_day(held.expires_on)}.")


def red_without_action(evidence: Evidence) -> Iterator[Hit]:
    for risk in _open(evidence):
        if risk.current and risk.current.band == Band.RED and not risk.open_actions:
            yield _hit(risk, "rated red, and no action is open.")


def review_overdue(evidence: Evidence) -> Iterator[Hit]:
    today = day_of(evidence.cut_off)
    for risk in _open(evidence):
        if risk.review_due_on and risk.review_due_on < today:
            yield _hit(risk, f"was to be looked at again by {on_day(risk.review_due_on)}.")


def outside_appetite(evidence: Evidence) -> Iterator[Hit]:
    before_the_board = {one.risk_uid for one in evidence.escalations if one.state in ("open", "answered")}
    for risk in _open(evidence):
        over = risk.current and risk.appetite is not None and risk.current.score > risk.appetite
        if over and risk.current and risk.uid not in before_the_board:
            yield _hit(
                risk,
                f"rated {risk.current.score}, above the {risk.appetite} that the board bears, and not"
                " before the board.",
            )


def low_confidence(evidence: Evidence) -> Iterator[Hit]:
    for risk in _open(evidence):
        if risk.current and risk.current.band == Band.RED and risk.current.confidence == "low":
            yield _hit(risk, "rated red with low confidence: it asks for assurance before action.")


def controls_not_assured(evidence: Evidence) -> Iterator[Hit]:
    for risk in _open(evidence):
        working = [one for one in risk.controls if one.state == ControlState.IN_PLACE]
        shown = any(one.assurance in (Assurance.SHOWN, Assurance.TESTED) for one in working)
        if risk.current and risk.current.band in _GRAVE and not shown:
            count = counted(len(working), "control") if working else "no control"
            yield _hit(risk, f"rated {risk.current.band}, with {count} in place and none shown to work.")


def proof_old(evidence: Evidence) -> Iterator[Hit]:
    today = day_of(evidence.cut_off)
    for risk in _open(evidence):
        for control in risk.controls:
            old = control.proof_on and control.proof_on < today - PROOF_OLD_AFTER
            if control.state == ControlState.IN_PLACE and old and control.proof_on:
                yield _hit(risk, f"a control was last seen to work on {on_day(control.proof_on)}.")


def without_owner(evidence: Evidence) -> Iterator[Hit]:
    for risk in _open(evidence):
        if not risk.owner:
            yield _hit(risk, "nobody answers for it.")


def below_its_partners(evidence: Evidence) -> Iterator[Hit]:
    by_uid = {risk.uid: risk for risk in evidence.risks}
    for risk in _open(evidence):
        scores = [
            part.current.score
            for uid in risk.contributions
            if (part := by_uid.get(uid)) and part.state == RiskState.OPEN and part.current
        ]
        if not scores or not risk.current:
            continue
        rolled = roll_up(Rollup(risk.rollup), scores)
        if rolled > risk.current.score:
            yield _hit(
                risk,
                f"agreed at {risk.current.score}, and {rolled} by the roll-up of"
                f" {counted(len(scores), 'partner’s rating', 'partners’ ratings')}.",
            )


def function_without_risk(evidence: Evidence) -> Iterator[Hit]:
    touched = {code for risk in _open(evidence) for code in risk.functions}
    for function in Function:
        if function.value not in touched:
            yield Hit(
                f"No open risk touches function {function.value}: {function.label[0].lower()}"
                f"{function.label[1:]}.",
                fix_url="risks",
            )


def recorded_late(evidence: Evidence) -> Iterator[Hit]:
    by_uid = {risk.uid: risk for risk in evidence.risks}
    for uid in evidence.late_changes:
        if risk := by_uid.get(uid):
            yield _hit(
                risk, "a change of its rating is dated before the last review, and was recorded after it."
            )


_ERROR, _WARNING, _INFO = CheckSeverity.ERROR, CheckSeverity.WARNING, CheckSeverity.INFO

CHECKS: tuple[Check, ...] = (
    Check("risk_unrated", _ERROR, "An open risk without a current rating", unrated),
    Check(
        "current_above_inherent", _ERROR, "A current rating above the inherent one", current_above_inherent
    ),
    Check("target_above_current", _ERROR, "A target above the current rating", target_above_current),
    Check(
        "tolerated_without_acceptance",
        _ERROR,
        "A tolerated risk without a live acceptance",
        tolerated_without_acceptance,
    ),
    Check("acceptance_ends_soon", _INFO, "An acceptance that lapses within a month", acceptance_ends_soon),
    Check("red_without_action", _ERROR, "A red risk without an open action", red_without_action),
    Check("risk_review_overdue", _WARNING, "A risk past its review date", review_overdue),
    Check("outside_appetite", _WARNING, "A risk outside appetite, not before the board", outside_appetite),
    Check("red_with_low_confidence", _INFO, "A red rating with low confidence", low_confidence),
    Check(
        "controls_not_assured", _WARNING, "A grave risk without a control shown to work", controls_not_assured
    ),
    Check("control_proof_old", _INFO, "A control whose proof is older than half a year", proof_old),
    Check("risk_without_owner", _WARNING, "A risk without an owner", without_owner),
    Check(
        "rating_below_partners", _WARNING, "A rating below the roll-up of its partners", below_its_partners
    ),
    Check(
        "function_without_risk", _INFO, "A function of Working Together without a risk", function_without_risk
    ),
    Check("rating_recorded_late", _INFO, "A rating dated before a sealed cut-off", recorded_late),
)
