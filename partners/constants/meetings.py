"""Meetings and panels."""

from django.db.models import TextChoices

__all__ = [
    "AgendaKind",
    "AttendanceState",
    "Frequency",
    "MeetingKind",
    "MeetingState",
    "MinutesState",
]


class MeetingKind(TextChoices):
    PARTNERS = "partners", "Partners' meeting"
    BOARD = "board", "Board"
    RESILIENCE = "resilience", "Resilience group"
    JOINT = "joint", "Joint meeting"
    # Multi-agency child exploitation and others like it.
    PANEL = "panel", "Multi-agency panel"


class Frequency(TextChoices):
    WEEKLY = "weekly", "Every week, on the days named"
    FORTNIGHTLY = "fortnightly", "Every second week"
    MONTHLY = "monthly", "Every month"
    QUARTERLY = "quarterly", "Every third month"


class MeetingState(TextChoices):
    PLANNED = "planned", "Planned"
    HELD = "held", "Held"
    CANCELLED = "cancelled", "Cancelled"


class MinutesState(TextChoices):
    NONE = "none", "No minutes yet"
    DRAFT = "draft", "Draft minutes"
    AGREED = "agreed", "Agreed minutes"


class AttendanceState(TextChoices):
    PRESENT = "present", "Present"
    DEPUTY = "deputy", "A deputy was present"
    APOLOGIES = "apologies", "Apologies"
    ABSENT = "absent", "Absent without apologies"


class AgendaKind(TextChoices):
    """Where an item of an agenda comes from."""

    MINUTES = "minutes", "Minutes of the last meeting"
    ACTIONS = "actions", "Actions"
    CONCERN = "concern", "Concern"
    SUCCESS = "success", "Success"
    RETURNS = "returns", "Assurance returns"
    RISK = "risk", "Risk"
    GUIDANCE = "guidance", "Guidance"
    OTHER = "other", "Other business"
