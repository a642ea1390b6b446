"""Where a partner stands with a cycle. Pure."""

from datetime import datetime

from partners.constants import ReturnState
from partners.facts.tracker import Standing
from safeguarding.kernel.periods import day_of

_SENT = {ReturnState.SUBMITTED: Standing.SUBMITTED, ReturnState.ACCEPTED: Standing.ACCEPTED}


def standing(state: str, due_at: datetime, now: datetime) -> Standing:
    """Silence is called silence: what is past its date and was never sent was not received, begun or not."""
    if state in _SENT:
        return _SENT[ReturnState(state)]
    if state == ReturnState.SENT_BACK:
        return Standing.SENT_BACK
    if now >= due_at:
        return Standing.SILENT
    return Standing.STARTED if state == ReturnState.STARTED else Standing.NOT_STARTED


def days_late(due_at: datetime, sent_at: datetime | None, now: datetime) -> int | None:
    """Whole days by the calendar in London from the date to when it was first sent (or to now); 0: later on
    the day itself; None: in time."""
    until = sent_at or now
    return (day_of(until) - day_of(due_at)).days if until > due_at else None
