"""The review's sections, in the board's reading order. Pure."""

from collections.abc import Callable

from riskregister.facts.content import CheckResult, Finding, SectionContent
from riskregister.facts.evidence import Evidence
from riskregister.review.sections import changed, guidance, partners, practice, risks, work
from riskregister.review.sources import Sources

Builder = Callable[[Evidence, tuple[CheckResult, ...], tuple[Finding, ...], Sources], SectionContent]

SECTIONS: tuple[Builder, ...] = (
    changed.build,
    risks.build,
    partners.build,
    work.escalations,
    work.actions,
    practice.visits,
    practice.oversight,
    guidance.build,
    practice.demand,
    practice.quality,
    practice.all_checks,
    practice.key_findings,
    work.decisions,
)
