"""Two people and two clicks at once on a hazard flag, on PostgreSQL."""

from uuid import uuid4

import pytest

from accounts.models import AuditEvent, AuditHead
from safeguarding.kernel.errors import AlreadyDone, Refusal
from tests.visits.flags_world import draft, flag_row, make_kinds
from tests.visits.records_world import NOW, World, make_world
from tests.visits.test_records_concurrency import at_once
from visits.models import HazardFlag
from visits.services import flags

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.concurrency,
    pytest.mark.postgres,
]


@pytest.fixture
def world() -> World:
    # As the migration leaves it; the flush between tests took it away.
    AuditHead.objects.get_or_create(pk=1)
    make_kinds()
    return make_world()


def raising(world: World, user, kind: str, token=None):
    return lambda: flags.raise_flag(
        user=user, child=world.child, kind=kind, draft=draft(), token=token or uuid4(), now=NOW
    )


def codes(results: list[object]) -> list[str]:
    return sorted(one.code for one in results if isinstance(one, Refusal))


# Isolation has an end, which the database's own rule of one open flag says nothing about.
@pytest.mark.parametrize("kind", ["most_vulnerable", "self_isolating"])
def test_of_two_who_flag_the_same_one_is_told(world, kind):
    results = at_once(raising(world, world.worker, kind), raising(world, world.manager, kind))
    assert codes(results) == ["already_flagged"]
    assert HazardFlag.objects.count() == AuditEvent.objects.count() == 1


def test_a_double_click_is_one_flag(world):
    token = uuid4()
    results = at_once(*[raising(world, world.worker, "shielding", token) for _ in range(4)])
    assert sum(isinstance(one, AlreadyDone) for one in results) == 3
    assert HazardFlag.objects.count() == 1


def test_of_two_managers_one_agrees(world):
    flag = flag_row(world.child, world.worker)
    results = at_once(
        *[
            lambda user=user: flags.agree_to_flag(user=user, flag=flag, expected_version=1, now=NOW)
            for user in (world.manager, world.second_manager)
        ]
    )
    assert codes(results) == ["already_agreed"]
    assert HazardFlag.objects.get().version == 2


def test_agreed_and_removed_at_once_is_one_after_the_other(world):
    flag = flag_row(world.child, world.worker)
    results = at_once(
        lambda: flags.agree_to_flag(user=world.manager, flag=flag, expected_version=1, now=NOW),
        lambda: flags.clear_flag(
            user=world.second_manager, flag=flag, expected_version=1, reason="No longer so", now=NOW
        ),
    )
    assert codes(results) in (["flag_cleared"], ["stale_edit"])
    assert HazardFlag.objects.get().version == 2
