"""Guidance, how it was told, and easements, as known at the cut-off."""

from datetime import datetime
from typing import Any

from guidance.selectors.acknowledgements import acknowledged_at
from guidance.selectors.as_at import register_at
from guidance.selectors.counts import counted_between
from guidance.selectors.dissemination import coverage_at
from guidance.selectors.easements import easements_at
from guidance.selectors.practice import shown_at
from riskregister.rules.reviews import cut_off
from safeguarding.kernel.periods import Month


def all_of_it(month: Month, at: datetime) -> dict[str, Any]:
    """By the names of facts.Evidence; the number of queries does not grow with the register."""
    return {
        "guidance": tuple(sorted(register_at(at), key=lambda one: (one.recorded_at, one.label))),
        "guidance_in_month": counted_between(cut_off(month.plus(-1)), at),
        "guidance_in_all": counted_between(None, at),
        "acknowledged": acknowledged_at(at),
        "coverage": coverage_at(at),
        "shown": shown_at(at),
        "easements": easements_at(at),
    }
