"""Absence and cover: who may write them, what they refuse by name, and what cover opens, on its days only."""

import threading
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection

from accounts.models import AuditEvent
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from tests.people import person
from tests.visits.cover_world import absence_row, cover_row
from tests.visits.factories import make_child, make_plan
from tests.visits.records_world import NOW, World, allocate, make_world
from visits.models import AccessBlock, Child, Cover, WorkerAbsence
from visits.selectors import cover as found
from visits.selectors import worklists
from visits.services import OutOfReach
from visits.services import cover as services

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


@pytest.fixture
def world() -> World:
    return make_world()


def absent(world: World, **other) -> WorkerAbsence:
    right = {
        "user": world.manager,
        "worker": world.worker,
        "from_date": day(0),
        "until_date": None,
        "can_work_at_home": True,
        "token": uuid4(),
        "now": NOW,
    }
    return services.record_absence(**right | other)


def assign(world: World, **other) -> services.CoverOutcome:
    right = {
        "user": world.manager,
        "children": [world.child],
        "worker": world.colleague,
        "from_date": day(0),
        "last_day": day(6),
        "token": uuid4(),
        "now": NOW,
    }
    return services.assign_cover(**right | other)


def refused(call) -> str:
    with pytest.raises(Refusal) as refusal:
        call()
    return refusal.value.code


class TestAbsence:
    def test_it_is_on_record_and_on_the_trail_without_a_reason(self, world):
        absence = absent(world, until_date=day(5))
        assert (absence.from_date, absence.until_date, absence.version) == (day(0), day(5), 1)
        event = AuditEvent.objects.get(action="absence.recorded")
        assert event.detail == {
            "worker": str(world.worker.uid),
            "from": "2020-03-27",
            "until": "2020-04-01",
        }

    def test_only_a_manager_of_the_worker_writes_it(self, world):
        for user in (world.other_manager, world.colleague, world.auditor):
            assert refused(lambda user=user: absent(world, user=user)) == "out_of_reach"
        absent(world, user=world.head)

    def test_one_at_a_time_and_once_a_form(self, world):
        token = uuid4()
        first = absent(world, token=token, until_date=day(5))
        with pytest.raises(AlreadyDone) as done:
            absent(world, token=token)
        assert done.value.outcome == str(first.uid)
        assert refused(lambda: absent(world, from_date=day(4))) == "absent_already"
        absent(world, from_date=day(5))

    def test_days_out_of_range(self, world):
        assert refused(lambda: absent(world, from_date=day(-93))) == "absence_too_early"

    def test_the_first_day_back(self, world):
        absence = absent(world)
        ended = services.end_absence(
            user=world.manager, absence=absence, back_on=day(3), expected_version=1, now=NOW
        )
        assert (ended.until_date, ended.version) == (day(3), 2)
        with pytest.raises(StaleEdit):
            services.end_absence(
                user=world.second_manager, absence=absence, back_on=day(4), expected_version=1, now=NOW
            )
        assert WorkerAbsence.objects.get().until_date == day(3)

    def test_one_that_never_began_goes_and_leaves_its_trace(self, world):
        absence = absent(world)
        gone = services.end_absence(
            user=world.manager, absence=absence, back_on=day(0), expected_version=1, now=NOW
        )
        assert gone is None
        assert not WorkerAbsence.objects.exists()
        assert AuditEvent.objects.filter(action="absence.withdrawn", object_uid=absence.uid).exists()

    def test_another_teams_manager_ends_nothing(self, world):
        absence = absent(world)
        with pytest.raises(OutOfReach):
            services.end_absence(
                user=world.other_manager, absence=absence, back_on=day(3), expected_version=1, now=NOW
            )


class TestAssigning:
    def test_another_of_the_service_covers_from_a_day_to_a_day(self, world):
        assign(world, worker=world.stranger)
        row = Cover.objects.get()
        assert (row.user, row.from_date, row.until_date) == (world.stranger, day(0), day(7))
        assert AuditEvent.objects.get(action="cover.assigned").child_uid == world.child.uid

    def test_only_a_manager_of_the_child(self, world):
        for user in (world.other_manager, world.worker, world.auditor):
            assert refused(lambda user=user: assign(world, user=user)) == "out_of_reach"
        mixed = [world.child, world.other_child]
        assert refused(lambda: assign(world, children=mixed)) == "out_of_reach"
        assert not Cover.objects.exists()

    def test_who_cannot_cover(self, world):
        assert refused(lambda: assign(world, worker=world.worker)) == "holds_the_case"
        assert refused(lambda: assign(world, worker=world.manager)) == "not_a_social_worker"
        absence_row(world.colleague, world.manager, NOW, start=3, until=5)
        assert refused(lambda: assign(world)) == "worker_away"
        assign(world, last_day=day(2))
        assert refused(lambda: assign(world, worker=world.stranger)) == "covered_already"
        assign(world, worker=world.stranger, from_date=day(3))

    def test_not_who_is_kept_from_the_record(self, world):
        AccessBlock.objects.create(child=world.child, user=world.colleague, set_at=NOW, set_by=world.manager)
        assert refused(lambda: assign(world)) == "kept_from_record"

    def test_a_whole_caseload_at_once_leaves_out_whom_this_person_cannot_cover(self, world):
        others = []
        for _ in range(3):
            child = make_child()
            make_plan(child, team=world.team)
            allocate(child, world.worker)
            others.append(child)
        AccessBlock.objects.create(child=others[0], user=world.colleague, set_at=NOW, set_by=world.manager)
        everybody = list(found.caseload_to_cover(world.manager, world.worker, at=NOW))
        assert len(everybody) == 4
        outcome = assign(world, children=everybody, skip=True)
        assert (len(outcome.assigned), outcome.left_out) == (3, (others[0].pk,))
        left = found.caseload_to_cover(world.manager, world.worker, at=NOW)
        assert [child.pk for child in left] == [others[0].pk]
        assert refused(lambda: assign(world, children=list(left), skip=True)) == "nobody_left"

    def test_the_same_form_twice_is_one_cover(self, world):
        token = uuid4()
        assign(world, token=token)
        with pytest.raises(AlreadyDone):
            assign(world, token=token)
        assert Cover.objects.count() == 1

    def test_ending_it(self, world):
        assign(world)
        row = Cover.objects.get()
        with pytest.raises(OutOfReach):
            services.end_cover(user=world.other_manager, cover=row, now=NOW)
        for _ in range(2):
            services.end_cover(user=world.second_manager, cover=row, now=NOW)
        row.refresh_from_db()
        assert (row.ended_at, row.ended_by) == (NOW, world.second_manager)
        assert AuditEvent.objects.filter(action="cover.ended").count() == 1


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_of_two_managers_who_assign_at_once_one_wins(world):
    outcomes: list[str] = []

    def run(user, worker) -> None:
        try:
            assign(world, user=user, worker=worker)
            outcomes.append("assigned")
        except Refusal as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    pairs = ((world.manager, world.colleague), (world.second_manager, world.stranger))
    threads = [threading.Thread(target=run, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["assigned", "covered_already"]
    assert Cover.objects.count() == 1


class TestWhatCoverOpens:
    """The record, on the days of the cover and no other."""

    def sees(self, user, number: int, world: World) -> bool:
        at = datetime.combine(day(number), NOW.timetz())
        return Child.objects.visible_to(user, at=at).contains(world.child)

    def test_from_the_first_day_to_the_last(self, world):
        cover_row(world.child, world.stranger, world.manager, NOW, 1, 4)
        seen = [self.sees(world.stranger, number, world) for number in range(6)]
        assert seen == [False, True, True, True, False, False]
        assert not self.sees(world.colleague, 2, world)
        assert self.sees(world.worker, 2, world)

    def test_not_once_it_ended_nor_past_a_block_nor_without_the_role(self, world):
        row = cover_row(world.child, world.stranger, world.manager, NOW)
        assert self.sees(world.stranger, 1, world)
        AccessBlock.objects.create(child=world.child, user=world.stranger, set_at=NOW, set_by=world.manager)
        assert not self.sees(world.stranger, 1, world)
        AccessBlock.objects.all().delete()
        Cover.objects.filter(pk=row.pk).update(ended_at=NOW, ended_by=world.manager)
        assert not self.sees(world.stranger, 1, world)
        cover_row(world.child, world.auditor, world.manager, NOW)
        partner = person("PR")
        cover_row(world.child, partner, world.manager, NOW)
        assert not self.sees(partner, 1, world)

    def test_the_child_is_on_the_list_of_who_covers(self, world):
        cover_row(world.child, world.stranger, world.manager, NOW, 0, 4)
        work = worklists.social_worker_work(world.stranger, at=NOW)
        lines = {line.shown_as: line for line in work.children}
        assert lines["C-0001"].covers_until == day(3)
        assert lines["C-0002"].covers_until is None

    def test_at_the_price_of_no_query_more(self, world, django_assert_num_queries):
        reader = person("SW")
        # The reader's rights and the children.
        with django_assert_num_queries(2):
            list(Child.objects.visible_to(reader, at=NOW))


class TestRegister:
    def test_who_must_not_see_the_record_owns_no_visit(self, world):
        assert found.unowned_lines(world.manager, at=NOW) == []
        block = AccessBlock.objects.create(
            child=world.child, user=world.worker, set_at=NOW, set_by=world.manager
        )
        [line] = found.unowned_lines(world.manager, at=NOW)
        assert (line.shown_as, line.away) == ("C-0001", ())
        AccessBlock.objects.filter(pk=block.pk).update(lifted_at=NOW, lifted_by=world.manager)
        assert found.unowned_lines(world.manager, at=NOW) == []

    def test_what_is_due_without_an_owner_until_it_is_covered(self, world):
        absent(world)
        [line] = found.unowned_lines(world.manager, at=NOW)
        assert (line.shown_as, line.due_by, line.away) == ("C-0001", date(2020, 1, 20), ("Wanda Worker",))
        assert found.unowned_lines(world.other_manager, at=NOW) == []
        assign(world)
        assert found.unowned_lines(world.manager, at=NOW) == []
        [absence] = found.absence_lines(world.manager, at=NOW)
        assert (absence.worker, absence.children, absence.uncovered) == ("Wanda Worker", 1, 0)
        [cover] = found.cover_lines(
            found.covers(world.manager, at=NOW).select_related("user"), world.manager, at=NOW
        )
        assert (cover.shown_as, cover.worker) == ("C-0001", "Carl Colleague")
