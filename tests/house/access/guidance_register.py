"""Who opens the register of guidance: what was issued is for everybody who works with it, the rest for who
keeps or checks it."""

from tests.house.access import Row

_READERS = "BM MG SW PR CO AU AD"
_BEYOND = {"all_rows": "CO AU"}

ROWS = {
    "guidance": Row(_READERS),
    "guidance_seen": Row(None, _READERS),
    "new_guidance": Row("CO", "CO"),
    "guidance_list_print": Row("CO AU"),
    "guidance_list_csv": Row("CO AU"),
    "guidance_list_xlsx": Row("CO AU"),
    "guidance_item": Row(
        _READERS, ids={"uid": "issued guidance"}, beyond={"uid": "received guidance"}, **_BEYOND
    ),
    "guidance_version": Row(
        _READERS, ids={"uid": "issued version"}, beyond={"uid": "received version"}, **_BEYOND
    ),
    "guidance_difference": Row(
        _READERS, ids={"uid": "issued version"}, beyond={"uid": "received version"}, **_BEYOND
    ),
    "edit_guidance": Row("CO", "CO", ids={"uid": "received guidance"}),
    "replace_guidance": Row("CO", "CO", ids={"uid": "received guidance"}),
    "check_guidance": Row("CO", "CO", ids={"uid": "received guidance"}),
    "new_guidance_version": Row("CO", "CO", ids={"uid": "received guidance"}),
    "correct_guidance": Row("CO", "CO", ids={"uid": "received version"}),
}


def ids(people, own, other, at) -> dict:
    from tests.guidance.factories import make_issued, make_item, make_version
    from tests.people import person

    # Apart from the items of other subjects.
    issued = make_item(number=91_001, audiences=["social_workers", "police"])
    version = make_issued(issued, author=people["CO"], approver=person("CO"))
    received = make_item(number=91_002)
    return {
        "issued guidance": issued.uid,
        "issued version": version.uid,
        "received guidance": received.uid,
        "received version": make_version(received).uid,
    }
