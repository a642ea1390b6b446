"""Names, codes and limits of visiting, with their sources."""

from django.db.models import IntegerChoices, TextChoices

# The method that makes every stored rate (docs/visit-rates.md). A change of the method is a new version.
METHOD_VERSION = "v1"
REFERENCE_LENGTH = 48
# The lease that whoever writes cells and rates holds.
RATES_LEASE = "visit-rates"


class PlanType(TextChoices):
    CP = "CP", "Child protection plan"
    CIN = "CIN", "Child in need plan"
    CIC = "CIC", "Child in care (looked after)"


class Regime(TextChoices):
    """Which interval applies: the type's own, or the longer one of a settled placement."""

    STANDARD = "standard", "Standard"
    LONG_TERM = "long_term", "Long-term placement after its first year"


class Unit(TextChoices):
    WORKING_DAYS = "working_days", "working days"
    CALENDAR_DAYS = "calendar_days", "days"


class Method(TextChoices):
    FACE_TO_FACE = "face_to_face", "Face to face"
    VIDEO = "video", "Video call"
    TELEPHONE = "telephone", "Telephone call"
    DOORSTEP = "doorstep", "Doorstep visit"


class Status(TextChoices):
    COMPLETED = "completed", "Completed"
    PLANNED = "planned", "Planned"
    CANCELLED = "cancelled", "Cancelled"


class Outcome(IntegerChoices):
    """What a month says of one child, counted once; the best contact wins."""

    NOT_VISITED = 0, "Not visited"
    ALTERNATIVE = 1, "Seen by an authorised alternative"
    FACE_TO_FACE = 2, "Seen face to face"


class TeamRole(TextChoices):
    MANAGER = "manager", "Manages the team"
    WORKER = "worker", "Works in the team"


# A completed visit may be dated so far ahead of the recording clock (clocks and time zones differ), not more.
COMPLETED_VISIT_DAYS_AHEAD = 1
# For so long a visit may be corrected by who recorded it without giving a reason to the manager's list;
# afterwards a correction is an entry of its own with a reason.
FREE_EDIT_HOURS = 24
EMERGENCY_ACCESS_HOURS = 24
EMERGENCY_ACCESS_REASON_WORDS = 10
# A visit is planned for at most so long ahead.
PLANNED_VISIT_DAYS_AHEAD = 366
NOTE_LENGTH = 4000
REASON_LENGTH = 500
# A reason for a change says something: "wrong date" does not yet, "date typed wrongly" does.
REASON_WORDS = 3
# Lists of records show so many rows a page.
RECORDS_PER_PAGE = 50
