"""Easements, and the rules of the product that they change while they hold."""

from django.db.models import TextChoices

__all__ = ["LocalDecision", "RuleKey", "RuleTerms"]


class RuleKey(TextChoices):
    """Rules that read the easements in force on a day."""

    REMOTE_VISITS_CARE = "remote_visits_cic", "Visits to children in care by video or telephone"
    REMOTE_VISITS_CP = "remote_visits_cp", "Visits under child protection plans by video or telephone"
    REMOTE_VISITS_CIN = "remote_visits_cin", "Visits under child in need plans by video or telephone"


class RuleTerms(TextChoices):
    FREE = "free", "Allowed"
    RECORDED = "recorded", "Allowed for a coronavirus reason, with a record of each"


class LocalDecision(TextChoices):
    PENDING = "pending", "Not decided yet"
    USED = "used", "Used here"
    LIMITED = "limited", "Used here within limits of our own"
    NOT_USED = "not_used", "Not used here"
