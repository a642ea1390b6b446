"""Everything of the register and the board's work that waits for a person."""

from datetime import datetime

from accounts.selectors import User
from partners.facts.waiting import Waiting
from riskregister.selectors import board_waiting, register_rules, risks

_SUBJECTS = (board_waiting, risks, register_rules)


def waiting_for(user: User, at: datetime) -> list[Waiting]:
    """What is overdue first. The number of queries does not depend on how much waits."""
    found = [line for subject in _SUBJECTS for line in subject.waiting_for(user, at) if line.count]
    return sorted(found, key=lambda line: not line.overdue)
