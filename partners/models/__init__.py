"""The partnership's work, by subject."""

from partners.models.actions import Action, ActionMove, ActionSlip
from partners.models.concerns import Concern, ConcernMove
from partners.models.cycles import Cycle, CyclePause, CycleRule, Reminder
from partners.models.history import Kept
from partners.models.meetings import (
    AgendaItem,
    Attendance,
    CadenceRule,
    Meeting,
    MeetingSeries,
    PanelAudit,
    SeriesMember,
    SeriesPause,
)
from partners.models.organisations import Organisation, Participation, Representative, StatutoryRole
from partners.models.plans import (
    Backlog,
    BacklogCount,
    Dependency,
    DependencyMove,
    PlanRevision,
    PlanStageChange,
    RecoveryPlan,
    ScenarioSet,
    Service,
    ServiceLevelChange,
)
from partners.models.questions import Question, QuestionSet, Section
from partners.models.returns import (
    Answer,
    AnswerRevision,
    Evidence,
    Return,
    ReturnMove,
    SectionAssignment,
    Submission,
    WorkSpell,
)
from partners.models.surveys import Survey, SurveyResponse
from partners.models.training import Booking, Course, TrainingEvent, UsualDemand

__all__ = [
    "Action",
    "ActionMove",
    "ActionSlip",
    "AgendaItem",
    "Answer",
    "AnswerRevision",
    "Attendance",
    "Backlog",
    "BacklogCount",
    "Booking",
    "CadenceRule",
    "Concern",
    "ConcernMove",
    "Course",
    "Cycle",
    "CyclePause",
    "CycleRule",
    "Dependency",
    "DependencyMove",
    "Evidence",
    "Kept",
    "Meeting",
    "MeetingSeries",
    "Organisation",
    "PanelAudit",
    "Participation",
    "PlanRevision",
    "PlanStageChange",
    "Question",
    "QuestionSet",
    "RecoveryPlan",
    "Reminder",
    "Representative",
    "Return",
    "ReturnMove",
    "ScenarioSet",
    "Section",
    "SectionAssignment",
    "SeriesMember",
    "SeriesPause",
    "Service",
    "ServiceLevelChange",
    "StatutoryRole",
    "Submission",
    "Survey",
    "SurveyResponse",
    "TrainingEvent",
    "UsualDemand",
    "WorkSpell",
]
