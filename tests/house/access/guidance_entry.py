"""Who brings lists of guidance in, and says whether a changed page matters: who keeps the register."""

from datetime import date

from guidance.facts.lists import ListDefaults
from guidance.models import SourceChange
from guidance.services import lists
from tests.guidance.factories import make_item, make_version
from tests.house.access import Row

_LIST = {"ids": {"uid": "list of guidance"}}
_CHANGE = {"ids": {"uid": "changed page"}}

ROWS = {
    "guidance_lists": Row("CO"),
    "paste_guidance": Row("CO", "CO"),
    "guidance_list": Row("CO", "CO", **_LIST),
    "correct_guidance_list": Row("CO", "CO", **_LIST),
    "discard_guidance_list": Row(None, "CO", **_LIST),
    # Not there unless it is switched on.
    "guidance_from_address": Row("", "", out_of_reach="CO"),
    "source_changes": Row("CO"),
    "source_change": Row("CO", **_CHANGE),
    "take_source_change": Row("CO", "CO", **_CHANGE),
    "dismiss_source_change": Row("CO", "CO", **_CHANGE),
}


def ids(people, own, other, at):
    defaults = ListDefaults(received_on=date(2020, 4, 1), issuer="Department for Education")
    listed = lists.read(user=people["CO"], name="", text="One\nTwo", defaults=defaults, now=at)
    item = make_item(url="https://www.gov.uk/guidance/a", url_key="gov.uk/guidance/a")
    make_version(item)
    change = SourceChange.objects.create(item=item, found_at=at, public_updated_at=at, title="Changed")
    return {"list of guidance": listed.uid, "changed page": change.uid}
