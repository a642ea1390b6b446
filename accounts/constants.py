"""Roles, rights and limits of people; what the trail calls security."""

from django.db.models import TextChoices


class Role(TextChoices):
    """A person's roles; rights are the union of them (docs/data-protection.md holds the matrix)."""

    BOARD_MEMBER = "BM", "Board member"
    MANAGER = "MG", "Manager"
    SOCIAL_WORKER = "SW", "Social worker"
    PARTNER = "PR", "Partner representative"
    COORDINATOR = "CO", "Coordinator"
    AUDITOR = "AU", "Auditor or scrutineer"
    ADMINISTRATOR = "AD", "Administrator"


class Permission(TextChoices):
    """Single rights that are granted beside a role."""

    IMPORT_RECORDS = "import_records", "May import records on a page"
    HEAD_OF_SERVICE = "head_of_service", "Head of service: sees all teams as their manager does"
    CHAIR = "chair", "Chairs the board: one of the two who sign a review off"
    PRACTICE_AUDIT = "practice_audit", "May audit practice without a line to the case"


RIGHT_LABELS: dict[str, str] = dict([*Role.choices, *Permission.choices])

# Those who see child-level data, or who administer: a second factor is not optional for them.
SECOND_FACTOR_ROLES = frozenset({Role.MANAGER, Role.SOCIAL_WORKER, Role.AUDITOR, Role.ADMINISTRATOR})

# A partner's representative answers for another organisation than the children's service:
# both on one account would mix rights on a page, so such a person has two accounts.
SEPARATE_FROM_PARTNER = frozenset({Role.MANAGER, Role.SOCIAL_WORKER, Role.ADMINISTRATOR, Role.AUDITOR})

# An account unused for so many days is switched off (NCSC and ICO: dormant accounts are the way in).
DORMANT_AFTER_DAYS = 90

# How long a link to choose a password works; Django's PASSWORD_RESET_TIMEOUT is set from it.
INVITATION_DAYS = 3

# Backends with which no mail reaches anybody.
NO_MAIL_BACKENDS = ("console.EmailBackend", "dummy.EmailBackend", "filebased.EmailBackend")


class Area(TextChoices):
    """The two halves of the audit trail: administrators see the first, auditors see both."""

    SECURITY = "security", "Security"
    RECORDS = "records", "Records"


# What belongs to security, by the word before the action's first dot.
SECURITY_SUBJECTS = frozenset({"session", "password", "second_factor", "account", "right", "audit_trail"})

AUDIT_PAGE_SIZE = 100
