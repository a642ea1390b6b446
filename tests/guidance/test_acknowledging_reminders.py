"""Reminders of guidance: the ladder of returns, each step once, whatever happened to the scheduler."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import AuditEvent
from guidance.constants import GuidanceReminderStep
from guidance.models import AcknowledgementReminder, GuidanceItem, GuidanceVersion
from guidance.selectors.acknowledgement_reminders import last_steps
from guidance.selectors.acknowledgements import outstanding
from guidance.services import acknowledgement_reminders as services
from guidance.services.acknowledgement import acknowledge, remind
from operations.models import Notification
from partners.constants import ReminderStep
from partners.models import Participation, Representative
from tests.guidance.acknowledging_world import World, make_world
from tests.partners.factories import represent

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
QUARTER = timedelta(minutes=15)
# Issued on Friday 3 April 2020 and due on Tuesday 14 April; Easter lies between (10 and 13 April).
ISSUED = datetime(2020, 4, 3, 9, tzinfo=UTC)
BEFORE_AT = datetime(2020, 4, 8, 8, tzinfo=UTC)
DUE_AT = datetime(2020, 4, 14, 8, tzinfo=UTC)
LATE_AT = datetime(2020, 4, 15, 8, tzinfo=UTC)
DEPUTY_AT = datetime(2020, 4, 17, 8, tzinfo=UTC)
BOARD_AT = datetime(2020, 4, 21, 8, tzinfo=UTC)


@pytest.fixture
def world() -> World:
    return make_world()


def run(first, last) -> None:
    now = first
    while now < last:
        remind(now=now)
        now += timedelta(hours=6)
    remind(now=last)


def test_its_steps_are_those_of_returns():
    assert GuidanceReminderStep.values == ReminderStep.values


class TestTheLadder:
    def test_each_step_goes_once_to_whose_it_is(self, world):
        world.issued("police")
        run(ISSUED, BOARD_AT + 3 * DAY)
        assert world.told(world.lead) == ["before", "due", "late"]
        assert world.told(world.deputy) == ["deputy"]
        assert world.told(world.coordinator) == world.told(world.board) == ["board"]
        assert world.told(world.trust_lead) == []
        assert not AcknowledgementReminder.objects.filter(passed_over=True).exists()

    @pytest.mark.parametrize(
        ("at", "step"), [(BEFORE_AT, "before"), (DUE_AT, "due"), (LATE_AT, "late"), (DEPUTY_AT, "deputy")]
    )
    def test_a_step_comes_at_nine_of_its_day(self, world, at, step):
        world.issued("police")
        run(ISSUED, at - QUARTER)
        assert step not in world.told(world.lead) + world.told(world.deputy)
        remind(now=at)
        assert step in world.told(world.lead) + world.told(world.deputy)

    def test_a_person_hears_once_of_all_pieces_at_a_step(self, world):
        for number in range(3):
            world.issued("police", title=f"Circular {number}")
        remind(now=BEFORE_AT)
        note = Notification.objects.get()
        assert note.title == "3 pieces of guidance to acknowledge: Moorland Police"
        assert all(f"Circular {number}: is due on 14 April 2020" in note.text for number in range(3))
        assert (note.href, note.urgent) == ("/guidance/mine/", False)
        assert AcknowledgementReminder.objects.count() == 3

    def test_a_long_list_names_the_first_and_counts_the_rest(self, world):
        for _ in range(33):
            world.issued("police")
        remind(now=BEFORE_AT)
        assert "and 3 more" in Notification.objects.get().text

    def test_the_board_hears_of_all_partners_at_once(self, world):
        world.issued("police", "social_workers")
        run(DEPUTY_AT, BOARD_AT)
        note = Notification.objects.get(recipient=world.board)
        assert note.title == "Guidance not acknowledged by 2 partners"
        assert "Moorland Police" in note.text and "Children’s Trust" in note.text
        assert note.href == "/guidance/outstanding/"

    def test_it_is_on_the_audit_trail(self, world):
        world.issued("police")
        assert remind(now=BEFORE_AT) == {"before": 1}
        assert remind(now=BEFORE_AT) == {}
        event = AuditEvent.objects.get(action="guidance.reminded")
        assert (event.actor_label, event.detail) == ("job:reminders", {"before": 1})


class TestOutages:
    def test_stopped_nine_days_and_started_each_owed_reminder_goes_once(self, world):
        of = world.issued("police")
        run(ISSUED, BEFORE_AT)
        assert world.told(world.lead) == ["before"]
        for _ in range(3):
            remind(now=DEPUTY_AT)
        assert world.told(world.lead) == ["before", "late"]
        assert world.told(world.deputy) == ["deputy"]
        over = AcknowledgementReminder.objects.get(passed_over=True)
        assert (over.of, over.step, over.recipient, over.owed_since) == (of, "due", world.lead, DUE_AT)

    @pytest.mark.parametrize("stop", range(0, 20, 3))
    def test_wherever_it_stops_for_nine_days_nobody_is_told_twice_and_nothing_is_lost(self, world, stop):
        world.issued("police")
        stopped = ISSUED + stop * DAY
        run(stopped - 2 * QUARTER, stopped)
        run(stopped + 9 * DAY, stopped + 9 * DAY + QUARTER)
        for user in (world.lead, world.deputy, world.coordinator, world.board):
            told = world.told(user)
            assert len(told) == len(set(told))
        assert ("board" in world.told(world.board)) is (stopped + 9 * DAY >= BOARD_AT)
        assert ("deputy" in world.told(world.deputy)) is (stopped + 9 * DAY >= DEPUTY_AT)

    def test_two_schedulers_at_once_tell_each_once(self, world, monkeypatch):
        """As on SQLite, where no row is locked: both read that nothing was handled yet."""
        world.issued("police")
        keep = services._keep

        def and_meanwhile(found, now):
            monkeypatch.setattr(services, "_keep", keep)
            remind(now=now)
            keep(found, now)

        monkeypatch.setattr(services, "_keep", and_meanwhile)
        remind(now=BEFORE_AT)
        assert world.told(world.lead) == ["before"]
        assert AcknowledgementReminder.objects.count() == 1


class TestWhatIsOwed:
    @pytest.mark.parametrize("answer", ["read", "in_practice"])
    def test_what_was_answered_owes_nothing(self, world, answer):
        of = world.issued("police")
        acknowledge(user=world.lead, of=of, organisation=world.police, answer=answer, now=ISSUED + DAY)
        run(ISSUED + DAY, BOARD_AT)
        assert Notification.objects.count() == 0

    def test_a_major_change_of_ones_duties_starts_a_ladder_of_its_own(self, world):
        of = world.issued("police")
        run(ISSUED, LATE_AT)
        acknowledge(user=world.lead, of=of, organisation=world.police, answer="read", now=LATE_AT)
        world.issued(item=of.item, number=2, at=BOARD_AT, acknowledge_by=date(2020, 4, 28))
        run(BOARD_AT, datetime(2020, 4, 29, 8, tzinfo=UTC))
        assert world.told(world.lead) == ["before", "due", "late"] * 2

    @pytest.mark.parametrize("fields", [{"size": "minor"}, {"audiences_affected": ["dsl"]}])
    def test_a_minor_change_or_one_of_others_goes_on_where_it_was(self, world, fields):
        of = world.issued("police")
        run(ISSUED, DUE_AT)
        world.issued(item=of.item, number=2, at=DUE_AT, acknowledge_by=date(2020, 4, 22), **fields)
        run(DUE_AT, DEPUTY_AT)
        assert world.told(world.lead) == ["before", "due", "late"]
        assert world.told(world.deputy) == ["deputy"]

    @pytest.mark.parametrize("how", ["ended", "replaced", "closed", "withdrew"])
    def test_what_is_over_asks_nobody(self, world, how):
        if how == "ended":
            world.issued("police", effective_until=BEFORE_AT.date())
        else:
            of = world.issued("police")
        if how == "replaced":
            other = world.issued("dsl").item
            GuidanceItem.objects.filter(pk=of.item_id).update(
                replaced_by=other, replaced_from=BEFORE_AT.date()
            )
        if how == "closed":
            GuidanceVersion.objects.filter(pk=of.pk).update(
                state="embedded",
                closed_at=ISSUED,
                closed_by=world.coordinator,
                shown_by=[{"organisation": "x"}],
            )
        if how == "withdrew":
            world.police.withdrawn_on = BEFORE_AT.date()
            world.police.save()
        run(BEFORE_AT, BOARD_AT)
        assert Notification.objects.count() == 0

    def test_withdrawn_guidance_asks_too(self, world):
        """To stop doing something has to reach people as well."""
        world.issued("police", kind="withdrawn")
        remind(now=BEFORE_AT)
        assert world.told(world.lead) == ["before"]

    def test_who_joins_later_is_not_late_with_what_was_before(self, world):
        world.issued("police")
        Participation.objects.filter(organisation=world.police).update(from_date=date(2020, 5, 4))
        # Five working days, of which Friday 8 May is none: due on 12 May.
        run(datetime(2020, 5, 4, 7, tzinfo=UTC), datetime(2020, 5, 5, 7, tzinfo=UTC))
        assert Notification.objects.count() == 0
        remind(now=datetime(2020, 5, 11, 8, tzinfo=UTC))
        assert world.told(world.lead) == ["before"]
        remind(now=datetime(2020, 5, 12, 12, tzinfo=UTC))
        assert world.told(world.lead) == ["before", "due"]
        remind(now=datetime(2020, 5, 13, 8, tzinfo=UTC))
        assert world.told(world.lead) == ["before", "due", "late"]
        assert "was due on 12 May 2020" in Notification.objects.order_by("pk").last().text


class TestPeople:
    def test_nobody_there_is_on_record_and_made_good(self, world):
        world.issued("police")
        Representative.objects.filter(user=world.lead).delete()
        assert remind(now=BEFORE_AT) == {"nobody": 1}
        represent(world.lead, world.police)
        remind(now=BEFORE_AT + DAY)
        assert world.told(world.lead) == ["before"]

    def test_the_last_step_that_somebody_was_told_of_is_shown(self, world):
        of = world.issued("police")
        run(ISSUED, LATE_AT)
        (silent,) = outstanding(LATE_AT).items
        assert last_steps(silent.silent) == {(of.pk, world.police.pk): ("late", LATE_AT)}


@pytest.mark.parametrize("pieces", [2, 20])
def test_more_guidance_needs_no_more_queries(world, pieces, django_assert_max_num_queries):
    for _ in range(pieces):
        world.issued("police", "social_workers")
    with django_assert_max_num_queries(28):
        remind(now=BEFORE_AT)
    with django_assert_max_num_queries(8):
        remind(now=BEFORE_AT + QUARTER)
