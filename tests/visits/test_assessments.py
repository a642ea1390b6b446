"""Assessments kept, countersigned, held against visits, and added up."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent
from safeguarding.kernel.errors import AlreadyDone, Refusal
from tests.visits.factories import make_child, make_plan, make_visit, move_plan
from tests.visits.oversight_world import assess, make_oversight_rules
from tests.visits.records_world import NOW, World, make_world, recorded
from visits.models import Child, OversightRule, Plan, PreVisitAssessment
from visits.selectors import assessments as selectors
from visits.services import OutOfReach, correct_visit
from visits.services.assessments import countersign_assessment

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
REASON = "The child is alone at home"
RISKY = {"household": frozenset({"symptoms"}), "urgency": "today", "result": "go_with_ppe",
         "ppe_needed": {"mask": 2}, "ppe_available": {"mask": 2}}  # fmt: skip


@pytest.fixture
def world() -> World:
    make_oversight_rules()
    return make_world()


class TestMaking:
    def test_it_is_kept_whole_and_on_the_trail(self, world):
        made = assess(world, ppe_needed={"mask": 2, "apron": 0}, ppe_available={"mask": 2},
                      result="go_with_ppe")  # fmt: skip
        saved = PreVisitAssessment.objects.get()
        assert (saved.proposed, saved.result, saved.ppe_needed) == ("go_with_ppe", "go_with_ppe", {"mask": 2})
        assert (saved.valid_until, saved.needs_countersignature) == (NOW + DAY, False)
        [event] = AuditEvent.objects.all()
        assert (event.action, event.object_uid, event.child_uid) == (
            "assessment.made", made.uid, world.child.uid,
        )  # fmt: skip
        assert "camera" not in str(event.detail)

    def test_the_validity_is_a_setting(self, world):
        OversightRule.objects.filter(code="assessment_valid_hours").update(value=72)
        assert assess(world).valid_until == NOW + 3 * DAY

    def test_without_the_setting_nothing_is_guessed(self, world):
        OversightRule.objects.filter(code="assessment_valid_hours").delete()
        with pytest.raises(Refusal) as refusal:
            assess(world)
        assert refusal.value.code == "rule_missing"

    def test_another_result_needs_a_reason(self, world):
        with pytest.raises(Refusal) as refusal:
            assess(world, household=frozenset({"symptoms"}), result="go")
        assert refusal.value.code == "reason_missing"
        assert not PreVisitAssessment.objects.exists()
        made = assess(world, household=frozenset({"symptoms"}), result="go", reason=REASON)
        assert (made.proposed, made.result_reason, made.needs_countersignature) == ("do_not_go", REASON, True)

    def test_a_second_click_makes_no_second_one(self, world):
        token = uuid4()
        first = assess(world, token=token)
        with pytest.raises(AlreadyDone) as done:
            assess(world, token=token)
        assert done.value.outcome == str(first.uid)
        assert PreVisitAssessment.objects.count() == 1

    @pytest.mark.parametrize("who", ["stranger", "colleague", "manager", "auditor"])
    def test_only_of_ones_own_caseload(self, world, who):
        with pytest.raises(OutOfReach):
            assess(world, user=getattr(world, who))

    def test_the_database_wants_the_reason_too(self, world):
        made = assess(world)
        with pytest.raises(IntegrityError), transaction.atomic():
            PreVisitAssessment.objects.filter(pk=made.pk).update(result="do_not_go")


class TestCountersigning:
    def test_a_manager_of_the_team_once(self, world):
        made = assess(world, **RISKY)
        assert list(selectors.to_countersign(world.manager, at=NOW)) == [made]
        assert not selectors.to_countersign(world.other_manager, at=NOW)
        countersign_assessment(user=world.manager, assessment=made, now=NOW)
        made.refresh_from_db()
        assert (made.countersigned_by, made.countersigned_at) == (world.manager, NOW)
        assert not selectors.to_countersign(world.manager, at=NOW)
        with pytest.raises(Refusal) as refusal:
            countersign_assessment(user=world.second_manager, assessment=made, now=NOW)
        assert refusal.value.code == "already_countersigned"
        assert AuditEvent.objects.filter(action="assessment.countersigned").count() == 1

    @pytest.mark.parametrize("who", ["other_manager", "worker", "auditor"])
    def test_nobody_else(self, world, who):
        made = assess(world, **RISKY)
        with pytest.raises(OutOfReach):
            countersign_assessment(user=getattr(world, who), assessment=made, now=NOW)

    def test_never_ones_own(self, world):
        made = assess(world, **RISKY)
        PreVisitAssessment.objects.filter(pk=made.pk).update(made_by=world.manager)
        with pytest.raises(Refusal) as refusal:
            countersign_assessment(user=world.manager, assessment=made, now=NOW)
        assert refusal.value.code == "four_eyes"
        with pytest.raises(IntegrityError), transaction.atomic():
            PreVisitAssessment.objects.filter(pk=made.pk).update(
                countersigned_by=world.manager, countersigned_at=NOW
            )

    def test_what_needs_none_takes_none(self, world):
        with pytest.raises(Refusal) as refusal:
            countersign_assessment(user=world.manager, assessment=assess(world), now=NOW)
        assert refusal.value.code == "needs_no_countersignature"


class TestGaps:
    def gaps(self, first=date(2020, 3, 1), last=date(2020, 3, 31)) -> list[tuple[str, date]]:
        found = selectors.visit_gaps(Child.objects.all(), first, last)
        return [(gap.code, gap.visit_date) for gap in found]

    def test_without_one_where_one_was_needed(self, world):
        assess(world, now=NOW)
        made = NOW.date()
        for day in (made, made - DAY, date(2020, 3, 22)):
            recorded(world, visit_date=day, recorded_at=NOW + DAY)
        # The 27th was assessed; on the 22nd none was needed yet.
        assert self.gaps() == [("visit_without_assessment", made - DAY)]
        assert self.gaps(made, made) == []

    def test_against_do_not_go(self, world):
        assess(world, household=frozenset({"symptoms"}), result="do_not_go")
        recorded(world, visit_date=NOW.date(), recorded_at=NOW + DAY)
        assert self.gaps() == [("do_not_go_overridden", NOW.date())]

    def test_answers_against_it_overridden_until_a_manager_countersigns(self, world):
        made = assess(world, household=frozenset({"symptoms"}), result="go", reason=REASON)
        recorded(world, visit_date=NOW.date(), recorded_at=NOW + DAY)
        assert self.gaps() == [("do_not_go_overridden", NOW.date())]
        countersign_assessment(user=world.manager, assessment=made, now=NOW + DAY)
        assert self.gaps() == []

    def test_a_visit_planned_before_is_held_against_the_assessment_of_its_day(self, world):
        planned = recorded(world, visit_date=NOW.date(), recorded_at=NOW - 3 * DAY, status="planned",
                           child_seen=False)  # fmt: skip
        assess(world, now=NOW)
        correct_visit(
            user=world.worker,
            visit=planned,
            expected_version=1,
            changes={"status": "completed", "child_seen": True},
            reason=REASON,
            now=NOW + timedelta(hours=3),
        )
        assert self.gaps() == []
        PreVisitAssessment.objects.update(made_at=NOW + timedelta(hours=4))
        assert self.gaps() == [("visit_without_assessment", NOW.date())]

    def test_only_face_to_face_visits_that_took_place(self, world):
        recorded(world, visit_date=NOW.date(), method="video")
        recorded(world, visit_date=NOW.date(), status="cancelled", child_seen=False)
        assert self.gaps() == []
        recorded(world, visit_date=NOW.date(), child_seen=False)
        assert len(self.gaps()) == 1

    def test_of_these_children_only(self, world):
        make_visit(world.other_child, NOW.date())
        own = Child.objects.filter(pk=world.child.pk)
        assert selectors.visit_gaps(own, NOW.date(), NOW.date()) == []

    def test_in_a_fixed_number_of_queries(self, world, django_assert_num_queries):
        for _ in range(5):
            recorded(world, visit_date=NOW.date())
        with django_assert_num_queries(4):
            self.gaps()


class TestState:
    def test_it_lapses(self, world):
        made = assess(world)
        for at, current in ((NOW, made), (NOW + DAY - timedelta(minutes=1), made), (NOW + DAY, None)):
            assert selectors.assessment_state(world.child, world.worker, at=at).current == current

    def test_whether_one_is_needed_is_dated(self, world):
        for day, needed in ((date(2020, 3, 22), False), (date(2020, 3, 23), True), (date(2021, 8, 1), False)):
            at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
            assert selectors.assessment_state(world.child, world.worker, at=at).needed is needed


class TestPpe:
    def totals(self, **other) -> list[tuple]:
        rows = selectors.ppe_totals(date(2020, 3, 23), date(2020, 3, 29), **other)
        return [(row.team, row.needed["mask"], row.short["mask"]) for row in rows]

    def test_by_the_team_that_held_the_plan_that_day(self, world):
        need = {"ppe_needed": {"mask": 3}, "ppe_available": {"mask": 1}, "result": "do_not_go"}
        assess(world, **need)
        assess(world, **need, user=world.stranger, child=world.other_child)
        move_plan(Plan.objects.get(child=world.child), world.other_team, NOW.date() + DAY)
        assert self.totals() == [("Team Alder", 3, 2), ("Team Birch", 3, 2)]
        assert self.totals(teams={world.team.pk}) == [("Team Alder", 3, 2)]

    def test_of_two_plans_the_longest_open(self, world):
        make_plan(world.child, "CIN", date(2020, 2, 1), team=world.other_team)
        assess(world, ppe_needed={"mask": 1}, ppe_available={"mask": 1}, result="go_with_ppe")
        assert self.totals() == [("Team Alder", 1, 0)]

    def test_who_sees_which_teams(self, world):
        assert selectors.ppe_teams(world.manager, at=NOW) is None

    def test_outside_the_weeks_nothing(self, world):
        assess(world, ppe_needed={"mask": 1}, ppe_available={"mask": 1}, result="go_with_ppe")
        assert selectors.ppe_totals(date(2020, 3, 16), date(2020, 3, 22)) == []

    def test_a_child_without_a_team_is_not_lost(self, world):
        stray = make_child("C-0009")
        PreVisitAssessment.objects.create(
            child=stray, made_at=NOW, made_by=world.worker, valid_until=NOW + DAY, household=["none"],
            purpose_kind="statutory", urgency="soon", lone_working=False, alternatives_considered="None",
            ppe_needed={"mask": 1}, proposed="do_not_go", result="do_not_go",
        )  # fmt: skip
        assert self.totals() == [("No team", 1, 1)]
