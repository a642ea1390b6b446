"""Who opens the pages of actions."""

from partners.constants import ActionState
from tests.house.access import Row
from tests.partners.concerns_world import action_row

_READERS = "BM MG PR CO AU"
_OPEN = {"ids": {"uid": "action"}, "beyond": {"uid": "other_action"}, "all_rows": "BM CO AU"}
_DONE = {"ids": {"uid": "action done"}, "beyond": {"uid": "other_action"}, "all_rows": "BM CO"}

ROWS = {
    "my_actions": Row(_READERS),
    "actions": Row("BM CO AU"),
    "actions_export": Row("CO AU"),
    "actions_to_verify": Row("BM PR CO"),
    "add_action": Row("PR CO", "PR CO"),
    "action": Row(_READERS, **_OPEN),
    "slip_action": Row("MG PR CO", "MG PR CO", **_OPEN),
    "finish_action": Row("MG PR CO", "MG PR CO", **_OPEN),
    "reassign_action": Row("MG PR CO", "MG PR CO", **_OPEN),
    "withdraw_action": Row("CO", "CO", ids={"uid": "action"}),
    "verify_action": Row(None, "BM PR CO", **_DONE),
    "reopen_action": Row("BM PR CO", "BM PR CO", **_DONE),
}


def ids(people, own, other, at):
    return {
        "action": action_row(own, people["CO"], owner=people["MG"], now=at).uid,
        "action done": action_row(own, people["CO"], ActionState.DONE, now=at).uid,
        "other_action": action_row(other, people["CO"], now=at).uid,
    }
