"""Risks, ratings, controls."""

from django.db.models import TextChoices

__all__ = [
    "Assurance",
    "Band",
    "Confidence",
    "ControlState",
    "LinkKind",
    "RatingKind",
    "Response",
    "RiskState",
    "RiskTheme",
    "Rollup",
    "SystemFunction",
]


class SystemFunction(TextChoices):
    """What the local system must be able to do: Working Together to Safeguard Children (2018), chapter 3,
    as quoted in the Staffordshire and Stoke-on-Trent paper of 1 September 2020, paragraph 12."""

    SAFEGUARD = "a", "Children are safeguarded and their welfare promoted"
    COLLABORATE = "b", "Partners collaborate, share and co-own the vision"
    CHALLENGE = "c", "Organisations challenge and hold one another to account"
    THREATS = "d", "New safeguarding issues and emerging threats are identified early"
    LEARNING = "e", "Learning is promoted and embedded"
    INFORMATION = "f", "Information is shared effectively"


class RiskTheme(TextChoices):
    """What a risk is about: the themes of the assurance returns (partners.constants.Theme, same codes), and
    what returns do not ask of. Sections of what partnerships' pandemic registers held in 2020."""

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
    GENERAL = "general", "Other"
    SIGHT = "sight", "Sight of children"
    DOMESTIC_ABUSE = "domestic_abuse", "Domestic abuse"
    ONLINE = "online", "Online abuse"
    EXPLOITATION = "exploitation", "Exploitation and missing children"
    PLACEMENTS = "placements", "Placements and care leavers"
    EDUCATION = "education", "School and special educational needs"
    HEALTH = "health", "Health and mental health"
    POVERTY = "poverty", "Food and poverty"
    INFORMATION = "information", "Information sharing"
    PROVIDERS = "providers", "Commissioned providers"
    SYSTEMS = "systems", "Buildings and systems"


class RiskState(TextChoices):
    # Its organisation's alone.
    DRAFT = "draft", "Draft"
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


class RatingKind(TextChoices):
    INHERENT = "inherent", "Inherent: without controls"
    CURRENT = "current", "Current: with the controls as they are"
    TARGET = "target", "Target: what the partnership aims at"


class Band(TextChoices):
    """Of the default matrix, lowest first: 1-3, 4-6, 8-12, 15-25."""

    GREEN = "green", "Green"
    YELLOW = "yellow", "Yellow"
    AMBER = "amber", "Amber"
    RED = "red", "Red"


class Response(TextChoices):
    TREAT = "treat", "Treat"
    TOLERATE = "tolerate", "Tolerate"
    TRANSFER = "transfer", "Transfer"
    TERMINATE = "terminate", "Terminate"
    MONITOR = "monitor", "Outside our control: monitor"


class Confidence(TextChoices):
    HIGH = "high", "High: rests on current evidence"
    MEDIUM = "medium", "Medium: rests on some evidence"
    LOW = "low", "Low: mostly judgement"


class Rollup(TextChoices):
    """How partners' own ratings are put beside the partnership's."""

    WORST = "worst", "The worst of the partners' ratings"
    MOST_COMMON = "most_common", "The most common of the partners' ratings"


class Assurance(TextChoices):
    """How it is known that a control works."""

    NONE = "none", "Not known"
    SAID = "said", "Said by who runs it"
    SHOWN = "shown", "Shown by figures or a check"
    TESTED = "tested", "Tested by somebody else"


class ControlState(TextChoices):
    PLANNED = "planned", "Planned"
    IN_PLACE = "in_place", "In place"
    ENDED = "ended", "Ended"


class LinkKind(TextChoices):
    """What a risk is linked to."""

    QUESTION = "question", "Question of the assurance return"
    CONCERN = "concern", "Concern"
    GUIDANCE = "guidance", "Guidance"
    FLAG_KIND = "flag_kind", "Kind of hazard flag"
    PLAN = "plan", "Recovery plan"
    BACKLOG = "backlog", "Backlog"
    SERVICE = "service", "Service commitment"
    SIGNAL = "signal", "Emerging threat"
