"""What a piece of guidance is, and the way from its receipt to practice."""

from django.db.models import TextChoices

__all__ = [
    "DUE_WORKING_DAYS",
    "LIVE_STATES",
    "PARAGRAPHS_AT_MOST",
    "URGENT_KINDS",
    "URGENT_WORKING_DAYS",
    "ChangeSize",
    "CheckResult",
    "Force",
    "GuidanceKind",
    "InterpretationState",
    "ListState",
    "SourceChangeState",
    "Topic",
    "TouchedDuty",
    "VersionState",
]

PARAGRAPHS_AT_MOST = 500


class GuidanceKind(TextChoices):
    """What a version brings. "New, additional and amended" : the Staffordshire and Stoke paper."""

    NEW = "new", "New guidance"
    ADDITIONAL = "additional", "Additional guidance"
    AMENDED = "amended", "Amended guidance"
    WITHDRAWN = "withdrawn", "Withdrawn"
    STATUTORY_CHANGE = "statutory", "Change of the law"
    EASEMENT = "easement", "Easement with an end date"


class ChangeSize(TextChoices):
    # Asks again for acknowledgement, of those whose duties changed.
    MAJOR = "major", "Major: what people must do changes"
    MINOR = "minor", "Minor: wording, links, examples"


class Force(TextChoices):
    """How binding it is, as statutory guidance uses the words; what partners agreed binds them too."""

    MUST = "must", "Must: binding by law or agreement"
    SHOULD = "should", "Should: expected unless there is a good reason"
    MAY = "may", "May: good practice or permission"


class VersionState(TextChoices):
    RECEIVED = "received", "Received"
    SET_ASIDE = "set_aside", "Does not matter here"
    # Somebody has read it and says that it matters: an interpretation is owed.
    ASSESSED = "assessed", "Being interpreted"
    INTERPRETED = "interpreted", "Waiting for approval"
    APPROVED = "approved", "Approved, not issued"
    ISSUED = "issued", "Issued: told, not shown"
    EMBEDDED = "embedded", "Closed: shown in practice"


# What was told to people.
LIVE_STATES = (VersionState.ISSUED, VersionState.EMBEDDED)

# Working days from receipt until the interpretation is to be issued: local targets of the product, not law.
DUE_WORKING_DAYS = {Force.MUST: 5, Force.SHOULD: 10, Force.MAY: 20}
# A change of the law or an easement holds from its own day on.
URGENT_KINDS = (GuidanceKind.STATUTORY_CHANGE, GuidanceKind.EASEMENT)
URGENT_WORKING_DAYS = 3


class InterpretationState(TextChoices):
    DRAFT = "draft", "Draft"
    IN_REVIEW = "in_review", "Waiting for approval"
    APPROVED = "approved", "Approved"
    SENT_BACK = "sent_back", "Sent back"


class CheckResult(TextChoices):
    """What somebody found who looked at the issuer's page again."""

    SAME = "same", "Nothing has changed"
    CHANGED = "changed", "It has changed"
    GONE = "gone", "The page is gone"


class ListState(TextChoices):
    """Of a list of guidance that was pasted or uploaded."""

    PREVIEW = "preview", "To be checked"
    SAVED = "saved", "Saved"
    DISCARDED = "discarded", "Discarded"


class SourceChangeState(TextChoices):
    FOUND = "found", "To be decided"
    TAKEN = "taken", "Taken in as a new version"
    DISMISSED = "dismissed", "Does not matter here"


class Topic(TextChoices):
    CHILD_PROTECTION = "child_protection", "Child protection"
    CHILDREN_IN_CARE = "children_in_care", "Children in care and care leavers"
    EARLY_HELP = "early_help", "Early help"
    SEND = "send", "Special educational needs and disabilities"
    SCHOOLS = "schools", "Schools and colleges"
    EARLY_YEARS = "early_years", "Early years and childcare"
    ADOPTION_FOSTERING = "adoption_fostering", "Adoption and fostering"
    RESIDENTIAL = "residential", "Children's homes and residential care"
    DOMESTIC_ABUSE = "domestic_abuse", "Domestic abuse"
    ONLINE_SAFETY = "online_safety", "Online safety and exploitation"
    HEALTH_SERVICES = "health_services", "Health services for children"
    MENTAL_HEALTH = "mental_health", "Mental health and wellbeing"
    PPE = "ppe", "Protective equipment and infection control"
    TESTING = "testing", "Testing, tracing and isolating"
    SHIELDING = "shielding", "Shielding and vulnerable people"
    WORKFORCE = "workforce", "Workforce"
    COURTS = "courts", "Courts and tribunals"
    POLICE_JUSTICE = "police_justice", "Police and youth justice"
    HOUSING_MONEY = "housing_money", "Housing, food and money"
    INFORMATION = "information", "Information sharing and records"
    GOVERNANCE = "governance", "Partnership and governance"


class TouchedDuty(TextChoices):
    """What partners and practitioners have to do that guidance may change."""

    VISITS_CARE = "visits_care", "Visits to children in care"
    VISITS_CP = "visits_cp", "Visits and contact under child protection and in need plans"
    ENQUIRIES = "enquiries", "Child protection enquiries and conferences"
    REVIEWS_CARE = "reviews_care", "Reviews of children in care"
    PLACEMENTS = "placements", "Placements, fostering and adoption decisions"
    HOMES = "homes", "Running and inspecting children's homes"
    FAMILY_TIME = "family_time", "Family time and contact"
    EHC = "ehc", "Education, health and care needs assessments and plans"
    ATTENDANCE = "attendance", "School attendance and open places"
    SAFEGUARDING_SCHOOLS = "safeguarding_schools", "Safeguarding in schools and settings"
    CHILD_HEALTH = "child_health", "Health visiting and health checks"
    MEDICALS = "medicals", "Medicals and health assessments"
    POLICE_POWERS = "police_powers", "Police protection and powers"
    COURT_WORK = "court_work", "Court applications and hearings"
    SHARING = "sharing", "Sharing information"
    RECRUITMENT = "recruitment", "Safer recruitment and checks"
    TRAINING = "training", "Safeguarding training and supervision"
    INFECTION = "infection", "Infection control and protective equipment"
    SUPPORT = "support", "Support to families, food and devices"
