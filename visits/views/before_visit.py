"""What stands on a child's page and above the visit form before somebody goes."""

from datetime import datetime
from typing import Any

from accounts.selectors import User
from safeguarding.kernel.periods import day_of
from visits.models import Child
from visits.presenters import alternatives as alternative_presenters
from visits.presenters import assessments as assessment_presenters
from visits.selectors import alternatives, assessments


def before_visit(child: Child, user: User, now: datetime) -> dict[str, Any]:
    """Context of the parts visits/assessments/on_*.html and visits/alternatives/on_*.html."""
    state = assessments.assessment_state(child, user, at=now)
    chain = alternatives.chain_of(child, on=day_of(now))
    return {
        "assessment": state,
        "assessment_words": assessment_presenters.state_words(state),
        "assessment_tag": assessment_presenters.result_tag(state.current.result) if state.current else None,
        "chain": chain,
        "chain_words": alternative_presenters.chain_words(chain),
        "may_record_alternative": alternatives.may_be_recorded(user, child, at=now),
    }
