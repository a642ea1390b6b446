"""Reminders as the scheduler sends them: each owed one once, whatever happened to the scheduler."""

from datetime import timedelta

import pytest

from accounts.models import AuditEvent, Grant
from operations.models import Notification
from partners.constants import CycleState, Duty, ReminderStep, ReturnState
from partners.models import Reminder, Representative, Return
from partners.services import tracker as services
from partners.services.tracker import remind
from tests.partners.factories import LONG_AGO, make_cycle, make_organisation, make_return, represent
from tests.partners.tracker_world import (
    BEFORE_AT,
    BOARD_AT,
    DAY,
    DEPUTY_AT,
    DUE_AT,
    LATE_AT,
    OPENED,
    World,
    make_world,
    send_back,
    submit,
)
from tests.people import person

pytestmark = pytest.mark.django_db
QUARTER = timedelta(minutes=15)


@pytest.fixture
def world() -> World:
    return make_world()


def run(first, last) -> None:
    """The scheduler's rings from one moment to another; it rings more often, which changes nothing."""
    now = first
    while now < last:
        remind(now=now)
        now += timedelta(hours=6)
    remind(now=last)


class TestTheLadder:
    def test_each_step_goes_once_to_whose_it_is(self, world):
        run(OPENED, BOARD_AT + 3 * DAY)
        assert world.told(world.lead) == ["before", "due", "late"]
        assert world.told(world.other_lead) == ["before", "due", "late"]
        assert world.told(world.deputy) == ["deputy"]
        assert world.told(world.coordinator) == world.told(world.chair) == ["board"]
        assert not Reminder.objects.filter(passed_over=True).exists()

    def test_it_leads_to_a_page_and_says_whose_return_it_is(self, world):
        remind(now=BEFORE_AT)
        note = Notification.objects.get(recipient=world.lead)
        assert note.title == "Assurance return due 24 April 2020: Police"
        assert note.urgent is False
        remind(now=LATE_AT)
        assert Notification.objects.get(recipient=world.lead, step="late").urgent is True

    def test_the_board_hears_once_of_a_cycle_with_all_partners_named(self, world):
        run(DEPUTY_AT, BOARD_AT)
        note = Notification.objects.get(recipient=world.chair)
        assert note.title == "No assurance return from 2 partners"
        assert "Police" in note.text and "Health" in note.text
        assert Reminder.objects.filter(recipient=world.chair, step="board").count() == 2

    def test_a_partner_whose_time_runs_out_later_is_told_of_apart(self, world):
        Return.objects.filter(pk=world.of_police.pk).update(extended_until=DUE_AT + 7 * DAY)
        run(DEPUTY_AT, BOARD_AT + 14 * DAY)
        notes = Notification.objects.filter(recipient=world.chair).order_by("pk")
        assert ["Health" in notes[0].text, "Police" in notes[1].text] == [True, True]
        assert [note.title for note in notes] == [
            "No assurance return from Health",
            "No assurance return from Police",
        ]

    def test_it_is_on_the_audit_trail(self, world):
        remind(now=BEFORE_AT)
        remind(now=BEFORE_AT)
        event = AuditEvent.objects.get(action="returns.reminded")
        assert (event.actor_label, event.object_uid) == ("job:reminders", world.cycle.uid)
        assert event.detail == {"before": 2, "nobody": 0} or event.detail == {"before": 2}


class TestOutages:
    def test_stopped_nine_days_and_started_each_owed_reminder_goes_once(self, world):
        run(OPENED, BEFORE_AT)
        assert world.told(world.lead) == ["before"]
        for _ in range(3):
            remind(now=BEFORE_AT + 9 * DAY + QUARTER)
        assert world.told(world.lead) == ["before", "late"]
        assert world.told(world.deputy) == ["deputy"]
        assert world.told(world.coordinator) == ["board"]
        over = Reminder.objects.filter(of_return=world.of_police, passed_over=True)
        assert [(row.step, row.recipient) for row in over] == [("due", world.lead)]
        assert over.get().owed_since == DUE_AT.replace(hour=8)
        assert Reminder.objects.filter(of_return=world.of_police).count() == 6

    @pytest.mark.parametrize("stop", range(12))
    def test_wherever_it_stops_nobody_is_told_twice_and_nothing_is_lost(self, world, stop):
        stopped = OPENED + stop * DAY
        run(stopped - 2 * QUARTER, stopped)
        run(stopped + 9 * DAY, stopped + 9 * DAY + QUARTER)
        for user in (world.lead, world.deputy, world.other_lead, world.coordinator, world.chair):
            told = world.told(user)
            assert len(told) == len(set(told))
        due_by_now = stopped + 9 * DAY >= BOARD_AT
        assert ("board" in world.told(world.chair)) is due_by_now
        handled = Reminder.objects.filter(of_return=world.of_police, recipient=world.lead)
        assert handled.count() == (3 if stopped + 9 * DAY >= LATE_AT else 2)

    def test_two_schedulers_at_once_tell_each_once(self, world, monkeypatch):
        """As on SQLite, where no row is locked: both read that nothing was handled yet."""
        keep = services._keep

        def and_meanwhile(found, now):
            monkeypatch.setattr(services, "_keep", keep)
            remind(now=now)
            keep(found, now)

        monkeypatch.setattr(services, "_keep", and_meanwhile)
        remind(now=BEFORE_AT)
        assert world.told(world.lead) == ["before"]
        assert Reminder.objects.count() == 2

    def test_a_mail_server_that_is_down_holds_up_nothing(self, world, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_PORT = 1
        remind(now=BEFORE_AT)
        assert world.told(world.lead) == ["before"]


class TestWhatIsOwed:
    @pytest.mark.parametrize("state", [ReturnState.SUBMITTED, ReturnState.ACCEPTED])
    def test_a_return_that_was_sent_owes_nothing(self, world, state):
        submit(world.of_police, world.lead, BEFORE_AT - DAY, state=state)
        run(OPENED, BOARD_AT)
        assert world.told(world.lead) == world.told(world.deputy) == []
        assert "Police" not in Notification.objects.get(recipient=world.chair).text

    def test_sent_while_the_scheduler_stood_still_it_owes_nothing(self, world):
        remind(now=BEFORE_AT)
        submit(world.of_police, world.lead, DUE_AT + 2 * DAY)
        remind(now=BEFORE_AT + 9 * DAY)
        assert world.told(world.lead) == ["before"]

    def test_a_later_date_moves_what_is_not_yet_sent(self, world):
        remind(now=BEFORE_AT)
        Return.objects.filter(pk=world.of_police.pk).update(extended_until=DUE_AT + 7 * DAY)
        run(BEFORE_AT, LATE_AT)
        assert world.told(world.lead) == ["before"]
        run(LATE_AT, LATE_AT + 7 * DAY)
        assert world.told(world.lead) == ["before", "due", "late"]

    def test_what_was_sent_back_has_its_days_from_then(self, world):
        submit(world.of_police, world.lead, DUE_AT - DAY)
        back = BOARD_AT + 3 * DAY
        send_back(world.of_police, back)
        remind(now=back + QUARTER)
        assert world.told(world.lead) == world.told(world.deputy) == []
        run(back + DAY, back + 2 * DAY)
        assert world.told(world.lead) == ["late"]
        assert "was sent back" in Notification.objects.get(recipient=world.lead).text
        run(back + 2 * DAY, back + 9 * DAY)
        assert world.told(world.deputy) == ["deputy"]

    def test_a_closed_cycle_asks_nobody_but_whose_time_was_extended(self, world):
        world.cycle.state, world.cycle.closed_at = CycleState.CLOSED, LATE_AT - DAY
        world.cycle.closed_by = world.coordinator
        world.cycle.save()
        Return.objects.filter(pk=world.of_health.pk).update(extended_until=DUE_AT + 14 * DAY)
        run(LATE_AT, DUE_AT + 14 * DAY)
        assert world.told(world.lead) == []
        assert world.told(world.other_lead) == ["before", "due"]

    def test_a_withdrawn_organisation_owes_nothing(self, world):
        world.police.withdrawn_on = OPENED.date()
        world.police.save()
        remind(now=BEFORE_AT)
        assert world.told(world.lead) == []


class TestPeople:
    def test_nobody_there_is_on_record_and_made_good(self, world):
        Representative.objects.filter(organisation=world.health).delete()
        run(BEFORE_AT, BEFORE_AT + DAY)
        row = Reminder.objects.get(of_return=world.of_health)
        assert (row.step, row.recipient, row.nobody) == ("before", None, True)
        represent(world.other_lead, world.health)
        remind(now=BEFORE_AT + DAY + QUARTER)
        assert world.told(world.other_lead) == ["before"]

    @pytest.mark.parametrize("how", ["switched off", "role ended", "left"])
    def test_who_cannot_open_it_any_more_is_not_asked(self, world, how):
        if how == "switched off":
            world.lead.is_active = False
            world.lead.save()
        elif how == "role ended":
            Grant.objects.filter(user=world.lead).update(ended_at=OPENED)
        else:
            Representative.objects.filter(user=world.lead).update(until_date=OPENED.date())
        remind(now=BEFORE_AT)
        assert world.told(world.lead) == []
        assert Reminder.objects.get(of_return=world.of_police).nobody is True

    def test_contributors_and_staff_are_not_reminded(self, world):
        for duty in (Duty.CONTRIBUTOR, Duty.STAFF):
            represent(person("PR", name=str(duty)), world.police, duty)
        run(OPENED, BOARD_AT)
        told = set(Notification.objects.values_list("recipient__name", flat=True))
        assert told == {"Lou Lead", "Dee Deputy", "Olu Other", "Cor Coordinator", "Bo Board"}

    def test_a_lead_of_two_hears_of_both(self, world):
        represent(world.lead, world.health)
        remind(now=BEFORE_AT)
        assert world.told(world.lead) == ["before", "before"]

    def test_a_board_member_of_later_is_not_told_of_all_that_was(self, world):
        run(OPENED, BOARD_AT)
        later = person("BM", name="New Board")
        run(BOARD_AT, BOARD_AT + DAY)
        assert world.told(later) == []


def test_more_partners_need_no_more_queries_for_reading(world, django_assert_max_num_queries):
    for number in range(12):
        organisation = make_organisation(f"Partner {number}", lead=person("PR", name=f"L{number}"))
        make_return(organisation, world.cycle, world.question_set)
    remind(now=BEFORE_AT)
    with django_assert_max_num_queries(14):
        remind(now=BEFORE_AT + QUARTER)


def test_a_ladder_is_of_its_cycle(world):
    later = make_cycle(13, LONG_AGO.replace(month=4, day=20), due_at=DUE_AT + 14 * DAY)
    make_return(world.police, later, world.question_set)
    run(OPENED, LATE_AT)
    assert world.told(world.lead) == ["before", "due", "late"]
    remind(now=BEFORE_AT + 14 * DAY)
    assert Reminder.objects.filter(recipient=world.lead, step=ReminderStep.BEFORE).count() == 2
