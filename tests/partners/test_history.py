"""What a review reads keeps its history: a later change does not show at an earlier moment."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from partners.models import Attendance, Kept
from partners.rules.cadence import Cadence
from partners.selectors import concerns as concern_selectors
from partners.selectors.history import attendance_at
from partners.selectors.panels import panel_audits_at
from partners.selectors.series import meetings_at
from partners.selectors.training import demand_of_month, training_at
from partners.services import concerns, meetings, panels, series, training
from partners.services.training import EventDraft, Result
from safeguarding.kernel.periods import Month, day_of
from tests.partners.concerns_world import concern_row
from tests.partners.meetings_world import NOW, cadence, hold, make_series, make_world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FIRST_AT = NOW + 7 * DAY
APRIL = Month.parse("2020-04")


@pytest.fixture
def world():
    return make_world()


def only(facts):
    [fact] = facts
    return fact


def came(at):
    return [(one.organisation, one.present, one.expected) for one in only(meetings_at(at)).attendance]


class TestMeetings:
    def test_attendance_corrected_later(self, world):
        meeting = make_series(world).meetings.get(number=1)
        recorded, corrected = FIRST_AT + DAY, FIRST_AT + 40 * DAY
        hold(world, meeting, "absent", "present", now=recorded)
        meeting.refresh_from_db()
        before = (meetings_at(corrected - DAY), attendance_at([meeting], corrected - DAY))
        hold(world, meeting, "present", "present", now=corrected)
        assert came(recorded) == [("Health trust", 0, 1), ("Police", 1, 1)]
        assert came(corrected) == [("Health trust", 1, 1), ("Police", 1, 1)]
        meeting.refresh_from_db()
        assert (meetings_at(corrected - DAY), attendance_at([meeting], corrected - DAY)) == before
        assert attendance_at([meeting], corrected - DAY) == {
            (meeting.pk, world.health.uid): "absent",
            (meeting.pk, world.police.uid): "present",
        }

    def test_recorded_late(self, world):
        meeting = make_series(world).meetings.get(number=1)
        recorded = FIRST_AT + 40 * DAY
        hold(world, meeting, now=recorded)
        assert (only(meetings_at(recorded - DAY)).held, only(meetings_at(recorded)).held) == (0, 1)
        assert attendance_at([meeting], recorded - DAY) == {}

    def test_cases_corrected_later(self, world):
        meeting = make_series(world, kind="panel").meetings.get(number=1)
        hold(world, meeting, now=FIRST_AT + DAY, cases=7)
        hold(world, meeting, now=FIRST_AT + 9 * DAY, cases=12)
        assert [only(meetings_at(FIRST_AT + days * DAY)).cases for days in (0, 2, 9)] == [None, 7, 12]

    def test_cancelled_after_it_was_due(self, world):
        meeting = make_series(world).meetings.get(number=1)
        late = FIRST_AT + 5 * DAY
        meetings.cancel_meeting(
            user=world.coordinator, meeting=meeting, reason="Nobody came", version=1, now=late
        )
        assert (only(meetings_at(late - DAY)).cancelled, only(meetings_at(late)).cancelled) == (0, 1)

    def test_a_rhythm_set_later(self, world):
        made = make_series(world)
        then = only(meetings_at(NOW + 21 * DAY))
        series.set_cadence(
            user=world.coordinator, series=made, reason="Assurance", version=made.version,
            cadence=cadence(date(2020, 4, 15), "weekly"), now=NOW + 30 * DAY,
        )  # fmt: skip
        assert only(meetings_at(NOW + 21 * DAY)) == then
        assert only(meetings_at(NOW + 31 * DAY)).planned > then.planned

    def test_a_pause_set_and_resumed_later(self, world):
        made = make_series(world)
        day = day_of(NOW + 10 * DAY)
        series.pause_series(
            user=world.coordinator, series=made, from_date=day, reason="Lockdown", version=1,
            now=NOW + 20 * DAY,
        )  # fmt: skip
        made.refresh_from_db()
        series.resume_series(
            user=world.coordinator, series=made, on=day + 5 * DAY, version=made.version, now=NOW + 40 * DAY
        )
        moments = [NOW + days * DAY for days in (19, 21, 41)]
        assert [only(meetings_at(at)).paused_since for at in moments] == [None, day, None]

    def test_a_series_made_later(self, world):
        values = {"cadence": Cadence(date(2020, 4, 14), "fortnightly", (2,), cadence().starts_at, None)}
        make_series(world, now=NOW + 50 * DAY, **values)
        assert meetings_at(NOW + 49 * DAY) == []
        assert len(meetings_at(NOW + 50 * DAY)) == 1

    def test_queries_do_not_grow(self, world, django_assert_max_num_queries):
        for number in range(4):
            made = make_series(world, name=f"Series {number}")
            hold(world, made.meetings.get(number=1), now=FIRST_AT + DAY)
        with django_assert_max_num_queries(7):
            meetings_at(FIRST_AT + 2 * DAY)


def test_a_panels_audit_finished_later(world):
    panel = make_series(world, kind="panel")
    audit = panels.plan_audit(
        user=world.coordinator, series=panel, scope="Outcomes", method="", due_on=day_of(NOW), token=uuid4(),
        now=NOW,
    )  # fmt: skip
    then = panel_audits_at(NOW + DAY)
    panels.finish_audit(
        user=world.coordinator, audit=audit, findings="Two delays", version=1, now=NOW + 9 * DAY
    )
    assert panel_audits_at(NOW + DAY) == then
    assert [one.findings for one in panel_audits_at(NOW + 9 * DAY)] == ["Two delays"]
    assert panel_audits_at(NOW - DAY) == []


class TestTraining:
    @pytest.fixture
    def event(self, world):
        course = training.add_course(
            user=world.coordinator, title="Working together", level="2", about="", token=uuid4(), now=NOW
        )
        draft = EventDraft("classroom", date(2020, 4, 21), 10)
        return training.add_event(user=world.coordinator, course=course, draft=draft, token=uuid4(), now=NOW)

    def book(self, world, event, asked, version, now):
        return training.book(
            user=world.partner, event=event, organisation=world.police, asked_for=asked, version=version,
            now=now,
        )  # fmt: skip

    def record(self, world, event, came, now):
        event.refresh_from_db()
        training.record_results(
            user=world.coordinator, event=event, results={world.police.uid: Result(came)},
            version=event.version, now=now,
        )  # fmt: skip

    def test_places_asked_for_later(self, world, event):
        self.book(world, event, 3, 0, NOW + DAY)
        then = training_at(NOW + 2 * DAY)
        self.book(world, event, 8, 1, NOW + 3 * DAY)
        assert training_at(NOW + 2 * DAY) == then
        asked = [only(demand_of_month(APRIL, NOW + days * DAY)).asked_for for days in (0, 1, 2, 3)]
        assert asked == [0, 3, 3, 8]

    def test_who_came_corrected_later(self, world, event):
        self.book(world, event, 8, 0, NOW + DAY)
        self.record(world, event, 8, NOW + 15 * DAY)
        then = (training_at(NOW + 20 * DAY), demand_of_month(APRIL, NOW + 20 * DAY))
        self.record(world, event, 5, NOW + 40 * DAY)
        assert (training_at(NOW + 20 * DAY), demand_of_month(APRIL, NOW + 20 * DAY)) == then
        came = [only(demand_of_month(APRIL, NOW + days * DAY)).attended for days in (14, 15, 40)]
        assert came == [None, 8, 5]

    def test_cancelled_or_moved_later(self, world, event):
        self.book(world, event, 8, 0, NOW + DAY)
        event.refresh_from_db()
        moved = EventDraft("webinar", date(2020, 5, 5), None, "Classrooms are closed")
        training.change_event(
            user=world.coordinator, event=event, draft=moved, version=event.version, now=NOW + 3 * DAY
        )
        event.refresh_from_db()
        training.cancel_event(
            user=world.coordinator, event=event, reason="The trainer is ill", version=event.version,
            now=NOW + 5 * DAY,
        )  # fmt: skip

        def asked(month, days):
            return only(demand_of_month(month, NOW + days * DAY)).asked_for

        assert [asked(APRIL, days) for days in (2, 4, 6)] == [8, 0, 0]
        assert [asked(APRIL.plus(1), days) for days in (2, 4, 6)] == [0, 8, 0]
        assert [training_at(NOW + days * DAY).by_mode for days in (2, 6)] == [{"classroom": 1}, {}]

    def test_added_later(self, world, event):
        assert demand_of_month(APRIL, NOW - DAY) == []
        assert training_at(NOW - DAY).by_mode == {}
        [fact] = demand_of_month(APRIL, NOW)
        assert (fact.level, fact.level_words, fact.usual, fact.attended) == ("2", "Level 2", None, None)

    def test_the_usual_set_later(self, world, event):
        training.set_usual_demand(
            user=world.coordinator, level="2", effective_from=date(2020, 4, 1), places=80,
            source="Last year", now=NOW + 9 * DAY,
        )  # fmt: skip
        assert [only(demand_of_month(APRIL, NOW + days * DAY)).usual for days in (8, 9)] == [None, 80]

    def test_queries_do_not_grow(self, world, event, django_assert_max_num_queries):
        for number in range(3):
            draft = EventDraft("classroom", date(2020, 4, 21) + number * DAY, 10)
            other = training.add_event(
                user=world.coordinator, course=event.course, draft=draft, token=uuid4(), now=NOW
            )
            self.book(world, other, 4, 0, NOW)
        with django_assert_max_num_queries(6):
            assert only(demand_of_month(APRIL, NOW)).asked_for == 12


def test_a_concern_looked_at_again_later(world):
    concern = concern_row(world.police, raised_at=NOW, breadth="partner", severity="low")
    then = concern_selectors.concerns_at(NOW + DAY)
    concerns.triage(
        user=world.coordinator, concern=concern, expected_version=concern.version, breadth="partnership",
        severity="high", owner=world.partner.uid, now=NOW + 2 * DAY,
    )  # fmt: skip
    assert concern_selectors.concerns_at(NOW + DAY) == then
    [fact] = concern_selectors.concerns_at(NOW + 2 * DAY)
    assert (fact.breadth, fact.severity) == ("partnership", "high")


def test_history_is_never_changed_or_removed(world):
    hold(world, make_series(world).meetings.get(number=1), now=FIRST_AT + DAY)
    assert Kept.objects.get().by == world.coordinator
    for act in (lambda: Kept.objects.update(number=9), lambda: Kept.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert Attendance.objects.count() == 2
