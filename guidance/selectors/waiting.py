"""Everything of guidance that waits for a person."""

from datetime import datetime

from accounts.selectors import User
from guidance.selectors import acknowledgements, dissemination, easements, entry, interpretation, links
from partners.facts.waiting import Waiting

# In the order in which they are told.
_SUBJECTS = (interpretation, acknowledgements, easements, dissemination, links, entry)


def waiting_for(user: User, at: datetime) -> list[Waiting]:
    """What is overdue first, then in the order of the subjects. The number of queries does not depend on
    how much waits."""
    found = [line for subject in _SUBJECTS for line in subject.waiting_for(user, at) if line.count]
    return sorted(found, key=lambda line: not line.overdue)
