"""Hazard flags on record: four eyes by rule and by database, one of a kind, history, lists and counts."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from safeguarding.kernel.periods import Month
from tests.people import person
from tests.visits.factories import make_child, make_locality, make_plan, make_team, move_plan
from tests.visits.flags_world import DAY, TODAY, flag_row, make_kinds, raise_flag
from tests.visits.records_world import NOW, World, make_world
from visits.models import FlagReview, HazardFlag, HazardFlagKind
from visits.rules.flags import FlagDates
from visits.selectors import flags as selectors
from visits.selectors.lines import child_lines
from visits.services import OutOfReach, flags

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=3)
REASON = "It is as it was"


@pytest.fixture
def world() -> World:
    make_kinds()
    return make_world()


def code_of(act, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


def agree(flag: HazardFlag, user, *, version: int = 0, now=NOW) -> HazardFlag:
    return flags.agree_to_flag(user=user, flag=flag, expected_version=version or flag.version, now=now)


def review(flag: HazardFlag, user, *, version: int = 0, now=LATER, days=None, told: str = "") -> FlagReview:
    return flags.review_flag(
        user=user,
        flag=flag,
        expected_version=version or flag.version,
        reason=REASON,
        days=days,
        told_family_how=told,
        now=now,
    )


def clear(flag: HazardFlag, user, *, version: int = 0, now=LATER) -> HazardFlag:
    return flags.clear_flag(
        user=user, flag=flag, expected_version=version or flag.version, reason="No longer so", now=now
    )


class TestRaising:
    def test_it_saves_and_is_on_the_trail_without_its_text(self, world):
        flag = raise_flag(world)
        saved = HazardFlag.objects.get()
        assert (saved.review_on, saved.ends_on) == (TODAY + 28 * DAY, None)
        assert (saved.raised_by, saved.raised_at, saved.agreed_at) == (world.worker, NOW, None)
        [event] = AuditEvent.objects.all()
        assert (event.action, event.object_uid, event.child_uid) == (
            "flag.raised",
            flag.uid,
            world.child.uid,
        )
        assert event.detail == {"kind": "most_vulnerable", "told_family": True}

    def test_isolation_has_its_end(self, world):
        assert raise_flag(world, kind="self_isolating").ends_on == TODAY + 14 * DAY

    def test_the_same_form_twice_makes_one(self, world):
        token = uuid4()
        first = raise_flag(world, token=token)
        with pytest.raises(AlreadyDone) as done:
            raise_flag(world, token=token)
        assert done.value.outcome == str(first.uid)
        assert HazardFlag.objects.count() == 1

    def test_one_of_a_kind_at_a_time(self, world):
        raise_flag(world)
        assert code_of(raise_flag, world) == "already_flagged"
        raise_flag(world, kind="self_isolating")
        assert code_of(raise_flag, world, kind="self_isolating") == "already_flagged"
        assert HazardFlag.objects.count() == 2

    def test_the_database_holds_one_open_flag_of_a_kind(self, world):
        flag_row(world.child, world.worker)
        with pytest.raises(IntegrityError), transaction.atomic():
            flag_row(world.child, world.manager)

    def test_an_ended_flag_makes_way(self, world):
        flag_row(world.child, world.worker, kind="self_isolating", starts_on=TODAY - 20 * DAY, ends_on=TODAY)
        raise_flag(world, kind="self_isolating")

    @pytest.mark.parametrize("kind", ["", "no_such_kind", "shielding"])
    def test_a_kind_that_is_none_or_retired(self, world, kind):
        HazardFlagKind.objects.filter(code="shielding").update(retired_on=TODAY)
        assert code_of(raise_flag, world, kind=kind) == "unknown_kind"

    def test_what_a_rule_refuses_leaves_nothing(self, world):
        assert code_of(raise_flag, world, starts_on=TODAY + DAY) == "future_start"
        assert not HazardFlag.objects.exists()
        assert not AuditEvent.objects.exists()

    def test_out_of_reach(self, world):
        for user in (world.stranger, world.other_manager, world.auditor):
            with pytest.raises(OutOfReach):
                raise_flag(world, user=user)


class TestAgreement:
    def test_a_manager_agrees_to_anothers_flag(self, world):
        agreed = agree(raise_flag(world), world.manager)
        assert (agreed.agreed_by, agreed.agreed_at, agreed.version) == (world.manager, NOW, 2)

    def test_never_who_raised_it(self, world):
        flag = raise_flag(world, user=world.manager)
        assert code_of(agree, flag, world.manager) == "four_eyes"
        agree(flag, world.second_manager)

    def test_the_database_refuses_it_too(self, world):
        flag = raise_flag(world, user=world.manager)
        with pytest.raises(IntegrityError), transaction.atomic():
            HazardFlag.objects.filter(pk=flag.pk).update(agreed_at=NOW, agreed_by=world.manager)

    def test_a_social_worker_or_another_teams_manager_does_not(self, world):
        flag = raise_flag(world)
        for user in (world.colleague, world.worker, world.other_manager):
            with pytest.raises(OutOfReach):
                agree(flag, user)

    def test_of_two_managers_one_agrees_and_the_other_is_told(self, world):
        flag = raise_flag(world)
        agree(flag, world.manager)
        assert code_of(agree, flag, world.second_manager, version=1) == "already_agreed"
        assert HazardFlag.objects.get().agreed_by == world.manager

    def test_not_to_what_was_changed_meanwhile(self, world):
        flag = raise_flag(world)
        review(flag, world.worker)
        with pytest.raises(StaleEdit):
            agree(flag, world.manager, version=1, now=LATER)


class TestReview:
    def test_it_stands_until_new_days_and_what_was_due_is_kept(self, world):
        flag = raise_flag(world)
        review(flag, world.worker, days=FlagDates(TODAY + 20 * DAY, None))
        kept = FlagReview.objects.get()
        assert (kept.was_due_on, kept.next_review_on, kept.reviewed_by) == (
            TODAY + 28 * DAY,
            TODAY + 20 * DAY,
            world.worker,
        )
        saved = HazardFlag.objects.get()
        assert (saved.review_on, saved.version) == (TODAY + 20 * DAY, 2)

    def test_the_family_told_later_keeps_why_not_before(self, world):
        flag = raise_flag(world, told_family=False, told_family_how="It would put the child at risk")
        kept = review(flag, world.worker, told="By letter")
        saved = HazardFlag.objects.get()
        assert (saved.told_family, saved.told_family_how) == (True, "By letter")
        assert "It would put the child at risk" in kept.reason

    def test_of_two_reviews_the_second_sees_the_first(self, world):
        flag = raise_flag(world)
        review(flag, world.worker)
        with pytest.raises(StaleEdit):
            review(flag, world.manager, version=1)
        assert FlagReview.objects.count() == 1

    def test_what_has_ended_is_raised_again_instead(self, world):
        flag = raise_flag(world, kind="self_isolating")
        assert code_of(review, flag, world.worker, now=NOW + 14 * DAY) == "flag_ended"
        review(flag, world.worker, now=NOW + 13 * DAY)


class TestClearing:
    def test_a_manager_clears_with_a_reason_and_it_stays(self, world):
        clear(raise_flag(world), world.manager)
        saved = HazardFlag.objects.get()
        assert (saved.cleared_by, saved.cleared_reason, saved.ends_on) == (
            world.manager,
            "No longer so",
            LATER.date(),
        )
        raise_flag(world, now=LATER)

    def test_a_social_worker_does_not(self, world):
        with pytest.raises(OutOfReach):
            clear(raise_flag(world), world.worker)

    def test_the_database_wants_the_reason(self, world):
        flag = raise_flag(world)
        with pytest.raises(IntegrityError), transaction.atomic():
            HazardFlag.objects.filter(pk=flag.pk).update(
                cleared_at=NOW, cleared_by=world.manager, ends_on=TODAY
            )

    def test_once(self, world):
        flag = raise_flag(world)
        clear(flag, world.manager)
        assert code_of(clear, flag, world.second_manager, version=1) == "flag_cleared"


class TestLists:
    def test_a_childs_flags_stand_have_lapsed_or_are_history(self, world):
        past = {"starts_on": TODAY - 40 * DAY}
        flag_row(world.child, world.worker, kind="shielding")
        flag_row(world.child, world.worker, review_on=TODAY - DAY, **past)
        flag_row(world.child, world.worker, kind="self_isolating", ends_on=TODAY, **past)
        flag_row(world.child, world.worker, NOW - 60 * DAY, kind="self_isolating", ends_on=TODAY - 30 * DAY)
        world.child.named = True
        shown = selectors.child_flags(world.child, at=NOW)
        assert [one.kind for one in shown.standing] == ["shielding"]
        assert {(one.kind, one.standing) for one in shown.lapsed} == {
            ("most_vulnerable", "past_review"),
            ("self_isolating", "ended"),
        }
        # The earlier isolation was followed by another: nothing is to be done about it.
        assert [one.kind for one in shown.earlier] == ["self_isolating"]

    def test_what_waits_for_a_manager_is_of_own_teams(self, world):
        own = flag_row(world.child, world.worker)
        flag_row(world.other_child, world.stranger)
        flag_row(world.child, world.worker, kind="told_only")
        assert list(selectors.awaiting_agreement(world.manager, at=NOW)) == [own]
        assert list(selectors.awaiting_agreement(world.worker, at=NOW)) == []
        agree(own, world.manager)
        assert list(selectors.awaiting_agreement(world.manager, at=NOW)) == []

    def test_lapsed_flags_wait_until_renewed_or_removed(self, world):
        flag = flag_row(world.child, world.worker)
        assert list(selectors.lapsed(world.manager, at=NOW + 28 * DAY)) == []
        assert list(selectors.lapsed(world.manager, at=NOW + 29 * DAY)) == [flag]
        assert list(selectors.lapsed(world.other_manager, at=NOW + 29 * DAY)) == []
        review(flag, world.manager, now=NOW + 29 * DAY)
        assert list(selectors.lapsed(world.manager, at=NOW + 29 * DAY)) == []

    def test_a_caseload_shows_the_flags_that_stand(self, world):
        flag_row(world.child, world.worker)
        flag_row(world.child, world.worker, kind="self_isolating", ends_on=TODAY + DAY)
        children = type(world.child).objects.filter(pk=world.child.pk)
        [line] = child_lines(children, world.worker, at=NOW)
        assert [name for _, name in line.flag_kinds] == ["Household self-isolating", "Most vulnerable"]
        # Isolation expires by itself: no job, no click.
        [line] = child_lines(children, world.worker, at=NOW + DAY)
        assert [code for code, _ in line.flag_kinds] == ["most_vulnerable"]


MARCH, APRIL = Month.parse("2020-03"), Month.parse("2020-04")
MAY_1 = datetime(2020, 5, 1, 12, tzinfo=UTC)


class TestCounts:
    def counts(self, first=MARCH, last=APRIL, *, at=MAY_1, teams=None) -> dict:
        rows = selectors.flag_counts(first, last, teams=teams, at=at)
        return {(str(Month(row.month)), row.kind, row.team_id): row.flags for row in rows}

    def agreed(self, world, child=None, at=NOW, **other) -> HazardFlag:
        child = child or world.child
        return flag_row(child, world.worker, at, agreed_at=at, agreed_by=world.manager, **other)

    def test_what_stood_agreed_on_the_last_day(self, world):
        self.agreed(world)
        flag_row(world.other_child, world.stranger)
        assert self.counts() == {
            ("2020-03", "most_vulnerable", world.team.pk): 1,
            ("2020-04", "most_vulnerable", world.team.pk): 1,
        }

    @pytest.mark.parametrize(
        ("other", "months"),
        [
            ({"ends_on": date(2020, 3, 31)}, []),
            ({"ends_on": date(2020, 4, 1)}, ["2020-03"]),
            ({"starts_on": date(2020, 3, 31), "ends_on": date(2020, 4, 30)}, ["2020-03"]),
            ({"ends_on": date(2020, 5, 1)}, ["2020-03", "2020-04"]),
        ],
    )
    def test_its_first_and_last_day_decide(self, world, other, months):
        self.agreed(world, **other)
        assert [month for month, _, _ in self.counts()] == months

    def test_an_agreement_that_comes_later_changes_no_month_that_is_over(self, world):
        flag = flag_row(world.child, world.worker)
        agree(flag, world.manager, now=datetime(2020, 4, 1, 9, tzinfo=UTC))
        assert list(self.counts()) == [("2020-04", "most_vulnerable", world.team.pk)]

    def test_agreed_at_the_last_moment_of_the_day_in_london(self, world):
        """British Summer Time has begun: 23:30 UTC on 31 March is in April."""
        flag_row(
            world.child,
            world.worker,
            agreed_at=datetime(2020, 3, 31, 23, 30, tzinfo=UTC),
            agreed_by=world.manager,
        )
        assert [month for month, _, _ in self.counts()] == ["2020-04"]

    def test_raised_later_for_days_before_counts_from_when_it_was_raised(self, world):
        self.agreed(world, at=datetime(2020, 4, 6, 9, tzinfo=UTC), starts_on=date(2020, 3, 20))
        assert [month for month, _, _ in self.counts()] == ["2020-04"]

    def test_clearing_leaves_the_months_before(self, world):
        flag = self.agreed(world)
        before = self.counts(APRIL, APRIL, at=datetime(2020, 4, 30, 12, tzinfo=UTC))
        clear(flag, world.manager, now=MAY_1)
        assert self.counts(APRIL, APRIL) == before
        assert self.counts(Month.parse("2020-05"), Month.parse("2020-05")) == {}

    def test_it_counts_in_the_team_of_that_day(self, world):
        self.agreed(world)
        move_plan(world.child.plans.get(), world.other_team, date(2020, 4, 10))
        assert self.counts() == {
            ("2020-03", "most_vulnerable", world.team.pk): 1,
            ("2020-04", "most_vulnerable", world.other_team.pk): 1,
        }

    def test_of_several_plans_the_one_that_began_first(self, world):
        make_plan(world.child, "CIN", date(2020, 2, 1), team=world.other_team)
        self.agreed(world)
        assert {team for _, _, team in self.counts()} == {world.team.pk}

    def test_without_an_open_plan_nowhere(self, world):
        self.agreed(world)
        world.child.plans.update(end_date=date(2020, 4, 15))
        assert [month for month, _, _ in self.counts()] == ["2020-03"]

    def test_the_running_month_counts_today_and_no_month_lies_ahead(self, world):
        self.agreed(world)
        counts = self.counts(MARCH, Month.parse("2020-06"), at=NOW)
        assert [month for month, _, _ in counts] == ["2020-03"]

    def test_a_manager_sees_own_teams_as_they_are(self, world):
        self.agreed(world)
        self.agreed(world, world.other_child)
        shown = selectors.shown_counts(world.manager, MARCH, MARCH, at=MAY_1)
        assert shown.plain
        assert list(shown.teams.values()) == ["Team Alder"]
        assert shown.whole == {(MARCH.index, "most_vulnerable"): 1}

    def test_nobody_else_sees_a_small_number_or_what_gives_it_away(self, world):
        """Alder 2, Birch 7, both in one locality, and another locality with 8: 2 is hidden, and so is 7."""
        far = make_team("T-C", name="Team Cedar", locality=make_locality("Far"))
        world.other_team.locality = world.team.locality
        world.other_team.save()
        self.agreed(world)
        for team, number in ((world.team, 1), (world.other_team, 7), (far, 8)):
            for _ in range(number):
                child = make_child()
                make_plan(child, team=team)
                self.agreed(world, child)
        for role in ("BM", "CO", "AU"):
            shown = selectors.shown_counts(person(role), MARCH, MARCH, at=MAY_1)
            key = (MARCH.index, "most_vulnerable")
            assert not shown.plain
            assert shown.whole[key] == 17
            assert {shown.teams[team]: shown.by_team[(*key, team)] for team in shown.teams} == {
                "Team Alder": None,
                "Team Birch": None,
                "Team Cedar": 8,
            }
