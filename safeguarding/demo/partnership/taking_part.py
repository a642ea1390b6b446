"""Who takes part, and what each is by law."""

from datetime import date

from partners.constants import StatutoryRoleKind as Role
from safeguarding.demo import people
from safeguarding.demo.partnership.ground import ICB_FROM, PARTNERS, Ground, model, write

# Local arrangements under the 2018 guidance were in place by then.
_ARRANGED = date(2019, 9, 29)
_ASKED_SINCE = date(2020, 4, 1)
_GUIDANCE = "Working Together to Safeguard Children 2018, chapter 3"
_ACT = "Health and Care Act 2022: integrated care boards took over from clinical commissioning groups"
_ROLES = {
    "council": Role.LOCAL_AUTHORITY,
    "county": Role.LOCAL_AUTHORITY,
    "city": Role.LOCAL_AUTHORITY,
    "ccg": Role.CLINICAL_COMMISSIONING_GROUP,
    "icb": Role.INTEGRATED_CARE_BOARD,
    "police": Role.CHIEF_OFFICER_OF_POLICE,
}
SETS = {"harbour": "covid19-commissioned"}
PARTNER_SET = "covid19-partners"


def store(ground: Ground) -> None:
    """Statutory roles, succession and who owes a return since when."""
    replaced = ground.as_of >= ICB_FROM
    _succession(ground, replaced)
    role, part = model("StatutoryRole"), model("Participation")
    roles = []
    for row in people.organisations():
        if row.key == "icb" and not replaced:
            continue
        ended = row.key == "ccg" and replaced
        roles.append(
            role(
                organisation_id=ground.organisations[row.key],
                role=_ROLES.get(row.key, Role.RELEVANT_AGENCY),
                from_date=ICB_FROM if row.key == "icb" else _ARRANGED,
                until_date=ICB_FROM if ended else None,
                source=_ACT if row.key == "icb" else _GUIDANCE,
            )
        )
    write(role, roles)
    since = {key: _ASKED_SINCE for key in ("ccg", *PARTNERS, "harbour") if key != "icb"}
    if replaced:
        since["icb"] = ICB_FROM
    if ground.resumed_on:
        since["community"] = ground.resumed_on
    write(
        part,
        [
            part(
                organisation_id=ground.organisations[key],
                question_set_code=SETS.get(key, PARTNER_SET),
                from_date=day,
                until_date=ICB_FROM if key == "ccg" and replaced else None,
            )
            for key, day in since.items()
        ],
    )


def _succession(ground: Ground, replaced: bool) -> None:
    if not replaced:
        return
    rows = model("Organisation")._default_manager
    for row in people.organisations():
        if row.predecessor:
            before = ground.organisations[row.predecessor]
            rows.filter(pk=ground.organisations[row.key]).update(predecessor=before)
            rows.filter(pk=before).update(withdrawn_on=ICB_FROM)
