"""What changed since the last board: the first page. Pure."""

from collections.abc import Iterator

from guidance.constants import ChangeSize, GuidanceKind, VersionState
from guidance.facts.register import GuidanceFact
from riskregister.constants import ReviewSection
from riskregister.facts.content import CheckResult, Finding, Ref, Row, SectionContent, Text
from riskregister.facts.evidence import Evidence, RiskFact
from riskregister.review.checks.guidance import is_binding, ref_of
from riskregister.review.sections import parts
from riskregister.review.sections.parts import Marks, row, table
from riskregister.review.sources import Sources
from riskregister.review.words import counted, on_day, on_moment, sentences
from riskregister.rules.ratings import Direction, direction
from safeguarding.kernel.periods import day_of


def build(
    evidence: Evidence, checks: tuple[CheckResult, ...], found: tuple[Finding, ...], sources: Sources
) -> SectionContent:
    marks = Marks(sources, evidence)
    since = (
        f"Since the review of {evidence.previous_month.name}."
        if evidence.previous_month
        else "There is no published review before this one, so every open risk counts as new."
    )
    today = day_of(evidence.cut_off)
    overdue = [one for one in evidence.decisions if one.look_again_on < today and not one.changed]
    missing = [
        (partner, one)
        for partner in evidence.partners
        for one in partner.returns
        if one.submitted_at is None or one.days_late
    ]
    return parts.section(
        ReviewSection.CHANGED,
        (
            Text(since),
            table(
                "Risks that moved, came or went",
                ("Risk", "Was #", "Is #", "Change", "Why", "Who answers for it"),
                _moves(evidence),
                source=marks.of(parts.REGISTER),
                empty="No risk has moved, come or gone since the last board.",
            ),
            table(
                "Returns late or not received",
                ("Partner", "Cycle #", "Due", "What happened"),
                (
                    row(
                        partner.name,
                        one.cycle_number,
                        on_moment(one.due_at),
                        f"{counted(one.days_late, 'day')} late" if one.submitted_at else "Nothing received",
                        refs=(one.ref,),
                    )
                    for partner, one in missing
                ),
                source=marks.of(parts.RETURNS),
                empty="Every return came in time.",
            ),
            table(
                "New concerns and successes",
                ("What", "Partner", "Raised", "How far it reaches"),
                _new_concerns(evidence),
                source=marks.of(parts.CONCERNS),
                empty="Nothing new.",
            ),
            table(
                "New guidance that binds",
                ("Guidance", "Issuer", "What it is", "In force from", "State"),
                _new_guidance(evidence),
                source=marks.of(parts.GUIDANCE),
                empty="No duty and no change of the law has come since the last board.",
                note=_other_guidance(evidence),
            ),
            table(
                "Decisions that the board was to look at again",
                ("Decision", "Decided", "To be looked at again by"),
                (
                    row(one.title, on_day(one.decided_on), on_day(one.look_again_on), refs=(one.ref,))
                    for one in overdue
                ),
                source=marks.of(parts.DECISIONS),
                empty="None is overdue.",
            ),
        ),
    )


def moved(risk: RiskFact, evidence: Evidence) -> Direction | None:
    """How a risk stands against the last published review; None: it is of no interest (never open, or
    closed before)."""
    before = evidence.previous_ratings.get(str(risk.uid))
    was = int(before["score"]) if before and before["state"] == "open" else None
    now = risk.current.score if risk.state == "open" and risk.current else None
    if risk.state == "open" and now is None:
        return Direction.NEW if was is None else Direction.SAME
    return None if was is None and now is None else direction(was, now)


def _moves(evidence: Evidence) -> Iterator[Row]:
    order = (Direction.UP, Direction.NEW, Direction.CLOSED, Direction.DOWN)
    for wanted in order:
        for risk in sorted(evidence.risks, key=lambda one: -(one.current.score if one.current else 0)):
            if moved(risk, evidence) is wanted:
                yield _move(risk, wanted, evidence)


def _move(risk: RiskFact, way: Direction, evidence: Evidence) -> Row:
    before = evidence.previous_ratings.get(str(risk.uid))
    current = risk.current
    why = risk.closed_reason if way is Direction.CLOSED else current.reason if current else "Not rated yet"
    if risk.uid in evidence.late_changes:
        why = sentences(why, "Recorded after the last cut-off, and dated before it.")
    rating = current and Ref("rating", str(current.uid), f"{risk.label}, {on_day(current.dated_on)}")
    return row(
        f"{risk.label} {risk.title}" + (f" ({risk.organisation})" if risk.organisation else ""),
        int(before["score"]) if before and before["score"] else "–",
        current.score if current and risk.state == "open" else "–",
        way.words,
        why,
        risk.owner or "Nobody",
        refs=(risk.ref, rating or None),
        restricted=risk.restricted,
    )


def _new_concerns(evidence: Evidence) -> Iterator[Row]:
    for one in evidence.concerns:
        new = evidence.since is None or one.raised_at > evidence.since
        if new and one.state not in ("proposed", "declined"):
            yield row(
                f"{one.kind.capitalize()}: {one.title}",
                one.organisation or "The partnership",
                on_moment(one.raised_at),
                one.breadth.capitalize(),
                refs=(one.ref,),
                restricted=True,
            )


def _came(evidence: Evidence, *, binding: bool) -> list[GuidanceFact]:
    return [
        one
        for one in evidence.guidance
        if (evidence.since is None or one.version_recorded_at > evidence.since)
        and one.size == ChangeSize.MAJOR
        and is_binding(one) is binding
    ]


def _new_guidance(evidence: Evidence) -> Iterator[Row]:
    for one in _came(evidence, binding=True):
        yield row(
            f"{one.label} {one.title}",
            one.issuer,
            str(GuidanceKind(one.kind).label),
            on_day(one.effective_from),
            str(VersionState(one.state).label),
            refs=(ref_of(one),),
            restricted=not one.told(),
        )


def _other_guidance(evidence: Evidence) -> str:
    others = len(_came(evidence, binding=False))
    if not others:
        return ""
    return f"{counted(others, 'other piece')} of new or changed guidance came as well (section on guidance)."
