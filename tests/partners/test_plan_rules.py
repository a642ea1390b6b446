"""Pure rules of recovery plans, services and backlogs."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from uuid import uuid4

import pytest

from partners.constants import DependencyState, PlanStage, ServiceLevel
from partners.facts.plans import CountFact, LevelFact, Partner, ServiceFact
from partners.rules import backlogs as backlog_rules
from partners.rules import plans as rules
from partners.rules import services as service_rules
from partners.rules.backlogs import CountDraft, Outlook
from partners.rules.plans import DependencyDraft, StageDraft
from partners.rules.services import LevelDraft
from safeguarding.kernel.errors import Refusal

TODAY = date(2020, 6, 15)
DAY = timedelta(days=1)
AT = datetime(2020, 6, 15, 10, tzinfo=UTC)


def code_of(act, *args, **kwargs) -> str:
    try:
        act(*args, **kwargs)
    except Refusal as refusal:
        return refusal.code
    return ""


STAGES = list(PlanStage.values)


class TestStages:
    @pytest.mark.parametrize(("old", "new"), list(product(["", *STAGES], STAGES)))
    def test_each_stage_to_each(self, old, new):
        def moved(reason: str) -> str:
            draft = StageDraft(new, TODAY, reason)
            since = TODAY - 9 * DAY if old else None
            return code_of(rules.stage_change, draft, current=old, since=since, today=TODAY)

        if old == new:
            assert moved("Because") == "same_stage"
        elif old and STAGES.index(new) < STAGES.index(old):
            assert (moved(" "), moved("The lead has left")) == ("text_missing", "")
        else:
            assert moved("") == ""

    @pytest.mark.parametrize(
        ("stage", "on", "code"),
        [
            ("built", TODAY, "unknown_stage"),
            ("drafted", TODAY + DAY, "stage_in_future"),
            ("drafted", TODAY, ""),
            ("drafted", TODAY - 9 * DAY, ""),
            ("drafted", TODAY - 10 * DAY, "before_last_stage"),
        ],
    )
    def test_its_day(self, stage, on, code):
        draft = StageDraft(stage, on)
        since = TODAY - 9 * DAY
        assert code_of(rules.stage_change, draft, current="preparing", since=since, today=TODAY) == code

    def test_submission(self):
        assert code_of(rules.submission, submitted=True, remit="All") == "already_submitted"
        assert code_of(rules.submission, submitted=False, remit=" \n") == "remit_missing"
        assert code_of(rules.submission, submitted=False, remit="All") == ""


STATES = list(DependencyState.values)
ANSWERABLE = {
    ("asked", "confirmed"),
    ("asked", "refused"),
    ("asked", "withdrawn"),
    ("confirmed", "refused"),
    ("confirmed", "withdrawn"),
    ("refused", "confirmed"),
    ("refused", "withdrawn"),
}


class TestDependencies:
    @pytest.mark.parametrize(("old", "new"), list(product(STATES, STATES)))
    def test_each_state_to_each(self, old, new):
        found = code_of(rules.dependency_move, old, new, words="We lack staff")
        if (old, new) in ANSWERABLE:
            assert found == ""
        elif old == "withdrawn":
            assert found == "dependency_withdrawn"
        else:
            assert found == ("already_so" if old == new else "no_such_move")

    def test_a_refusal_has_words(self):
        assert code_of(rules.dependency_move, "asked", "refused", words=" ") == "text_missing"
        assert code_of(rules.dependency_move, "asked", "confirmed", words="") == ""

    @pytest.mark.parametrize(
        ("what", "by", "on", "code"),
        [
            ("Assessments", None, 2, ""),
            ("Assessments", TODAY, 2, ""),
            ("Assessments", TODAY - DAY, 2, "needed_in_past"),
            (" ", None, 2, "text_missing"),
            ("x" * 401, None, 2, "text_too_long"),
            ("Assessments", None, 1, "on_oneself"),
        ],
    )
    def test_what_is_asked(self, what, by, on, code):
        assert code_of(rules.dependency, DependencyDraft(what, by), of=1, on=on, today=TODAY) == code

    @pytest.mark.parametrize(
        ("state", "by", "late"),
        [
            ("asked", TODAY - DAY, True),
            ("asked", TODAY, False),
            ("asked", None, False),
            ("confirmed", TODAY - DAY, False),
            ("refused", TODAY - DAY, False),
        ],
    )
    def test_overdue(self, state, by, late):
        assert rules.overdue(state, by, on=TODAY) is late


LEVELS = list(ServiceLevel.values)
LEVEL_REFUSALS = {
    ("", "resumed"): "nothing_to_resume",
    ("maintained", "resumed"): "nothing_to_resume",
    ("reduced", "maintained"): "resumed_instead",
    ("paused", "maintained"): "resumed_instead",
}


class TestLevels:
    @pytest.mark.parametrize(("old", "new"), list(product(["", *LEVELS], LEVELS)))
    def test_each_level_to_each(self, old, new):
        draft = LevelDraft(new, TODAY, "Staff are ill")
        found = code_of(service_rules.level_change, draft, before=old, last_in_force=None, today=TODAY)
        assert found == ("same_level" if old == new else LEVEL_REFUSALS.get((old, new), ""))

    @pytest.mark.parametrize(
        ("level", "on", "reason", "code"),
        [
            ("closed", TODAY, "Why", "unknown_level"),
            ("reduced", TODAY, " ", "text_missing"),
            ("paused", TODAY, "", "text_missing"),
            ("changed", TODAY, "", ""),
            ("paused", TODAY - 9 * DAY, "Why", ""),
            ("paused", TODAY - 10 * DAY, "Why", "before_last_level"),
            ("paused", TODAY + 366 * DAY, "Why", ""),
            ("paused", TODAY + 367 * DAY, "Why", "too_far_ahead"),
        ],
    )
    def test_its_day_and_reason(self, level, on, reason, code):
        draft = LevelDraft(level, on, reason)
        since = TODAY - 9 * DAY
        found = code_of(
            service_rules.level_change, draft, before="maintained", last_in_force=since, today=TODAY
        )
        assert found == code

    def test_giving_up_a_plan(self):
        def given_up(on, withdrawn=False):
            return code_of(service_rules.withdrawal, from_date=on, withdrawn=withdrawn, today=TODAY)

        assert (given_up(TODAY + DAY), given_up(TODAY)) == ("", "already_in_force")
        assert given_up(TODAY + DAY, True) == "already_withdrawn"

    def test_a_cut_service_stays_on_the_register(self):
        assert code_of(service_rules.taking_off, below_normal=True, planned=False) == "service_is_cut"
        assert code_of(service_rules.taking_off, below_normal=False, planned=True) == "service_is_cut"
        assert code_of(service_rules.taking_off, below_normal=False, planned=False) == ""

    @pytest.mark.parametrize(
        ("reading", "cut", "differs"),
        [
            ("assured", True, True),
            ("assured", False, False),
            ("partly", False, True),
            ("concern", False, True),
            ("concern", True, False),
            ("not_known", True, False),
            ("not_known", False, False),
        ],
    )
    def test_a_return_against_the_register(self, reading, cut, differs):
        assert service_rules.contradicts(reading, cut=cut) is differs


POLICE, HEALTH = Partner(uuid4(), "Police"), Partner(uuid4(), "Health")


def service(partner: Partner, level: str, *planned: str) -> ServiceFact:
    levels = [LevelFact(row, one, TODAY + row * DAY, "", AT) for row, one in enumerate((level, *planned))]
    return ServiceFact(uuid4(), partner, "Visits", "Weekly", levels[0], tuple(levels[1:]))


class TestCommitment:
    def test_it_holds_where_all_keep_their_services(self):
        own = [service(POLICE, "maintained"), service(HEALTH, "changed"), service(HEALTH, "resumed")]
        found = service_rules.commitment([POLICE, HEALTH], own)
        assert (found.holds, found.against, found.silent) == (True, (), ())
        assert {ref.uid for ref in found.rests_on} == {one.uid for one in own}

    @pytest.mark.parametrize(
        "levels", [("reduced",), ("paused",), ("maintained", "reduced"), ("changed", "paused")]
    )
    def test_one_cut_now_or_planned_flips_it_and_is_named(self, levels):
        cut = service(HEALTH, *levels)
        found = service_rules.commitment([POLICE, HEALTH], [service(POLICE, "maintained"), cut])
        assert (found.holds, found.not_known) == (False, False)
        [line] = found.against
        assert (line.partner, line.what, line.rests_on.uid) == (HEALTH, "Visits", cut.uid)

    def test_silence_is_not_a_yes(self):
        found = service_rules.commitment([POLICE, HEALTH], [service(POLICE, "maintained")])
        assert (found.holds, found.not_known) == (False, True)
        assert [line.partner for line in found.silent] == [HEALTH]
        assert service_rules.commitment([], []).holds is False


def row(number: int, before: int, came_in: int, went_out: int, *, days: int = 14, key: int = 0) -> CountFact:
    """The period with this number, counted from 1 April, of 14 days."""
    start = date(2020, 4, 1) + (number - 1) * 14 * DAY
    end = start + (days - 1) * DAY
    stock = before + came_in - went_out
    return CountFact(key or number, start, end, before, came_in, went_out, stock, "", AT)


class TestCounts:
    earlier = (row(1, 10, 4, 2), row(2, 12, 5, 5))
    right = CountDraft(date(2020, 4, 29), date(2020, 5, 12), 12, 3, 5, 10)

    def code(self, earlier=earlier, **other) -> str:
        return code_of(backlog_rules.count, replace(self.right, **other), earlier, today=TODAY)

    @pytest.mark.parametrize(
        ("other", "code"),
        [
            ({}, ""),
            ({"stock": 11}, "does_not_add_up"),
            ({"went_out": 16, "stock": 0}, "does_not_add_up"),
            ({"came_in": -1, "stock": 6}, "number_out_of_range"),
            ({"came_in": 2**31, "stock": 2**31 + 7}, "number_out_of_range"),
            ({"before": 13, "stock": 11}, "not_carried_over"),
            ({"before": 13, "stock": 11, "correction_reason": "One was missed"}, ""),
            ({"period_start": date(2020, 4, 28)}, "overlaps"),
            ({"period_start": date(2020, 4, 30)}, "gap"),
            ({"period_end": date(2020, 4, 28)}, "ends_before_it_starts"),
            ({"period_end": TODAY}, ""),
            ({"period_end": TODAY + DAY}, "period_not_over"),
            ({"period_start": date(2020, 4, 15), "period_end": date(2020, 4, 28)}, "already_counted"),
            ({"period_start": date(2020, 3, 1), "period_end": date(2020, 3, 14)}, "overlaps"),
        ],
    )
    def test_what_a_count_must_be(self, other, code):
        assert self.code(**other) == code

    def test_more_cannot_leave_than_was_there(self):
        with pytest.raises(Refusal) as refusal:
            backlog_rules.count(replace(self.right, went_out=16, stock=0), self.earlier, today=TODAY)
        assert refusal.value.field == "went_out"

    def test_the_first_count_may_begin_anywhere(self):
        assert self.code((), before=40, stock=38) == ""

    def test_a_correction_names_its_own_period_and_why(self):
        period = {"period_start": date(2020, 4, 15), "period_end": date(2020, 4, 28)}
        assert self.code(**period, correction_reason="Two were missed") == ""
        shorter = period | {"period_end": date(2020, 4, 27)}
        assert self.code(**shorter, correction_reason="Two were missed") == "overlaps"

    def test_the_row_recorded_last_stands_and_broken_joints_show(self):
        corrected = row(1, 10, 6, 2, key=9)
        latest = backlog_rules.latest_rows([*self.earlier, corrected])
        assert latest == (corrected, self.earlier[1])
        assert backlog_rules.broken_joints(latest) == (self.earlier[1].period_start,)
        assert backlog_rules.broken_joints(self.earlier) == ()


class TestForecast:
    def test_fewer_than_two_periods_say_nothing(self):
        for counts in ((), (row(1, 10, 0, 5),)):
            assert backlog_rules.forecast(counts).outlook == Outlook.NOT_KNOWN

    def test_it_shrinks_by_the_mean_of_the_last_three_with_a_range(self):
        # The first period is beyond the three; by hand: 84 in and 126 out in 42 days, 1 a day; 58 wait.
        counts = (row(1, 40, 60, 0), row(2, 100, 28, 35), row(3, 93, 28, 42), row(4, 79, 28, 49))
        found = backlog_rules.forecast(counts)
        assert (found.outlook, found.periods) == (Outlook.SHRINKS, 3)
        assert (found.weekly_in, found.weekly_out) == (Decimal("14.0"), Decimal("21.0"))
        end = counts[-1].period_end
        assert found.cleared_by == end + 58 * DAY
        # Best period: 21 in 14 days (1.5 a day, 38.7 days); worst: 7 in 14 days (0.5 a day, 116 days).
        assert (found.earliest, found.latest) == (end + 39 * DAY, end + 116 * DAY)

    def test_a_worst_period_that_grows_has_no_end(self):
        found = backlog_rules.forecast((row(1, 50, 10, 30), row(2, 30, 12, 10)))
        assert (found.outlook, found.latest) == (Outlook.SHRINKS, None)
        assert found.earliest < found.cleared_by

    def test_it_grows(self):
        found = backlog_rules.forecast((row(1, 10, 14, 7), row(2, 17, 14, 7)))
        assert (found.outlook, found.weekly_growth) == (Outlook.GROWS, Decimal("3.5"))
        assert (found.cleared_by, found.earliest, found.latest) == (None, None, None)

    def test_it_stands_or_is_gone(self):
        assert backlog_rules.forecast((row(1, 10, 7, 7), row(2, 10, 7, 7))).outlook == Outlook.STANDS
        gone = backlog_rules.forecast((row(1, 10, 0, 5), row(2, 5, 0, 5)))
        assert (gone.outlook, gone.cleared_by) == (Outlook.CLEARED, row(2, 5, 0, 5).period_end)

    def test_longer_periods_weigh_more(self):
        # 28 days at 1 a day and 14 days at 2 a day: 56 in 42 days.
        counts = (row(1, 100, 0, 28, days=28), row(3, 72, 0, 28))
        assert backlog_rules.forecast(counts).weekly_out == Decimal("9.3")

    def test_a_pace_too_slow_for_any_calendar_says_so(self):
        found = backlog_rules.forecast((row(1, 2_000_000_000, 0, 1), row(2, 1_999_999_999, 0, 1)))
        assert (found.outlook, found.cleared_by) == (Outlook.SHRINKS, None)

    @pytest.mark.parametrize(("uplift", "demand"), [(10, "264.0"), (20, "288.0"), (30, "312.0")])
    def test_the_same_baseline_gives_the_scenarios(self, uplift, demand):
        assert backlog_rules.scenario_demand(Decimal(240), uplift) == Decimal(demand)
