"""The pages of cycles: what they show to whom, the preview before anything is saved, and lost updates."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from partners.models import Cycle, CyclePause, CycleRule, Return
from partners.rules.calendar import CalendarRule
from partners.tasks import open_cycles
from tests.partners.factories import make_cycle, make_organisation, make_question_set, make_return
from tests.partners.test_cycles import MONDAY, OPENING, opened, set_rule
from tests.people import person, sign_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NOW = OPENING + 2 * DAY


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def as_(user) -> Client:
    return sign_in(Client(), user)


def text_of(response) -> str:
    assert response.status_code == 200, response.status_code
    body = re.sub(r"<(script|head).*?</\1>", " ", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).replace(" .", ".")


def on(name: str, day) -> dict[str, str]:
    return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


@pytest.fixture
def world():
    people = {role: person(role) for role in ("CO", "PR", "BM", "AU")}
    question_set = make_question_set()
    cycle = make_cycle(1, MONDAY)
    police = make_organisation("Police", lead=people["PR"])
    schools = make_organisation("Schools", lead=person("PR"))
    returns = {
        "police": make_return(police, cycle, question_set, "started"),
        "schools": make_return(
            schools, cycle, question_set, "submitted", submitted_at=NOW, submitted_by=people["CO"]
        ),
    }
    return people, cycle, returns


class TestReading:
    def test_a_coordinator_sees_who_has_sent(self, world):
        people, cycle, _ = world
        client = as_(people["CO"])
        listed = text_of(client.get(reverse("cycles")))
        assert "Cycle 1 6 April 2020 to 19 April 2020 24 April 2020 at 12:00pm" in listed
        assert "1 of 2 sent 1 started" in listed
        shown = text_of(client.get(reverse("cycle", args=[cycle.uid])))
        assert "Police Started" in shown
        assert "Schools Submitted" in shown
        # A return that was not sent yet is nobody's but the partner's.
        assert "Open return of Schools" in shown
        assert "Open return of Police" not in shown

    def test_a_partner_sees_nothing_of_another_partners_return(self, world):
        people, cycle, _ = world
        client = as_(people["PR"])
        listed = text_of(client.get(reverse("cycles")))
        assert "Your return" in listed
        assert "Started" in listed
        assert " sent" not in listed.partition("Cycle 1")[2]
        shown = text_of(client.get(reverse("cycle", args=[cycle.uid])))
        assert "Police Started" in shown
        assert "Open return of Police" in shown
        assert "Schools" not in shown
        assert "Close this cycle" not in shown
        assert "Extend" not in shown

    def test_states_and_their_filter(self, world):
        people, _, _ = world
        make_cycle(2, MONDAY - 14 * DAY, state="closed", closed_at=NOW)
        make_cycle(3, MONDAY - 28 * DAY)
        client = as_(people["CO"])
        listed = text_of(client.get(reverse("cycles")))
        assert "Open, past its date" in listed
        closed = text_of(client.get(reverse("cycles"), {"state": "closed"}))
        assert "Cycle 2" in closed
        assert "Cycle 1 " not in closed
        assert "Cycle 1 " in text_of(client.get(reverse("cycles"), {"state": "nonsense"}))

    def test_queries_do_not_grow_with_rows(self, world, django_assert_max_num_queries):
        people, cycle, returns = world
        client = as_(people["CO"])
        counts = []
        for _ in range(2):
            for name in range(3):
                organisation = make_organisation(f"More {name} {uuid4()}")
                make_return(organisation, cycle, returns["police"].question_set)
                number = Cycle.objects.count() + 1
                make_cycle(number, MONDAY - 14 * number * DAY)
            with django_assert_max_num_queries(40) as listed:
                client.get(reverse("cycles"))
            with django_assert_max_num_queries(40) as shown:
                client.get(reverse("cycle", args=[cycle.uid]))
            counts.append((len(listed), len(shown)))
        assert counts[0] == counts[1]

    def test_nothing_yet(self):
        client = as_(person("CO"))
        assert "No cycle has been opened yet." in text_of(client.get(reverse("cycles")))
        shown = text_of(client.get(reverse("cycle_calendar")))
        assert "No rule is set, so no cycle opens." in shown


RULE = {
    "every_days": "14",
    "period_days": "14",
    "snapshot_after_days": "0",
    "due_after_days": "5",
    "reason": "As the board agreed",
}


def hidden(response, name: str) -> str:
    return str(response.context["form"][name].value() or "")


class TestRule:
    def send(self, client, **other):
        typed = RULE | on("first_period_start", MONDAY + 28 * DAY) | {"token": str(uuid4())} | other
        return client.post(reverse("set_cycle_rule"), typed), typed

    def test_the_dates_are_shown_before_anything_is_saved(self, world):
        client = as_(world[0]["CO"])
        response, typed = self.send(client)
        shown = text_of(response)
        assert "Nothing is saved yet." in shown
        # The Spring bank holiday's week: Friday 22 May stays; the period of 18 May is due on Friday 5 June.
        assert (
            "4 May 2020 to 17 May 2020 17 May 2020 18 May 2020 at 6:00am 22 May 2020 at 12:00pm Friday"
            in (shown)
        )
        assert shown.count(" at 12:00pm Friday") == 6
        assert not CycleRule.objects.exists()
        seen = hidden(response, "seen")
        saved = client.post(reverse("set_cycle_rule"), typed | {"seen": seen}, follow=True)
        assert "Calendar set." in text_of(saved)
        assert CycleRule.objects.get().first_period_start == MONDAY + 28 * DAY

    def test_what_was_changed_after_the_preview_is_shown_anew(self, world):
        client = as_(world[0]["CO"])
        response, typed = self.send(client)
        changed = typed | {"seen": hidden(response, "seen"), "due_after_days": "8"}
        again = client.post(reverse("set_cycle_rule"), changed)
        assert "25 May 2020 at" not in text_of(again)
        assert "26 May 2020 at 12:00pm Tuesday" in text_of(again)
        assert not CycleRule.objects.exists()

    def test_a_calendar_that_begins_in_the_past_warns(self):
        response, _ = self.send(as_(person("CO")), **on("first_period_start", MONDAY - 28 * DAY))
        assert "3 cycles open at once" in text_of(response)

    def test_a_refusal_stands_beside_its_question_and_nothing_is_lost(self, world):
        response, _ = self.send(as_(world[0]["CO"]), **on("first_period_start", MONDAY))
        form = response.context["form"]
        assert "must start after the latest period" in form.errors["first_period_start"][0]
        assert "As the board agreed" in response.content.decode()

    def test_taken_back(self, world):
        coordinator = world[0]["CO"]
        rule = set_rule(coordinator, CalendarRule(MONDAY + 14 * DAY, MONDAY + 14 * DAY, 7, 7, 0, 2))
        client = as_(coordinator)
        assert "Take this rule back" in text_of(client.get(reverse("cycle_calendar")))
        client.post(reverse("remove_cycle_rule"), {"effective_from": rule.effective_from.isoformat()})
        assert not CycleRule.objects.exists()

    def test_a_reader_is_offered_nothing(self, world):
        set_rule(world[0]["CO"], CalendarRule(MONDAY + 14 * DAY, MONDAY + 14 * DAY, 7, 7, 0, 2))
        for role in ("PR", "BM", "AU"):
            shown = text_of(as_(world[0][role]).get(reverse("cycle_calendar")))
            assert "A period of 7 days starts every 7 days." in shown
            assert "Take this rule back" not in shown
            assert "Change the calendar" not in shown


class TestPause:
    def test_shown_saved_and_lifted(self, world):
        coordinator = world[0]["CO"]
        set_rule(coordinator, CalendarRule(MONDAY + 14 * DAY, MONDAY + 14 * DAY, 14, 14, 0, 5))
        client = as_(coordinator)
        typed = {"reason": "Schools are on holiday", "token": str(uuid4())}
        typed |= on("first_day", MONDAY + 14 * DAY) | on("last_day", MONDAY + 41 * DAY)
        response = client.post(reverse("set_cycle_pause"), typed)
        shown = text_of(response)
        assert "18 May 2020 to 31 May 2020" in shown
        assert "20 April 2020 to 3 May 2020" not in shown
        assert not CyclePause.objects.exists()
        client.post(reverse("set_cycle_pause"), typed | {"seen": hidden(response, "seen")})
        pause = CyclePause.objects.get()
        assert (pause.from_date, pause.until_date) == (MONDAY + 14 * DAY, MONDAY + 42 * DAY)
        listed = text_of(client.get(reverse("cycle_calendar")))
        assert "20 April 2020 to 17 May 2020 Schools are on holiday" in listed
        lifted = client.post(reverse("lift_cycle_pause", args=[pause.uid]), follow=True)
        assert "Pause lifted." in text_of(lifted)
        assert "Earlier pauses" in text_of(client.get(reverse("cycle_calendar")))

    def test_days_in_the_wrong_order(self, world):
        typed = {"reason": "Schools are on holiday", "token": str(uuid4())}
        typed |= on("first_day", MONDAY + 30 * DAY) | on("last_day", MONDAY + 20 * DAY)
        response = as_(world[0]["CO"]).post(reverse("set_cycle_pause"), typed)
        assert "last_day" in response.context["form"].errors


class TestClosing:
    def test_it_says_who_has_not_sent(self, world):
        people, cycle, _ = world
        client = as_(people["CO"])
        asked = text_of(client.get(reverse("close_cycle", args=[cycle.uid])))
        assert "Not sent Police" in asked
        assert "Schools" not in asked
        done = client.post(reverse("close_cycle", args=[cycle.uid]), {"version": "1"}, follow=True)
        assert "Cycle 1 is closed." in text_of(done)
        reopen = {"version": "2", "reason": "Closed by mistake today"}
        done = client.post(reverse("reopen_cycle", args=[cycle.uid]), reopen, follow=True)
        assert "Cycle 1 is open again." in text_of(done)

    def test_a_stale_page_is_told(self, world):
        people, cycle, _ = world
        Cycle.objects.update(version=4)
        response = as_(people["CO"]).post(reverse("close_cycle", args=[cycle.uid]), {"version": "1"})
        assert response.status_code == 409
        assert Cycle.objects.get().state == "open"


class TestMoreTime:
    def test_until_noon_in_london(self, world):
        people, cycle, returns = world
        url = reverse("extend_return", args=[cycle.uid, returns["police"].uid])
        client = as_(people["CO"])
        typed = {"version": "1", "reason": "Two leads are ill"} | on("until", MONDAY + 21 * DAY)
        done = client.post(url, typed, follow=True)
        assert "Police may send its return until 27 April 2020 at noon." in text_of(done)
        saved = Return.objects.get(pk=returns["police"].pk).extended_until
        assert saved.isoformat() == "2020-04-27T11:00:00+00:00"
        stale = client.post(url, typed | on("until", MONDAY + 22 * DAY))
        assert stale.status_code == 409
        assert "Two leads are ill" in stale.content.decode()

    def test_not_of_a_return_that_was_sent_nor_of_another_cycle(self, world):
        people, cycle, returns = world
        client = as_(people["CO"])
        sent = reverse("extend_return", args=[cycle.uid, returns["schools"].uid])
        assert client.get(sent).status_code == 403
        typed = {"version": "1", "reason": "Two leads are ill"} | on("until", MONDAY + 21 * DAY)
        refused = client.post(sent, typed)
        assert "has been sent" in text_of(refused)
        other = make_cycle(2, MONDAY + 14 * DAY)
        assert (
            client.get(reverse("extend_return", args=[other.uid, returns["police"].uid])).status_code == 404
        )


def test_the_job_and_the_command(world, capsys):

    Return.objects.all().delete()
    Cycle.objects.all().delete()
    set_rule(world[0]["CO"])
    open_cycles()
    assert Cycle.objects.get().number == 1
    call_command("open_cycles")
    assert "No cycle is owed." in capsys.readouterr().out
    with time_machine.travel(NOW + 14 * DAY, tick=False):
        call_command("open_cycles")
    assert "Cycle 2 opened, 2 returns." in capsys.readouterr().out
    assert opened(NOW + 14 * DAY) == []
