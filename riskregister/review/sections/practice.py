"""Visits, management oversight, and the parts whose apps are not there yet. Pure."""

from collections.abc import Iterator
from decimal import Decimal

from riskregister.constants import CheckSeverity, ReviewSection
from riskregister.facts.content import CheckResult, Figures, Finding, Row, SectionContent
from riskregister.facts.evidence import Evidence, VisitRateFact
from riskregister.review.sections import parts
from riskregister.review.sections.parts import Marks, row, table
from riskregister.review.sources import Sources
from riskregister.review.words import PLAN_TYPE_WORDS

_SUPPRESSED = "c"


def visits(
    evidence: Evidence, checks: tuple[CheckResult, ...], found: tuple[Finding, ...], sources: Sources
) -> SectionContent:
    mark = Marks(sources, evidence).of(parts.VISITS)
    if not evidence.visit_rates:
        return parts.section(ReviewSection.VISITS, (), "No child had an open plan in this month.")
    columns = (
        "Month",
        "Children #",
        "Face to face #",
        "Alternative #",
        "Face to face %",
        "Alternative %",
        "Total %",
    )
    note = (
        "c: a count of 1 to 5, or a figure that would give such a count away. As recorded by the cut-off:"
        " what was recorded or corrected later is not in these figures."
    )
    blocks = [
        table(
            PLAN_TYPE_WORDS.get(plan_type, plan_type)[:1].upper()
            + PLAN_TYPE_WORDS.get(plan_type, plan_type)[1:],
            columns,
            _rates(evidence, plan_type),
            source=mark,
            note=note,
        )
        for plan_type in PLAN_TYPE_WORDS
        if any(one.plan_type == plan_type for one in evidence.visit_rates)
    ]
    return parts.section(ReviewSection.VISITS, blocks)


def _rates(evidence: Evidence, plan_type: str) -> Iterator[Row]:
    for one in sorted(evidence.visit_rates, key=lambda fact: fact.month):
        if one.plan_type == plan_type:
            collected = one.why != "not_collected"
            yield row(
                one.month.name,
                _count(one.children),
                _count(one.face_to_face),
                _count(one.alternative) if collected else "Not collected",
                _rate(one.face_to_face_rate, one),
                _rate(one.alternative_rate, one) if collected else "Not collected",
                _rate(one.total_rate, one),
                refs=(one.ref,),
            )


def _count(value: int | None) -> int | str:
    return _SUPPRESSED if value is None else value


def _rate(value: Decimal | None, fact: VisitRateFact) -> str:
    if value is not None:
        return f"{value:.1f}%"
    # Never 0%: there is no rate of nobody.
    return "No children" if fact.children == 0 else _SUPPRESSED


def oversight(
    evidence: Evidence, checks: tuple[CheckResult, ...], found: tuple[Finding, ...], sources: Sources
) -> SectionContent:
    mark = Marks(sources, evidence).of(parts.OVERSIGHT)
    if not evidence.oversight:
        return parts.section(ReviewSection.OVERSIGHT, (), "Nothing of management oversight is on record.")
    return parts.section(
        ReviewSection.OVERSIGHT,
        (
            table(
                "Management oversight",
                ("What", "Children or records #"),
                (row(one.label, _count(one.count), refs=(one.ref,)) for one in evidence.oversight),
                source=mark,
                note=(
                    "c: about 1 to 5 children, or a number that would give such a one away. As recorded by"
                    " the cut-off. Names are with the accountable managers only."
                ),
            ),
        ),
    )


def demand(
    evidence: Evidence, checks: tuple[CheckResult, ...], found: tuple[Finding, ...], sources: Sources
) -> SectionContent:
    return parts.section(ReviewSection.DEMAND, (), parts.NOT_THERE)


def quality(
    evidence: Evidence, checks: tuple[CheckResult, ...], found: tuple[Finding, ...], sources: Sources
) -> SectionContent:
    return parts.section(ReviewSection.QUALITY, (), parts.NOT_THERE)


def all_checks(
    evidence: Evidence, checks: tuple[CheckResult, ...], found: tuple[Finding, ...], sources: Sources
) -> SectionContent:
    mark = Marks(sources, evidence).of(parts.CHECKS)
    counts = {
        severity: sum(1 for one in checks if one.severity == severity) for severity in CheckSeverity.values
    }
    items = tuple(
        (str(severity.label), f"{counts[severity.value]:,}", _before(severity, evidence))
        for severity in CheckSeverity
    )
    if not checks:
        return parts.section(ReviewSection.CHECKS, (), "No check found a contradiction or a gap.")
    return parts.section(ReviewSection.CHECKS, (Figures("Found by rule", items, mark), *checks))


def _before(severity: CheckSeverity, evidence: Evidence) -> str:
    if evidence.previous_month is None:
        return ""
    return f"{evidence.previous_severities.get(severity.value, 0):,} at the last board"


def key_findings(
    evidence: Evidence, checks: tuple[CheckResult, ...], found: tuple[Finding, ...], sources: Sources
) -> SectionContent:
    if not found:
        return parts.section(ReviewSection.FINDINGS, (), "There is not enough on record for a key finding.")
    return parts.section(ReviewSection.FINDINGS, found)
