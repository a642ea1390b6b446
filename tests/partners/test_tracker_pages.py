"""The tracker's pages: silence shown as silence, a partner's own row only, and nothing of a draft."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, User
from operations.constants import MailState
from operations.models import Notification
from partners.constants import CycleState, ReturnState
from partners.facts.tracker import Standing
from partners.models import CyclePause, Participation, Representative, Return
from partners.rules.tracker import days_late, standing
from partners.selectors import tracker as selectors
from partners.services.tracker import remind
from tests.partners.factories import make_cycle, make_organisation, make_return
from tests.partners.tracker_world import (
    BEFORE_AT,
    BOARD_AT,
    DAY,
    DUE_AT,
    LATE_AT,
    World,
    make_world,
    send_back,
    submit,
)
from tests.people import person, sign_in

NOW = BOARD_AT + timedelta(hours=2)
SECOND = timedelta(seconds=1)


class TestStanding:
    @pytest.mark.parametrize(
        ("state", "before", "after"),
        [
            (ReturnState.NOT_STARTED, Standing.NOT_STARTED, Standing.SILENT),
            (ReturnState.STARTED, Standing.STARTED, Standing.SILENT),
            (ReturnState.SUBMITTED, Standing.SUBMITTED, Standing.SUBMITTED),
            (ReturnState.SENT_BACK, Standing.SENT_BACK, Standing.SENT_BACK),
            (ReturnState.ACCEPTED, Standing.ACCEPTED, Standing.ACCEPTED),
        ],
    )
    def test_each_state_before_and_from_its_date(self, state, before, after):
        assert standing(state, DUE_AT, DUE_AT - SECOND) is before
        assert standing(state, DUE_AT, DUE_AT) is after

    def test_days_late(self):
        assert days_late(DUE_AT, DUE_AT, NOW) is None
        assert days_late(DUE_AT, DUE_AT + SECOND, NOW) == 0
        assert days_late(DUE_AT, None, NOW) == 7
        # By the calendar in London: 23:30 UTC is the next day there.
        assert days_late(DUE_AT, DUE_AT.replace(hour=23, minute=30), NOW) == 1


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def world() -> World:
    return make_world()


def row(world: World, user: User, name: str = "Police", at=NOW) -> list[Standing]:
    wall = selectors.wall(user, at=at)
    return next([cell.standing for cell in one.cells] for one in wall.rows if one.organisation == name)


def opened(user: User, name: str = "tracker", *args, query: str = "") -> str:
    response = sign_in(Client(), user).get(reverse(name, args=args) + query)
    assert response.status_code == 200
    return response.content.decode()


class TestTheWall:
    @pytest.mark.parametrize("role", ["CO", "BM", "AU"])
    def test_coordinator_board_and_auditor_see_every_partner(self, world, role):
        wall = selectors.wall(person(role, name="Reader"), at=NOW)
        assert [one.organisation for one in wall.rows] == ["Health", "Police"]

    def test_a_partner_sees_the_own_row_only(self, world):
        wall = selectors.wall(world.lead, at=NOW)
        assert [one.organisation for one in wall.rows] == ["Police"]
        for text in (opened(world.lead), opened(world.lead, "tracker_cycle", world.cycle.uid)):
            assert "Health" not in text and "CCG" not in text and "Olu Other" not in text

    def test_who_no_longer_answers_for_it_sees_no_row(self, world):
        Representative.objects.filter(user=world.lead).update(until_date=date(2020, 4, 1))
        assert selectors.wall(world.lead, at=NOW).rows == ()
        assert "You answer for no organisation" in opened(world.lead)

    def test_in_time_or_late_by_when_it_came_first(self, world):
        submit(world.of_police, world.lead, DUE_AT - DAY)
        send_back(world.of_police, DUE_AT)
        submit(world.of_police, world.lead, DUE_AT + 5 * DAY)
        submit(world.of_health, world.other_lead, DUE_AT + 3 * DAY, state=ReturnState.ACCEPTED)
        text = opened(world.coordinator)
        assert text.count("On time") == 1 and text.count("3 days late") == 1

    def test_begun_and_not_sent_is_silence_with_no_word_of_the_draft(self, world):
        question = world.question_set.sections.get().questions.get(code="why_paused")
        world.of_police.answers.create(
            question=question, value="Secret draft", answered_at=NOW, answered_by=world.lead
        )
        Return.objects.filter(pk=world.of_police.pk).update(state=ReturnState.STARTED)
        text = opened(world.coordinator)
        assert "Begun. 7 days late" in text and "Secret draft" not in text
        assert row(world, world.chair) == [Standing.SILENT]

    def test_who_was_not_asked_is_called_so_and_a_pause_is_a_pause(self, world):
        late_comer = make_organisation("Zoo")
        later = make_cycle(13, date(2020, 5, 18), opened_at=NOW - DAY, opens_at=NOW - DAY, due_at=NOW + DAY)
        make_return(world.police, later, world.question_set)
        make_return(late_comer, later, world.question_set)
        CyclePause.objects.create(
            from_date=date(2020, 4, 20),
            until_date=date(2020, 5, 18),
            reason="Easter",
            set_at=NOW - 20 * DAY,
            set_by=world.coordinator,
        )
        assert row(world, world.coordinator, "Zoo") == [
            Standing.NOT_ASKED,
            Standing.PAUSED,
            Standing.NOT_STARTED,
        ]
        assert row(world, world.coordinator) == [Standing.SILENT, Standing.PAUSED, Standing.NOT_STARTED]
        assert "20 April to 17 May 2020" in opened(world.coordinator)

    def test_a_partner_that_left_keeps_its_past(self, world):
        Participation.objects.filter(organisation=world.police).update(until_date=date(2020, 4, 28))
        assert row(world, world.coordinator) == [Standing.SILENT]

    def test_a_later_date_is_said_and_is_not_silence_before_it(self, world):
        Return.objects.filter(pk=world.of_police.pk).update(extended_until=NOW + DAY)
        assert row(world, world.coordinator) == [Standing.NOT_STARTED]
        assert "Extended to 2 May 2020" in opened(world.coordinator)

    def test_eight_cycles_and_a_way_to_the_earlier_ones(self, world):
        for number in range(13, 23):
            start = date(2020, 4, 6) + (number - 12) * timedelta(days=14)
            make_cycle(number, start, opened_at=NOW - DAY)
        text = opened(world.coordinator)
        assert "Cycle 15" in text and "?before=15" in text and "Cycle 14" not in text
        text = opened(world.coordinator, query="?before=15")
        assert "Cycle 14" in text and "Cycle 12" in text and "Cycle 15" not in text
        assert "Latest cycles" in text

    @pytest.mark.parametrize("query", ["?before=x", "?before=" + "9" * 5000, "?before=-1", "?before="])
    def test_an_address_typed_by_hand_gets_the_latest(self, world, query):
        assert "Cycle 12" in opened(world.coordinator, query=query)

    def test_before_the_first_cycle_it_says_what_will_be_there(self):
        assert "No cycle has been opened yet" in opened(person("CO"))

    def test_cells_lead_only_where_the_reader_may_go(self, world):
        submit(world.of_police, world.lead, DUE_AT - DAY)
        href = reverse("return", args=[world.of_police.uid])
        assert href in opened(world.coordinator) and href in opened(world.lead)
        assert href not in opened(world.chair)
        submit(world.of_police, world.lead, DUE_AT, state=ReturnState.ACCEPTED)
        assert href in opened(world.chair)
        assert reverse("return", args=[world.of_health.uid]) not in opened(world.coordinator)


class TestTheLadderSoFar:
    def test_who_was_reminded_when_and_what_became_of_it(self, world):
        remind(now=BEFORE_AT)
        remind(now=NOW)
        Notification.objects.filter(recipient=world.lead, step="before").update(
            mail_state=MailState.SENT, read_at=LATE_AT
        )
        Notification.objects.filter(recipient=world.lead, step="late").update(mail_state=MailState.FAILED)
        text = opened(world.coordinator)
        assert "2 of 2 partners have sent nothing for the return due 24 April 2020" in text
        assert "Mail sent, read on 27 April 2020" in text
        assert "Mail could not be delivered, not read yet" in text
        assert "Passed over: a later step was due already" in text
        assert "Bo Board" in text and "Cor Coordinator" in text

    def test_the_boards_mail_is_found_for_every_partner_also_by_one_partner_alone(self, world):
        remind(now=BOARD_AT)
        Notification.objects.filter(step="board").update(mail_state=MailState.SENT)
        for user, names in ((world.coordinator, ["Health", "Police"]), (world.other_lead, ["Health"])):
            lines = selectors.lines(world.cycle, user, at=NOW)
            assert [line.organisation for line in lines] == names
            for line in lines:
                assert {one.mail_state for one in line.reminded if one.step == "board"} == {"sent"}

    def test_nobody_to_receive_is_shown(self, world):
        Representative.objects.filter(organisation=world.police).delete()
        remind(now=BEFORE_AT)
        text = opened(world.coordinator, "tracker_cycle", world.cycle.uid)
        assert "Nobody: no lead is named" in text
        assert "Somebody is missing" in text

    def test_what_comes_next(self, world):
        lines = selectors.lines(world.cycle, world.coordinator, at=LATE_AT)
        assert {line.next_step for line in lines} == {"deputy"}
        submit(world.of_police, world.lead, DUE_AT)
        lines = selectors.lines(world.cycle, world.coordinator, at=LATE_AT)
        assert [(line.organisation, line.next_step) for line in lines] == [
            ("Health", "deputy"),
            ("Police", ""),
        ]

    def test_a_cycle_that_never_was(self, world):
        client = sign_in(Client(), world.coordinator)
        assert client.get(reverse("tracker_cycle", args=[world.police.uid])).status_code == 404


class TestWhatCouldNotBeDelivered:
    def test_the_coordinator_sees_it_until_it_is_read_and_nobody_else_does(self, world):
        remind(now=BEFORE_AT)
        Notification.objects.filter(recipient=world.lead).update(
            mail_state=MailState.FAILED, mail_error="SMTPRecipientsRefused 550"
        )
        assert "SMTPRecipientsRefused 550" in opened(world.coordinator)
        for user in (world.chair, world.lead, person("AU")):
            assert "Could not be delivered" not in opened(user)
        Notification.objects.update(read_at=NOW)
        assert "SMTPRecipientsRefused 550" not in opened(world.coordinator)


class TestWaiting:
    def words(self, user, at=NOW) -> list[str]:
        return [line.words for line in selectors.waiting_for(user, at)]

    def test_silent_partners_and_lost_mails_wait_for_the_coordinator(self, world):
        remind(now=BEFORE_AT)
        Notification.objects.update(mail_state=MailState.FAILED)
        assert self.words(world.coordinator) == [
            "2 partners have not sent a return that was due",
            "2 mails could not be delivered",
        ]
        assert self.words(world.lead) == self.words(world.chair) == []

    def test_a_partner_counts_once_and_only_while_it_can_still_send(self, world):
        later = make_cycle(13, date(2020, 4, 13), due_at=NOW - DAY, opened_at=BEFORE_AT)
        make_return(world.police, later, world.question_set)
        submit(world.of_health, world.other_lead, DUE_AT)
        assert self.words(world.coordinator) == ["1 partner has not sent a return that was due"]
        assert self.words(world.coordinator, DUE_AT - SECOND) == []
        type(later).objects.update(state=CycleState.CLOSED, closed_at=NOW)
        assert self.words(world.coordinator) == []

    def test_an_extended_return_does_not_count_before_its_own_date(self, world):
        Return.objects.update(extended_until=NOW + DAY)
        assert self.words(world.coordinator) == []


class TestTheFile:
    def test_every_cycle_with_states_only_and_on_the_trail(self, world):
        submit(world.of_police, world.lead, DUE_AT + 3 * DAY)
        response = sign_in(Client(), world.coordinator).get(reverse("tracker_export"))
        rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
        assert rows[1:] == [
            ["Health", "12", "2020-04-06", "2020-04-19", "2020-04-24", "No", "Nothing received", "7"],
            ["Police", "12", "2020-04-06", "2020-04-19", "2020-04-24", "No", "Submitted", "3"],
        ]
        assert AuditEvent.objects.get(action="tracker.exported").detail == {"rows": 2}

    @pytest.mark.parametrize("role", ["BM", "PR"])
    def test_it_is_not_everybodys(self, world, role):
        client = sign_in(Client(), person(role, name="Reader"))
        assert client.get(reverse("tracker_export")).status_code == 403


@pytest.mark.parametrize("name", ["tracker", "tracker_cycle"])
def test_more_partners_and_reminders_need_no_more_queries(world, name):
    client = sign_in(Client(), world.coordinator)
    url = reverse(name, args=[world.cycle.uid] if name == "tracker_cycle" else [])
    remind(now=NOW)
    client.get(url)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        return len(queries)

    before = count()
    for number in range(8):
        organisation = make_organisation(f"Partner {number}", lead=person("PR", name=f"L{number}"))
        make_return(organisation, world.cycle, world.question_set)
    remind(now=NOW)
    assert count() == before <= 26
