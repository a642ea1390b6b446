"""What somebody would have recorded of an easement, and how it stands on a day."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from guidance.facts.register import EasementFact


@dataclass(frozen=True)
class EasementEntry:
    """Field names are those of the record; `duty`, `rule` and `terms` are codes of guidance.constants."""

    title: str
    instrument: str
    duty: str
    what_changes: str
    normally: str
    effective_from: date
    source: str
    provision: str = ""
    # The first day on which it no longer holds; None: no end is set.
    effective_until: date | None = None
    rule: str = ""
    terms: str = ""


@dataclass(frozen=True)
class Returning:
    """What the end of easements means on one day."""

    on: date
    # Held on the day before, and no longer on this one.
    returns: Sequence[EasementFact] = ()
    # Changes the same rule from this very day on: uid of the ended one -> what follows it.
    followed: dict[UUID, EasementFact] = field(default_factory=dict)
    # Of the others: what eases something of the same duty from this day on.
    beside: dict[UUID, tuple[EasementFact, ...]] = field(default_factory=dict)
    # Ended earlier, the latest first.
    ended: Sequence[EasementFact] = ()
    # Still holds on that day, the first to end first.
    holds: Sequence[EasementFact] = ()


@dataclass(frozen=True)
class LoadedEasements:
    added: int = 0
    # Easements that differ from the file, in words; they stand as they were set.
    kept: tuple[str, ...] = ()
