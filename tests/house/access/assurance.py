"""Pages of the assurance dashboard; the board reads accepted returns only."""

from tests.house.access import Row

ROWS = {
    "assurance": Row("BM CO AU"),
    "assurance_export": Row("BM CO AU"),
    "assurance_answers": Row(
        "BM CO AU",
        ids={"cycle": "assured_cycle", "partner": "assured_partner"},
        beyond={"partner": "unaccepted_partner"},
        all_rows="CO AU",
    ),
}


def ids(people, own, other, at) -> dict:
    from datetime import date, timedelta

    from partners.models import Cycle
    from tests.dashboards.assurance_world import said, send
    from tests.partners.factories import make_cycle, make_question_set, make_return

    cycle = make_cycle(80_000 + Cycle.objects.count(), date(2032, 1, 5), opened_at=at)
    Cycle.objects.filter(pk=cycle.pk).update(opens_at=at - timedelta(days=9), due_at=at - timedelta(days=1))
    cycle.refresh_from_db()
    questions = make_question_set("assured")
    for organisation, accepted in ((own, True), (other, False)):
        row = make_return(organisation, cycle, questions)
        send(row, people["PR"], {"level": said("maintained")}, accepted=accepted)
    return {"assured_cycle": cycle.uid, "assured_partner": own.uid, "unaccepted_partner": other.uid}
