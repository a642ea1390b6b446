"""Surveys of practitioners, training, panels' audits."""

from django.db.models import TextChoices

__all__ = ["ANONYMITY_FLOOR", "AuditPlanState", "EventState", "SurveyState", "TrainingLevel", "TrainingMode"]

# Fewer replies than this are shown to nobody.
ANONYMITY_FLOOR = 10


class SurveyState(TextChoices):
    DRAFT = "draft", "Draft"
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


class TrainingLevel(TextChoices):
    """Levels as the partnership's training programme has them."""

    ONE = "1", "Level 1"
    TWO = "2", "Level 2"
    THREE = "3", "Level 3"
    FOUR = "4", "Level 4"


class TrainingMode(TextChoices):
    CLASSROOM = "classroom", "Classroom"
    E_LEARNING = "e_learning", "E-learning"
    WEBINAR = "webinar", "Webinar"
    PODCAST = "podcast", "Podcast"
    BLENDED = "blended", "Blended"


class EventState(TextChoices):
    PLANNED = "planned", "Planned"
    HELD = "held", "Held"
    CANCELLED = "cancelled", "Cancelled"


class AuditPlanState(TextChoices):
    PLANNED = "planned", "Planned"
    DONE = "done", "Done"
