"""Whom guidance is for, what they answer, and what it is linked to."""

from django.db.models import TextChoices

from accounts.constants import Role
from partners.constants import OrganisationKind

__all__ = [
    "ACK_WORKING_DAYS",
    "KINDS_OF",
    "ROLES_OF",
    "AckAnswer",
    "Audience",
    "GuidanceLinkKind",
    "GuidanceReminderStep",
]

# Working days from issue until everybody whom it is for has answered; a local target.
ACK_WORKING_DAYS = 5


class Audience(TextChoices):
    """The people whom guidance is for, as they call themselves."""

    SOCIAL_WORKERS = "social_workers", "Social workers"
    MANAGERS = "managers", "Managers in the children's service"
    HEALTH_VISITORS = "health_visitors", "Health visitors and school nurses"
    HEALTH_PROVIDERS = "health_providers", "Hospitals, GPs and mental health services"
    COMMISSIONERS = "commissioners", "Health commissioners"
    SAFEGUARDING_LEADS = "dsl", "Designated safeguarding leads in schools"
    EARLY_YEARS = "early_years", "Early years and childcare providers"
    POLICE = "police", "Police"
    PROBATION_COURTS = "probation_courts", "Probation and courts"
    CARERS = "carers", "Foster carers and children's homes"
    COMMISSIONED = "commissioned", "Commissioned providers"
    VOLUNTARY = "voluntary", "Voluntary organisations"
    LOCAL_AUTHORITY = "local_authority", "Council services"
    BOARD = "board", "Board members"
    FAMILIES = "families", "Children and families"


# Partners of these kinds acknowledge for an audience; an audience without a kind is told, and asked nothing.
KINDS_OF: dict[str, tuple[OrganisationKind, ...]] = {
    Audience.SOCIAL_WORKERS: (OrganisationKind.CHILDRENS_TRUST,),
    Audience.MANAGERS: (OrganisationKind.CHILDRENS_TRUST,),
    Audience.HEALTH_VISITORS: (OrganisationKind.NHS_PROVIDER,),
    Audience.HEALTH_PROVIDERS: (OrganisationKind.NHS_PROVIDER,),
    Audience.COMMISSIONERS: (
        OrganisationKind.CLINICAL_COMMISSIONING_GROUP,
        OrganisationKind.INTEGRATED_CARE_BOARD,
    ),
    Audience.SAFEGUARDING_LEADS: (OrganisationKind.SCHOOLS,),
    Audience.EARLY_YEARS: (OrganisationKind.SCHOOLS,),
    Audience.POLICE: (OrganisationKind.POLICE,),
    Audience.PROBATION_COURTS: (OrganisationKind.PROBATION_COURTS,),
    Audience.CARERS: (OrganisationKind.COMMISSIONED_PROVIDER,),
    Audience.COMMISSIONED: (OrganisationKind.COMMISSIONED_PROVIDER,),
    Audience.VOLUNTARY: (OrganisationKind.VOLUNTARY,),
    Audience.LOCAL_AUTHORITY: (OrganisationKind.LOCAL_AUTHORITY,),
    Audience.BOARD: (),
    Audience.FAMILIES: (),
}
# People of the children's service who acknowledge for themselves.
ROLES_OF: dict[str, tuple[Role, ...]] = {
    Audience.SOCIAL_WORKERS: (Role.SOCIAL_WORKER,),
    Audience.MANAGERS: (Role.MANAGER,),
}


class AckAnswer(TextChoices):
    READ = "read", "Read"
    IN_PRACTICE = "in_practice", "Put into practice"
    NOT_APPLICABLE = "not_applicable", "Does not apply to us"


class GuidanceReminderStep(TextChoices):
    """The ladder of returns, for guidance that nobody has acknowledged."""

    BEFORE = "before", "Before it is due"
    DUE = "due", "On the day"
    LATE = "late", "Late: the lead"
    DEPUTY = "deputy", "Late: the deputy"
    BOARD = "board", "Late: the coordinator and the board"


class GuidanceLinkKind(TextChoices):
    """What guidance reaches. Risks are linked from the register of risks."""

    QUESTION = "question", "Question of the assurance return"
    PLAN = "plan", "Recovery plan"
    SERVICE = "service", "Service commitment"
    BACKLOG = "backlog", "Backlog"
