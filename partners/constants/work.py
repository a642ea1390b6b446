"""Concerns, successes and actions."""

from django.db.models import TextChoices

__all__ = [
    "ActionState",
    "Breadth",
    "ConcernKind",
    "ConcernState",
    "EvidenceKind",
    "Priority",
    "SlipReason",
    "SourceKind",
]


class ConcernKind(TextChoices):
    CONCERN = "concern", "Concern"
    SUCCESS = "success", "Success"


class ConcernState(TextChoices):
    # By a rule, from an answer; a person accepts it or says why not.
    PROPOSED = "proposed", "Proposed by a rule"
    RAISED = "raised", "Waiting for triage"
    TRIAGED = "triaged", "Being looked into"
    ESCALATED = "escalated", "Before the board"
    ANSWERED = "answered", "Answered"
    CLOSED = "closed", "Closed"
    DECLINED = "declined", "Not taken up"


class Breadth(TextChoices):
    """How far a concern reaches."""

    LOCAL = "local", "One locality or service"
    PARTNER = "partner", "A whole partner"
    PARTNERSHIP = "partnership", "The partnership"
    NATIONAL = "national", "National"


class EvidenceKind(TextChoices):
    """How it is known what changed for children."""

    CHILD = "child", "What children said"
    PARENT = "parent", "What parents or carers said"
    PRACTITIONER = "practitioner", "What practitioners observed"
    DATA = "data", "Figures"
    AUDIT = "audit", "An audit"


class Priority(TextChoices):
    # Verified by somebody of another organisation.
    HIGH = "high", "High"
    NORMAL = "normal", "Normal"


class ActionState(TextChoices):
    OPEN = "open", "Open"
    DONE = "done", "Done, to be verified"
    VERIFIED = "verified", "Verified"
    WITHDRAWN = "withdrawn", "Withdrawn"


class SlipReason(TextChoices):
    STAFFING = "staffing", "Staff were not available"
    GUIDANCE = "guidance", "Guidance changed"
    DEPENDENCY = "dependency", "Waiting for another organisation"
    SUPPLY = "supply", "Supplies or equipment were missing"
    SCOPE = "scope", "The work turned out larger"
    OTHER = "other", "Another reason"


class SourceKind(TextChoices):
    """What an action comes from."""

    CONCERN = "concern", "Concern"
    MEETING = "meeting", "Meeting"
    PLAN = "plan", "Recovery plan"
    RISK = "risk", "Risk"
    AUDIT = "audit", "Audit"
    GUIDANCE = "guidance", "Guidance"
    BOARD = "board", "Board decision"
