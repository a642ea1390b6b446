"""Everything of guidance that waits for a person."""

from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec

from accounts.selectors import User
from partners.facts.waiting import Waiting

# In the order in which they are told.
_SUBJECTS = ("interpretation", "dissemination", "acknowledgements", "easements", "links", "entry")


def waiting_for(user: User, at: datetime) -> list[Waiting]:
    """What is overdue first, then in the order of the subjects. The number of queries does not depend on
    how much waits."""
    found = [line for subject in _parts() for line in subject(user, at) if line.count]
    return sorted(found, key=lambda line: not line.overdue)


def _parts() -> list[Callable[[User, datetime], list[Waiting]]]:
    there = [name for name in _SUBJECTS if find_spec(f"guidance.selectors.{name}")]
    modules = [import_module(f"guidance.selectors.{name}") for name in there]
    return [module.waiting_for for module in modules if hasattr(module, "waiting_for")]
