"""Concerns as they stood at a past moment, by what was recorded by then: at NOW, 27 March 2020, and what is
recorded later is undone."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.visits.decision_world import ask, authorised, decide, make_limits
from tests.visits.factories import make_child, make_plan, make_visit
from tests.visits.known_world import replace_by_import
from tests.visits.records_world import NOW, World, make_world, recorded
from tests.visits.test_exceptions import day, flag, unseen
from visits import services
from visits.constants import Method
from visits.constants.oversight import DecisionState
from visits.facts import Concern
from visits.models import FlagReview, HazardFlag, ManagementDecision, OversightRule, Visit
from visits.rules.decisions import Choice
from visits.selectors import exceptions
from visits.selectors.as_known import LABELS, oversight_known

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(minutes=5)
LATER = NOW + timedelta(days=3)


@pytest.fixture
def world() -> World:
    """The worker's child is on a child protection plan and was seen face to face yesterday."""
    made = make_world()
    make_limits()
    for child in (made.child, made.other_child):
        make_visit(child, day(-1), visit_ref=f"first-{child.pk}")
    return made


def at_day(number: int) -> datetime:
    return NOW + timedelta(days=number)


def standing(at: datetime = NOW) -> dict[Concern, int]:
    return {one.code: one.count for one in oversight_known(at) if one.count}


def same_as_exceptions(at: datetime) -> dict[Concern, int]:
    """Where nothing was recorded since, today's finder says the same."""
    found = Counter()
    for row in exceptions.counts(at=at, codes=set(LABELS)):
        found[row.code] += row.facts
    assert standing(at) == dict(found)
    return standing(at)


def test_nothing_is_wrong(world):
    assert same_as_exceptions(NOW) == {}
    assert [one.code for one in oversight_known(NOW)] == list(LABELS)


class TestAlternatives:
    def test_one_without_a_decision(self, world):
        recorded(world, method=Method.VIDEO)
        assert same_as_exceptions(NOW) == {Concern.ALTERNATIVE_WITHOUT_DECISION: 1}

    def test_recorded_later_it_is_not_known(self, world):
        visit = recorded(world, method=Method.VIDEO)
        Visit.objects.filter(pk=visit.pk).update(recorded_at=SOON)
        assert standing() == {}
        assert standing(SOON) == {Concern.ALTERNATIVE_WITHOUT_DECISION: 1}

    def test_decided_on_later_it_was_without_one(self, world):
        recorded(world, method=Method.VIDEO)
        asked = ask(world, covers_from=day(-1))
        decide(asked, world.manager, now=SOON)
        assert standing() == {Concern.ALTERNATIVE_WITHOUT_DECISION: 1}
        assert same_as_exceptions(SOON) == {}

    def test_decided_on_by_a_second_person_later_it_was_without_one(self, world):
        """The first approval of a second renewal is no decision yet."""
        recorded(world, method=Method.VIDEO)
        one = decide(ask(world, covers_from=day(-1)), world.manager)
        ManagementDecision.objects.filter(pk=one.pk).update(seconded_at=SOON, seconded_by=world.head)
        Visit.objects.update(authorised=False, authorised_at=None, authorised_by=None)
        assert standing() == {Concern.ALTERNATIVE_WITHOUT_DECISION: 1}
        assert standing(SOON) == {}

    def test_a_quarter_back_and_no_further(self, world):
        recorded(world, method=Method.VIDEO, visit_date=day(-91))
        recorded(world, method=Method.VIDEO, visit_date=day(-92), visit_ref="old")
        assert same_as_exceptions(NOW) == {Concern.ALTERNATIVE_WITHOUT_DECISION: 1}


class TestChain:
    @pytest.fixture
    def calls(self, world) -> list[Visit]:
        return [
            recorded(
                world, method=Method.VIDEO, authorised=True, visit_date=day(0), visit_ref=f"call{number}"
            )
            for number in range(3)
        ]

    def test_three_in_a_row(self, calls):
        assert same_as_exceptions(NOW) == {Concern.CHAIN: 1}

    def test_two_are_none(self, calls):
        calls[0].delete()
        assert same_as_exceptions(NOW) == {}

    def test_a_visit_face_to_face_recorded_later_did_not_end_it(self, world, calls):
        recorded(world, visit_date=day(0), recorded_at=SOON)
        assert standing() == {Concern.CHAIN: 1}
        assert same_as_exceptions(SOON) == {}

    def test_of_one_day_the_later_record_comes_last(self, world):
        seen = recorded(world, visit_date=day(0), visit_ref="face")
        for number in range(3):
            recorded(
                world, method=Method.VIDEO, authorised=True, visit_date=day(0), visit_ref=f"after{number}"
            )
        assert same_as_exceptions(NOW) == {Concern.CHAIN: 1}
        seen.delete()
        recorded(world, visit_date=day(0), visit_ref="face again")
        assert same_as_exceptions(NOW) == {}

    def test_at_a_visit_face_to_face_the_child_must_be_seen(self, world, calls):
        recorded(world, visit_date=day(0), child_seen=False, visit_ref="not in")
        assert same_as_exceptions(NOW) == {Concern.CHAIN: 1}

    def test_a_call_cancelled_later_was_part_of_it(self, calls):
        replace_by_import("visit", calls[0], SOON, status="cancelled", child_seen=False, authorised=False)
        assert standing() == {Concern.CHAIN: 1}
        assert same_as_exceptions(SOON) == {}

    def test_a_fresh_decision_ends_it_from_its_moment_on(self, world, calls):
        decide(ask(world, covers_from=day(0)), world.manager, now=SOON)
        assert standing() == {Concern.CHAIN: 1}
        assert same_as_exceptions(SOON) == {}

    def test_without_an_open_plan_there_is_none(self, world, calls):
        plan = world.child.plans.get()
        replace_by_import("plan", plan, SOON, end_date=day(0))
        assert standing() == {Concern.CHAIN: 1}
        assert same_as_exceptions(SOON) == {}

    def test_without_a_limit_none_is_too_long(self, calls):
        OversightRule.objects.filter(code="chain_limit").delete()
        assert same_as_exceptions(NOW) == {}


class TestDecisions:
    @pytest.fixture
    def lapsed(self, world) -> ManagementDecision:
        """Reviewed by 10 April, with nobody seen since."""
        unseen(world)
        return authorised(world)

    def test_on_its_last_day_it_is_live(self, world, lapsed):
        assert Concern.DECISION_LAPSED not in same_as_exceptions(at_day(14))
        assert same_as_exceptions(at_day(15))[Concern.DECISION_LAPSED] == 1

    def test_authorised_later_it_was_not_there(self, world, lapsed):
        ManagementDecision.objects.update(decided_at=at_day(20))
        assert Concern.DECISION_LAPSED not in standing(at_day(19))
        assert standing(at_day(20))[Concern.DECISION_LAPSED] == 1

    def test_seen_since_it_has_not_lapsed(self, world, lapsed):
        make_visit(world.child, day(2), recorded_at=at_day(17))
        assert standing(at_day(16))[Concern.DECISION_LAPSED] == 1
        assert Concern.DECISION_LAPSED not in same_as_exceptions(at_day(17))

    def test_of_a_closed_plan_it_has_not_lapsed(self, world, lapsed):
        replace_by_import("plan", world.child.plans.get(), at_day(17), end_date=day(15))
        assert standing(at_day(16))[Concern.DECISION_LAPSED] == 1
        assert Concern.DECISION_LAPSED not in same_as_exceptions(at_day(17))

    def test_a_renewal_goes_by_its_state_at_the_moment(self, world, lapsed):
        days = {"covers_from": day(16), "review_on": day(20)}
        again = ask(world, renews=lapsed, now=at_day(16), **days)
        sent_back = decide(
            again, world.manager, Choice.SEND_BACK, "Say more about the family", now=at_day(17)
        )
        services.withdraw_decision(
            user=world.worker,
            decision=sent_back,
            reason="The visit was made after all",
            expected_version=sent_back.version,
            now=at_day(18),
        )
        ended = {Concern.DECISION_LAPSED, Concern.DECISION_PAST_REVIEW}
        assert [ended & set(standing(at_day(number))) for number in (15, 16, 17, 18)] == [
            {Concern.DECISION_LAPSED},
            {Concern.DECISION_PAST_REVIEW},
            {Concern.DECISION_PAST_REVIEW},
            {Concern.DECISION_LAPSED},
        ]
        assert ManagementDecision.objects.get(pk=again.pk).state == DecisionState.WITHDRAWN

    def test_authorised_a_renewal_follows_it(self, world, lapsed):
        again = ask(world, renews=lapsed, now=at_day(16), covers_from=day(18), review_on=day(25))
        decide(again, world.manager, now=at_day(17))
        # Authorised, it no longer waits; until its first day the one before is lapsed.
        assert same_as_exceptions(at_day(17))[Concern.DECISION_LAPSED] == 1
        assert Concern.DECISION_LAPSED not in same_as_exceptions(at_day(18))
        assert Concern.DECISION_PAST_REVIEW in standing(at_day(16))


class TestFlags:
    def reviewed(self, row: HazardFlag, when: datetime, by, *, following, ends_on=None) -> None:
        FlagReview.objects.create(
            flag=row,
            was_due_on=row.review_on,
            next_review_on=following,
            ends_on=ends_on,
            reason="test",
            reviewed_at=when,
            reviewed_by=by,
        )
        row.review_on, row.ends_on = following, ends_on
        row.save()

    def clear(self, row: HazardFlag, when: datetime, by) -> None:
        row.ends_on = min(row.ends_on or when.date(), when.date())
        row.cleared_at, row.cleared_by, row.cleared_reason = when, by, "test"
        row.save()

    def test_past_its_review(self, world):
        flag(world, "shielding", review_on=day(-1))
        assert same_as_exceptions(NOW) == {Concern.FLAG_PAST_REVIEW: 1}

    def test_on_its_review_date_it_is_not(self, world):
        flag(world, "shielding", review_on=day(0))
        assert same_as_exceptions(NOW) == {}

    def test_raised_later_it_was_not_there(self, world):
        flag(world, "shielding", review_on=day(-1), raised_at=SOON, agreed=False)
        assert standing() == {}
        assert same_as_exceptions(SOON) == {Concern.FLAG_PAST_REVIEW: 1}

    def test_reviewed_later_it_was_past_its_review(self, world):
        row = flag(world, "shielding", review_on=day(-1))
        self.reviewed(row, SOON, world.manager, following=day(20))
        assert standing() == {Concern.FLAG_PAST_REVIEW: 1}
        assert same_as_exceptions(SOON) == {}
        self.reviewed(row, at_day(25), world.manager, following=day(40), ends_on=day(60))
        assert standing() == {Concern.FLAG_PAST_REVIEW: 1}
        assert standing(SOON) == {}
        assert standing(at_day(24)).get(Concern.FLAG_PAST_REVIEW) == 1

    def test_given_an_end_by_a_later_review_it_stood_without(self, world):
        row = flag(world, "shielding", review_on=day(-1))
        self.reviewed(row, SOON, world.manager, following=day(1), ends_on=day(1))
        assert standing() == {Concern.FLAG_PAST_REVIEW: 1}
        assert Concern.FLAG_PAST_REVIEW not in same_as_exceptions(at_day(2))

    def test_cleared_later_it_stood(self, world):
        row = flag(world, "shielding", review_on=day(-1))
        self.clear(row, LATER, world.manager)
        assert standing() == {Concern.FLAG_PAST_REVIEW: 1}
        assert Concern.FLAG_PAST_REVIEW not in same_as_exceptions(LATER)

    def test_cleared_on_the_same_day_it_stood_until_then(self, world):
        row = flag(world, "shielding", review_on=day(-1))
        self.clear(row, SOON, world.manager)
        assert standing() == {Concern.FLAG_PAST_REVIEW: 1}
        assert same_as_exceptions(SOON) == {}

    def test_over_before_it_was_cleared_it_did_not_stand(self, world):
        row = flag(world, "isolating", lasts=14, review_on=day(-2), ends_on=day(-1))
        self.clear(row, LATER, world.manager)
        assert standing() == {}

    def test_one_in_its_place_counts_only_once_it_is_raised(self, world):
        flag(world, "shielding", review_on=day(-1), ends_on=day(30))
        flag(world, "shielding", review_on=day(9), raised_at=SOON, agreed=False)
        assert standing() == {Concern.FLAG_PAST_REVIEW: 1}
        assert same_as_exceptions(SOON) == {}


class TestMostVulnerable:
    @pytest.fixture
    def late(self, world) -> HazardFlag:
        """Not seen within ten working days on the day of NOW."""
        unseen(world)
        make_visit(world.child, day(-20), visit_ref="long ago")
        return flag(world, "most_vulnerable")

    def test_not_seen_in_time(self, late):
        assert same_as_exceptions(NOW) == {Concern.MOST_VULNERABLE_NOT_SEEN: 1}
        [one] = [one for one in oversight_known(NOW) if one.code == Concern.MOST_VULNERABLE_NOT_SEEN]
        assert (one.children, one.of) == (1, 1)

    def test_seen_but_recorded_later(self, world, late):
        make_visit(world.child, day(-1), recorded_at=SOON)
        assert standing() == {Concern.MOST_VULNERABLE_NOT_SEEN: 1}
        assert same_as_exceptions(SOON) == {}

    def test_a_visit_withdrawn_later_was_known(self, world, late):
        visit = make_visit(world.child, day(-1))
        replace_by_import("visit", visit, SOON, status="cancelled", child_seen=False)
        assert standing() == {}
        assert same_as_exceptions(SOON) == {Concern.MOST_VULNERABLE_NOT_SEEN: 1}

    def test_the_interval_is_the_plans_as_known(self, world, late):
        replace_by_import("plan", world.child.plans.get(), SOON, plan_type="CIC")
        assert standing() == {Concern.MOST_VULNERABLE_NOT_SEEN: 1}
        assert same_as_exceptions(SOON) == {}

    def test_of_two_plans_of_a_type_the_first_decides(self, world, late):
        Visit.objects.all().delete()
        make_plan(world.child, "CP", day(-1), team=world.team)
        assert same_as_exceptions(NOW) == {Concern.MOST_VULNERABLE_NOT_SEEN: 1}
        world.child.plans.order_by("start_date").first().delete()
        assert same_as_exceptions(NOW) == {}

    def test_another_flag_is_not_it(self, world, late):
        HazardFlag.objects.all().delete()
        flag(world, "shielding")
        assert same_as_exceptions(NOW) == {}


def test_queries_do_not_grow_with_children(world):
    with CaptureQueriesContext(connection) as few:
        oversight_known(NOW)
    for number in range(4):
        child = make_child(f"more{number}")
        make_plan(child, team=world.team)
        flag(world, "most_vulnerable", child=child)
        make_visit(child, day(-1), Method.VIDEO)
    with CaptureQueriesContext(connection) as many:
        oversight_known(NOW)
    # Reviews are read where there are flags.
    assert len(many) <= len(few) + 1
