"""Everything of the partnership's work that waits for a person."""

from datetime import datetime

from accounts.selectors import User
from partners.facts.waiting import Waiting
from partners.selectors import (
    actions,
    concerns,
    cycles,
    meetings,
    organisations,
    plans,
    question_sets,
    returns,
    surveys,
    tracker,
    training,
)

_SUBJECTS = (
    returns,
    tracker,
    concerns,
    actions,
    plans,
    meetings,
    cycles,
    question_sets,
    surveys,
    training,
    organisations,
)


def waiting_for(user: User, at: datetime) -> list[Waiting]:
    """What is overdue first, then in the order of the subjects. The number of queries does not depend on
    how much waits."""
    found = [line for subject in _SUBJECTS for line in subject.waiting_for(user, at) if line.count]
    return sorted(found, key=lambda line: not line.overdue)
