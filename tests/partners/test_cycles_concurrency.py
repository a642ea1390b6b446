"""Two bells at once, on PostgreSQL: each cycle opens once, with one return for each that takes part."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from accounts.audit import Actor
from accounts.models import AuditEvent, AuditHead
from partners.models import Cycle, Return
from partners.rules.calendar import CalendarRule
from partners.services import calendar, cycles
from safeguarding.kernel.errors import Refusal
from tests.partners.factories import make_organisation, make_question_set
from tests.partners.test_cycles import FORTNIGHT, MONDAY, OPENING
from tests.people import person
from tests.visits.test_records_concurrency import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.concurrency,
    pytest.mark.postgres,
]
DAY = timedelta(days=1)


@pytest.fixture
def coordinator():
    # As the migration leaves it; the flush between tests took it away.
    AuditHead.objects.get_or_create(pk=1)
    make_question_set()
    make_organisation("Police")
    made = person("CO")
    set_rule(made, FORTNIGHT)
    return made


def set_rule(user, rule: CalendarRule):
    return calendar.set_rule(
        user=user, rule=rule, reason="As the board agreed", token=uuid4(), now=OPENING - 30 * DAY
    )


def open_all():
    return cycles.open_due_cycles(now=OPENING + 30 * DAY, actor=Actor.job("open-cycles"))


def test_opened_by_four_at_once_each_cycle_is_there_once(coordinator):
    results = at_once(open_all, open_all, open_all, open_all)
    assert sorted(len(made) for made in results) == [0, 0, 0, 3]
    assert list(Cycle.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3]
    assert Return.objects.count() == 3
    assert AuditEvent.objects.filter(action="cycle.opened").count() == 3


def test_a_rule_set_while_cycles_open_never_rewrites_one(coordinator):
    start = date(2020, 4, 20)
    weekly = CalendarRule(start, start, 7, 7, 0, 2)
    outcomes = at_once(open_all, lambda: set_rule(coordinator, weekly))
    refused = [one.code for one in outcomes if isinstance(one, Refusal)]
    found = list(Cycle.objects.order_by("number").values_list("period_start", flat=True))
    if refused:
        assert refused == ["rule_rewrites_cycles"]
        assert found == [MONDAY, MONDAY + 14 * DAY, MONDAY + 28 * DAY]
    else:
        assert found[:3] == [MONDAY, start, start + 7 * DAY]


def test_closed_by_two_at_once_is_closed_once(coordinator):
    cycle = open_all()[0]
    close = [
        lambda: cycles.close_cycle(user=coordinator, cycle=cycle, expected_version=1, now=OPENING + 40 * DAY)
    ] * 2
    results = at_once(*close)
    assert [one.code for one in results if isinstance(one, Refusal)] == ["already_closed"]
    assert AuditEvent.objects.filter(action="cycle.closed").count() == 1
