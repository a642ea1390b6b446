"""Who opens the pages of organisations."""

from tests.house.access import SIGNED_IN, Row

_ONE = {"ids": {"uid": "organisation"}}

ROWS = {
    "organisations": Row(SIGNED_IN),
    "organisation": Row(SIGNED_IN, **_ONE),
    "add_organisation": Row("CO AD", "CO AD"),
    "edit_organisation": Row("CO", "CO", **_ONE),
    "edit_organisation_contact": Row(
        "PR CO", "PR CO", **_ONE, beyond={"uid": "other_organisation"}, all_rows="CO"
    ),
    "withdraw_organisation": Row("CO AD", "CO AD", **_ONE),
    "reinstate_organisation": Row(None, "CO AD", **_ONE),
    "add_representative": Row("CO", "CO", **_ONE),
    "end_representative": Row("CO", "CO", ids={"uid": "other_organisation", "person": "partner"}),
    "add_statutory_role": Row("CO", "CO", **_ONE),
    "end_statutory_role": Row("CO", "CO", **_ONE),
    "start_participation": Row("CO", "CO", **_ONE),
    "end_participation": Row("CO", "CO", **_ONE),
}
