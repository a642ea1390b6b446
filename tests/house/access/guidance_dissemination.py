"""Who opens the pages of channels, coverage, newsletters, and what is published of guidance."""

from datetime import timedelta

from guidance.models import Newsletter
from guidance.services import dissemination, newsletters
from safeguarding.kernel.periods import day_of
from tests.guidance.factories import make_issued, make_item, make_version
from tests.house.access import ANYBODY, SIGNED_IN, Row
from tests.people import person

_KEEPS = "CO"
_CHECKS = "CO AU"
_TEXT = {"ids": {"uid": "guidance text"}}
_DRAFT = {"ids": {"uid": "newsletter draft"}}

ROWS = {
    "dispatches": Row(_CHECKS, ids={"uid": "told version"}),
    "plan_dispatch": Row(_KEEPS, _KEEPS, ids={"uid": "told version", "channel": "guidance channel"}),
    "correct_dispatch": Row(_KEEPS, _KEEPS, **_TEXT),
    "mark_dispatch_sent": Row(_KEEPS, _KEEPS, **_TEXT),
    "drop_dispatch": Row(_KEEPS, _KEEPS, **_TEXT),
    "guidance_coverage": Row(_CHECKS),
    "newsletters": Row(SIGNED_IN),
    "compose_newsletter": Row(_KEEPS, _KEEPS),
    # A draft is there for who keeps the register or checks it.
    "newsletter": Row(
        SIGNED_IN, ids={"uid": "newsletter sent"}, beyond={"uid": "newsletter draft"}, all_rows=_CHECKS
    ),
    "newsletter_plain": Row(
        SIGNED_IN, ids={"uid": "newsletter sent"}, beyond={"uid": "newsletter draft"}, all_rows=_CHECKS
    ),
    "edit_newsletter": Row(_KEEPS, _KEEPS, **_DRAFT),
    "send_newsletter": Row(_KEEPS, _KEEPS, **_DRAFT),
    "discard_newsletter": Row(_KEEPS, _KEEPS, **_DRAFT),
    "newsletter_deliveries": Row(_CHECKS, ids={"uid": "newsletter sent"}),
    "public_guidance": Row(ANYBODY),
    "guidance_feed": Row(ANYBODY),
    "public_guidance_item": Row(
        ANYBODY, ids={"uid": "public guidance"}, beyond={"uid": "guidance not public"}
    ),
}


def ids(people, own, other, at):
    keeper, approver = people["CO"], person("CO", name="Approves")
    issued = at - timedelta(hours=1)
    versions = [
        make_issued(
            make_item(f"Told {number}"),
            author=keeper,
            approver=approver,
            at=issued - timedelta(days=3 * number),
        )
        for number in range(2)
    ]
    hidden = make_version(make_item("Not issued"))
    text = dissemination.plan(
        user=keeper, of=versions[0], channel="twitter", audiences=["police"], text="Read it.", now=at
    )
    letters: list[Newsletter] = []
    for version in versions:
        day = day_of(version.issued_at)
        letters.append(
            newsletters.compose(
                user=keeper, from_date=day, until_date=day, title="Newsletter", intro="", now=at
            )
        )
    newsletters.send(user=keeper, newsletter=letters[1], expected_version=1, now=at)
    return {
        "told version": versions[0].uid,
        "guidance channel": "facebook",
        "guidance text": text.uid,
        "newsletter draft": letters[0].uid,
        "newsletter sent": letters[1].uid,
        "public guidance": versions[0].item.uid,
        "guidance not public": hidden.item.uid,
    }
