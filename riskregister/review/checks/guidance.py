"""Checks of guidance: from receipt to practice, and of easements. Pure."""

from collections.abc import Iterator
from datetime import date, timedelta

from guidance.constants import Audience, Force, GuidanceKind, LocalDecision, VersionState
from guidance.facts.register import (
    AcknowledgedFact,
    CoverageFact,
    EasementFact,
    GuidanceFact,
    ShownFact,
)
from riskregister.constants import CheckSeverity
from riskregister.facts.content import Ref
from riskregister.facts.evidence import Evidence
from riskregister.review.checks.base import Check, Hit
from riskregister.review.words import counted, listed, lowered, on_day, on_moment
from safeguarding.kernel.periods import day_of

# Guidance that was told so long ago is asked about: two fortnightly returns have passed, and a month.
_TOLD_DAYS = 60
# A duty that returns within so many days is to be planned for before the next board.
_ENDS_WITHIN = timedelta(days=31)
_LAW = (GuidanceKind.STATUTORY_CHANGE, GuidanceKind.EASEMENT)


def ref_of(one: GuidanceFact) -> Ref:
    return Ref("guidance", str(one.uid), one.label)


def told_ref(one: AcknowledgedFact | CoverageFact | ShownFact) -> Ref:
    return Ref("guidance", str(one.item_uid), one.label)


def easement_ref(one: EasementFact) -> Ref:
    return Ref("easement", str(one.uid), one.title)


def is_binding(one: GuidanceFact) -> bool:
    return one.force == Force.MUST or one.kind in _LAW


def _overdue(evidence: Evidence, *, binding: bool) -> Iterator[Hit]:
    today = day_of(evidence.cut_off)
    for one in evidence.guidance:
        if one.overdue(today) and is_binding(one) is binding:
            state = lowered(str(VersionState(one.state).label))
            yield Hit(
                f"{one.label} {one.title} was to be issued by {on_day(one.due_on)}; it is {state}.",
                (ref_of(one),),
                "guidance_item",
                (str(one.uid),),
            )


def duty_not_issued(evidence: Evidence) -> Iterator[Hit]:
    return _overdue(evidence, binding=True)


def guidance_overdue(evidence: Evidence) -> Iterator[Hit]:
    return _overdue(evidence, binding=False)


def nobody_sees_to_it(evidence: Evidence) -> Iterator[Hit]:
    for one in evidence.guidance:
        if one.awaits_issue() and not one.owner:
            yield Hit(
                f"Nobody sees to {one.label} {one.title}.",
                (ref_of(one),),
                "guidance_item",
                (str(one.uid),),
            )


def no_channel(evidence: Evidence) -> Iterator[Hit]:
    for one in evidence.coverage:
        if not one.channels:
            yield Hit(
                f"{one.label} {one.title} was issued on {on_moment(one.issued_at)} and sent by no channel.",
                (told_ref(one),),
                "guidance_coverage",
            )


def audience_not_reached(evidence: Evidence) -> Iterator[Hit]:
    for one in evidence.coverage:
        if one.channels and one.audiences_not_reached:
            names = listed([str(Audience(code).label) for code in one.audiences_not_reached])
            yield Hit(
                f"{one.label} {one.title} was not sent to {lowered(names)}.",
                (told_ref(one),),
                "guidance_coverage",
            )


def not_acknowledged(evidence: Evidence) -> Iterator[Hit]:
    today = day_of(evidence.cut_off)
    for one in evidence.acknowledged:
        if one.outstanding and one.acknowledge_by < today:
            yield Hit(
                f"{one.label} {one.title} was to be acknowledged by {on_day(one.acknowledge_by)}; nothing"
                f" from {listed(one.outstanding)}.",
                (told_ref(one),),
                "guidance_outstanding",
            )


def told_not_shown(evidence: Evidence) -> Iterator[Hit]:
    """One line: how much is told and not shown says more than each piece by itself."""
    today = day_of(evidence.cut_off)
    old = [
        one
        for one in evidence.shown
        if not one.is_shown and (today - day_of(one.issued_at)).days > _TOLD_DAYS
    ]
    if old:
        asked = sum(1 for one in old if one.questions)
        yield Hit(
            f"{counted(len(old), 'piece')} of guidance, issued over {_TOLD_DAYS} days ago: told, not shown."
            f" A question of the return asks about {asked} of them.",
            tuple(told_ref(one) for one in old),
            "guidance_reach",
        )


def easement_undecided(evidence: Evidence) -> Iterator[Hit]:
    today = day_of(evidence.cut_off)
    for one in evidence.easements:
        if one.in_force(today) and one.local_decision == LocalDecision.PENDING:
            yield Hit(
                f"The easement {one.title} ({one.instrument}) is in force since {on_day(one.effective_from)};"
                " whether it is used here was not decided.",
                (easement_ref(one),),
                "easements",
            )


def easement_ends(evidence: Evidence) -> Iterator[Hit]:
    """One line a day: what ends together returns to normal together."""
    today = day_of(evidence.cut_off)
    ending: dict[date, list[EasementFact]] = {}
    for one in evidence.easements:
        if one.in_force(today) and one.effective_until and one.effective_until - today <= _ENDS_WITHIN:
            ending.setdefault(one.effective_until, []).append(one)
    for day, found in sorted(ending.items()):
        holds = "an easement no longer holds" if len(found) == 1 else f"{len(found)} easements no longer hold"
        yield Hit(
            f"From {on_day(day)} on {holds}: {listed([lowered(one.title) for one in found])}.",
            tuple(easement_ref(one) for one in found),
            "returns_to_normal",
        )


_ERROR, _WARNING, _INFO = CheckSeverity.ERROR, CheckSeverity.WARNING, CheckSeverity.INFO
CHECKS: tuple[Check, ...] = (
    Check(
        "duty_not_issued",
        _ERROR,
        "A change of the law or a duty that was not issued in time",
        duty_not_issued,
    ),
    Check("guidance_overdue", _WARNING, "Guidance that was not issued in time", guidance_overdue),
    Check("guidance_unowned", _WARNING, "Guidance that nobody sees to", nobody_sees_to_it),
    Check("guidance_no_channel", _WARNING, "Guidance issued without a channel", no_channel),
    Check(
        "guidance_not_reached", _INFO, "Guidance that did not reach all whom it is for", audience_not_reached
    ),
    Check("guidance_not_acknowledged", _WARNING, "Guidance not acknowledged in time", not_acknowledged),
    Check("guidance_told_not_shown", _INFO, "Guidance told, not shown", told_not_shown),
    Check(
        "easement_undecided", _WARNING, "An easement in force without a local decision", easement_undecided
    ),
    Check("easement_ends", _INFO, "An easement that ends before long", easement_ends),
)
