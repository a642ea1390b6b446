"""Who takes part."""

from django.db.models import TextChoices

__all__ = ["ANSWERS_FOR", "Duty", "OrganisationKind", "StatutoryRoleKind"]


class OrganisationKind(TextChoices):
    LOCAL_AUTHORITY = "local_authority", "Local authority"
    CHILDRENS_TRUST = "childrens_trust", "Children's trust"
    CLINICAL_COMMISSIONING_GROUP = "ccg", "Clinical commissioning group"
    INTEGRATED_CARE_BOARD = "icb", "Integrated care board"
    NHS_PROVIDER = "nhs_provider", "NHS provider"
    POLICE = "police", "Police force"
    SCHOOLS = "schools", "Schools and colleges"
    PROBATION_COURTS = "probation_courts", "Probation or courts"
    COMMISSIONED_PROVIDER = "commissioned_provider", "Commissioned provider"
    VOLUNTARY = "voluntary", "Voluntary organisation"


class StatutoryRoleKind(TextChoices):
    """Working Together 2018, chapter 3, and 2023: three safeguarding partners, and relevant agencies.
    The Health and Care Act 2022 put integrated care boards in the place of clinical commissioning groups
    from 1 July 2022."""

    LOCAL_AUTHORITY = "local_authority", "Safeguarding partner: local authority"
    CLINICAL_COMMISSIONING_GROUP = "ccg", "Safeguarding partner: clinical commissioning group"
    INTEGRATED_CARE_BOARD = "icb", "Safeguarding partner: integrated care board"
    CHIEF_OFFICER_OF_POLICE = "police", "Safeguarding partner: chief officer of police"
    RELEVANT_AGENCY = "relevant_agency", "Relevant agency"


class Duty(TextChoices):
    """What somebody does for an organisation."""

    LEAD = "lead", "Lead: answers for the returns"
    DEPUTY = "deputy", "Deputy: stands in for the lead"
    CONTRIBUTOR = "contributor", "Contributor: fills parts of returns"
    # Belongs to it, and answers for nothing: board members, coordinators, managers.
    STAFF = "staff", "Member of staff"


# They read and fill their organisation's returns and plans (with the role of a partner representative).
ANSWERS_FOR = (Duty.LEAD, Duty.DEPUTY, Duty.CONTRIBUTOR)
