"""The one statement, told to work out everybody, agrees with the slow method on any world."""

from datetime import UTC, datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from safeguarding.kernel.periods import Month
from tests.visits.factories import stored_cells, stored_rates
from tests.visits.worlds import expected, store, worlds
from visits.models import Child, RatesState
from visits.rates.cuts import refresh_cuts
from visits.rates.recompute import merged, recompute

NOW = datetime(2021, 4, 10, 12, tzinfo=UTC)


def recompute_all(months: list[Month]) -> int:
    if not months:  # every plan starts in the month that is not over yet
        return 0
    state, _ = RatesState.objects.get_or_create(pk=1)
    refresh_cuts(state, months[0], months[-1], NOW)
    ids = Child.objects.values_list("pk", flat=True)
    return recompute([(child, months[0].index, months[-1].index) for child in ids], NOW)


@given(world=worlds())
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_world(db, world):
    with transaction.atomic():
        store(world)
        recompute_all(world.months())
        assert stored_cells() == expected(world).cells
        assert stored_rates() == expected(world).rates
        assert recompute_all(world.months()) == 0
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("reaches", "result"),
    [
        ([(1, 5, 6), (1, 6, 8)], [(1, 5, 8)]),
        ([(1, 5, 6), (1, 7, 8)], [(1, 5, 8)]),
        ([(2, 5, 6), (1, 1, 2), (1, 5, 6)], [(1, 1, 2), (1, 5, 6), (2, 5, 6)]),
        ([(1, 1, 9), (1, 2, 3)], [(1, 1, 9)]),
    ],
)
def test_reaches_of_a_child_are_merged_so_that_no_month_is_counted_twice(reaches, result):
    assert merged(reaches) == result
