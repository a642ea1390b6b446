"""What needs whom: the caseload by urgency, the manager's three lists, and their price."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.visits.decision_world import ask, decide, make_limits
from tests.visits.factories import make_child, make_plan, make_visit, move_plan
from tests.visits.records_world import NOW, World, allocate, make_world, recorded
from visits import services
from visits.constants import Method, PlanType
from visits.models import Child, VisitRule
from visits.rules import due_dates
from visits.selectors import lines, records, worklists

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def world() -> World:
    return make_world()


class TestSocialWorkerWork:
    def test_overdue_first_then_by_due_date(self, world):
        """The world's child was never seen; one is due next week, one in May."""
        soon, later = make_child("C-0003"), make_child("C-0004")
        make_plan(later, PlanType.CIC, date(2020, 3, 20), team=world.team)
        make_plan(soon, PlanType.CP, date(2020, 3, 20), team=world.team)
        allocate(later, world.worker)
        allocate(soon, world.worker)
        work = worklists.social_worker_work(world.worker, at=NOW)
        assert [line.shown_as for line in work.children] == ["C-0001", "C-0003", "C-0004"]
        assert (work.total, work.overdue) == (3, 1)
        assert [line.due_by for line in work.children] == [
            date(2020, 1, 20),
            date(2020, 4, 3),
            date(2020, 5, 1),
        ]

    def test_the_earliest_of_two_plans_is_what_is_due(self, world):
        make_plan(world.child, PlanType.CIC, date(2020, 2, 3), team=world.team)
        make_visit(world.child, date(2020, 3, 20))
        [line] = worklists.social_worker_work(world.worker, at=NOW).children
        assert line.plan_types == (PlanType.CP, PlanType.CIC)
        assert line.due_by == date(2020, 4, 3)

    def test_an_unauthorised_call_does_not_put_off_what_is_due(self, world):
        make_visit(world.child, date(2020, 3, 25), Method.VIDEO)
        [line] = worklists.social_worker_work(world.worker, at=NOW).children
        assert (line.last_contact, line.due_by) == (None, date(2020, 1, 20))

    def test_nobody_elses_children(self, world):
        assert worklists.social_worker_work(world.colleague, at=NOW).total == 0


def test_a_move_of_next_month_is_not_yet_where_the_plan_is(world):
    plan = world.child.plans.get()
    move_plan(plan, world.other_team, TODAY + timedelta(days=5))
    shown = Child.objects.named_for(world.manager, at=NOW).get(pk=world.child.pk)
    assert [line.team for line in records.plan_lines(shown, at=NOW)] == ["Team Alder"]
    assert [line.team for line in records.plan_lines(shown, at=NOW + timedelta(days=5))] == ["Team Birch"]


class TestManagerWork:
    def test_the_lists_hold_the_teams_own(self, world):
        recorded(world, method=Method.VIDEO)
        make_visit(world.other_child, date(2020, 3, 25), Method.VIDEO)
        reason = "Duty call from the police about the child tonight at half past nine"
        services.open_emergency_access(user=world.stranger, child_ref="C-0001", reason=reason, now=NOW)
        work = worklists.manager_work(world.manager, at=NOW)
        assert [line.shown_as for line in work.not_seen_in_time] == ["C-0001"]
        assert {fact.shown_as for fact in work.queue} == {"C-0001"}
        assert (work.not_seen_count, work.queue_count) == (1, 3)
        assert dict(work.queue_counts) == {
            "cp_not_seen_without_decision": 1,
            "alternative_without_decision": 1,
            "emergency_access_unseen": 1,
        }
        other = worklists.manager_work(world.other_manager, at=NOW)
        assert [line.shown_as for line in other.not_seen_in_time] == ["C-0002"]
        assert {fact.shown_as for fact in other.queue} == {"C-0002"}
        assert "emergency_access_unseen" not in dict(other.queue_counts)

    def test_what_is_done_leaves_the_lists(self, world):
        make_limits()
        recorded(world, method=Method.VIDEO)
        decide(ask(world, covers_from=TODAY - timedelta(days=1)), world.manager)
        work = worklists.manager_work(world.manager, at=NOW)
        assert (work.not_seen_count, dict(work.queue_counts).get("alternative_without_decision", 0)) == (0, 0)

    def test_the_longest_unseen_come_first_where_not_all_are_shown(self, world):
        make_visit(world.child, date(2020, 2, 20))
        never = make_child("C-0003")
        make_plan(never, team=world.team)
        [first] = worklists.manager_work(world.manager, at=NOW, limit=1).not_seen_in_time
        assert first.shown_as == "C-0003"

    def test_the_head_of_service_has_every_team(self, world):
        assert worklists.manager_work(world.head, at=NOW).not_seen_count == 2

    def test_a_child_who_moved_away_is_the_new_teams(self, world):
        move_plan(world.child.plans.get(), world.other_team, date(2020, 3, 2))
        assert worklists.manager_work(world.manager, at=NOW).not_seen_count == 0
        assert worklists.manager_work(world.other_manager, at=NOW).not_seen_count == 2


class TestNotSeenInTime:
    """The database's answer against the date of each child's line, over many situations."""

    def test_both_name_the_same_children(self, world):
        start = date(2018, 1, 2)
        for number, plan_type in enumerate(PlanType.values * 40):
            child = make_child()
            long_term = plan_type == PlanType.CIC and number % 2 == 0
            began = start + timedelta(days=19 * number)
            make_plan(child, plan_type, min(began, TODAY), team=world.team, long_term=long_term)
            if number % 5:
                method = Method.FACE_TO_FACE if number % 3 else Method.VIDEO
                day = TODAY - timedelta(days=number)
                make_visit(child, day, method, authorised=number % 4 > 0 and method != Method.FACE_TO_FACE)
        everybody = Child.objects.visible_to(world.manager, at=NOW)
        for ahead in range(0, 30, 3):
            at = NOW + timedelta(days=ahead)
            late = set(lines.not_seen_in_time(everybody, today=at.date()).values_list("child_ref", flat=True))
            said = {
                line.shown_as
                for line in lines.child_lines(everybody, world.manager, at=at)
                if line.overdue(at.date())
            }
            assert late == said
            assert 0 < len(late) < 121

    def test_a_rule_that_ended_is_no_rule(self, world):
        VisitRule.objects.filter(plan_type=PlanType.CP).update(effective_until=date(2020, 3, 1))
        everybody = Child.objects.visible_to(world.manager, at=NOW)
        assert not lines.not_seen_in_time(everybody, today=TODAY).exists()

    def test_the_settled_cut_is_the_anniversary(self):
        assert due_dates.latest_settled_start(date(2021, 2, 28)) == date(2020, 2, 28)
        assert due_dates.latest_settled_start(date(2021, 3, 1)) == date(2020, 3, 1)
        assert due_dates.latest_settled_start(date(2024, 2, 29)) == date(2023, 2, 28)


class TestPrice:
    def queries(self, call) -> int:
        with CaptureQueriesContext(connection) as context:
            call()
        return len(context)

    def test_of_both_worklists_does_not_grow_with_the_rows(self, world):
        def caseload():
            return worklists.social_worker_work(world.worker, at=NOW)

        def team():
            return worklists.manager_work(world.manager, at=NOW, limit=50)

        recorded(world, method=Method.VIDEO)
        caseload(), team()
        before = self.queries(caseload), self.queries(team)
        for _ in range(29):
            child = make_child()
            make_plan(child, team=world.team)
            make_visit(child, date(2020, 3, 20), Method.VIDEO)
            allocate(child, world.worker)
        assert (self.queries(caseload), self.queries(team)) == before
        # Children, plans, team places, teams of the places, last contacts, rules and flags; then keys,
        # contacts, decisions, covers and the rule on assessments.
        assert before[0] <= 12
        # The same for children not seen in time and their number; then the queue: a query or two for each
        # kind, and children, teams, managers and heads of service of what is shown.
        assert before[1] <= 36
