"""Who opens what guidance reaches: who keeps the register, and who checks it."""

from tests.house.access import Row

_ITEM = {"uid": "linked guidance"}
_LINK = {"uid": "guidance link"}

ROWS = {
    "guidance_reach": Row("CO AU"),
    "guidance_practice": Row("CO AU"),
    "link_guidance": Row("CO", "CO", ids=_ITEM),
    "add_guidance_action": Row("CO", "CO", ids=_ITEM),
    "unlink_guidance": Row(None, "CO", ids=_LINK),
    "look_guidance_link": Row("CO", "CO", ids=_LINK),
    "close_guidance": Row("CO", "CO", ids={"uid": "linked version"}),
}


def ids(people, own, other, at) -> dict:
    from guidance.models import GuidanceLink
    from tests.guidance.factories import make_issued, make_item
    from tests.people import person

    item = make_item(number=95_001, audiences=["police"])
    version = make_issued(item, author=people["CO"], approver=person("CO"))
    link = GuidanceLink.objects.create(
        item=item, kind="question", target="level", label="How do your services run?", made_at=at
    )
    return {"linked guidance": item.uid, "linked version": version.uid, "guidance link": link.uid}
