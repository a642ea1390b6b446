"""The ladder of reminders of returns, for what else partners owe by a day: the same steps, at the same times,
to the same people."""

from datetime import date, datetime

from partners.constants import DUE_TIME
from partners.rules.calendar import london
from partners.rules.reminders import Owed, Rung, ladder, owed
from partners.selectors.reminders import People

__all__ = ["Owed", "People", "Rung", "due_moment", "ladder", "morning_of", "owed"]


def due_moment(day: date) -> datetime:
    """When something is due that is due on a day: at noon in London, as returns are."""
    return london(day, DUE_TIME)


def morning_of(day: date) -> datetime:
    """The first moment of a day in London."""
    return london(day, (0, 0))
