"""Recovery plans on record: whose they are, what is private, history, and what was known at a moment."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.models import AuditEvent
from partners.models import PlanRevision, PlanStageChange, RecoveryPlan, ScenarioSet
from partners.selectors import plans as selectors
from partners.services import plans as services
from partners.services.base import OutOfReach
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from tests.partners.factories import make_cycle, make_organisation
from tests.partners.plans_world import (
    DAY,
    NOW,
    TODAY,
    World,
    add_backlog,
    add_plan,
    add_service,
    ask,
    count,
    make_world,
    stage,
    submitted,
)

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=3)


@pytest.fixture
def world() -> World:
    return make_world()


def code_of(act, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


class TestStarting:
    def test_it_is_a_draft_at_its_first_stage(self, world):
        plan = add_plan(world, submit=False)
        assert (plan.organisation, plan.submitted_at) == (world.police, None)
        assert plan.stages.get().stage == "not_started"
        assert AuditEvent.objects.get().action == "plan.added"

    def test_the_same_form_twice_makes_one(self, world):
        token = uuid4()
        plan = add_plan(world, submit=False, token=token)
        with pytest.raises(AlreadyDone) as done:
            add_plan(world, submit=False, token=token)
        assert done.value.outcome == str(plan.uid)

    def test_one_an_organisation_and_one_of_the_partnership(self, world):
        add_plan(world)
        assert code_of(add_plan, world) == "plan_exists"
        add_plan(world, user=world.coordinator, organisation=None)
        assert code_of(add_plan, world, user=world.coordinator, organisation=None) == "plan_exists"
        with pytest.raises(IntegrityError), transaction.atomic():
            RecoveryPlan.objects.create(title="Another", created_at=NOW)

    def test_only_for_whom_one_answers(self, world):
        for user, organisation in (
            (world.other_lead, world.police),
            (world.lead, None),
            (world.coordinator, world.police),
            (world.auditor, None),
            (world.board, None),
        ):
            with pytest.raises(OutOfReach):
                add_plan(world, user=user, organisation=organisation)
        assert not RecoveryPlan.objects.exists()


class TestChanging:
    def test_what_it_said_is_kept(self, world):
        plan = add_plan(world)
        services.edit_plan(
            user=world.lead, plan=plan, title="New", remit="Less", expected_version=plan.version, now=LATER
        )
        kept = PlanRevision.objects.get()
        assert (kept.title, kept.remit, kept.changed_by) == (
            "Recovery of the police",
            "All services to children",
            world.lead,
        )
        assert AuditEvent.objects.last().detail == {"fields": ["remit", "title"], "version": 3}

    def test_of_two_the_second_sees_the_first(self, world):
        plan = add_plan(world)
        old = plan.version
        stage(plan, world.lead, "preparing")
        for act in (
            lambda: services.edit_plan(
                user=world.lead, plan=plan, title="New", remit="x", expected_version=old, now=NOW
            ),
            lambda: stage(plan, world.lead, "drafted", version=old),
        ):
            with pytest.raises(StaleEdit):
                act()
        assert plan.stages.count() == 2

    def test_others_do_not(self, world):
        plan = add_plan(world)
        for user in (world.other_lead, world.coordinator, world.board, world.auditor):
            with pytest.raises(OutOfReach):
                stage(plan, user, "preparing")

    def test_the_partnerships_own_is_the_coordinators(self, world):
        plan = add_plan(world, user=world.coordinator, organisation=None)
        stage(plan, world.coordinator, "agreed")
        with pytest.raises(OutOfReach):
            stage(plan, world.lead, "delivering")

    def test_back_a_stage_with_a_reason_and_the_history_stays(self, world):
        plan = add_plan(world)
        stage(plan, world.lead, "agreed")
        assert code_of(stage, plan, world.lead, "drafted") == "text_missing"
        stage(plan, world.lead, "drafted", reason="The board asked for more")
        assert list(plan.stages.values_list("stage", flat=True)) == ["not_started", "agreed", "drafted"]

    @pytest.mark.parametrize("model", [PlanStageChange, PlanRevision])
    def test_the_database_keeps_history(self, world, model):
        plan = add_plan(world)
        services.edit_plan(
            user=world.lead, plan=plan, title="New", remit="Less", expected_version=plan.version, now=LATER
        )
        for act in (lambda: model.objects.all().update(plan=plan), lambda: model.objects.all().delete()):
            with pytest.raises(DatabaseError), transaction.atomic():
                act()

    def test_what_others_read_is_never_emptied(self, world):
        plan = add_plan(world)
        found = code_of(
            services.edit_plan,
            user=world.lead,
            plan=plan,
            title="New",
            remit=" ",
            expected_version=plan.version,
            now=NOW,
        )
        assert found == "remit_missing"


class TestSubmitting:
    def test_once_with_a_remit(self, world):
        plan = add_plan(world, submit=False, remit="")
        assert code_of(submitted, plan, world.lead) == "remit_missing"
        services.edit_plan(
            user=world.lead, plan=plan, title="It", remit="All", expected_version=plan.version, now=NOW
        )
        done = submitted(plan, world.lead)
        assert (done.submitted_by, done.submitted_at) == (world.lead, NOW)
        assert code_of(submitted, plan, world.lead) == "already_submitted"

    def test_not_what_was_changed_meanwhile(self, world):
        plan = add_plan(world, submit=False)
        stage(plan, world.lead, "preparing")
        with pytest.raises(StaleEdit):
            submitted(plan, world.lead, version=1)


class TestPrivacy:
    def test_a_draft_is_seen_by_its_own_alone(self, world):
        plan = add_plan(world, submit=False)
        own = add_service(plan, world.lead)
        add_backlog(plan, world.lead)
        ask(plan, world.lead, world.health)

        def seen(user) -> list:
            return list(selectors.visible(user, at=NOW))

        assert seen(world.lead) == [plan]
        for user in (world.other_lead, world.coordinator, world.auditor, world.board):
            assert seen(user) == []
            assert list(type(own).objects.visible_to(user, at=NOW)) == []
        assert selectors.services_at(TODAY, NOW) == []
        assert selectors.backlogs_at(NOW) == []
        assert selectors.dependencies_at(NOW) == []
        assert [one.uid for one in selectors.plans_at(NOW)] == [None, None]
        assert (
            selectors.waiting_for(world.other_lead, NOW)[0].words == "Your recovery plan is not started yet"
        )
        submitted(plan, world.lead)
        for user in (world.other_lead, world.coordinator, world.auditor, world.board):
            assert seen(user) == [plan]
        assert len(selectors.services_at(TODAY, NOW)) == 1

    def test_what_a_draft_said_stays_its_own(self, world):
        plan = add_plan(world, submit=False)
        services.edit_plan(user=world.lead, plan=plan, title="A", remit="B", expected_version=1, now=NOW)
        plan = submitted(plan, world.lead, now=LATER)
        services.edit_plan(
            user=world.lead, plan=plan, title="C", remit="D", expected_version=plan.version, now=LATER + DAY
        )
        assert len(selectors.revisions_for(world.lead, plan, at=LATER)) == 2
        assert [one.title for one in selectors.revisions_for(world.other_lead, plan, at=LATER)] == ["A"]


class TestStatement:
    def test_it_follows_from_the_stages(self, world):
        mine, theirs = add_plan(world), add_plan(world, user=world.other_lead, organisation=world.health)
        stage(mine, world.lead, "preparing")
        found = selectors.all_in_recovery_planning(NOW)
        assert (found.holds, [line.partner.name for line in found.against]) == (False, ["Health"])
        assert found.against[0].what == "Not started"
        change = stage(theirs, world.other_lead, "drafted")
        found = selectors.all_in_recovery_planning(NOW)
        assert (found.holds, found.against, found.silent) == (True, (), ())
        assert {ref.row for ref in found.rests_on} >= {change.pk}
        assert {ref.uid for ref in found.rests_on} == {mine.uid, theirs.uid}

    def test_who_has_submitted_nothing_is_named(self, world):
        stage(add_plan(world), world.lead, "preparing")
        draft = add_plan(world, user=world.other_lead, organisation=world.health, submit=False)
        stage(draft, world.other_lead, "agreed")
        found = selectors.all_in_recovery_planning(NOW)
        assert (found.holds, [line.partner.name for line in found.silent]) == (False, ["Health"])

    def test_who_takes_no_part_does_not_count(self, world):
        for user, whose in ((world.lead, world.police), (world.other_lead, world.health)):
            stage(add_plan(world, user=user, organisation=whose), user, "preparing")
        make_organisation("A charity", takes_part=False)
        assert selectors.all_in_recovery_planning(NOW).holds

    def test_as_at_a_moment_nothing_that_was_recorded_later(self, world):
        for user, whose in ((world.lead, world.police), (world.other_lead, world.health)):
            plan = add_plan(world, user=user, organisation=whose, now=NOW - 9 * DAY)
            stage(plan, user, "preparing", on=TODAY - 9 * DAY, now=NOW - 8 * DAY)
        # Recorded three days from now, of a day that lies before.
        stage(plan, world.other_lead, "not_started", on=TODAY - 5 * DAY, reason="Begun anew", now=LATER)
        services.edit_plan(
            user=world.other_lead, plan=plan, title="New", remit="New", expected_version=4, now=LATER
        )
        assert selectors.all_in_recovery_planning(NOW).holds
        assert not selectors.all_in_recovery_planning(LATER).holds
        then = next(one for one in selectors.plans_at(NOW) if one.uid == plan.uid)
        now = next(one for one in selectors.plans_at(LATER) if one.uid == plan.uid)
        assert (then.stage, then.title) == ("preparing", "Recovery of the police")
        assert (now.stage, now.title) == ("not_started", "New")
        before = selectors.plans_at(NOW - 10 * DAY)
        assert [one.uid for one in before] == [None, None]

    def test_queries_do_not_grow(self, world, django_assert_num_queries):
        def asked() -> None:
            selectors.plans_at(NOW)
            selectors.all_in_recovery_planning(NOW)
            selectors.commitment_statement(TODAY, NOW)
            selectors.dependencies_at(NOW)
            selectors.backlogs_at(NOW)

        def more(number: int) -> None:
            organisation = make_organisation(f"Partner {number}", lead=world.lead)
            plan = add_plan(world, organisation=organisation)
            add_service(plan, world.lead)
            ask(plan, world.lead, world.health)
            count(add_backlog(plan, world.lead), world.lead, TODAY - 20 * DAY, 5, 2, 1)

        more(1)
        with django_assert_num_queries(16):
            asked()
        more(2)
        more(3)
        with django_assert_num_queries(16):
            asked()


class TestWaiting:
    def words(self, user, at=NOW) -> list[str]:
        return [one.words for one in selectors.waiting_for(user, at)]

    def test_a_plan_to_start_and_to_submit(self, world):
        assert self.words(world.lead) == ["Your recovery plan is not started yet"]
        plan = add_plan(world, submit=False)
        [line] = selectors.waiting_for(world.lead, NOW)
        assert (line.words, line.url_name, line.url_args) == (
            "Your recovery plan is not submitted yet",
            "recovery_plan",
            (str(plan.uid),),
        )
        submitted(plan, world.lead)
        assert self.words(world.lead) == []

    def test_the_partnerships_own_waits_for_the_coordinator(self, world):
        assert self.words(world.coordinator) == ["The partnership’s own recovery plan is not submitted yet"]
        add_plan(world, user=world.coordinator, organisation=None)
        assert self.words(world.coordinator) == []
        assert self.words(world.board) == self.words(world.auditor) == []

    def test_backlogs_without_a_count_for_the_latest_cycle(self, world):
        plan = add_plan(world)
        backlog = add_backlog(plan, world.lead)
        assert self.words(world.lead) == []
        cycle = make_cycle(1, TODAY - 20 * DAY)
        [line] = selectors.waiting_for(world.lead, cycle.due_at)
        assert (line.words, line.overdue) == ("1 backlog has no count for the latest cycle", False)
        [late] = selectors.waiting_for(world.lead, cycle.due_at + timedelta(seconds=1))
        assert late.overdue
        count(backlog, world.lead, cycle.period_start, 5, 1, 1, now=NOW)
        assert self.words(world.lead) == []


class TestScenarioSets:
    rows = [
        {
            "code": "demand",
            "effective_from": "2020-04-01",
            "name": "Three",
            "uplifts": [10, 20, 30],
            "source": "A report",
        }
    ]

    def test_loaded_once_and_left_as_it_is(self):
        assert services.load_scenario_sets(self.rows) == 1
        assert services.load_scenario_sets([self.rows[0] | {"name": "Other"}]) == 0
        assert ScenarioSet.objects.get().name == "Three"

    @pytest.mark.parametrize("uplifts", [[20, 10], [10, 10], [0], ["10"]])
    def test_uplifts_are_whole_and_ascend(self, uplifts):
        assert code_of(services.load_scenario_sets, [self.rows[0] | {"uplifts": uplifts}]) == "bad_uplifts"

    def test_the_command_loads_what_ships(self):
        from django.core.management import call_command

        call_command("load_scenario_sets")
        assert ScenarioSet.objects.get(code="demand").uplifts == [10, 20, 30]
