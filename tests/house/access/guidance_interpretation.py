"""Who opens the pages of the interpretation of guidance."""

from types import SimpleNamespace

from guidance.constants import VersionState as State
from tests.guidance.interpretation_world import version_in
from tests.house.access import Row
from tests.people import person

_READERS = "BM MG SW PR CO AU AD"

ROWS = {
    "guidance_work": Row("CO AU"),
    "guidance_topics": Row("CO", "CO"),
    "guidance_time_to_issue": Row("CO AU"),
    "interpretation": Row(
        _READERS, ids={"uid": "issued version"}, beyond={"uid": "received version"}, all_rows="CO AU"
    ),
    "write_interpretation": Row("CO", "CO", ids={"uid": "assessed version"}),
    "assess_guidance": Row("CO", "CO", ids={"uid": "received version"}),
    "set_aside_guidance": Row("CO", "CO", ids={"uid": "received version"}),
    "take_up_guidance": Row("CO", "CO", ids={"uid": "version set aside"}),
    "submit_interpretation": Row("CO", "CO", ids={"uid": "drafted version"}),
    "review_interpretation": Row("CO", "CO", ids={"uid": "version in review"}),
    "take_back_guidance": Row("CO", "CO", ids={"uid": "approved version"}),
    "issue_guidance": Row("CO", "CO", ids={"uid": "approved version"}),
}


def ids(people, own, other, at):
    # Whoever asks wrote in none of them.
    hands = SimpleNamespace(author=person("CO", name="Author"), approver=person("CO", name="Approver"))
    states = {
        "received version": State.RECEIVED,
        "version set aside": State.SET_ASIDE,
        "assessed version": State.ASSESSED,
        "drafted version": State.ASSESSED,
        "version in review": State.INTERPRETED,
        "approved version": State.APPROVED,
        "issued version": State.ISSUED,
    }
    return {name: version_in(hands, state).uid for name, state in states.items()}
