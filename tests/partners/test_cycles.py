"""Cycles on record: opened by the calendar each once, closed, reopened and extended."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.audit import Actor
from accounts.models import AuditEvent
from partners.models import Cycle, CyclePause, CycleRule, Participation, QuestionSet, Return, ReturnMove
from partners.rules import calendar as calendar_rules
from partners.rules import cycles as cycle_rules
from partners.rules.calendar import CalendarRule
from partners.rules.cycles import PauseDraft
from partners.selectors import cycles as selectors
from partners.services import calendar, cycles
from partners.services.base import OutOfReach
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from tests.partners.factories import make_cycle, make_organisation, make_question_set, make_return
from tests.people import person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MONDAY = date(2020, 4, 6)
FORTNIGHT = CalendarRule(MONDAY, MONDAY, 14, 14, 0, 5)
# The first period ends on Sunday 19 April; it opens on the Monday at six, five by UTC.
OPENING = datetime(2020, 4, 20, 5, tzinfo=UTC)
JOB = Actor.job("open-cycles")


@pytest.fixture
def coordinator():
    return person("CO")


def code_of(act, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


def set_rule(user, rule: CalendarRule = FORTNIGHT, *, now=None, token=None) -> CycleRule:
    return calendar.set_rule(
        user=user,
        rule=rule,
        reason="As the board agreed",
        token=token or uuid4(),
        now=now or OPENING - 30 * DAY,
    )


def pause(user, first: date, last: date, *, now) -> CyclePause:
    return calendar.set_pause(
        user=user,
        draft=PauseDraft(first, last),
        reason="Schools are on holiday",
        token=uuid4(),
        now=now,
    )


def opened(now: datetime) -> list[Cycle]:
    return cycles.open_due_cycles(now=now, actor=JOB)


def starts() -> list[date]:
    return list(Cycle.objects.order_by("period_start").values_list("period_start", flat=True))


class TestOpening:
    def test_nothing_before_six_and_once_from_then(self, coordinator):
        set_rule(coordinator)
        assert opened(OPENING - timedelta(seconds=1)) == []
        [cycle] = opened(OPENING)
        assert (cycle.number, cycle.period_start, cycle.period_end) == (1, MONDAY, date(2020, 4, 19))
        assert cycle.due_at == datetime(2020, 4, 24, 11, tzinfo=UTC)
        assert cycle.opened_at == OPENING
        for minutes in (0, 15, 30):
            assert opened(OPENING + timedelta(minutes=minutes)) == []
        event = AuditEvent.objects.filter(action="cycle.opened").get()
        assert (event.object_uid, event.actor_label) == (cycle.uid, "job:open-cycles")

    def test_without_a_calendar_nothing_opens(self):
        assert opened(OPENING) == []

    def test_one_return_for_each_that_takes_part(self, coordinator):
        newest = make_question_set(version=2)
        make_question_set(version=1)
        QuestionSet.objects.create(code="basics", version=3, name="Draft", created_at=OPENING)
        police = make_organisation("Police")
        make_organisation("Watches only", takes_part=False)
        make_organisation("Withdrawn", withdrawn_on=date(2020, 4, 20))
        later = make_organisation("Later", takes_part=False)
        Participation.objects.create(
            organisation=later, question_set_code="basics", from_date=date(2020, 4, 21)
        )
        gone = make_organisation("Gone")
        Participation.objects.filter(organisation=gone).update(until_date=date(2020, 4, 20))
        set_rule(coordinator)
        opened(OPENING)
        [made] = Return.objects.all()
        assert (made.organisation, made.question_set, made.state) == (police, newest, "not_started")

    def test_a_set_that_was_not_locked_in_time_is_added_until_the_due_date(self, coordinator):
        police = make_organisation("Police")
        set_rule(coordinator)
        [cycle] = opened(OPENING)
        assert selectors.without_return(cycle) == ["Police"]
        make_question_set()
        opened(OPENING + DAY)
        assert Return.objects.get().organisation == police
        assert selectors.without_return(cycle) == []
        make_organisation("Came too late")
        opened(cycle.due_at)
        assert Return.objects.count() == 1

    @pytest.mark.parametrize("days", [9, 60])
    def test_an_outage_leaves_no_gap_and_none_twice(self, coordinator, days):
        make_question_set()
        make_organisation("Police")
        set_rule(coordinator)
        opened(OPENING)
        back = OPENING + days * DAY
        opened(back)
        opened(back + timedelta(minutes=15))
        number = 1 + days // 14
        assert starts() == [MONDAY + 14 * n * DAY for n in range(number)]
        assert list(Cycle.objects.order_by("number").values_list("number", flat=True)) == list(
            range(1, number + 1)
        )
        assert Return.objects.count() == number
        dates = [calendar_rules.dates(start, FORTNIGHT) for start in starts()]
        assert list(Cycle.objects.order_by("number").values_list("due_at", flat=True)) == [
            found.due_at for found in dates
        ]

    def test_two_hundred_cycles_by_a_job_that_rings_every_day(self, coordinator):
        """Over seven and a half years, as the rule has them."""
        set_rule(coordinator)
        now = OPENING - 20 * DAY
        while Cycle.objects.count() < 200:
            now += 3 * DAY + timedelta(hours=7)
            opened(now)
        expected = calendar_rules.periods([FORTNIGHT], [], MONDAY, 200)
        found = Cycle.objects.order_by("number").values_list(
            "number", "period_start", "period_end", "opens_at", "due_at"
        )
        assert list(found) == [
            (n, one.start, one.dates.period_end, one.dates.opens_at, one.dates.due_at)
            for n, one in enumerate(expected, 1)
        ]

    def test_a_pause_skips_and_the_numbers_go_on(self, coordinator):
        set_rule(coordinator)
        opened(OPENING)
        pause(coordinator, MONDAY + 14 * DAY, MONDAY + 41 * DAY, now=OPENING)
        opened(OPENING + 70 * DAY)
        assert starts() == [MONDAY, MONDAY + 42 * DAY, MONDAY + 56 * DAY, MONDAY + 70 * DAY]
        assert Cycle.objects.latest("number").number == 4

    def test_what_a_lifted_pause_skipped_stays_skipped(self, coordinator):
        set_rule(coordinator)
        opened(OPENING)
        held = pause(coordinator, MONDAY + 14 * DAY, MONDAY + 41 * DAY, now=OPENING)
        calendar.lift_pause(user=coordinator, pause=held, now=OPENING + 13 * DAY)
        opened(OPENING + 60 * DAY)
        assert starts() == [MONDAY + n * DAY for n in (0, 28, 42, 56)]

    def test_a_new_rule_leaves_what_was_opened_as_it_is(self, coordinator):
        set_rule(coordinator)
        opened(OPENING)
        weekly = CalendarRule(MONDAY + 14 * DAY, MONDAY + 14 * DAY, 7, 7, 0, 2)
        set_rule(coordinator, weekly, now=OPENING)
        opened(OPENING + 21 * DAY)
        assert starts() == [MONDAY, MONDAY + 14 * DAY, MONDAY + 21 * DAY, MONDAY + 28 * DAY]
        first, second = Cycle.objects.order_by("number")[:2]
        assert (first.period_end, second.period_end) == (MONDAY + 13 * DAY, MONDAY + 20 * DAY)

    def test_the_database_holds_one_cycle_of_a_period(self):
        make_cycle(1, MONDAY)
        with pytest.raises(IntegrityError), transaction.atomic():
            make_cycle(2, MONDAY)


class TestCalendar:
    def test_a_rule_over_opened_cycles_is_refused(self, coordinator):
        set_rule(coordinator)
        opened(OPENING)
        assert code_of(set_rule, coordinator) == "rule_rewrites_cycles"
        assert CycleRule.objects.count() == 1

    @pytest.mark.parametrize(
        ("terms", "code"),
        [
            ((0, 14, 0, 5), "step_out_of_range"),
            ((14, 0, 0, 5), "period_out_of_range"),
            ((14, 14, 0, 0), "due_out_of_range"),
            ((14, 14, 6, 5), "snapshot_out_of_range"),
            ((14, 14, -1, 5), "snapshot_out_of_range"),
        ],
    )
    def test_terms_out_of_range(self, coordinator, terms, code):
        assert code_of(set_rule, coordinator, CalendarRule(MONDAY, MONDAY, *terms)) == code

    def test_the_same_form_twice(self, coordinator):
        token = uuid4()
        set_rule(coordinator, token=token)
        with pytest.raises(AlreadyDone):
            set_rule(coordinator, token=token)

    def test_an_unused_rule_is_replaced_or_taken_back(self, coordinator):
        set_rule(coordinator)
        set_rule(coordinator, CalendarRule(MONDAY, MONDAY, 7, 7, 0, 2))
        assert CycleRule.objects.get().every_days == 7
        before = AuditEvent.objects.filter(action="cycle_rule.set").latest("pk").detail["before"]
        assert before["every_days"] == "14"
        calendar.remove_rule(user=coordinator, effective_from=MONDAY, now=OPENING - DAY)
        assert not CycleRule.objects.exists()
        assert (
            code_of(calendar.remove_rule, user=coordinator, effective_from=MONDAY, now=OPENING) == "no_rule"
        )

    def test_a_used_rule_stays(self, coordinator):
        set_rule(coordinator)
        opened(OPENING)
        act = {"user": coordinator, "effective_from": MONDAY, "now": OPENING}
        assert code_of(calendar.remove_rule, **act) == "rule_used"

    @pytest.mark.parametrize(
        ("first", "last", "code"),
        [
            (20, 10, "pause_ends_first"),
            (-30, -3, "pause_in_past"),
            (0, 30, "pause_over_cycles"),
            (14, 14 + 366, "pause_too_long"),
        ],
    )
    def test_pauses_that_are_none(self, coordinator, first, last, code):
        set_rule(coordinator)
        opened(OPENING)
        days = {"first": MONDAY + first * DAY, "last": MONDAY + last * DAY}
        assert code_of(pause, coordinator, **days, now=OPENING) == code

    def test_a_pause_is_lifted_once_and_not_when_it_is_over(self, coordinator):
        held = pause(coordinator, MONDAY, MONDAY + DAY, now=OPENING - 30 * DAY)
        lift = {"user": coordinator, "pause": held}
        assert code_of(calendar.lift_pause, **lift, now=OPENING) == "pause_over"
        calendar.lift_pause(**lift, now=OPENING - 20 * DAY)
        assert code_of(calendar.lift_pause, **lift, now=OPENING - 20 * DAY) == "already_lifted"
        assert selectors.pauses_in_effect() == []

    @pytest.mark.parametrize("role", ["PR", "BM", "AU", "MG", "SW", "AD"])
    def test_only_a_coordinator(self, role):
        user = person(role)
        for act in (set_rule, lambda who: pause(who, MONDAY, MONDAY, now=OPENING - 30 * DAY)):
            with pytest.raises(OutOfReach):
                act(user)


@pytest.fixture
def cycle() -> Cycle:
    return make_cycle(1, MONDAY)


@pytest.fixture
def owed(cycle) -> Return:
    return make_return(make_organisation("Police"), cycle, make_question_set())


def close(user, cycle, *, now=OPENING + 9 * DAY, version=0) -> Cycle:
    return cycles.close_cycle(user=user, cycle=cycle, expected_version=version or cycle.version, now=now)


def extend(user, owed, until, *, now=OPENING + 9 * DAY, reason="Two leads are ill", version=0) -> Return:
    return cycles.extend(
        user=user,
        return_=owed,
        until=until,
        reason=reason,
        expected_version=version or owed.version,
        now=now,
    )


class TestClosing:
    def test_closed_is_read_only_and_reopened_is_not(self, coordinator, cycle, owed):
        now = OPENING + 9 * DAY
        cycle_rules.open_for(cycle, owed, now)
        closed = close(coordinator, cycle)
        assert code_of(cycle_rules.open_for, closed, owed, now) == "cycle_closed"
        assert code_of(close, coordinator, closed) == "already_closed"
        again = cycles.reopen_cycle(
            user=coordinator, cycle=closed, expected_version=2, reason="Closed by mistake today", now=now
        )
        cycle_rules.open_for(again, owed, now)
        assert (again.closed_at, again.closed_by) == (None, None)
        actions = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
        assert actions == ["cycle.closed", "cycle.reopened"]

    def test_not_on_what_was_changed_meanwhile(self, coordinator, cycle):
        close(coordinator, cycle)
        cycles.reopen_cycle(
            user=coordinator, cycle=cycle, expected_version=2, reason="Closed by mistake today", now=OPENING
        )
        with pytest.raises(StaleEdit):
            close(coordinator, cycle, version=1)

    def test_an_open_cycle_is_not_reopened_and_a_reason_is_needed(self, coordinator, cycle):
        reopen = {"user": coordinator, "cycle": cycle, "now": OPENING}
        again = code_of(cycles.reopen_cycle, **reopen, expected_version=1, reason="Closed by mistake today")
        assert again == "not_closed"
        close(coordinator, cycle)
        assert code_of(cycles.reopen_cycle, **reopen, expected_version=2, reason="") == "reason_missing"

    @pytest.mark.parametrize("role", ["PR", "BM", "AU"])
    def test_only_a_coordinator(self, role, cycle):
        with pytest.raises(OutOfReach):
            close(person(role), cycle)


class TestMoreTime:
    def test_a_closed_cycle_is_open_for_one_until_then(self, coordinator, cycle, owed):
        until = cycle.due_at + 7 * DAY
        closed = close(coordinator, cycle)
        other = make_return(make_organisation("Schools"), cycle, owed.question_set)
        extended = extend(coordinator, owed, until)
        cycle_rules.open_for(closed, extended, until - timedelta(seconds=1))
        assert code_of(cycle_rules.open_for, closed, extended, until) == "cycle_closed"
        assert code_of(cycle_rules.open_for, closed, other, until - DAY) == "cycle_closed"
        move = ReturnMove.objects.get()
        assert (move.from_state, move.to_state) == ("not_started", "not_started")
        assert move.reason == "May be sent until 1 May 2020 at noon. Two leads are ill"

    @pytest.mark.parametrize(
        ("days", "state", "reason", "code"),
        [
            (7, "submitted", "Two leads are ill", "already_sent"),
            (7, "accepted", "Two leads are ill", "already_sent"),
            (0, "started", "Two leads are ill", "not_an_extension"),
            (-3, "started", "Two leads are ill", "extended_into_past"),
            (70, "started", "Two leads are ill", "extended_too_far"),
            (7, "started", "", "reason_missing"),
            (7, "started", "They asked", "reason_too_short"),
        ],
    )
    def test_refused(self, coordinator, cycle, days, state, reason, code):
        sent = state in ("submitted", "accepted")
        of = {"submitted_at": OPENING, "submitted_by": coordinator} if sent else {}
        if state == "accepted":
            of |= {"accepted_at": OPENING, "accepted_by": coordinator}
        owed = make_return(make_organisation("Police"), cycle, make_question_set(), state, **of)
        until = cycle.due_at + days * DAY
        assert code_of(extend, coordinator, owed, until, now=OPENING + 3 * DAY, reason=reason) == code
        assert not ReturnMove.objects.exists()

    def test_not_on_what_was_changed_meanwhile(self, coordinator, cycle, owed):
        extend(coordinator, owed, cycle.due_at + 7 * DAY)
        with pytest.raises(StaleEdit):
            extend(coordinator, owed, cycle.due_at + 8 * DAY, version=1)

    def test_the_later_date_is_the_one_that_counts(self, cycle, owed):
        assert cycle_rules.due_at(cycle, owed) == cycle.due_at
        owed.extended_until = cycle.due_at + DAY
        assert cycle_rules.due_at(cycle, owed) == cycle.due_at + DAY


def test_what_waits_for_a_coordinator(coordinator):
    assert [line.words for line in selectors.waiting_for(coordinator, OPENING)] == [
        "No calendar of cycles is set"
    ]
    set_rule(coordinator)
    cycle = make_cycle(1, MONDAY)
    assert selectors.waiting_for(coordinator, cycle.due_at - DAY) == []
    [line] = selectors.waiting_for(coordinator, cycle.due_at)
    assert (line.count, line.words) == (1, "1 cycle is past the due date and not closed")
    assert selectors.waiting_for(person("PR"), cycle.due_at) == []
