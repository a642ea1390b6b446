"""Everything that a review reads, as known at its cut-off, through the doors of the apps below."""

from collections import Counter
from datetime import datetime

from partners.selectors.burden import recent_burden
from riskregister.facts.content import CheckResult
from riskregister.facts.evidence import Evidence
from riskregister.models import BoardReview
from riskregister.review.gather import guidance, partners, practice, work
from riskregister.review.reading import read
from riskregister.selectors.as_at import late_changes, matrix_on, risks_at
from riskregister.selectors.chain import published_before
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import Month, day_of


def evidence(month: Month, cut_off: datetime, *, version: int) -> Evidence:
    """The evidence of a month's review. Raises Refusal('no_data') where nothing at all is on record."""
    before = published_before(month)
    since = before.cut_off if before else None
    actions = work.actions(cut_off)
    concerns = work.concerns(cut_off)
    owing = partners.partners(month, cut_off)
    found = Evidence(
        month=month,
        cut_off=cut_off,
        since=since,
        matrix=matrix_on(day_of(cut_off), known=cut_off),
        risks=risks_at(cut_off, open_actions=work.open_by_risk(actions)),
        partners=owing,
        services=partners.services(cut_off),
        backlogs=partners.backlogs(cut_off),
        dependencies=partners.dependencies(cut_off),
        scenarios=partners.scenarios(owing, cut_off),
        scenario_set=partners.scenario_set(cut_off),
        meetings=partners.meetings(month, cut_off),
        training=partners.training(month, cut_off),
        concerns=concerns,
        escalations=work.escalations(concerns, cut_off),
        challenges=work.challenges(cut_off),
        decisions=work.decisions(cut_off),
        signals=work.signals(cut_off),
        actions=actions,
        visit_rates=practice.visit_rates(month, cut_off),
        oversight=practice.oversight(cut_off),
        late_changes=late_changes(since, cut_off),
        **guidance.all_of_it(month, cut_off),
        **_previous(before),
    )
    burden = recent_burden(cut_off)
    found = found.with_burden(burden.minutes, burden.returns)
    if found.is_empty:
        raise Refusal(
            "no_data",
            f"Nothing is on record for {month.name}: no risk, no return and no child with an open plan, so"
            " there is nothing to compile.",
        )
    return found


def _previous(review: BoardReview | None) -> dict:
    if review is None:
        return {}
    content = read(review.content)
    found = [
        block for section in content.sections for block in section.blocks if isinstance(block, CheckResult)
    ]
    return {
        "previous_ratings": content.ratings,
        "previous_checks": {one.code: one.months_open + 1 for one in found},
        "previous_severities": dict(Counter(one.severity for one in found)),
        "previous_month": Month.of(review.month),
        "previous_version": review.version,
        "previous_seal": review.seal,
    }
