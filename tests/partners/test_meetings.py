"""Series and meetings on record: planned ahead without doubles or gaps, changed, held, agreed."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise, product
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from accounts.models import AuditEvent
from partners.constants import MeetingState, MinutesState
from partners.models import (
    Action,
    ActionMove,
    AgendaItem,
    Attendance,
    Concern,
    Meeting,
    Return,
    ReturnMove,
    SeriesPause,
)
from partners.rules import meetings as rules
from partners.rules.meetings import Act, MeetingStanding
from partners.selectors import agendas as agenda_selectors
from partners.selectors import meetings as selectors
from partners.selectors import series as series_selectors
from partners.services import agendas, meetings, minutes, series
from partners.services.agendas import ItemDraft
from partners.services.base import OutOfReach
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from safeguarding.kernel.periods import day_of
from tests.partners.factories import make_cycle, make_question_set, make_return
from tests.partners.meetings_world import FIRST, NOW, cadence, hold, make_series, make_world, meeting_row

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def world():
    return make_world()


def code_of(act, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


def planned(one) -> list[tuple[int, date]]:
    rows = one.meetings.order_by("starts_at")
    return [(row.number, day_of(row.starts_at)) for row in rows if row.state == MeetingState.PLANNED]


class TestPlanning:
    def test_sixty_days_ahead_numbered_by_date(self, world):
        made = make_series(world)
        assert planned(made) == [
            (1, date(2020, 4, 14)), (2, date(2020, 4, 28)), (3, date(2020, 5, 12)), (4, date(2020, 5, 26)),
        ]  # fmt: skip
        assert AuditEvent.objects.get().detail == {"kind": "partners", "planned": 4}

    def test_the_job_twice_late_or_after_an_outage(self, world):
        made = make_series(world)
        assert series.plan_meetings(now=NOW) == {"planned": 0}
        later = NOW + timedelta(days=200)
        series.plan_meetings(now=later)
        assert series.plan_meetings(now=later) == {"planned": 0}
        days = [day for _, day in planned(made)]
        assert [after - before for before, after in pairwise(days)] == [14 * DAY] * (len(days) - 1)
        assert [number for number, _ in planned(made)] == list(range(1, len(days) + 1))

    def test_what_was_moved_by_hand_is_not_planned_again(self, world):
        made = make_series(world)
        first = made.meetings.get(number=1)
        move(world, first, date(2020, 4, 29))
        assert series.plan_meetings(now=NOW) == {"planned": 0}
        # Numbers follow the days.
        assert planned(made)[:2] == [(1, date(2020, 4, 28)), (2, date(2020, 4, 29))]

    def test_the_database_plans_a_day_once(self, world):
        made = make_series(world)
        with pytest.raises(DatabaseError), transaction.atomic():
            Meeting.objects.create(series=made, number=99, starts_at=NOW, due_on=FIRST)

    def test_another_rhythm_from_a_day_on(self, world):
        made = make_series(
            world, kind="board", cadence=cadence(date(2020, 4, 1), "quarterly", weekdays=(4,), which_week=3)
        )
        assert planned(made) == [(1, date(2020, 4, 16))]
        monthly = cadence(date(2020, 5, 1), "monthly", weekdays=(4,), which_week=3)
        change(world, made, monthly)
        assert planned(made) == [(1, date(2020, 4, 16)), (2, date(2020, 5, 21))]

    def test_what_has_an_agenda_is_cancelled_with_the_reason(self, world):
        made = make_series(world)
        third = made.meetings.get(number=3)
        agendas.build_agenda(user=world.coordinator, meeting=third, now=NOW)
        change(world, made, cadence(date(2020, 5, 4), "fortnightly", weekdays=(1,)))
        third.refresh_from_db()
        assert (third.state, third.note) == ("cancelled", "The rhythm of the series changed")
        assert [day for _, day in planned(made)] == [
            date(2020, 4, 14), date(2020, 4, 28), date(2020, 5, 4), date(2020, 5, 18), date(2020, 6, 1),
        ]  # fmt: skip
        numbers = sorted(made.meetings.values_list("number", flat=True))
        assert numbers == list(range(1, 7))

    def test_not_before_what_has_been_held(self, world):
        made = make_series(world)
        hold(world, made.meetings.get(number=1), now=NOW + 8 * DAY)
        assert code_of(change, world, made, cadence(FIRST, "weekly")) == "not_after_the_last"
        hold(world, made.meetings.get(number=2), now=NOW + 22 * DAY)
        assert code_of(change, world, made, cadence(date(2020, 4, 20), "weekly")) == "cadence_in_past"
        assert code_of(pause, world, made, FIRST, now=NOW + 9 * DAY) == "meeting_held_since"

    def test_the_same_form_twice_makes_one(self, world):
        token = uuid4()
        make_series(world, token=token)
        with pytest.raises(AlreadyDone):
            make_series(world, token=token, name="Another")
        assert code_of(make_series, world) == "name_taken"

    def test_only_the_coordinator(self, world):
        made = make_series(world)
        for user in (world.partner, world.board, world.auditor, world.manager):
            with pytest.raises(OutOfReach):
                series.pause_series(user=user, series=made, from_date=FIRST, reason="Why", version=1, now=NOW)

    def test_two_coordinators_change_it_at_once(self, world):
        made = make_series(world)
        pause(world, made, FIRST)
        with pytest.raises(StaleEdit):
            series.resume_series(user=world.coordinator, series=made, on=FIRST, version=1, now=NOW)


def change(world, made, rule):
    made.refresh_from_db()
    return series.set_cadence(
        user=world.coordinator, series=made, cadence=rule, reason="Assurance", version=made.version, now=NOW
    )


def pause(world, made, day, *, now=NOW):
    made.refresh_from_db()
    return series.pause_series(
        user=world.coordinator, series=made, from_date=day, reason="Lockdown", version=made.version, now=now
    )


def move(world, meeting, day, **other):
    values = {"at": time(10), "online": True, "place": "", "reason": "A clash", "version": meeting.version}
    return meetings.move_meeting(
        user=world.coordinator, meeting=meeting, day=day, now=NOW, **{**values, **other}
    )


class TestPause:
    def test_paused_and_resumed(self, world):
        made = make_series(world)
        pause(world, made, date(2020, 4, 20))
        assert planned(made) == [(1, FIRST)]
        assert code_of(pause, world, made, date(2020, 4, 20)) == "already_paused"
        made.refresh_from_db()
        series.resume_series(
            user=world.coordinator, series=made, on=date(2020, 5, 10), version=made.version, now=NOW
        )
        assert planned(made) == [(1, FIRST), (2, date(2020, 5, 12)), (3, date(2020, 5, 26))]
        assert SeriesPause.objects.get().resumed_by == world.coordinator
        assert code_of(pause, world, made, date(2020, 5, 9)) == "within_a_pause"

    def test_the_plan_leaves_the_pause_out(self, world):
        made = make_series(world)
        pause(world, made, date(2020, 4, 20))
        [fact] = series_selectors.meetings_at(NOW + 60 * DAY)
        assert (fact.planned, fact.paused_since) == (1, date(2020, 4, 20))

    def test_nothing_to_resume(self, world):
        made = make_series(world)
        assert (
            code_of(series.resume_series, user=world.coordinator, series=made, on=FIRST, version=1, now=NOW)
            == "not_paused"
        )


class TestMeeting:
    def test_moved_into_the_past_or_onto_another(self, world):
        first = make_series(world).meetings.get(number=1)
        assert code_of(move, world, first, date(2020, 4, 1)) == "in_the_past"
        assert code_of(move, world, first, date(2020, 4, 28)) == "time_taken"
        with pytest.raises(StaleEdit):
            move(world, first, date(2020, 4, 15), version=7)

    def test_cancelled_it_keeps_its_number(self, world):
        made = make_series(world)
        second = made.meetings.get(number=2)
        meetings.cancel_meeting(user=world.coordinator, meeting=second, reason="Easter", version=1, now=NOW)
        series.plan_meetings(now=NOW + 30 * DAY)
        numbers = list(made.meetings.order_by("starts_at").values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
        assert made.meetings.get(number=2).state == "cancelled"

    def test_everybody_expected_must_be_answered_for(self, world):
        first = make_series(world).meetings.get(number=1)
        record = {"user": world.coordinator, "meeting": first, "cases": None, "outcomes": "", "version": 1}
        code = code_of(meetings.record_attendance, came={}, now=NOW + 8 * DAY, **record)
        assert code == "attendance_missing"
        assert code_of(hold, world, first, now=NOW) == "not_begun"

    def test_attendance_over_half_a_year(self, world):
        made = make_series(world)
        one, two = made.meetings.order_by("number")[:2]
        hold(world, one, "present", "absent", now=NOW + 22 * DAY)
        hold(world, two, "deputy", "present", now=NOW + 22 * DAY)
        [fact] = series_selectors.meetings_at(NOW + 22 * DAY)
        assert (fact.planned, fact.held, fact.percent) == (2, 2, 75)
        assert [(line.organisation, line.present, line.expected) for line in fact.attendance] == [
            ("Health trust", 2, 2),
            ("Police", 1, 2),
        ]

    def test_who_joins_later_was_not_expected_before(self, world):
        made = make_series(world)
        series.set_members(
            user=world.coordinator, series=made, members=[world.police, world.school],
            from_date=date(2020, 4, 20), version=1, now=NOW,
        )  # fmt: skip
        names = [
            [one.name for one in series_selectors.members_on(made, day)] for day in (FIRST, date(2020, 4, 28))
        ]
        assert names == [["Health trust", "Police"], ["Police", "School"]]


class TestStates:
    """Every act in every state of a meeting, its minutes and its agenda."""

    ALLOWED = {
        ("planned", "none", False): {Act.MOVE, Act.CANCEL, Act.ARRANGE, Act.ISSUE, Act.ATTEND},
        ("planned", "none", True): {Act.MOVE, Act.CANCEL, Act.TAKE_BACK, Act.ATTEND},
        ("held", "none", False): {Act.ATTEND, Act.WRITE},
        ("held", "none", True): {Act.ATTEND, Act.WRITE},
        ("held", "draft", False): {Act.ATTEND, Act.WRITE, Act.AGREE},
        ("held", "draft", True): {Act.ATTEND, Act.WRITE, Act.AGREE},
    }

    @pytest.mark.parametrize(
        ("state", "draft", "issued", "act"),
        [
            pair
            for pair in product(MeetingState.values, MinutesState.values, (False, True), Act)
            # A meeting that was not held has no minutes.
            if pair[0] != "planned" or pair[1] == "none"
        ],
    )
    def test_each_pair(self, state, draft, issued, act):
        standing = MeetingStanding(state, draft, issued, NOW)
        allowed = act in self.ALLOWED.get((state, draft, issued), set())
        assert rules.possible(act, standing, now=NOW) is allowed

    @pytest.mark.parametrize("act", rules.AuditAct)
    def test_an_audit_that_is_done_is_done(self, act):
        rules.check_audit(act, "planned")
        assert code_of(rules.check_audit, act, "done") == "audit_done"


class TestAgenda:
    def build(self, world, meeting, now=NOW):
        return agendas.build_agenda(user=world.coordinator, meeting=meeting, now=now)

    def titles(self, meeting, user=None, at=NOW):
        rows = meeting.items.filter(removed_at=None) if user is None else agenda_selectors.readable_items(
            meeting, user, at=at
        )  # fmt: skip
        return [one.title for one in rows]

    def test_built_from_the_records_and_never_doubled(self, world):
        made = make_series(world)
        one, two = made.meetings.order_by("number")[:2]
        hold(world, one, now=NOW + 8 * DAY)
        cycle = make_cycle(7)
        make_return(world.police, cycle, make_question_set())
        concern(world, "Visits fall behind", organisation=world.police)
        concern(world, "Not triaged yet", organisation=world.police, state="raised")
        concern(world, "Of no member", organisation=world.school)
        concern(world, "Families answer the door", kind="success", severity="", organisation=None)
        assert self.build(world, two) == 6
        assert self.titles(two) == [
            "Minutes of meeting 1, 14 April 2020",
            "Actions that are open or overdue",
            "Assurance returns of cycle 7",
            "Visits fall behind",
            "Families answer the door",
            "Any other business",
        ]
        assert self.build(world, two) == 0
        late = concern(world, "A late concern", organisation=world.health)
        assert self.build(world, two) == 1
        assert self.titles(two)[-2:] == [late.title, "Any other business"]
        # What was before this meeting is not before the next.
        three = made.meetings.get(number=3)
        self.build(world, three)
        assert late.title not in self.titles(three)

    def test_after_a_meeting_its_agenda_stands_as_it_stood(self, world):
        made = make_series(world)
        one, two = made.meetings.get(number=1), made.meetings.get(number=2)
        overdue, later = (
            Action.objects.create(
                title=title,
                source_kind="meeting",
                source_uid=of.uid,
                source_label="A meeting",
                organisation=world.police,
                original_due_on=due,
                due_on=due,
                created_at=of.starts_at - timedelta(days=2),
                created_by=world.coordinator,
            )
            for title, of, due in (("Ring them", one, FIRST), ("Of the next", two, date(2020, 5, 30)))
        )
        for action in (overdue, later):
            ActionMove.objects.create(
                action=action, from_state="", to_state="open", at=action.created_at, by=world.coordinator
            )
        return_ = make_return(world.police, make_cycle(7), make_question_set())
        self.build(world, one)

        def shown(at):
            items = agenda_selectors.agenda(one, world.coordinator, at=at)
            acts = next(item.actions for item in items if item.item.kind == "actions")
            returns = next(item.returns for item in items if item.returns)
            return [act.title for act in acts], returns.received

        after = one.starts_at + timedelta(days=40)
        Action.objects.filter(pk=overdue.pk).update(state="withdrawn")
        ActionMove.objects.create(
            action=overdue, from_state="open", to_state="withdrawn", at=after, by=world.coordinator
        )
        Return.objects.filter(pk=return_.pk).update(
            state="submitted", submitted_at=after, submitted_by=world.partner
        )
        ReturnMove.objects.create(of_return=return_, from_state="started", to_state="submitted", at=after)
        assert shown(after) == (["Ring them"], 0)

    def test_what_was_removed_stays_away(self, world):
        first = make_series(world).meetings.get(number=1)
        self.build(world, first)
        item = first.items.get(title="Any other business")
        agendas.remove_item(user=world.coordinator, item=item, version=1, now=NOW)
        assert self.build(world, first) == 0
        assert "Any other business" not in self.titles(first)

    def test_the_board_sees_what_was_escalated(self, world):
        board = make_series(world, kind="board").meetings.get(number=1)
        concern(world, "For the partners", organisation=world.police)
        concern(
            world, "For the board", organisation=world.school, state="escalated", escalated_at=NOW,
            escalated_by=world.coordinator, answer_due_at=NOW,
        )  # fmt: skip
        self.build(world, board)
        assert "For the board" in self.titles(board)
        assert "For the partners" not in self.titles(board)

    def test_a_restricted_item_is_not_there_for_others(self, world):
        first = make_series(world).meetings.get(number=1)
        self.build(world, first)
        draft = ItemDraft("A contract", restricted=True, restricted_to=(world.police,))
        agendas.add_item(user=world.coordinator, meeting=first, draft=draft, token=uuid4(), now=NOW)
        assert self.titles(first, world.partner) == []
        first.refresh_from_db()
        meetings.issue_agenda(user=world.coordinator, meeting=first, version=first.version, now=NOW)
        first.refresh_from_db()
        for user in (world.partner, world.manager, world.coordinator, world.auditor):
            assert "A contract" in self.titles(first, user), user.name
        for user in (world.neighbour, world.stranger, world.board):
            assert "A contract" not in self.titles(first, user), user.name
        assert len(agenda_selectors.agenda(first, world.neighbour, at=NOW)) == 2

    def test_restricted_to_nobody(self, world):
        first = make_series(world).meetings.get(number=1)
        add = {"user": world.coordinator, "meeting": first, "token": uuid4(), "now": NOW}
        assert code_of(agendas.add_item, draft=ItemDraft("A contract", True), **add) == "nobody"

    def test_of_anothers_concern_the_title_alone(self, world):
        first = make_series(world).meetings.get(number=1)
        told = concern(world, "Visits fall behind", organisation=world.police)
        self.build(world, first)
        first.refresh_from_db()
        meetings.issue_agenda(user=world.coordinator, meeting=first, version=first.version, now=NOW)
        first.refresh_from_db()

        def link(user):
            shown = agenda_selectors.agenda(first, user, at=NOW)
            return next(one.concern_uid for one in shown if one.item.title == told.title)

        assert link(world.partner) == told.uid
        assert link(world.neighbour) is None

    def test_order(self, world):
        first = make_series(world).meetings.get(number=1)
        self.build(world, first)
        top, other = first.items.all()
        agendas.shift_item(user=world.coordinator, item=other, up=True, now=NOW)
        assert self.titles(first) == [other.title, top.title]
        agendas.shift_item(user=world.coordinator, item=other, up=True, now=NOW)
        assert self.titles(first) == [other.title, top.title]

    def test_notes_of_two_at_once(self, world):
        first = make_series(world).meetings.get(number=1)
        self.build(world, first)
        hold(world, first, now=NOW + 8 * DAY)
        item = first.items.first()
        write = {"user": world.coordinator, "item": item, "decision": "", "version": 1, "now": NOW + 8 * DAY}
        agendas.write_notes(notes="First", **write)
        with pytest.raises(StaleEdit):
            agendas.write_notes(notes="Second", **write)
        assert AgendaItem.objects.get(pk=item.pk).notes == "First"


def concern(world, title, *, state="triaged", kind="concern", severity="high", **other) -> Concern:
    return Concern.objects.create(
        kind=kind, state=state, title=title, what="What", theme="services", severity=severity,
        raised_at=NOW, raised_by=world.coordinator, **other,
    )  # fmt: skip


class TestMinutes:
    @pytest.fixture
    def two(self, world):
        made = make_series(world)
        one, two = made.meetings.order_by("number")[:2]
        agendas.build_agenda(user=world.coordinator, meeting=one, now=NOW)
        hold(world, one, now=self.LATE)
        one.refresh_from_db()
        return one, two

    LATE = NOW + 30 * DAY

    def save(self, world, meeting, text="All went well", version=None):
        return minutes.save_minutes(
            user=world.coordinator,
            meeting=meeting,
            text=text,
            version=version or meeting.version,
            now=self.LATE,
        )

    def agree(self, world, meeting, at):
        meeting.refresh_from_db()
        return minutes.agree_minutes(
            user=world.coordinator, meeting=meeting, at_meeting=at.uid, version=meeting.version, now=self.LATE
        )

    def test_agreed_at_a_later_meeting_and_fixed(self, world, two):
        one, later = two
        self.save(world, one)
        assert code_of(self.agree, world, one, one) == "no_later_meeting"
        assert code_of(self.agree, world, one, later) == "later_not_held"
        hold(world, later, now=self.LATE)
        self.agree(world, one, later)
        one.refresh_from_db()
        assert (one.minutes_state, one.agreed_at_meeting) == ("agreed", later)
        assert code_of(self.save, world, one, "Something else") == "minutes_agreed"
        assert code_of(hold, world, one, now=self.LATE) == "minutes_agreed"

    def test_the_database_refuses_too(self, world, two):
        one, later = two
        self.save(world, one)
        hold(world, later, now=self.LATE)
        self.agree(world, one, later)
        item = one.items.first()
        for change in (
            lambda: Meeting.objects.filter(pk=one.pk).update(minutes="Something else"),
            lambda: Meeting.objects.filter(pk=one.pk).update(minutes_state="draft"),
            lambda: AgendaItem.objects.filter(pk=item.pk).update(notes="Something else"),
            lambda: AgendaItem.objects.filter(pk=item.pk).delete(),
            lambda: AgendaItem.objects.create(meeting=one, kind="other", title="More", position=9),
            lambda: Attendance.objects.filter(meeting=one).update(state="absent"),
            lambda: Attendance.objects.filter(meeting=one).delete(),
        ):
            with pytest.raises(DatabaseError, match="agreed minutes"), transaction.atomic():
                change()

    def test_a_correction_goes_into_a_later_meeting(self, world, two):
        one, later = two
        self.save(world, one)
        hold(world, later, now=self.LATE)
        correct = {"user": world.coordinator, "meeting": one, "at_meeting": later.uid, "now": self.LATE}
        assert code_of(minutes.note_correction, words="Wrong", **correct) == "not_agreed"
        self.agree(world, one, later)
        one.refresh_from_db()
        correct["meeting"] = one
        minutes.note_correction(words="The police were there", **correct)
        assert [item.notes for item in selectors.corrections_of(one)] == ["The police were there"]
        assert code_of(minutes.note_correction, words="Again", **correct) == "noted_already"

    def test_edited_by_two(self, world, two):
        one, _ = two
        self.save(world, one, "First")
        with pytest.raises(StaleEdit):
            self.save(world, one, "Second", version=one.version)
        one.refresh_from_db()
        assert one.minutes == "First"


class TestWaiting:
    def words(self, user, at):
        return [one.words for one in selectors.waiting_for(user, at)]

    def test_what_waits_for_the_coordinator(self, world):
        made = make_series(world)
        one, two = made.meetings.order_by("number")[:2]
        assert self.words(world.coordinator, NOW + DAY) == [
            "1 meeting of the next seven days has no agenda issued"
        ]
        at = NOW + 22 * DAY
        assert self.words(world.coordinator, at) == ["2 meetings have no record of who came"]
        hold(world, one, now=at)
        hold(world, two, now=at)
        assert self.words(world.coordinator, at) == ["2 meetings have no minutes yet"]
        one.refresh_from_db()
        minutes.save_minutes(user=world.coordinator, meeting=one, text="Fine", version=one.version, now=at)
        assert "1 set of minutes waits to be agreed" in self.words(world.coordinator, at)

    def test_a_member_is_told_of_agendas(self, world):
        first = make_series(world).meetings.get(number=1)
        Meeting.objects.filter(pk=first.pk).update(agenda_issued_at=NOW)
        told = ["1 agenda of the next seven days to read"]
        assert self.words(world.partner, NOW + DAY) == told
        assert self.words(world.stranger, NOW + DAY) == []


class TestWords:
    @pytest.mark.parametrize(
        ("frequency", "planned_", "held", "percent", "words"),
        [
            ("fortnightly", 13, 13, 91, "13 of 13 fortnights met; attendance 91%"),
            ("monthly", 1, 1, None, "1 of 1 month met"),
            ("weekly", 4, 3, 50, "3 of 4 meetings held; attendance 50%"),
            ("", 2, 3, 80, "2 of 2 meetings held and 1 more; attendance 80%"),
            ("monthly", 0, 0, None, "No meeting was planned"),
        ],
    )
    def test_cadence(self, frequency, planned_, held, percent, words):
        assert rules.cadence_words(frequency, planned=planned_, held=held, percent=percent) == words

    def test_queries_do_not_grow(self, world, django_assert_max_num_queries):
        for number in range(1, 4):
            meeting_row(f"Series {number}", NOW - DAY, world.police, state="held")
        with django_assert_max_num_queries(6):
            series_selectors.meetings_at(NOW)


def test_london_time_either_side_of_a_clock_change(world):
    made = make_series(
        world, now=datetime(2020, 10, 1, tzinfo=NOW.tzinfo), cadence=cadence(date(2020, 10, 20))
    )
    hours = [row.starts_at.hour for row in made.meetings.order_by("starts_at")]
    assert hours[:2] == [9, 10]
