"""The pages of meetings: what they show to whom, where errors stand, and that nothing typed is lost."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from partners.models import AgendaItem, Meeting, MeetingSeries
from partners.services import agendas, meetings
from partners.services.agendas import ItemDraft
from tests.partners.meetings_world import NOW, hold, make_series, make_world
from tests.visits.test_records_pages import as_, text_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LATER = NOW + 8 * DAY


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return make_world()


def on(name: str, day) -> dict[str, str]:
    return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


def page(user, name, *args) -> str:
    return text_of(as_(user).get(reverse(name, args=args)))


def series_form(world, **other) -> dict:
    right = {
        "name": "Fortnightly partners’ meeting",
        "kind": "partners",
        "purpose": "",
        "members": [str(world.police.uid), str(world.health.uid)],
        "frequency": "fortnightly",
        "weekdays": ["2"],
        "starts_at": "10:30",
        "token": str(uuid4()),
    }
    return right | on("effective_from", NOW.date()) | other


class TestSeries:
    def test_added_and_shown(self, world):
        response = as_(world.coordinator).post(reverse("add_series"), series_form(world), follow=True)
        shown = text_of(response)
        assert "Every second week on Tuesday at 10:30am" in shown
        assert "Health trust, Police" in shown
        assert MeetingSeries.objects.get().meetings.count() == 5

    def test_errors_beside_their_questions(self, world):
        client = as_(world.coordinator)
        wrong = series_form(world, frequency="monthly", starts_at="half ten")
        response = client.post(reverse("add_series"), wrong)
        assert response.context["form"].errors == {"starts_at": ["Enter a time, for example 10:30"]}
        response = client.post(reverse("add_series"), series_form(world, frequency="quarterly"))
        assert response.context["form"].errors == {"which_week_quarter": ["Select which week of the month"]}
        response = client.post(reverse("add_series"), series_form(world, weekdays=["2", "4"]))
        assert "Select one day only" in str(response.context["form"].errors["weekdays"])
        assert "Fortnightly partners’ meeting" in response.content.decode()

    def test_how_it_ran(self, world):
        made = make_series(world)
        hold(world, made.meetings.get(number=1), "present", "absent", now=LATER)
        with time_machine.travel(LATER, tick=False):
            shown = page(world.partner, "meetings")
        assert "1 of 1 fortnight met; attendance 50%, since 14 April 2020" in shown

    def test_paused_and_resumed(self, world):
        made = make_series(world)
        client = as_(world.coordinator)
        pause = {"reason": "Lockdown", "version": "1"} | on("from_date", NOW.date())
        response = client.post(reverse("pause_series", args=[made.uid]), pause, follow=True)
        assert "Paused now Since 7 April 2020" in text_of(response)
        stale = client.post(reverse("resume_series", args=[made.uid]), {"version": "1"} | on("on", LATER))
        assert stale.status_code == 409
        response = client.post(
            reverse("resume_series", args=[made.uid]), {"version": "2"} | on("on", LATER), follow=True
        )
        assert "7 April 2020 until 15 April 2020" in text_of(response)

    def test_another_rhythm(self, world):
        made = make_series(world)
        form = {"frequency": "monthly", "weekdays": ["4"], "which_week": "3", "starts_at": "14:00"}
        form |= {"reason": "More assurance", "version": "1"} | on("effective_from", LATER)
        response = as_(world.coordinator).post(reverse("series_cadence", args=[made.uid]), form, follow=True)
        assert "Every month on the third Thursday at 2pm" in text_of(response)

    def test_members_changed(self, world):
        made = make_series(world)
        form = {"members": [str(world.school.uid)], "version": "1"} | on("from_date", NOW.date())
        as_(world.coordinator).post(reverse("series_members", args=[made.uid]), form)
        assert "Meeting 1" in page(world.stranger, "series", made.uid)


class TestMeeting:
    @pytest.fixture
    def first(self, world) -> Meeting:
        return make_series(world).meetings.get(number=1)

    def issued(self, world, first):
        agendas.build_agenda(user=world.coordinator, meeting=first, now=NOW)
        draft = ItemDraft("A contract", restricted=True, restricted_to=(world.police,))
        agendas.add_item(user=world.coordinator, meeting=first, draft=draft, token=uuid4(), now=NOW)
        first.refresh_from_db()
        meetings.issue_agenda(user=world.coordinator, meeting=first, version=first.version, now=NOW)
        first.refresh_from_db()

    def test_a_restricted_item_by_no_page(self, world, first):
        self.issued(world, first)
        item = AgendaItem.objects.get(title="A contract")
        AgendaItem.objects.filter(pk=item.pk).update(position=0)
        for name in ("meeting", "meeting_print"):
            assert "1. A contract Restricted Read only by Police." in page(world.partner, name, first.uid)
            others = page(world.neighbour, name, first.uid)
            assert "contract" not in others
            # Nor does a number missing tell that there is one.
            assert "1. Actions that are open or overdue" in others
            assert "2. Any other business" in others
        assert as_(world.stranger).get(reverse("meeting", args=[first.uid])).status_code == 404

    def test_no_agenda_before_it_is_issued(self, world, first):
        agendas.build_agenda(user=world.coordinator, meeting=first, now=NOW)
        shown = page(world.partner, "meeting", first.uid)
        assert "The agenda has not been issued yet." in shown
        assert "Any other business" not in shown

    def test_built_ordered_and_issued(self, world, first):
        client = as_(world.coordinator)
        response = client.post(reverse("build_agenda", args=[first.uid]), follow=True)
        assert "2 items added." in text_of(response)
        response = client.post(reverse("build_agenda", args=[first.uid]), follow=True)
        assert "Nothing new: the agenda is up to date." in text_of(response)
        last = first.items.last()
        client.post(reverse("shift_agenda_item", args=[last.uid]), {"to": "up"})
        add = {"title": "Half-term", "restricted": "yes", "token": str(uuid4())}
        response = client.post(reverse("add_agenda_item", args=[first.uid]), add)
        assert "Select at least one organisation that may read the item" in text_of(response)
        client.post(reverse("add_agenda_item", args=[first.uid]), add | {"restricted": "no"})
        assert [one.title for one in first.items.all()][0::2] == ["Any other business", "Half-term"]
        first.refresh_from_db()
        response = client.post(
            reverse("issue_agenda", args=[first.uid]), {"version": first.version}, follow=True
        )
        assert "Agenda issued." in text_of(response)
        response = client.post(
            reverse("add_agenda_item", args=[first.uid]), add | {"token": str(uuid4()), "restricted": "no"}
        )
        assert "The agenda has been issued. Take it back to change it." in text_of(response)

    def test_moved(self, world, first):
        form = {"at": "09:15", "online": "no", "place": "Town hall", "reason": "A clash", "version": "1"}
        client = as_(world.coordinator)
        response = client.post(
            reverse("move_meeting", args=[first.uid]), form | on("day", NOW + 9 * DAY), follow=True
        )
        shown = text_of(response)
        assert "Thursday 16 April 2020 at 9:15am" in shown
        assert "In a room. Town hall" in shown
        stale = client.post(reverse("cancel_meeting", args=[first.uid]), {"reason": "Mine", "version": "1"})
        assert stale.status_code == 409
        assert "Mine" in text_of(stale)
        assert "A clash" in text_of(stale)

    def test_held_noted_minuted_agreed_and_corrected(self, world, first):
        self.issued(world, first)
        later = first.series.meetings.get(number=2)
        with time_machine.travel(NOW + 22 * DAY, tick=False):
            client = as_(world.coordinator)
            who = {"version": str(first.version)}
            for one in (world.police, world.health):
                who |= {f"state_{one.uid.hex}": "present", f"who_{one.uid.hex}": "Head of service"}
            missing = {**who, f"state_{world.police.uid.hex}": ""}
            response = client.post(reverse("meeting_attendance", args=[first.uid]), missing)
            assert "Select whether Police was there" in text_of(response)
            client.post(reverse("meeting_attendance", args=[first.uid]), who)
            stale = client.post(reverse("meeting_attendance", args=[first.uid]), who)
            assert stale.status_code == 409
            other = first.items.get(title="Any other business")
            secret = first.items.get(title="A contract")
            for item, words in ((other, "Parks are open"), (secret, "The price")):
                notes = {"notes": words, "decision": "", "version": str(item.version)}
                client.post(reverse("item_notes", args=[item.uid]), notes)
            stale = client.post(
                reverse("item_notes", args=[other.uid]), {"notes": "Mine", "decision": "", "version": "1"}
            )
            assert stale.status_code == 409
            assert "Parks are open" in text_of(stale)
            assert "Mine" in text_of(stale)
            draft = (
                client.get(reverse("meeting_minutes", args=[first.uid])).context["form"]["minutes"].value()
            )
            assert draft == "Any other business\nParks are open"
            first.refresh_from_db()
            save = {"minutes": draft, "version": str(first.version)}
            client.post(reverse("meeting_minutes", args=[first.uid]), save)
            stale = client.post(reverse("meeting_minutes", args=[first.uid]), save | {"minutes": "Other"})
            assert stale.status_code == 409
            hold(world, later, now=NOW + 22 * DAY)
            first.refresh_from_db()
            agree = {"at_meeting": str(later.uid), "version": str(first.version)}
            response = client.post(reverse("agree_minutes", args=[first.uid]), agree, follow=True)
            assert "Minutes agreed. They do not change any more." in text_of(response)
            response = client.post(reverse("meeting_minutes", args=[first.uid]), save)
            assert "The minutes have been agreed." in text_of(response)
            fix = {"at_meeting": str(later.uid), "words": "Libraries too"}
            response = client.post(reverse("correct_minutes", args=[first.uid]), fix, follow=True)
            assert "Corrected at meeting 2 Libraries too" in text_of(response)
            printed = page(world.neighbour, "meeting_print", first.uid)
            assert "Parks are open" in printed
            assert "The price" not in printed

    def test_queries_do_not_grow(self, world, first, django_assert_max_num_queries):
        self.issued(world, first)
        client = as_(world.coordinator)
        url = reverse("meeting", args=[first.uid])
        client.get(url)
        with django_assert_max_num_queries(30) as few:
            client.get(url)
        for position in range(3, 12):
            AgendaItem.objects.create(meeting=first, position=position, kind="other", title="More")
        with django_assert_max_num_queries(len(few)):
            client.get(url)
