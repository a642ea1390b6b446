"""The training programme: places shared out, results that add up, demand against the usual."""

from datetime import date, timedelta
from itertools import product
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from partners.constants import EventState
from partners.models import Booking, Course, TrainingEvent
from partners.presenters import training as presenters
from partners.rules import training as rules
from partners.rules.training import Asked, EventAct, Usual
from partners.selectors import training as selectors
from partners.services import training
from partners.services.base import OutOfReach
from partners.services.training import EventDraft, Result
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from safeguarding.kernel.periods import Month
from tests.partners.meetings_world import NOW, make_world
from tests.visits.test_records_pages import as_, text_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
HELD_ON = NOW.date() + 14 * DAY


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def event(world) -> TrainingEvent:
    return make_event(world, places=10)


def make_event(world, *, places=10, mode="classroom", title="Working together", level="2") -> TrainingEvent:
    course, _ = Course.objects.get_or_create(title=title, defaults={"level": level})
    draft = EventDraft(mode, HELD_ON, places)
    return training.add_event(user=world.coordinator, course=course, draft=draft, token=uuid4(), now=NOW)


def book(user, event, organisation, asked, *, version=0, now=NOW) -> Booking:
    return training.book(
        user=user, event=event, organisation=organisation, asked_for=asked, version=version, now=now
    )


def change(world, event, **draft):
    event.refresh_from_db()
    values = {"mode": event.mode, "held_on": event.held_on, "places": event.places, "note": event.note}
    return training.change_event(
        user=world.coordinator, event=event, draft=EventDraft(**{**values, **draft}), version=event.version,
        now=NOW,
    )  # fmt: skip


def code_of(act, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


class TestPlaces:
    def test_more_may_be_asked_for_than_fits(self, world, event):
        assert book(world.partner, event, world.police, 7).booked == 7
        second = book(world.neighbour, event, world.health, 6)
        assert (second.asked_for, second.booked) == (6, 3)

    def test_who_waits_gets_what_becomes_free(self, world, event):
        first = book(world.partner, event, world.police, 7)
        book(world.neighbour, event, world.health, 6)
        book(world.partner, event, world.police, 2, version=first.version)
        assert dict(Booking.objects.values_list("organisation__name", "booked")) == {
            "Police": 2,
            "Health trust": 6,
        }

    def test_nobody_loses_a_place_to_who_asks_for_more(self, world, event):
        first = book(world.partner, event, world.police, 4)
        book(world.neighbour, event, world.health, 6)
        assert book(world.partner, event, world.police, 9, version=first.version).booked == 4

    def test_without_limit(self, world):
        assert book(world.partner, make_event(world, places=None), world.police, 400).booked == 400

    def test_only_for_the_own_organisation(self, world, event):
        for user in (world.partner, world.manager, world.board, world.auditor):
            with pytest.raises(OutOfReach):
                book(user, event, world.health, 1)
        book(world.coordinator, event, world.health, 1)

    def test_two_leads_of_one_organisation(self, world, event):
        book(world.partner, event, world.police, 4)
        with pytest.raises(StaleEdit):
            book(world.partner, event, world.police, 5, version=0)

    def test_not_after_the_day(self, world, event):
        assert code_of(book, world.partner, event, world.police, 1, now=NOW + 15 * DAY) == "event_over"

    @pytest.mark.parametrize("places", [None, 0, 1, 7, 20])
    def test_sharing_never_gives_more_than_there_is(self, places):
        for asked in product((0, 3, 9), repeat=3):
            for held in product((0, 1, 3), repeat=3):
                if places is not None and sum(map(min, asked, held)) > places:
                    continue
                rows = [Asked(key, *pair) for key, pair in enumerate(zip(asked, held, strict=True))]
                shared = rules.share(places, rows)
                assert all(shared[row.key] <= row.asked for row in rows)
                assert all(shared[row.key] >= min(row.asked, row.booked) for row in rows)
                total = sum(shared.values())
                assert total == sum(asked) if places is None else total == min(places, sum(asked))


class TestEvent:
    def test_face_to_face_goes_online_with_a_note(self, world, event):
        book(world.partner, event, world.police, 30)
        assert code_of(change, world, event, mode="webinar", places=None) == "text_missing"
        change(world, event, mode="webinar", places=None, note="Face-to-face training withdrawn")
        event.refresh_from_db()
        assert (event.mode, event.note) == ("webinar", "Face-to-face training withdrawn")
        assert Booking.objects.get().booked == 30

    def test_not_fewer_places_than_booked(self, world, event):
        book(world.partner, event, world.police, 8)
        assert code_of(change, world, event, places=7) == "fewer_than_booked"

    def test_once(self, world):
        token = uuid4()
        add = {"user": world.coordinator, "level": "1", "about": "", "token": token, "now": NOW}
        training.add_course(title="Basics", **add)
        with pytest.raises(AlreadyDone):
            training.add_course(title="Basics", **add)

    def test_changed_by_two(self, world, event):
        change(world, event, places=12)
        with pytest.raises(StaleEdit):
            training.change_event(
                user=world.coordinator, event=event, draft=EventDraft("classroom", HELD_ON, 14),
                version=1, now=NOW,
            )  # fmt: skip

    @pytest.mark.parametrize(("state", "act"), product(EventState.values, EventAct))
    def test_each_act_in_each_state(self, state, act):
        allowed = {"planned": set(EventAct), "held": {EventAct.RECORD}, "cancelled": set()}
        assert rules.possible(act, state, HELD_ON, HELD_ON) is (act in allowed[state])

    def test_who_came_only_from_the_day_on(self, world, event):
        assert code_of(record, world, event, {}, now=NOW) == "event_to_come"

    @pytest.mark.parametrize(
        ("result", "code"),
        [
            (Result(6), "attended"),
            (Result(4, 5, 1), "feedback"),
            (Result(4, 3, 4), "useful"),
            (Result(4, 3, None), "feedback_half"),
        ],
    )
    def test_results_add_up(self, world, event, result, code):
        book(world.partner, event, world.police, 5)
        assert code_of(record, world, event, {world.police.uid: result}) == code
        assert code_of(record, world, event, {}) == "result_missing"
        record(world, event, {world.police.uid: Result(4, 3, 2)})
        event.refresh_from_db()
        assert event.state == "held"


def record(world, event, results, *, now=NOW + 14 * DAY):
    event.refresh_from_db()
    return training.record_results(
        user=world.coordinator, event=event, results=results, version=event.version, now=now
    )


class TestDemand:
    APRIL = Month.parse("2020-04")

    def test_against_the_usual_of_the_month(self):
        usuals = [Usual("2", date(2019, 4, 1), 80), Usual("2", date(2020, 4, 15), 100)]
        lines = rules.demand(
            {("2", self.APRIL.index): 112}, usuals, ["1", "2"], self.APRIL.plus(-1), self.APRIL
        )
        assert [(line.level, str(line.month), line.asked, line.usual, line.percent) for line in lines] == [
            ("1", "2020-03", 0, None, None),
            ("1", "2020-04", 0, None, None),
            ("2", "2020-03", 0, 80, 0),
            ("2", "2020-04", 112, 100, 112),
        ]
        assert [line.asked for line in rules.more_than_usual(lines)] == [112]

    def test_the_sentence(self, world):
        event = make_event(world)
        book(world.partner, event, world.police, 130)
        assert "nothing to hold it against" in presenters.demand_sentence(selectors.training_at(NOW))
        usual = {"user": world.coordinator, "level": "2", "source": "Last year", "now": NOW}
        training.set_usual_demand(effective_from=date(2020, 1, 1), places=80, **usual)
        assert presenters.demand_sentence(selectors.training_at(NOW)) == (
            "More demand than would normally be expected: "
            "level 2 in April 2020 (130 places asked for, usually 80)."
        )
        training.set_usual_demand(effective_from=date(2020, 2, 1), places=130, **usual)
        assert presenters.demand_sentence(selectors.training_at(NOW)).startswith("No more demand")
        assert (
            code_of(training.set_usual_demand, effective_from=date(2020, 2, 1), places=1, **usual)
            == "set_already"
        )

    def test_as_at_a_moment(self, world):
        book(world.partner, make_event(world), world.police, 3)
        before = selectors.training_at(NOW - DAY)
        assert sum(line.asked for line in before.demand) == 0
        assert before.agencies == ()

    def test_by_organisation(self, world, event, django_assert_max_num_queries):
        book(world.partner, event, world.police, 5)
        book(world.neighbour, event, world.health, 9)
        record(world, event, {world.police.uid: Result(4, 4, 3), world.health.uid: Result(2)})
        with django_assert_max_num_queries(5):
            [health, police] = selectors.training_at(NOW + 14 * DAY).agencies
        assert (health.asked, health.booked, health.attended, health.feedback_given) == (9, 5, 2, 0)
        assert (police.expected, police.attended, police.useful, police.feedback_given) == (5, 4, 3, 4)


class TestPages:
    @pytest.fixture(autouse=True)
    def _clock(self):
        with time_machine.travel(NOW, tick=False):
            yield

    def test_a_partner_asks_for_places(self, world, event):
        book(world.neighbour, event, world.health, 8)
        client = as_(world.partner)
        shown = text_of(client.get(reverse("training_event", args=[event.uid])))
        assert "Ask for places for Police" in shown
        assert "Ask for places for School" not in shown
        place = reverse("book_training", args=[event.uid, world.police.uid])
        response = client.post(place, {"asked_for": "5", "version": "0"}, follow=True)
        assert "2 places booked. 3 more places wait until places are free." in text_of(response)
        response = client.post(place, {"asked_for": "six", "version": "1"})
        assert response.context["form"]["asked_for"].value() == "six"
        assert client.post(place, {"asked_for": "6", "version": "0"}).status_code == 409

    def test_the_programme_and_its_file(self, world, event):
        Course.objects.update(title="=1+1")
        book(world.neighbour, event, world.health, 8)
        shown = text_of(as_(world.coordinator).get(reverse("training")))
        assert "8 of 10" in shown
        assert "usual not known" in shown
        response = as_(world.coordinator).get(reverse("training_export"))
        lines = b"".join(response.streaming_content).decode().splitlines()
        assert lines[1] == "Health trust,8,8,0,0,0,0"

    def test_an_event_from_adding_to_who_came(self, world):
        client = as_(world.coordinator)
        token = str(uuid4())
        client.post(reverse("add_course"), {"title": "Signs of abuse", "level": "3", "token": token})
        course = Course.objects.get()
        add = {"course": str(course.uid), "mode": "podcast", "places": "", "token": str(uuid4())}
        add |= {"held_on_day": "7", "held_on_month": "4", "held_on_year": "2020"}
        client.post(reverse("add_training_event"), add)
        event = TrainingEvent.objects.get()
        book(world.partner, event, world.police, 3)
        page = reverse("record_training", args=[event.uid])
        key = world.police.uid.hex
        wrong = {f"attended_{key}": "4", f"feedback_{key}": "", f"useful_{key}": "", "version": "2"}
        response = client.post(page, wrong)
        assert "Enter a number from 0 to 3, the places booked" in text_of(response)
        response = client.post(page, wrong | {f"attended_{key}": "3"}, follow=True)
        assert "Saved who came." in text_of(response)

    def test_queries_do_not_grow(self, world, event, django_assert_max_num_queries):
        client = as_(world.coordinator)
        for number in range(6):
            one = make_event(world, title=f"Course {number}")
            book(world.partner, one, world.police, 2)
        client.get(reverse("training"))
        with django_assert_max_num_queries(25):
            client.get(reverse("training"))


def test_what_waits(world, event):
    assert selectors.waiting_for(world.coordinator, NOW) == []
    [line] = selectors.waiting_for(world.coordinator, NOW + 15 * DAY)
    assert line.words == "1 training event has no record of who came"
    assert selectors.waiting_for(world.partner, NOW + 15 * DAY) == []
