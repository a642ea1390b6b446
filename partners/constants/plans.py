"""Recovery plans."""

from django.db.models import TextChoices

__all__ = [
    "IN_RECOVERY_PLANNING",
    "NOT_AT_NORMAL_LEVEL",
    "BacklogKind",
    "DependencyState",
    "PlanStage",
    "ServiceLevel",
]


class PlanStage(TextChoices):
    NOT_STARTED = "not_started", "Not started"
    PREPARING = "preparing", "Preparing: scope and lead are agreed"
    DRAFTED = "drafted", "Drafted"
    AGREED = "agreed", "Agreed by the organisation"
    DELIVERING = "delivering", "Being delivered"
    COMPLETE = "complete", "Complete"


# Of a partner at such a stage the board may say: is into recovery planning.
IN_RECOVERY_PLANNING = frozenset(
    {PlanStage.PREPARING, PlanStage.DRAFTED, PlanStage.AGREED, PlanStage.DELIVERING, PlanStage.COMPLETE}
)


class ServiceLevel(TextChoices):
    MAINTAINED = "maintained", "Maintained"
    CHANGED = "changed", "Maintained in another way"
    REDUCED = "reduced", "Reduced"
    PAUSED = "paused", "Paused"
    RESUMED = "resumed", "Resumed"


# A service at such a level stands against "no partner has plans to stop or reduce services".
NOT_AT_NORMAL_LEVEL = frozenset({ServiceLevel.REDUCED, ServiceLevel.PAUSED})


class BacklogKind(TextChoices):
    COURTS = "courts", "Family courts"
    HEALTH_ASSESSMENTS = "health_assessments", "Health assessments of children in care"
    CONFERENCES = "conferences", "Child protection conferences and reviews"
    ASSESSMENTS = "assessments", "Social work assessments"
    EDUCATION_PLANS = "education_plans", "Education, health and care plans"
    THERAPY = "therapy", "Therapy and mental health"
    CHECKS = "checks", "Recruitment and vetting checks"
    OTHER = "other", "Other"


class DependencyState(TextChoices):
    ASKED = "asked", "Not confirmed yet"
    CONFIRMED = "confirmed", "Confirmed"
    REFUSED = "refused", "Cannot be met"
    WITHDRAWN = "withdrawn", "No longer needed"
