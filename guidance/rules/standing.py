"""Where a version stands on a day. Derived from dates, never stored. Pure."""

from datetime import date
from enum import Enum

from guidance.constants import LIVE_STATES, GuidanceKind, VersionState


class Standing(Enum):
    NOT_ISSUED = "Not issued yet"
    SET_ASIDE = "Does not matter here"
    COMING = "Holds later"
    IN_FORCE = "In force"
    ENDED = "Ended"
    WITHDRAWN = "Withdrawn"
    SUPERSEDED = "Superseded by a later version"
    REPLACED = "Replaced"


def standing(
    *,
    state: str,
    kind: str,
    effective_from: date,
    effective_until: date | None,
    superseded: bool,
    replaced_from: date | None,
    day: date,
) -> Standing:
    """Where a version stands on `day`. `superseded`: a later version was issued and has taken effect
    by then; `replaced_from`: the day from which another item holds in place of this one."""
    if state == VersionState.SET_ASIDE:
        return Standing.SET_ASIDE
    if state not in LIVE_STATES:
        return Standing.NOT_ISSUED
    if superseded:
        return Standing.SUPERSEDED
    if replaced_from and replaced_from <= day:
        return Standing.REPLACED
    if effective_until and effective_until <= day:
        return Standing.ENDED
    if effective_from > day:
        return Standing.COMING
    return Standing.WITHDRAWN if kind == GuidanceKind.WITHDRAWN else Standing.IN_FORCE
