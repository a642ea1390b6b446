"""The whole rebuild agrees with the slow method on any world, and with the one statement."""

from datetime import UTC, datetime

from django.db import transaction
from hypothesis import HealthCheck, given, settings

from tests.visits.factories import stored_cells, stored_rates
from tests.visits.worlds import AS_OF, expected, store, worlds
from visits.rates.rebuild import rebuild, writing

NOW = datetime(2021, 4, 10, 12, tzinfo=UTC)


def rebuild_all(**options):
    with writing("test", clock=lambda: NOW) as held:
        return rebuild(held, as_of=AS_OF, clock=lambda: NOW, **options)


@given(world=worlds())
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_world(db, world):
    with transaction.atomic():
        store(world)
        result = rebuild_all()
        assert stored_cells() == expected(world).cells
        assert stored_rates() == expected(world).rates
        again = rebuild_all(write=False)
        if result:
            assert result.cells == len(expected(world).cells)
            assert (again.cells_differing, again.rates_differing) == (0, 0)
        transaction.set_rollback(True)
