"""Contradictions and gaps, found by rule. Pure."""

from riskregister.facts.content import CheckResult
from riskregister.facts.evidence import Evidence
from riskregister.review.checks import guidance, practice, register, returns, work
from riskregister.review.checks.base import Check

CHECKS: tuple[Check, ...] = (
    *register.CHECKS,
    *returns.CHECKS,
    *work.CHECKS,
    *practice.CHECKS,
    *guidance.CHECKS,
)

_ORDER = {"error": 0, "warning": 1, "info": 2}


def run_checks(evidence: Evidence) -> tuple[CheckResult, ...]:
    """Every finding of every check: errors first, then in the order of the checks."""
    found = [
        CheckResult(
            code=check.code,
            severity=check.severity.value,
            text=hit.text,
            refs=hit.refs,
            fix_url=hit.fix_url,
            fix_args=hit.fix_args,
            months_open=evidence.previous_checks.get(check.code, 0),
        )
        for check in CHECKS
        for hit in check.run(evidence)
    ]
    return tuple(sorted(found, key=lambda one: _ORDER[one.severity]))
