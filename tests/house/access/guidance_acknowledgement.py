"""Who acknowledges guidance, who sees how far the others are, and who reads what is live for a role."""

from tests.guidance.factories import make_issued, make_item, make_version
from tests.house.access import Row
from tests.people import person

_READERS = "BM MG SW PR CO AU AD"
_ANSWERING = "MG SW PR"

ROWS = {
    "my_guidance": Row(_ANSWERING),
    "acknowledge_guidance": Row(
        _ANSWERING, _ANSWERING, ids={"uid": "version to acknowledge"}, beyond={"uid": "version not issued"}
    ),
    "guidance_outstanding": Row("BM CO AU"),
    "guidance_roles": Row(_READERS),
    "guidance_for": Row(_READERS, ids={"audience": "audience"}),
}


def ids(people, own, other, at):
    item = make_item(audiences=["police", "social_workers", "managers"])
    issued = make_issued(
        item, author=person("CO", name="Who wrote it"), approver=person("CO", name="Who approved it"), at=at
    )
    return {
        "version to acknowledge": issued.uid,
        "version not issued": make_version(item, 2).uid,
        "audience": "police",
    }
