"""Pages of the tracker: states for who reads returns; a partner their own."""

from tests.house.access import Row

ROWS = {
    "tracker": Row("BM PR CO AU"),
    "tracker_export": Row("CO AU"),
    "tracker_cycle": Row("BM PR CO AU", ids={"uid": "tracked_cycle"}),
}


def ids(people, own, other, at) -> dict:
    from datetime import date

    from partners.models import Cycle
    from tests.partners.factories import make_cycle

    # Apart from the cycles of other subjects.
    number = 90_000 + Cycle.objects.count()
    return {"tracked_cycle": make_cycle(number, date(2031, 1, 6), opened_at=at).uid}
