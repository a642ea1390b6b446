"""Writes: each one transaction of lock, rules, change, history, audit event and mark of what is stale."""

from visits.rules.rates import reference_order
from visits.services.access import (
    block_access,
    lift_access_block,
    mark_emergency_access_seen,
    open_emergency_access,
    record_listing,
    record_view,
    reveal_child,
)
from visits.services.decisions import ask_for_decision, decide, resubmit_decision, withdraw_decision
from visits.services.places import add_team_place, allocate_child, end_allocation, end_team_place
from visits.services.visits import OutOfReach, cancel_visit, correct_visit, record_visit

__all__ = [
    "OutOfReach",
    "add_team_place",
    "allocate_child",
    "ask_for_decision",
    "block_access",
    "cancel_visit",
    "correct_visit",
    "decide",
    "end_allocation",
    "end_team_place",
    "lift_access_block",
    "mark_emergency_access_seen",
    "open_emergency_access",
    "record_listing",
    "record_view",
    "record_visit",
    "reference_order",
    "resubmit_decision",
    "reveal_child",
    "withdraw_decision",
]
