"""Concerns, escalations, challenges, decisions, threats and actions, as known at the cut-off."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from partners.constants import ConcernState, SlipReason, SourceKind
from partners.selectors.actions import actions_at
from partners.selectors.concerns import concerns_at
from partners.selectors.counts import last_slip_reasons
from riskregister.facts.content import Ref
from riskregister.facts.evidence import (
    ActionFact,
    ChallengeFact,
    ConcernFact,
    DecisionFact,
    EscalationFact,
    SignalFact,
)
from riskregister.selectors import board_work
from safeguarding.kernel.periods import day_of


def actions(at: datetime) -> tuple[ActionFact, ...]:
    reasons = last_slip_reasons(at)
    return tuple(
        ActionFact(
            uid=one.uid,
            title=one.title,
            source_kind=one.source.kind,
            source_uid=one.source.uid,
            source_label=one.source.label,
            organisation=one.organisation,
            owner=one.owner,
            priority=one.priority,
            state=one.state,
            original_due_on=one.original_due_on,
            due_on=one.due_on,
            done_on=one.done_on,
            slips=one.slips,
            slip_reason=str(SlipReason(reasons[one.uid]).label) if one.uid in reasons else "",
            # Nothing counts as done without (a constraint of the table).
            evidence=one.done_on is not None,
            ref=Ref("action", str(one.uid), one.title),
        )
        for one in actions_at(at)
    )


def open_by_risk(found: tuple[ActionFact, ...]) -> dict[str, int]:
    return dict(
        Counter(
            str(one.source_uid) for one in found if one.source_kind == SourceKind.RISK and one.state == "open"
        )
    )


def concerns(at: datetime) -> tuple[ConcernFact, ...]:
    return tuple(
        ConcernFact(
            uid=one.uid,
            kind=one.kind,
            title=one.title,
            theme=one.theme,
            breadth=one.breadth,
            severity=one.severity,
            state=one.state,
            organisation=one.organisation,
            raised_at=one.raised_at,
            escalated_at=one.escalated_at,
            answer_due_at=one.answer_due_at,
            answered_at=one.answered_at,
            closed_at=one.closed_at,
            ref=Ref("concern", str(one.uid), one.title),
        )
        for one in concerns_at(at)
    )


def escalations(found_concerns: Iterable[ConcernFact], at: datetime) -> tuple[EscalationFact, ...]:
    """What is or was before the board: risks, threats and checks, and partners' concerns; oldest first. A
    concern whose answer did not hold is the coordinator's again, and no longer before the board."""
    of_partners = [
        EscalationFact(
            uid=one.uid,
            source="concern",
            title=one.title,
            state="answered" if one.answered_at else "open",
            raised_at=one.escalated_at,
            answer_due_on=day_of(one.answer_due_at) if one.answer_due_at else None,
            answered_at=one.answered_at,
            organisation=one.organisation,
            ref=one.ref,
        )
        for one in found_concerns
        if one.escalated_at and (one.answered_at or one.state == ConcernState.ESCALATED)
    ]
    return tuple(
        sorted((*board_work.escalations_at(at), *of_partners), key=lambda one: (one.raised_at, str(one.uid)))
    )


def challenges(at: datetime) -> tuple[ChallengeFact, ...]:
    return board_work.challenges_at(at)


def decisions(at: datetime) -> tuple[DecisionFact, ...]:
    return board_work.decisions_at(at)


def signals(at: datetime) -> tuple[SignalFact, ...]:
    return board_work.signals_at(at)
