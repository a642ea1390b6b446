"""Who opens the pages of cycles."""

from datetime import date, timedelta

from partners.models import CyclePause
from tests.house.access import Row
from tests.partners.factories import make_cycle, make_question_set, make_return

_CYCLE = {"ids": {"uid": "cycle"}}
_READERS = "BM PR CO AU"

ROWS = {
    "cycles": Row(_READERS),
    "cycle": Row(_READERS, **_CYCLE),
    "close_cycle": Row("CO", "CO", **_CYCLE),
    "reopen_cycle": Row("CO", "CO", **_CYCLE),
    "extend_return": Row("CO", "CO", ids={"uid": "cycle", "return_uid": "cycle return"}),
    "cycle_calendar": Row(_READERS),
    "set_cycle_rule": Row("CO", "CO"),
    "remove_cycle_rule": Row(None, "CO"),
    "set_cycle_pause": Row("CO", "CO"),
    "lift_cycle_pause": Row(None, "CO", ids={"uid": "pause"}),
}


def ids(people, own, other, at):
    # Far from the numbers and days of the other subjects' cycles.
    cycle = make_cycle(7001, date(2035, 1, 1))
    question_set = make_question_set("cycles-access")
    day = timedelta(days=1)
    pause = CyclePause.objects.create(
        from_date=at.date() + day,
        until_date=at.date() + 9 * day,
        reason="A pause",
        set_at=at,
        set_by=people["CO"],
    )
    return {
        "cycle": cycle.uid,
        "cycle return": make_return(own, cycle, question_set).uid,
        "pause": pause.uid,
    }
