"""Decisions of the board, as a list shows them."""

from datetime import date

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from riskregister.constants import PRACTICE_CHECK_AFTER, PracticeChanged
from riskregister.models import Decision

_UNCONFIRMED_FIRST = Case(
    When(confirmed_at=None, then=Value(0)), default=Value(1), output_field=IntegerField()
)


def chosen(rows: QuerySet[Decision], state: str, today: date) -> QuerySet[Decision]:
    """The rows that a filter leaves: 'to_confirm', 'look_again', 'retrospective', or empty for all. What
    waits to be confirmed stands first, then the latest."""
    if state == "to_confirm":
        rows = rows.filter(confirmed_at=None)
    elif state == "look_again":
        said_early = Q(changed=PracticeChanged.TOO_EARLY, changed_at__date__lte=today - PRACTICE_CHECK_AFTER)
        rows = rows.filter(Q(changed="", look_again_on__lte=today) | said_early, confirmed_at__isnull=False)
    elif state == "retrospective":
        rows = rows.filter(retrospective=True)
    return rows.order_by(_UNCONFIRMED_FIRST, "-decided_on", "-pk")
