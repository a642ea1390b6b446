"""The tables of visiting, by subject."""

from visits.models.derived import RatesState, StaleVisits, VisitCell, VisitCut, VisitRate
from visits.models.records import (
    COUNTS,
    AccessBlock,
    Allocation,
    Child,
    EmergencyAccess,
    Locality,
    Plan,
    PlanTeam,
    Revision,
    Team,
    TeamMember,
    Visit,
)
from visits.models.rules import AlternativeRecording, PublishedRate, Restriction, VisitRule

__all__ = [
    "COUNTS",
    "AccessBlock",
    "Allocation",
    "AlternativeRecording",
    "Child",
    "EmergencyAccess",
    "Locality",
    "Plan",
    "PlanTeam",
    "PublishedRate",
    "RatesState",
    "Restriction",
    "Revision",
    "StaleVisits",
    "Team",
    "TeamMember",
    "Visit",
    "VisitCell",
    "VisitCut",
    "VisitRate",
    "VisitRule",
]
