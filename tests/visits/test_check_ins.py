"""Keeping in touch: marks by team and week, who may set them, and figures that know no person."""

from dataclasses import fields
from datetime import date, timedelta

import pytest

from accounts.models import AuditEvent
from safeguarding.kernel.errors import Refusal
from tests.visits.cover_world import absence_row
from tests.visits.records_world import NOW, World, make_world
from visits.models import CheckIn, TeamMember, WorkerAbsence
from visits.selectors import check_ins as found
from visits.services import check_ins as services

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
MONDAY = date(2020, 3, 23)


@pytest.fixture
def world() -> World:
    return make_world()


def mark(world: World, marks: dict[int, bool | None], **other) -> int:
    right = {"user": world.manager, "team": world.team, "week": MONDAY, "marks": marks, "now": NOW}
    return services.mark_check_ins(**right | other)


def week(world: World, monday: date = MONDAY) -> found.CheckInWeek:
    [row] = found.weekly(monday, monday, teams=[world.team.pk])
    return row


class TestMarking:
    def test_spoken_support_and_taken_back(self, world):
        assert mark(world, {world.worker.pk: False, world.colleague.pk: True}) == 2
        row = week(world)
        assert (row.workers, row.spoken, row.support_asked, row.complete) == (2, 2, 1, True)
        assert mark(world, {world.worker.pk: None, world.colleague.pk: True}) == 1
        row = week(world)
        assert (row.spoken, row.support_asked, row.complete) == (1, 1, False)

    def test_the_trail_names_the_team_and_no_worker(self, world):
        mark(world, {world.worker.pk: True})
        event = AuditEvent.objects.get(action="check_in.marked")
        assert event.object_uid == world.team.uid
        assert event.detail == {"week": "2020-03-23", "changed": 1}
        mark(world, {world.worker.pk: True})
        assert AuditEvent.objects.filter(action="check_in.marked").count() == 1

    def test_only_the_teams_manager_its_workers_and_these_two_weeks(self, world):
        for change, code in (
            ({"user": world.other_manager}, "out_of_reach"),
            ({"user": world.worker}, "out_of_reach"),
            ({"marks": {world.stranger.pk: True}}, "not_in_the_team"),
            ({"week": MONDAY - timedelta(days=14)}, "week_out_of_range"),
            ({"week": TODAY}, "not_a_monday"),
        ):
            with pytest.raises(Refusal) as refused:
                mark(world, **{"marks": {world.worker.pk: True}} | change)
            assert refused.value.code == code
        assert not CheckIn.objects.exists()
        mark(world, {world.worker.pk: False}, week=MONDAY - timedelta(days=7))


class TestWeeks:
    def test_who_is_away_all_week_and_does_not_work_at_home_is_not_expected(self, world):
        absence_row(world.worker, world.manager, NOW, start=-10)
        assert week(world).workers == 2
        WorkerAbsence.objects.update(can_work_at_home=False)
        assert week(world).workers == 1
        assert [worker.name for worker in found.workers_of(world.team, MONDAY, today=TODAY)] == [
            "Carl Colleague"
        ]

    def test_places_of_the_week(self, world):
        TeamMember.objects.filter(user=world.worker).update(until_date=MONDAY + timedelta(days=2))
        assert week(world).workers == 1
        assert week(world, MONDAY - timedelta(days=7)).workers == 2

    def test_teams_by_week_without_people(self, world):
        mark(world, {world.worker.pk: False})
        rows = found.weekly(MONDAY - timedelta(days=7), MONDAY)
        assert [(row.week, row.team, row.spoken, row.workers) for row in rows] == [
            (MONDAY - timedelta(days=7), "Team Alder", 0, 2),
            (MONDAY - timedelta(days=7), "Team Birch", 0, 1),
            (MONDAY, "Team Alder", 1, 2),
            (MONDAY, "Team Birch", 0, 1),
        ]
        assert not {"user", "worker", "name"} & {field.name for field in fields(rows[0])}

    def test_three_queries_for_any_number_of_weeks(self, world, django_assert_num_queries):
        with django_assert_num_queries(3):
            found.weekly(MONDAY - timedelta(days=70), MONDAY)
