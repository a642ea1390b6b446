"""Several people record at once, on PostgreSQL: numbers have no doubles, versions no gaps, and no circle of
replacements closes."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from threading import Barrier, BrokenBarrierError

import pytest

from accounts.models import AuditHead
from guidance.models import GuidanceItem
from guidance.services import register as services
from safeguarding.kernel.errors import Refusal, StaleEdit
from tests.guidance.factories import make_item
from tests.guidance.test_register_services import ENTRY, ITEM
from tests.people import person
from tests.visits.test_records_concurrency import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.concurrency,
    pytest.mark.postgres,
]
NOW = datetime(2020, 6, 1, 9, tzinfo=UTC)


@pytest.fixture
def people():
    # As the migration leaves it; the flush between tests took it away.
    AuditHead.objects.get_or_create(pk=1)
    return [person("CO", name=f"Coordinator {number}") for number in range(4)]


def test_numbers_are_one_series_without_doubles(people):
    def call(user):
        return lambda: services.record_items(user=user, entries=[ITEM] * 5, now=NOW)

    results = at_once(*(call(user) for user in people))
    assert [type(one) for one in results] == [list] * 4
    assert sorted(GuidanceItem.objects.values_list("number", flat=True)) == list(range(1, 21))


def test_of_several_new_versions_at_once_one_is_the_next(people):
    item = services.record_item(user=people[0], entry=ITEM, now=NOW)
    entry = replace(ENTRY, change_note="Changed", audiences_affected=("police",))

    def call(user):
        return lambda: services.add_version(user=user, item=item, expected_version=1, entry=entry, now=NOW)

    results = at_once(*(call(user) for user in people))
    assert sum(isinstance(one, StaleEdit) for one in results) == 3
    assert list(item.versions.values_list("number", flat=True)) == [1, 2]


def test_two_that_replace_each_other_at_once_close_no_circle(people, monkeypatch):
    first, second = make_item(), make_item()
    chain, both_have_read = services._chain, Barrier(2)

    def read_then_wait(item):
        found = chain(item)
        # Where nothing keeps the second one out, both have read before either writes.
        with suppress(BrokenBarrierError):
            both_have_read.wait(timeout=3)
        return found

    monkeypatch.setattr(services, "_chain", read_then_wait)

    def call(user, item, by):
        return lambda: services.replace_item(
            user=user, item=item, by=by, from_date=date(2020, 6, 1), expected_version=1, now=NOW
        )

    results = at_once(call(people[0], first, second), call(people[1], second, first))
    assert [one.code for one in results if isinstance(one, Refusal)] == ["replaced_in_a_circle"]
    assert GuidanceItem.objects.filter(replaced_by__isnull=False).count() == 1
