from django.db.models import TextChoices


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
