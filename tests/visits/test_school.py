"""Decisions on attendance at school: by several agencies, never edited, and children without one."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent
from safeguarding.kernel.errors import AlreadyDone, Refusal
from tests.visits.factories import make_child, make_plan
from tests.visits.flags_world import DAY, TODAY, make_kinds, school_row
from tests.visits.records_world import NOW, World, make_world
from visits.models import OversightRule, SchoolDecision
from visits.rules import school as school_rules
from visits.rules.school import SchoolDraft
from visits.selectors import school as selectors
from visits.services import OutOfReach, school

pytestmark = pytest.mark.django_db


def draft(**other) -> SchoolDraft:
    fields = {
        "decided_on": TODAY,
        "took_part": ("school", "social_care"),
        "outcome": "safe",
        "reason": "The school has a place and the family agrees",
        "review_on": TODAY + 28 * DAY,
    }
    return SchoolDraft(**fields | other)


def refused(**other) -> set[tuple[str, str | None]]:
    faults = school_rules.draft_faults(
        draft(**other), today=TODAY, first_plan_start=date(2020, 1, 6), longest_days=42
    )
    return {(fault.code, fault.field) for fault in faults}


@pytest.fixture
def world() -> World:
    make_kinds()
    return make_world()


def decide(world: World, **other) -> SchoolDecision:
    who = {"user": world.worker, "child": world.child, "token": uuid4(), "now": NOW}
    given = {name: other.pop(name) for name in tuple(other) if name in who}
    return school.decide_school(**who | given, draft=draft(**other))


class TestRules:
    def test_what_is_complete_is_not_refused(self):
        assert refused() == set()
        assert refused(outcome="not_safe", review_on=TODAY + 42 * DAY) == set()

    @pytest.mark.parametrize(
        ("other", "code", "field"),
        [
            ({"decided_on": TODAY + DAY}, "decided_in_future", "decided_on"),
            ({"decided_on": date(2020, 1, 5)}, "before_first_plan", "decided_on"),
            ({"review_on": TODAY}, "review_before_decision", "review_on"),
            ({"review_on": TODAY + 43 * DAY}, "review_too_late", "review_on"),
            ({"took_part": ()}, "one_agency", "took_part"),
            ({"took_part": ("school",)}, "one_agency", "took_part"),
            ({"took_part": ("school", "school")}, "one_agency", "took_part"),
            ({"took_part": ("school", "a person’s name")}, "unknown_agency", "took_part"),
            ({"outcome": ""}, "outcome_missing", "outcome"),
            ({"reason": ""}, "reason_missing", "reason"),
            ({"reason": "It is safe"}, "reason_too_short", "reason"),
            ({"reason": "word " * 500}, "text_too_long", "reason"),
        ],
    )
    def test_refused_beside_its_field(self, other, code, field):
        assert refused(**other) == {(code, field)}


class TestDeciding:
    def test_it_saves_and_is_on_the_trail_without_its_text(self, world):
        made = decide(world)
        saved = SchoolDecision.objects.get()
        assert (saved.uid, saved.took_part, saved.recorded_by) == (
            made.uid,
            ["school", "social_care"],
            world.worker,
        )
        event = AuditEvent.objects.get()
        assert (event.action, event.child_uid) == ("school_decision.recorded", world.child.uid)
        assert event.detail == {"outcome": "safe", "took_part": ["school", "social_care"]}

    def test_another_follows_and_the_first_stays(self, world):
        decide(world)
        decide(world, outcome="not_safe", user=world.manager)
        assert [one.outcome for one in selectors.decisions_of(world.child)] == ["not_safe", "safe"]

    def test_the_same_form_twice_makes_one(self, world):
        token = uuid4()
        decide(world, token=token)
        with pytest.raises(AlreadyDone):
            decide(world, token=token)
        assert SchoolDecision.objects.count() == 1

    def test_out_of_reach(self, world):
        for user in (world.stranger, world.other_manager, world.auditor):
            with pytest.raises(OutOfReach):
                decide(world, user=user)

    def test_no_limit_no_decision(self, world):
        OversightRule.objects.all().delete()
        with pytest.raises(Refusal) as refusal:
            decide(world)
        assert refusal.value.code == "rule_missing"
        assert not SchoolDecision.objects.exists()

    def test_the_database_wants_a_later_review(self, world):
        with pytest.raises(IntegrityError), transaction.atomic():
            school_row(world.child, world.worker, review_on=TODAY - DAY)


class TestWithout:
    def waiting(self, user, at=NOW) -> list[tuple[str, date | None]]:
        gaps = selectors.gap_lines(selectors.without_decision(user, at=at), user, at=at)
        return [(gap.shown_as, gap.review_on) for gap in gaps]

    def test_never_decided_first_then_the_longest_past(self, world):
        for ref, days in (("C-0010", 3), ("C-0011", 9), ("C-0012", -1)):
            child = make_child(ref)
            make_plan(child, team=world.team)
            school_row(child, world.worker, NOW - timedelta(days=30), review_on=TODAY - days * DAY)
        assert self.waiting(world.manager) == [
            ("C-0001", None),
            ("C-0011", TODAY - 9 * DAY),
            ("C-0010", TODAY - 3 * DAY),
        ]
        assert self.waiting(world.worker) == [("C-0001", None)]
        assert self.waiting(world.other_manager) == [("C-0002", None)]

    def test_the_latest_decision_holds_until_its_review_day(self, world):
        school_row(world.child, world.worker, NOW - timedelta(days=30), review_on=TODAY - DAY)
        decide(world, review_on=TODAY + DAY)
        assert self.waiting(world.manager) == []
        assert self.waiting(world.manager, NOW + DAY) == []
        assert self.waiting(world.manager, NOW + 2 * DAY) == [("C-0001", TODAY + DAY)]

    def test_nobody_decides_for_a_child_without_an_open_plan(self, world):
        world.child.plans.update(end_date=TODAY)
        assert self.waiting(world.manager) == []
