"""The monthly review."""

from django.db.models import TextChoices

__all__ = ["METHOD_VERSION", "NARRATIVE_LENGTH", "CheckSeverity", "ReviewSection", "ReviewState", "SignAct"]

METHOD_VERSION = "1"
NARRATIVE_LENGTH = 4000


class ReviewState(TextChoices):
    DRAFT = "draft", "Draft"
    IN_REVIEW = "in_review", "Before the board"
    APPROVED = "approved", "Approved, to be published"
    PUBLISHED = "published", "Published"


class SignAct(TextChoices):
    SUBMITTED = "submitted", "Put before the board"
    APPROVED = "approved", "Approved"
    PUBLISHED = "published", "Published"
    RETURNED = "returned", "Sent back"


class CheckSeverity(TextChoices):
    ERROR = "error", "Error"
    WARNING = "warning", "Warning"
    INFO = "info", "To be noticed"


class ReviewSection(TextChoices):
    """In the board's reading order."""

    CHANGED = "changed", "What changed since the last board"
    RISKS = "risks", "Risks"
    PARTNERS = "partners", "Partner assurance"
    ESCALATIONS = "escalations", "Escalations and challenges"
    ACTIONS = "actions", "Actions"
    VISITS = "visits", "Visits"
    OVERSIGHT = "oversight", "Management oversight"
    GUIDANCE = "guidance", "Guidance"
    DEMAND = "demand", "Demand and capacity"
    QUALITY = "quality", "Quality"
    CHECKS = "checks", "Checks"
    FINDINGS = "findings", "Key findings"
    DECISIONS = "decisions", "Decisions"
