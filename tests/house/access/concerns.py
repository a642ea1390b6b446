"""Who opens the pages of concerns and successes."""

from partners.constants import ConcernState
from tests.house.access import Row
from tests.partners.concerns_world import concern_row

# The coordinator and the auditor reach every concern.
_SEEN = {"ids": {"uid": "concern"}, "beyond": {"uid": "other_concern"}, "all_rows": "CO AU"}
_READERS = "BM MG SW PR CO AU"

ROWS = {
    "concerns": Row(_READERS),
    "my_concerns": Row(_READERS),
    "concerns_triage": Row("CO"),
    "concerns_before_board": Row("BM CO"),
    "raise_concern": Row("MG SW PR CO", "MG SW PR CO"),
    "concern": Row(_READERS, **_SEEN),
    "triage_concern": Row("CO", "CO", ids={"uid": "concern raised"}),
    "decline_concern": Row("CO", "CO", ids={"uid": "concern raised"}),
    "escalate_concern": Row("CO", "CO", ids={"uid": "concern taken up"}),
    "answer_concern": Row(
        "PR CO",
        "PR CO",
        ids={"uid": "concern taken up"},
        beyond={"uid": "other_concern"},
        all_rows="CO",
    ),
    "answer_for_board": Row("BM", "BM", ids={"uid": "concern escalated"}, beyond={"uid": "other_concern"}),
    "close_concern": Row("CO", "CO", ids={"uid": "concern"}),
    "reopen_concern": Row("CO", "CO", ids={"uid": "concern"}),
}


def ids(people, own, other, at):
    lead = people["PR"]
    seen_by_all = concern_row(
        own,
        ConcernState.ANSWERED,
        by=people["SW"],
        now=at,
        owner=people["MG"],
        escalated_at=at,
        escalated_by=people["CO"],
    )
    return {
        "concern": seen_by_all.uid,
        "concern raised": concern_row(own, by=lead, now=at).uid,
        "concern taken up": concern_row(own, ConcernState.TRIAGED, by=lead, now=at, owner=lead).uid,
        "concern escalated": concern_row(own, ConcernState.ESCALATED, by=lead, now=at).uid,
        "other_concern": concern_row(other, by=people["CO"], now=at).uid,
    }
