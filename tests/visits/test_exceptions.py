"""What the door for exceptions finds: each code with what makes it and what ends it; scope, order, price."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.visits import oversight_world
from tests.visits.cover_world import absence_row, cover_row
from tests.visits.decision_world import ask as ask_for
from tests.visits.decision_world import authorised, decide, make_limits, renewed_once
from tests.visits.factories import make_child, make_plan, make_visit
from tests.visits.records_world import NOW, World, make_world, recorded
from visits import services
from visits.audit_codes import audit_code
from visits.constants import Method, PlanType, TeamRole
from visits.facts.exceptions import EXCEPTIONS, TO_DO, Concern
from visits.models import (
    Allocation,
    Child,
    Cover,
    EmergencyAccess,
    HazardFlag,
    HazardFlagKind,
    Plan,
    PlanTeam,
    PreVisitAssessment,
    Visit,
    WorkerAbsence,
)
from visits.rules.rates import reference_order
from visits.selectors import exceptions, worklists

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


@pytest.fixture
def world() -> World:
    """The worker's child is on a child protection plan and was seen face to face yesterday."""
    made = make_world()
    make_limits()
    for child in (made.child, made.other_child):
        make_visit(child, day(-1), visit_ref=f"first-{child.pk}")
    return made


def codes(world: World, user=None, at: datetime = NOW) -> set[str]:
    return {fact.code for fact in exceptions.find(user or world.manager, at=at)}


def only(world: World, code: Concern, at: datetime = NOW):
    [fact] = exceptions.find(world.manager, at=at, codes=[code])
    return fact


def unseen(world: World) -> None:
    """Nobody has seen the child face to face."""
    world.child.visits.all().delete()


def flag(world: World, code: str, *, lasts: int | None = None, agreed: bool = True, **other) -> HazardFlag:
    kind, _ = HazardFlagKind.objects.get_or_create(
        code=code, defaults={"name": code.replace("_", " "), "lasts_days": lasts, "review_days": 28}
    )
    fields = {
        "child": world.child,
        "kind": kind,
        "reason": "test",
        "source": "test",
        "starts_on": day(-20),
        "review_on": day(8),
        "told_family": True,
        "raised_at": NOW - timedelta(days=20),
        "raised_by": world.worker,
    }
    if agreed:
        fields |= {"agreed_at": NOW - timedelta(days=19), "agreed_by": world.manager}
    return HazardFlag.objects.create(**fields | other)


def away(user, by) -> WorkerAbsence:
    return absence_row(user, by, NOW)


def cover(child: Child, user, by, start: int, until: int) -> Cover:
    return cover_row(child, user, by, NOW, start, until)


def test_a_child_seen_in_time_has_no_exception(world):
    assert codes(world) == set()


def test_what_is_wrong_and_what_waits_are_apart():
    assert not EXCEPTIONS & TO_DO
    assert set(Concern) == EXCEPTIONS | TO_DO
    assert set(exceptions._LOOKS) == EXCEPTIONS


class TestAlternativeWithoutDecision:
    def test_it_is_named_with_who_answers_for_it(self, world):
        visit = recorded(world, method=Method.VIDEO)
        fact = only(world, Concern.ALTERNATIVE_WITHOUT_DECISION)
        assert (fact.shown_as, fact.team, fact.since, fact.age) == ("C-0001", "Team Alder", day(-1), 1)
        assert fact.managers == ("Milo Manager", "Mona Manager")
        assert str(visit.uid) in fact.link
        assert "Video call on 26 March 2020" in fact.sentence

    def test_not_where_a_decision_covers_the_day(self, world):
        recorded(world, method=Method.VIDEO)
        authorised(world, covers_from=day(-1))
        assert codes(world) == set()
        # One that the decision could not authorise, as its decider had a hand in it, has a decision still.
        world.child.visits.update(authorised=False, authorised_at=None, authorised_by=None)
        assert codes(world) == set()

    def test_a_decision_for_other_days_does_not_help(self, world):
        recorded(world, method=Method.VIDEO)
        authorised(world, covers_from=day(0))
        assert codes(world) == {Concern.ALTERNATIVE_WITHOUT_DECISION}

    def test_not_what_came_authorised_or_was_face_to_face_or_is_long_ago(self, world):
        recorded(world, method=Method.VIDEO, authorised=True)
        recorded(world, visit_ref="face")
        recorded(world, method=Method.VIDEO, visit_date=day(-92), visit_ref="old")
        assert codes(world) == set()


class TestEndedDecisions:
    AFTER = NOW + timedelta(days=15)

    def test_a_decision_that_ended_lapses(self, world):
        decision = authorised(world)
        assert Concern.DECISION_LAPSED not in codes(world, at=NOW + timedelta(days=14))
        fact = only(world, Concern.DECISION_LAPSED, at=self.AFTER)
        assert (fact.since, fact.age, fact.severity) == (day(15), 0, 4)
        assert str(decision.uid) in fact.link

    def test_not_once_the_child_was_seen_face_to_face(self, world):
        authorised(world)
        make_visit(world.child, day(2))
        assert not codes(world, at=self.AFTER) & {Concern.DECISION_LAPSED, Concern.DECISION_PAST_REVIEW}

    def test_a_visit_at_which_the_child_was_not_seen_does_not_help(self, world):
        authorised(world)
        make_visit(world.child, day(2), seen=False)
        assert Concern.DECISION_LAPSED in codes(world, at=self.AFTER)

    def test_a_renewal_that_waits_makes_it_past_review(self, world):
        first = authorised(world)
        ask_for(world, renews=first, now=self.AFTER, covers_from=day(15), review_on=day(25), due_on=day(20))
        found = codes(world, at=self.AFTER)
        assert Concern.DECISION_PAST_REVIEW in found
        assert Concern.DECISION_LAPSED not in found

    def test_a_renewal_ends_it(self, world):
        renewed_once(world)
        at = NOW + timedelta(days=16)
        assert not codes(world, at=at) & {Concern.DECISION_LAPSED, Concern.DECISION_PAST_REVIEW}

    def test_a_closed_plan_ends_it(self, world):
        authorised(world)
        world.child.plans.update(end_date=day(10))
        assert Concern.DECISION_LAPSED not in codes(world, at=self.AFTER)


class TestChain:
    def alternatives(self, world, *numbers: int) -> None:
        for number in numbers:
            recorded(
                world, method=Method.VIDEO, visit_date=day(number), authorised=True, visit_ref=f"a{number}"
            )

    def test_three_in_a_row(self, world):
        self.alternatives(world, 1, 3)
        at = NOW + timedelta(days=9)
        assert Concern.CHAIN not in codes(world, at=at)
        self.alternatives(world, 5)
        fact = only(world, Concern.CHAIN, at=at)
        assert (fact.since, fact.age) == (day(5), 4)
        assert "3 contacts in a row" in fact.sentence

    def test_a_face_to_face_visit_between_them_ends_the_row(self, world):
        self.alternatives(world, 1, 3, 5)
        make_visit(world.child, day(4))
        assert Concern.CHAIN not in codes(world, at=NOW + timedelta(days=9))

    def test_a_decision_afterwards_is_fresh_and_one_before_is_not(self, world):
        authorised(world)
        self.alternatives(world, 1, 3, 5)
        at = NOW + timedelta(days=6)
        assert Concern.CHAIN in codes(world, at=at)
        world.child.decisions.update(decided_at=at)
        assert Concern.CHAIN not in codes(world, at=at)

    def test_not_without_an_open_plan_or_a_limit(self, world):
        self.alternatives(world, 1, 3, 5)
        at = NOW + timedelta(days=9)
        world.child.plans.update(end_date=day(8))
        assert Concern.CHAIN not in codes(world, at=at)


class TestFlags:
    def test_past_its_review(self, world):
        flag(world, "shielding", review_on=day(-1))
        fact = only(world, Concern.FLAG_PAST_REVIEW)
        assert (fact.since, fact.age) == (TODAY, 0)

    def test_not_on_the_day_of_the_review_nor_once_it_ended(self, world):
        flag(world, "shielding", review_on=TODAY)
        flag(world, "self_isolating", lasts=14, review_on=day(-6), ends_on=day(-6))
        assert codes(world) == set()

    def test_without_agreement(self, world):
        flag(world, "shielding", agreed=False)
        assert only(world, Concern.FLAG_WITHOUT_AGREEMENT).age == 20

    def test_not_where_agreed_or_where_none_is_needed(self, world):
        flag(world, "shielding")
        flag(world, "other", agreed=False)
        HazardFlagKind.objects.filter(code="other").update(needs_agreement=False)
        assert codes(world) == set()

    def test_isolation_over_and_still_no_face_to_face_visit(self, world):
        unseen(world)
        flag(world, "self_isolating", lasts=14, ends_on=day(-6), review_on=day(-6))
        recorded(world, method=Method.DOORSTEP, authorised=True, visit_date=day(-7))
        assert Concern.ISOLATION_EXPIRED not in codes(world)
        recorded(world, method=Method.DOORSTEP, authorised=True, visit_date=day(-6), visit_ref="after")
        assert only(world, Concern.ISOLATION_EXPIRED).since == day(-6)

    def test_not_while_another_isolation_stands_or_once_the_child_was_seen(self, world):
        flag(world, "self_isolating", lasts=14, ends_on=day(-6), review_on=day(-6))
        recorded(world, method=Method.DOORSTEP, authorised=True, visit_date=day(-3))
        assert codes(world) == set()  # seen yesterday
        unseen(world)
        recorded(world, method=Method.DOORSTEP, authorised=True, visit_date=day(-3))
        flag(world, "symptomatic", lasts=7, ends_on=day(3), review_on=day(3))
        assert Concern.ISOLATION_EXPIRED not in codes(world)


class TestNotSeen:
    def test_child_protection_without_a_decision(self, world):
        unseen(world)
        recorded(world, method=Method.VIDEO, authorised=True)
        fact = only(world, Concern.CP_NOT_SEEN)
        # The tenth working day after the plan's start on 6 January.
        assert (fact.since, fact.severity, fact.urgency) == (date(2020, 1, 20), 5, 25)

    def test_not_with_a_live_decision_and_not_in_need(self, world):
        unseen(world)
        assert Concern.CP_NOT_SEEN in codes(world)
        authorised(world)
        assert Concern.CP_NOT_SEEN not in codes(world)
        world.child.decisions.update(review_on=day(0), covers_from=day(0))
        assert Concern.CP_NOT_SEEN in codes(world, at=NOW + timedelta(days=1))
        world.child.plans.update(plan_type=PlanType.CIN)
        assert Concern.CP_NOT_SEEN not in codes(world, at=NOW + timedelta(days=1))

    def test_most_vulnerable_of_any_plan_even_with_a_decision(self, world):
        unseen(world)
        world.child.plans.update(plan_type=PlanType.CIN)
        flag(world, "most_vulnerable")
        authorised(world)
        assert only(world, Concern.MOST_VULNERABLE_NOT_SEEN).since == date(2020, 2, 3)

    def test_not_another_flag_nor_one_that_ended_nor_a_child_seen_in_time(self, world):
        flag(world, "most_vulnerable")
        assert codes(world) == set()
        unseen(world)
        HazardFlag.objects.all().delete()
        flag(world, "shielding")
        flag(world, "most_vulnerable", ends_on=day(-1))
        assert Concern.MOST_VULNERABLE_NOT_SEEN not in codes(world)


class TestAssessments:
    @pytest.fixture(autouse=True)
    def _needed(self, world):
        oversight_world.make_oversight_rules()

    def assessed(self, world, result: str) -> None:
        at = datetime(2020, 3, 26, 8, tzinfo=UTC)
        PreVisitAssessment.objects.create(
            child=world.child,
            made_at=at,
            made_by=world.worker,
            valid_until=at + timedelta(hours=24),
            purpose_kind="statutory",
            urgency="soon",
            lone_working=False,
            alternatives_considered="A call",
            proposed=result,
            result=result,
        )

    def test_a_visit_without_one(self, world):
        recorded(world)
        found = codes(world)
        assert Concern.VISIT_WITHOUT_ASSESSMENT in found
        assert Concern.DO_NOT_GO_OVERRIDDEN not in found

    def test_a_visit_against_one(self, world):
        unseen(world)
        self.assessed(world, "do_not_go")
        visit = recorded(world)
        assert str(visit.uid) in only(world, Concern.DO_NOT_GO_OVERRIDDEN).link

    def test_neither_after_an_assessment_that_said_go(self, world):
        unseen(world)
        self.assessed(world, "go")
        recorded(world)
        assert not codes(world) & {Concern.VISIT_WITHOUT_ASSESSMENT, Concern.DO_NOT_GO_OVERRIDDEN}


class TestEmergencyAccess:
    def test_until_a_manager_has_looked(self, world):
        access = EmergencyAccess.objects.create(
            child=world.child,
            user=world.stranger,
            reason="test",
            opened_at=NOW - timedelta(days=2),
            closes_at=NOW - timedelta(days=1),
        )
        assert only(world, Concern.EMERGENCY_ACCESS_UNSEEN).age == 2
        services.mark_emergency_access_seen(user=world.manager, access=access, now=NOW)
        assert codes(world) == set()


class TestOwner:
    """The world's child is due on the tenth working day after 26 March: 9 April 2020."""

    SOON = NOW + timedelta(days=7)

    def test_nobody_holds_the_case(self, world):
        Allocation.objects.filter(child=world.child).update(until_date=day(-5))
        assert Concern.DUE_WITHOUT_OWNER not in codes(world, at=NOW + timedelta(days=5))
        fact = only(world, Concern.DUE_WITHOUT_OWNER, at=self.SOON)
        assert (fact.since, fact.age, fact.urgency) == (date(2020, 4, 9), 0, 4)
        assert "No social worker who may open the record holds the case" in fact.sentence

    def test_who_holds_it_is_away(self, world):
        away(world.worker, world.manager)
        assert "Wanda Worker is away" in only(world, Concern.DUE_WITHOUT_OWNER, at=self.SOON).sentence

    def test_not_where_somebody_can_go_in_time(self, world):
        absence = away(world.worker, world.manager)
        row = cover(world.child, world.colleague, world.manager, 7, 30)
        assert codes(world, at=self.SOON) == set()
        away(world.colleague, world.manager)
        assert codes(world, at=self.SOON) == {Concern.DUE_WITHOUT_OWNER}
        WorkerAbsence.objects.filter(user=world.colleague).delete()
        Cover.objects.filter(pk=row.pk).update(ended_at=NOW, ended_by=world.manager)
        assert codes(world, at=self.SOON) == {Concern.DUE_WITHOUT_OWNER}
        # Back on the day it is due.
        WorkerAbsence.objects.filter(pk=absence.pk).update(until_date=date(2020, 4, 9))
        assert codes(world, at=self.SOON) == set()

    def test_cover_that_begins_too_late_is_none(self, world):
        away(world.worker, world.manager)
        cover(world.child, world.colleague, world.manager, 14, 30)
        assert codes(world, at=self.SOON) == {Concern.DUE_WITHOUT_OWNER}

    def test_an_account_that_is_switched_off_or_lost_its_role_visits_nobody(self, world):
        world.worker.grants.update(ended_at=NOW)
        assert codes(world, at=self.SOON) == {Concern.DUE_WITHOUT_OWNER}


class TestScope:
    @pytest.fixture(autouse=True)
    def _both_wrong(self, world):
        recorded(world, method=Method.VIDEO)
        make_visit(world.other_child, day(-1), Method.VIDEO)

    def shown(self, user) -> list[str]:
        return [fact.shown_as for fact in exceptions.find(user, at=NOW)]

    def test_a_manager_has_own_teams_the_head_all_a_worker_none(self, world):
        assert self.shown(world.manager) == ["C-0001"]
        assert self.shown(world.other_manager) == ["C-0002"]
        assert sorted(self.shown(world.head)) == ["C-0001", "C-0002"]
        assert self.shown(world.worker) == []

    def test_an_auditor_has_all_under_codes_and_so_has_who_has_no_face(self, world):
        expected = sorted(audit_code(child.uid) for child in (world.child, world.other_child))
        assert sorted(self.shown(world.auditor)) == expected
        found = exceptions.find_in_teams(None, at=NOW)
        assert sorted(fact.shown_as for fact in found) == expected
        [fact] = exceptions.find_in_teams([world.team.pk], at=NOW)
        assert (fact.shown_as, fact.team) == (audit_code(world.child.uid), "Team Alder")

    def test_counts_reconcile_with_the_facts(self, world):
        recorded(world, method=Method.TELEPHONE, visit_ref="second")
        rows = exceptions.counts(at=NOW)
        assert [(row.code, row.team, row.facts, row.children) for row in rows] == [
            (Concern.ALTERNATIVE_WITHOUT_DECISION, "Team Alder", 2, 1),
            (Concern.ALTERNATIVE_WITHOUT_DECISION, "Team Birch", 1, 1),
        ]
        assert sum(row.facts for row in rows) == len(exceptions.find(world.head, at=NOW))
        assert [row.team for row in exceptions.counts(at=NOW, teams=[world.other_team.pk])] == ["Team Birch"]

    def test_a_team_without_a_manager_is_the_heads(self, world):
        world.team.members.filter(role=TeamRole.MANAGER).update(until_date=day(-1))
        [fact] = [fact for fact in exceptions.find(world.head, at=NOW) if fact.team == "Team Alder"]
        assert fact.managers == ("Hana Head",)


class TestQueue:
    def test_one_list_the_most_urgent_first(self, world):
        recorded(world, method=Method.VIDEO, visit_date=day(-20))
        flag(world, "shielding", review_on=day(-1))
        ask_for(world)
        waits = worklists.queue(world.manager, at=NOW)
        assert [row.code for row in waits.rows] == [
            Concern.ALTERNATIVE_WITHOUT_DECISION,
            Concern.DECISION_TO_TAKE,
            Concern.FLAG_PAST_REVIEW,
        ]
        assert waits.total == 3
        assert dict(waits.counts) == {row.code: 1 for row in waits.rows}
        one = worklists.queue(world.manager, at=NOW, kind=Concern.FLAG_PAST_REVIEW)
        assert [row.code for row in one.rows] == [Concern.FLAG_PAST_REVIEW]
        assert one.total == 3

    def test_not_what_only_another_may_do(self, world):
        ask_for(world, user=world.manager)
        flag(world, "shielding", agreed=False, raised_by=world.manager)
        EmergencyAccess.objects.create(
            child=world.child, user=world.manager, reason="t", opened_at=NOW, closes_at=NOW + timedelta(1)
        )
        assert worklists.queue(world.manager, at=NOW).total == 0
        assert worklists.queue(world.second_manager, at=NOW).total == 3

    @pytest.mark.parametrize(
        ("result", "urgency", "why"),
        [
            ("go", "soon", "although the answers spoke against it"),
            ("go_with_ppe", "today", "where somebody has symptoms"),
        ],
    )
    def test_an_assessment_says_why_it_waits(self, world, result, urgency, why):
        oversight_world.make_oversight_rules()
        oversight_world.assess(
            world,
            household=frozenset({"symptoms"}),
            urgency=urgency,
            ppe_needed={"mask": 1},
            ppe_available={"mask": 1},
            result=result,
            reason="The child is alone at home",
        )
        [row] = worklists.queue(world.manager, at=NOW, kind=Concern.ASSESSMENT_TO_COUNTERSIGN).rows
        assert why in row.sentence

    def test_a_second_approval_is_anothers(self, world):
        second = renewed_once(world)
        later = datetime.combine(second.review_on, NOW.timetz())
        days = {"covers_from": second.review_on + timedelta(1), "review_on": second.review_on + timedelta(9)}
        again = ask_for(world, renews=second, now=later, **days, due_on=second.review_on)
        decide(again, world.manager, now=later)

        def kinds(user):
            return {row.code for row in worklists.queue(user, at=later).rows}

        assert Concern.SECOND_APPROVAL not in kinds(world.manager)
        assert Concern.SECOND_APPROVAL in kinds(world.second_manager)
        assert Concern.DECISION_TO_TAKE not in kinds(world.second_manager)

    def test_what_lapses_within_a_week_until_somebody_asks_to_renew(self, world):
        decision = authorised(world)
        at = NOW + timedelta(days=7)
        assert not worklists.queue(world.manager, at=NOW + timedelta(days=6)).rows
        [row] = worklists.queue(world.manager, at=at).rows
        assert (row.code, row.since) == (Concern.DECISION_LAPSING, day(14))
        ask_for(world, renews=decision, now=at, covers_from=day(15), review_on=day(20), due_on=day(15))
        assert [row.code for row in worklists.queue(world.manager, at=at).rows] == [Concern.DECISION_TO_TAKE]

    def test_nobody_but_managers_has_a_queue(self, world):
        recorded(world, method=Method.VIDEO)
        for user in (world.worker, world.auditor, world.other_manager):
            assert worklists.queue(user, at=NOW).total == 0


def _everything_wrong(world: World, child: Child) -> None:
    """A child about whom nearly every exception holds."""
    plain = World(**vars(world) | {"child": child})
    for number in (-3, -2, -1):
        make_visit(child, day(number), Method.VIDEO)
    flag(plain, "shielding", agreed=False, review_on=day(-1))
    flag(plain, "most_vulnerable", review_on=day(-1))
    flag(plain, "self_isolating", lasts=14, ends_on=day(-3), review_on=day(-6))
    EmergencyAccess.objects.create(
        child=child, user=world.stranger, reason="t", opened_at=NOW, closes_at=NOW + timedelta(days=1)
    )


class TestPrice:
    def queries(self, call) -> int:
        with CaptureQueriesContext(connection) as context:
            call()
        return len(context)

    def test_is_the_same_for_one_child_and_for_thirty(self, world):
        oversight_world.make_oversight_rules()

        def one_more() -> None:
            child = make_child()
            make_plan(child, team=world.team)
            _everything_wrong(world, child)

        one_more()
        calls = (
            lambda: exceptions.find(world.manager, at=NOW),
            lambda: exceptions.find(world.auditor, at=NOW),
            lambda: exceptions.counts(at=NOW),
            lambda: worklists.queue(world.manager, at=NOW),
        )
        for call in calls:
            call()
        before = [self.queries(call) for call in calls]
        assert len(codes(world)) >= 8
        for _ in range(29):
            one_more()
        assert [self.queries(call) for call in calls] == before
        assert max(before) <= 30

    @pytest.mark.slow
    def test_three_thousand_children(self, world):
        make_many(world, 3000)
        with CaptureQueriesContext(connection) as context:
            rows = exceptions.counts(at=NOW)
        assert sum(row.facts for row in rows) > 1000
        assert len(context) <= 30


def make_many(world: World, number: int) -> None:
    """Children with a plan of the team each, of whom some were not seen in time."""
    children = Child.objects.bulk_create(Child(child_ref=f"M{n}") for n in range(number))
    plans = Plan.objects.bulk_create(
        Plan(
            child=child,
            plan_ref=f"MP{n}",
            ref_order=reference_order(f"MP{n}"),
            plan_type=PlanType.values[n % 3],
            start_date=date(2019, 6, 1) + timedelta(days=n % 200),
            recorded_at=NOW,
        )
        for n, child in enumerate(children)
    )
    PlanTeam.objects.bulk_create(
        PlanTeam(plan=plan, team=world.team, from_date=plan.start_date) for plan in plans
    )
    Visit.objects.bulk_create(
        Visit(
            child=child,
            visit_ref=f"MV{n}-{k}",
            visit_date=day(-1 - (n * 7 + k * 13) % 60),
            method=Method.FACE_TO_FACE if (n + k) % 3 else Method.VIDEO,
            status="completed",
            child_seen=True,
            recorded_at=NOW,
        )
        for n, child in enumerate(children)
        for k in range(4)
    )
