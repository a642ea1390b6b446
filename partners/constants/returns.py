"""Question sets, cycles and assurance returns."""

from django.db.models import TextChoices

__all__ = [
    "ANSWER_TEXT_LENGTH",
    "COMMENT_LENGTH",
    "CYCLE_DAYS",
    "DUE_TIME",
    "EVIDENCE_MAX_BYTES",
    "EVIDENCE_MAX_UNPACKED",
    "CycleState",
    "NonAnswer",
    "QuestionKind",
    "QuestionSetState",
    "Reading",
    "ReminderStep",
    "ReturnState",
    "Severity",
    "Theme",
]

CYCLE_DAYS = 14
# At noon, not at midnight: somebody is there to help.
DUE_TIME = (12, 0)
COMMENT_LENGTH = 2000
ANSWER_TEXT_LENGTH = 4000
# The product's owner: evidence files up to 5 MB, 20 MB unpacked.
EVIDENCE_MAX_BYTES = 5 * 1024 * 1024
EVIDENCE_MAX_UNPACKED = 20 * 1024 * 1024


class Theme(TextChoices):
    """What a section of questions, a concern and a risk are about; the rows of the assurance grid."""

    RECOVERY = "recovery", "Recovery planning"
    SERVICES = "services", "Services to children"
    CHILDREN = "children", "Children with a cause for concern"
    WORKFORCE = "workforce", "Workforce"
    PPE = "ppe", "Personal protective equipment"
    TESTING = "testing", "Test and trace"
    BACKLOGS = "backlogs", "Backlogs"
    DEMAND = "demand", "Expected demand"
    RESTRICTIONS = "restrictions", "Local restrictions"
    TRAINING = "training", "Training"
    GENERAL = "general", "Concerns and successes"


class QuestionSetState(TextChoices):
    DRAFT = "draft", "Draft"
    # In use or ready for use: locked for good; a change is a new version.
    LOCKED = "locked", "Locked"


class QuestionKind(TextChoices):
    CHOICE = "choice", "One of several answers"
    NUMBER = "number", "Number"
    PERCENTAGE = "percentage", "Percentage"
    TEXT = "text", "Text"
    DATE = "date", "Date"
    MATRIX = "matrix", "Table of answers"


class Reading(TextChoices):
    """What an answer says of the assurance it gives; the words of the assurance grid, best first."""

    ASSURED = "assured", "Assured"
    PARTLY = "partly", "Partly assured"
    CONCERN = "concern", "Of concern"
    NOT_KNOWN = "not_known", "Not known"


class CycleState(TextChoices):
    PLANNED = "planned", "Planned"
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


class ReturnState(TextChoices):
    NOT_STARTED = "not_started", "Not started"
    STARTED = "started", "Started"
    SUBMITTED = "submitted", "Submitted"
    SENT_BACK = "sent_back", "Sent back"
    ACCEPTED = "accepted", "Accepted"


class NonAnswer(TextChoices):
    """Four different ways of not answering: never counted as no, never as 0, never averaged."""

    DO_NOT_KNOW = "do_not_know", "We do not know"
    DOES_NOT_APPLY = "does_not_apply", "Does not apply to us"
    NOT_COLLECTED = "not_collected", "We do not collect this"
    LATER = "later", "We will answer later"


class ReminderStep(TextChoices):
    """The ladder of a return that is owed, by the day on which a step is due."""

    BEFORE = "before", "Due in two working days"
    DUE = "due", "Due today"
    LATE = "late", "Late: the lead is asked again"
    DEPUTY = "deputy", "Late: the deputy is asked"
    BOARD = "board", "Late: the board is told"


class Severity(TextChoices):
    HIGH = "high", "High: children may come to harm"
    MEDIUM = "medium", "Medium: a service is under strain"
    LOW = "low", "Low: to be watched"
