"""Names and codes of management oversight, with their sources."""

from django.db.models import TextChoices


class Principle(TextChoices):
    """The six principles that a decision must answer (Department for Education, 3 April 2020)."""

    CHILD_CENTRED = "child_centred", "Child-centred"
    RISK_BASED = "risk_based", "Risk-based"
    FAMILY_FOCUSED = "family_focused", "Family-focused"
    EVIDENCE_INFORMED = "evidence_informed", "Evidence-informed"
    COLLABORATIVE = "collaborative", "Collaborative"
    TRANSPARENT = "transparent", "Transparent"


class Household(TextChoices):
    SYMPTOMS = "symptoms", "Somebody has symptoms"
    ISOLATING = "isolating", "Somebody is self-isolating"
    CONTACT = "contact", "Somebody is a contact of a case"
    SHIELDING = "shielding", "Somebody is shielding"
    NONE = "none", "None of these"


class VisitPurpose(TextChoices):
    STATUTORY = "statutory", "The visit that is due under the plan"
    CONCERN = "concern", "A concern about the child’s safety"
    SUPPORT = "support", "Direct work or practical support"
    OTHER = "other", "Something else"


class Urgency(TextChoices):
    TODAY = "today", "Today: a child may be at risk"
    SOON = "soon", "Within the visit's due date"
    ROUTINE = "routine", "Routine"


class AssessmentResult(TextChoices):
    GO = "go", "Go"
    GO_WITH_PPE = "go_with_ppe", "Go with PPE"
    DO_NOT_GO = "do_not_go", "Do not go"


class Ppe(TextChoices):
    MASK = "mask", "Face masks"
    GLOVES = "gloves", "Gloves (pairs)"
    APRON = "apron", "Aprons"
    EYE = "eye", "Eye protection"


class SeenAlone(TextChoices):
    """Regulation 29 of the Care Planning, Placement and Case Review (England) Regulations 2010:
    spoken to in private, or why not."""

    YES = "yes", "Yes, in private"
    REFUSED = "no_refused", "No: the child refused"
    INAPPROPRIATE = "no_inappropriate", "No: it was considered inappropriate"
    UNABLE = "no_unable", "No: it was not possible"


class WhyNotFaceToFace(TextChoices):
    SYMPTOMS = "symptoms", "Symptoms in the household"
    ISOLATING = "isolating", "The household is self-isolating"
    SHIELDING = "shielding", "Somebody in the household is shielding"
    WORKER = "worker", "No worker was able to visit"
    GUIDANCE = "guidance", "A visit would go against public health guidance"
    FAMILY = "family", "The family did not agree to a visit"
    OTHER = "other", "Another reason"


class Quality(TextChoices):
    """How good the contact was, best first."""

    SEEN_AND_HEARD = "seen_and_heard", "The child was seen and spoke"
    HEARD = "heard", "The child spoke and was not seen"
    SEEN = "seen", "The child was seen and did not speak"
    ADULT_ONLY = "adult_only", "Only an adult was reached"


class DecisionState(TextChoices):
    ASKED = "asked", "Asked for"
    SENT_BACK = "sent_back", "Sent back"
    SECOND = "second", "Waiting for a second approver"
    AUTHORISED = "authorised", "Authorised"
    DECLINED = "declined", "Declined: visit face to face"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Standing(TextChoices):
    """What a decision is on a day: its state, and what time has made of it."""

    ASKED = "asked", "Waiting for a manager"
    SECOND = "second", "Waiting for a second approver"
    SENT_BACK = "sent_back", "Sent back"
    EXPIRED = "expired", "Request expired"
    UPCOMING = "upcoming", "Authorised, not yet begun"
    LIVE = "live", "Authorised"
    LAPSED = "lapsed", "Lapsed"
    SUPERSEDED = "superseded", "Superseded"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Agency(TextChoices):
    """Who may take part in a decision about school, by kind, never people's names."""

    SOCIAL_CARE = "social_care", "Children’s social care"
    SCHOOL = "school", "School or college"
    HEALTH = "health", "Health (for example, school nurse or health visitor)"
    VIRTUAL_SCHOOL = "virtual_school", "Virtual school"
    SPECIAL_NEEDS = "special_needs", "Special educational needs service"
    EARLY_HELP = "early_help", "Early help"
    POLICE = "police", "Police"
    OTHER = "other", "Another agency"


class AttendanceOutcome(TextChoices):
    SAFE = "safe", "Safe to attend school"
    NOT_SAFE = "not_safe", "Not safe to attend school"


class ContactHeld(TextChoices):
    ARRANGED = "arranged", "Arranged"
    HELD = "held", "Held"
    PARTLY = "partly", "Held in part"
    NOT_HELD = "not_held", "Not held"


# Rationale of a decision, over all its answers (access rules: at least 20 words).
DECISION_WORDS = 20
