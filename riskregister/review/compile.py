"""From evidence to content. Pure: the same evidence gives the same bytes."""

from datetime import UTC

from riskregister.constants import METHOD_VERSION
from riskregister.facts.content import ReviewContent
from riskregister.facts.evidence import Evidence
from riskregister.review.checks import run_checks
from riskregister.review.findings import findings
from riskregister.review.sections import SECTIONS
from riskregister.review.sources import Sources
from riskregister.review.summary import recommendations, summary

SCHEMA = 1


def compile_content(evidence: Evidence, *, version: int) -> ReviewContent:
    """The review in the board's reading order."""
    sources = Sources()
    checks = run_checks(evidence)
    found = findings(evidence)
    sections = tuple(build(evidence, checks, found, sources) for build in SECTIONS)
    return ReviewContent(
        schema=SCHEMA,
        method_version=METHOD_VERSION,
        month=str(evidence.month),
        cut_off=evidence.cut_off.astimezone(UTC).isoformat(),
        version=version,
        previous_month=str(evidence.previous_month or ""),
        previous_version=evidence.previous_version,
        previous_seal=evidence.previous_seal,
        matrix_version=evidence.matrix.version,
        sections=sections,
        sources=sources.listed(),
        ratings={
            str(risk.uid): {
                "label": risk.label,
                "score": risk.current.score if risk.current else 0,
                "band": risk.current.band if risk.current else "",
                "state": risk.state,
                "restricted": risk.restricted,
            }
            for risk in evidence.risks
        },
        recommendations=recommendations(evidence, found),
        summary=summary(evidence, found),
    )
