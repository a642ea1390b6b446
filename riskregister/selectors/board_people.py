"""Who answers for a partner when the board asks."""

from datetime import datetime
from typing import Any

from accounts.constants import Role
from accounts.selectors import User
from partners.constants import Duty
from partners.selectors.organisations import representatives
from safeguarding.kernel.periods import day_of

# Who contributes to returns sees a challenge, and does not answer it.
_ANSWERS = (Duty.LEAD, Duty.DEPUTY)


def answerers(organisation: Any, *, at: datetime) -> list[User]:
    """The lead and deputies of the day who may sign in as such; two queries. `organisation`: a row of the
    partners' app."""
    today = day_of(at)
    keys = [
        row.user_id
        for row in representatives(organisation)
        if row.duty in _ANSWERS
        and row.user_id
        and row.from_date <= today
        and (row.until_date is None or row.until_date > today)
    ]
    return list(User.objects.holding(Role.PARTNER).filter(pk__in=keys).order_by("pk"))


def answers_for(user: User, organisation: Any, *, at: datetime) -> bool:
    return user in answerers(organisation, at=at)
