"""Who may open which address: one row for each URL name, asked for by tests/house/test_access_matrix.py.

`get` and `post` name the roles that get in ("MG SW", or ANYBODY, SIGNED_IN); None: the method is not
offered. "In" is any answer but 403, 404, 405 and 5xx. Everybody else is refused with 403; `nobody` is
sent to the sign-in page. `ids` names the record in the address (see access_world.py); `beyond` names one
that exists and lies out of everybody's reach but for the roles in `all_rows`: for the others it answers 404,
byte by byte as an address that never was. `refused` is 404 where a role may not know that the page exists.
"""

from tests.house.access import ANYBODY, ROLES, SIGNED_IN, Row, subjects

__all__ = ["ANYBODY", "ROLES", "ROWS", "SIGNED_IN", "Row"]

_CHILD = {"ids": {"uid": "child"}, "beyond": {"uid": "other_child"}, "all_rows": "AU"}
_VISIT = {"ids": {"uid": "visit"}, "beyond": {"uid": "other_visit"}, "all_rows": "AU"}
_PERSON = {"ids": {"uid": "partner"}}
_GRANT = {"ids": {"uid": "partner", "grant": "grant"}}

ROWS: dict[str, Row] = {
    # Machines and statements
    "healthz": Row(ANYBODY),
    "readyz": Row(ANYBODY),
    "accessibility": Row(ANYBODY),
    "privacy": Row(ANYBODY),
    # Sign-in; whoever is signed in already is sent on
    "account_login": Row(ANYBODY, ANYBODY),
    "mfa_authenticate": Row(ANYBODY, ANYBODY),
    "account_logout": Row(ANYBODY, ANYBODY),
    "account_reset_password": Row(ANYBODY, ANYBODY),
    "account_reset_password_done": Row(ANYBODY),
    "account_reset_password_from_key": Row(ANYBODY, ANYBODY, ids={"uidb36": "made up", "key": "made up"}),
    "account_reset_password_from_key_done": Row(ANYBODY),
    # One's own account
    "account": Row(SIGNED_IN),
    "keep_alive": Row(None, SIGNED_IN),
    "account_change_password": Row(SIGNED_IN, SIGNED_IN),
    "account_reauthenticate": Row(SIGNED_IN, SIGNED_IN),
    "mfa_reauthenticate": Row(SIGNED_IN, SIGNED_IN),
    "mfa_index": Row(SIGNED_IN),
    "mfa_activate_totp": Row(SIGNED_IN, SIGNED_IN),
    # Only where one is set up, as it is for these.
    "mfa_deactivate_totp": Row("MG SW AU AD", "MG SW AU AD", refused=404),
    "mfa_view_recovery_codes": Row("MG SW AU AD", refused=404),
    "mfa_generate_recovery_codes": Row(SIGNED_IN, SIGNED_IN),
    # People
    "people": Row("CO AU AD"),
    "invite": Row("CO AD", "CO AD"),
    "person": Row("CO AU AD", ids={"uid": "partner"}, beyond={"uid": "worker"}, all_rows="AU AD"),
    "new_link": Row(None, "CO AD", ids={"uid": "partner"}, beyond={"uid": "worker"}, all_rows="AD"),
    "give_right": Row(None, "AD", **_PERSON),
    "confirm_right": Row(None, "AD", **_GRANT),
    "end_right": Row(None, "AD", **_GRANT),
    "switch_off": Row(None, "AD", **_PERSON),
    "switch_on": Row(None, "AD", **_PERSON),
    "take_second_factor_off": Row(None, "AD", **_PERSON),
    "person_teams": Row("AD", "AD", ids={"uid": "worker"}),
    # The trail
    "audit_trail": Row("AU AD"),
    "audit_trail_download": Row("AU"),
    # Jobs
    "jobs": Row("MG CO AU AD"),
    "job": Row("MG CO AU AD", ids={"uid": "job"}),
    "rebuild_visit_rates": Row(None, "CO AD"),
    # The dashboard
    "start": Row(ANYBODY),
    "visiting": Row("BM MG SW CO AU"),
    "visiting_children": Row("MG SW AU"),
    "visiting_export": Row("BM MG SW CO AU"),
    "visiting_method": Row("BM MG SW CO AU"),
    "oversight": Row("BM MG CO AU"),
    "oversight_children": Row("MG"),
    # Records
    # What is searched for goes by POST, to stay out of addresses.
    "children": Row("MG SW AU", "MG SW AU"),
    "child": Row("MG SW AU", **_CHILD),
    "reveal_child": Row("AU", "AU", ids={"uid": "child"}),
    "child_allocations": Row("MG", "MG", ids={"uid": "child"}, beyond={"uid": "other_child"}),
    "child_blocks": Row("MG", "MG", ids={"uid": "child"}, beyond={"uid": "other_child"}),
    "record_visit": Row("SW", "SW", ids={"uid": "child"}, beyond={"uid": "other_child"}),
    "visit": Row("MG SW AU", **_VISIT),
    "correct_visit": Row("MG SW", "MG SW", ids={"uid": "old visit"}, beyond={"uid": "other_visit"}),
    "cancel_visit": Row("MG SW", "MG SW", ids={"uid": "old visit"}, beyond={"uid": "other_visit"}),
    "awaiting_authorisation": Row("MG"),
    # Assessments before visits, and alternatives to them
    "child_assessments": Row("MG SW AU", **_CHILD),
    "make_assessment": Row("SW", "SW", ids={"uid": "child"}, beyond={"uid": "other_child"}),
    "assessment": Row(
        "MG SW AU", ids={"uid": "assessment"}, beyond={"uid": "other_assessment"}, all_rows="AU"
    ),
    "assessments_to_countersign": Row("MG"),
    "countersign_assessment": Row(None, "MG", ids={"uid": "assessment"}, beyond={"uid": "other_assessment"}),
    # Items are no children: whoever reads totals of oversight reads these.
    "ppe": Row("BM MG CO AU"),
    "ppe_export": Row("MG"),
    "record_alternative": Row("SW", "SW", ids={"uid": "child"}, beyond={"uid": "other_child"}),
    "alternative": Row(
        "MG SW AU", ids={"uid": "alternative"}, beyond={"uid": "other_alternative"}, all_rows="AU"
    ),
    "write_alternative": Row("MG SW", "MG SW", ids={"uid": "old visit"}, beyond={"uid": "other_visit"}),
    "alternatives": Row("MG"),
    "alternatives_export": Row("MG"),
    # Hazard flags, school, family contact
    "child_flags": Row("MG SW AU", **_CHILD),
    "raise_flag": Row("MG SW", "MG SW", ids={"uid": "child"}, beyond={"uid": "other_child"}),
    "flags_waiting": Row("MG"),
    "flag": Row("MG SW AU", ids={"uid": "flag"}, beyond={"uid": "other_flag"}, all_rows="AU"),
    "agree_to_flag": Row(None, "MG", ids={"uid": "flag"}, beyond={"uid": "other_flag"}),
    "review_flag": Row("MG SW", "MG SW", ids={"uid": "flag"}, beyond={"uid": "other_flag"}),
    "clear_flag": Row("MG", "MG", ids={"uid": "flag"}, beyond={"uid": "other_flag"}),
    # A manager's own teams plainly, for the others the whole service without small numbers.
    "flag_counts": Row("BM MG CO AU"),
    "child_school": Row("MG SW AU", **_CHILD),
    "decide_school": Row("MG SW", "MG SW", ids={"uid": "child"}, beyond={"uid": "other_child"}),
    "school_gaps": Row("MG SW"),
    "child_contacts": Row("MG SW AU", **_CHILD),
    "arrange_contact": Row("MG SW", "MG SW", ids={"uid": "child"}, beyond={"uid": "other_child"}),
    "contact_outcome": Row("MG SW", "MG SW", ids={"uid": "contact"}, beyond={"uid": "other_contact"}),
    "contact_counts": Row("MG"),
    # Management decisions
    "decisions": Row("MG SW AU"),
    "decision": Row("MG SW AU", ids={"uid": "decision"}, beyond={"uid": "other_decision"}, all_rows="AU"),
    "ask_decision": Row("MG SW", "MG SW", ids={"uid": "child"}, beyond={"uid": "other_child"}),
    "decide_decision": Row("MG", "MG", ids={"uid": "decision"}, beyond={"uid": "other_decision"}),
    # Only who asked changes a request; somebody else's form gets the service's answer.
    "resubmit_decision": Row(
        "SW", "MG SW", ids={"uid": "decision sent back"}, beyond={"uid": "other_decision"}
    ),
    "withdraw_decision": Row("MG SW", "MG SW", ids={"uid": "decision"}, beyond={"uid": "other_decision"}),
    "renew_decision": Row(
        "MG SW", "MG SW", ids={"uid": "decision to renew"}, beyond={"uid": "other_decision"}
    ),
    # Absence and cover, keeping in touch, worklists
    "my_visits": Row("SW"),
    "queue": Row("MG"),
    "cover": Row("MG"),
    "record_absence": Row("MG", "MG"),
    "end_absence": Row("MG", "MG", ids={"uid": "absence"}, beyond={"uid": "other_absence"}),
    "cover_child": Row("MG", "MG", ids={"uid": "child"}, beyond={"uid": "other_child"}),
    "cover_caseload": Row("MG", "MG", ids={"uid": "worker"}, beyond={"uid": "other_worker"}),
    "end_cover": Row(None, "MG", ids={"uid": "cover"}, beyond={"uid": "other_cover"}),
    "check_ins": Row("MG"),
    "mark_check_ins": Row("MG", "MG", ids={"uid": "team"}, beyond={"uid": "other_team"}),
    # A manager who holds the import permission.
    "import_records": Row("MG", "MG"),
    "import_run": Row("MG", "MG", ids={"uid": "import"}, beyond={"uid": "another's import"}),
    "import_refusals": Row("MG", ids={"uid": "import"}, beyond={"uid": "another's import"}),
    "emergency_accesses": Row("MG AU"),
    "open_emergency_access": Row("SW", "SW"),
    "emergency_access_seen": Row(None, "MG", ids={"uid": "emergency"}, beyond={"uid": "other_emergency"}),
}

for subject in subjects():
    ROWS |= subject.ROWS
