"""The assurance dashboard: what each reader finds in the grid, what changed, and the file."""

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
from dashboards.figures import assurance as figures
from partners.facts.assurance import Mark, Turn
from partners.models import QuestionSet, Return
from partners.selectors import assurance
from tests.dashboards.assurance_world import NOW, World, make_world, said, send
from tests.partners.factories import make_cycle, make_organisation, make_return
from tests.people import person, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def world() -> World:
    return make_world()


def marks(world: World, user: User, cycle=None) -> dict[str, Mark]:
    found = assurance.grid((cycle or world.second).uid, user, at=NOW)
    return {partner.name: found.cells["services", partner.uid].mark for partner in found.partners}


def opened(user: User, query: str = "") -> str:
    response = sign_in(Client(), user).get(reverse("assurance") + query)
    assert response.status_code == 200
    return response.content.decode()


class TestTheGrid:
    def test_the_coordinator_and_the_auditor_read_what_was_sent(self, world):
        for user in (world.coordinator, world.auditor):
            assert marks(world, user) == {
                "Police": Mark.CONCERN,
                "Health": Mark.ASSURED,
                "Refuge": Mark.SILENT,
            }

    def test_the_board_reads_accepted_returns_only(self, world):
        found = marks(world, world.board)
        assert found == {"Police": Mark.CONCERN, "Health": Mark.NOT_ACCEPTED, "Refuge": Mark.SILENT}

    def test_a_return_sent_back_is_no_longer_the_boards_and_is_read_as_it_was_sent_by_the_coordinator(
        self, world
    ):
        row = world.returns["Police", 2]
        row.state, row.accepted_at, row.accepted_by = "sent_back", None, None
        row.save()
        assert marks(world, world.board)["Police"] is Mark.NOT_ACCEPTED
        assert marks(world, world.coordinator)["Police"] is Mark.CONCERN

    def test_a_draft_says_nothing_to_anybody(self, world):
        row = world.returns["Refuge", 2]
        row.answers.create(
            question=row.question_set.sections.get().questions.get(code="level"),
            value="paused",
            answered_at=NOW,
            answered_by=world.lead,
        )
        Return.objects.filter(pk=row.pk).update(state="started")
        assert marks(world, world.coordinator)["Refuge"] is Mark.SILENT
        assert "Paused" not in opened(world.auditor).replace("Paused (before", "")

    def test_before_its_date_a_return_is_not_sent_yet(self, world):
        found = assurance.grid(
            world.second.uid, world.coordinator, at=world.second.due_at - timedelta(hours=1)
        )
        assert found.cells["services", world.refuge.uid].mark is Mark.NOT_SENT

    def test_an_extended_return_is_not_silent_before_its_own_date(self, world):
        Return.objects.filter(pk=world.returns["Refuge", 2].pk).update(extended_until=NOW + timedelta(days=1))
        assert marks(world, world.coordinator)["Refuge"] is Mark.NOT_SENT

    def test_who_was_not_asked_is_called_so(self, world):
        world.returns["Refuge", 2].delete()
        assert set(marks(world, world.coordinator)) == {"Police", "Health"}
        both = assurance.grids([world.first.uid, world.second.uid], world.coordinator, at=NOW)
        assert both[1].cells["services", world.refuge.uid].mark is Mark.NOT_ASKED
        assert both[0].cells["services", world.refuge.uid].mark is Mark.NOT_KNOWN

    def test_who_was_asked_nothing_in_the_cycle_takes_no_column(self, world):
        assert "Refuge" in opened(world.coordinator).split("What the words mean")[0]
        world.returns["Refuge", 2].delete()
        page = sign_in(Client(), world.coordinator).get(reverse("assurance"))
        assert {one.name for one in page.context["partners"]} == {"Police", "Health"}
        assert all(len(row["cells"]) == 2 for row in page.context["rows"])

    def test_of_several_submissions_the_latest_counts(self, world):
        send(world.returns["Health", 2], world.lead, {"level": said("paused")})
        found = assurance.grid(world.second.uid, world.coordinator, at=NOW)
        assert found.cells["services", world.health.uid].mark is Mark.CONCERN


class TestWhatChanged:
    def changes(self, world, user):
        before, now = assurance.grids([world.first.uid, world.second.uid], user, at=NOW)
        return [(one.turn, one.partner.name, one.before, one.after) for one in assurance.changes(now, before)]

    def test_worse_first_then_silence_then_better(self, world):
        assert self.changes(world, world.coordinator) == [
            (Turn.WORSE, "Police", Mark.ASSURED, Mark.CONCERN),
            (Turn.SILENCE, "Refuge", Mark.NOT_KNOWN, Mark.SILENT),
            (Turn.BETTER, "Health", Mark.PARTLY, Mark.ASSURED),
        ]

    def test_the_board_hears_of_no_change_in_what_is_not_accepted(self, world):
        assert "Health" not in [name for _, name, *_ in self.changes(world, world.board)]

    def test_heard_again(self, world):
        third = make_cycle(3, date(2020, 4, 27), due_at=NOW - timedelta(hours=1))
        row = make_return(world.refuge, third, world.returns["Refuge", 2].question_set)
        send(row, world.lead, {"level": said("maintained")})
        before, now = assurance.grids([world.second.uid, third.uid], world.coordinator, at=NOW)
        found = [(one.turn, one.partner.name, one.after) for one in assurance.changes(now, before)]
        assert (Turn.HEARD, "Refuge", Mark.ASSURED) in found

    def test_the_page_says_it_with_the_answers_before_and_after(self, world):
        text = opened(world.coordinator)
        assert "2 worse and 1 better since cycle 1" in text
        assert "How do your services to children run? Paused (before: As usual)" in text
        assert "New silence" in text


class TestThePage:
    def test_the_finding_is_the_title_and_silence_is_part_of_it(self, world):
        assert "1 theme of concern at 1 partner; nothing received from 1 of 3 partners" in opened(
            world.auditor
        )
        text = opened(world.board)
        assert "1 return submitted, not accepted yet" in text
        assert "You read returns that the coordinator has accepted." in text
        assert "Submitted, not accepted yet" in text

    def test_the_latest_cycle_that_was_due_is_shown_and_another_can_be_chosen(self, world):
        assert "Cycle 2: 20 April 2020 to 3 May 2020" in opened(world.coordinator)
        text = opened(world.coordinator, f"?cycle={world.first.uid}")
        assert "There is no earlier cycle to compare with" in text

    @pytest.mark.parametrize("query", ["?cycle=x", "?cycle=", "?cycle=00000000-0000-0000-0000-000000000000"])
    def test_a_cycle_that_is_none_gets_the_latest(self, world, query):
        assert "Themes and partners, Cycle 2" in opened(world.coordinator, query)

    def test_burden_and_the_chart_stand_beside_it(self, world):
        text = opened(world.coordinator)
        assert "A return takes its partner 3 minutes (median of 5 returns in the last 6 cycles)." in text
        assert "1 reading of concern in cycle 2, more than in cycle 1 (0)" in text

    def test_without_a_cycle_it_says_what_will_be_there(self):
        assert "No cycle of returns has been opened yet" in opened(person("BM"))

    def test_more_partners_need_no_more_queries(self, world):
        client = sign_in(Client(), world.coordinator)
        client.get(reverse("assurance"))

        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("assurance"))
            return len(queries)

        before = count()
        for number in range(6):
            organisation = make_organisation(f"Partner {number}")
            row = make_return(organisation, world.second, world.returns["Police", 2].question_set)
            send(row, world.lead, {"level": said("paused")})
        assert count() == before <= 25


class TestTheAnswers:
    def url(self, world, partner, theme: str = "", cycle=None) -> str:
        kwargs = {"cycle": (cycle or world.second).uid, "partner": partner.uid}
        return reverse("assurance_answers", kwargs=kwargs) + (f"?theme={theme}" if theme else "")

    def test_each_cell_leads_to_the_answers_with_those_of_the_cycle_before(self, world):
        url = self.url(world, world.police, "services")
        assert url in opened(world.board)
        text = sign_in(Client(), world.board).get(url).content.decode()
        assert "Paused" in text and "In cycle 1: As usual" in text
        assert "9 children" in text

    @pytest.mark.parametrize(("who", "status"), [("board", 404), ("coordinator", 200), ("auditor", 200)])
    def test_what_is_not_accepted_is_not_the_boards(self, world, who, status):
        client = sign_in(Client(), getattr(world, who))
        assert client.get(self.url(world, world.health)).status_code == status

    @pytest.mark.parametrize("theme", ["nothing", "workforce"])
    def test_a_theme_that_was_not_asked_has_no_page(self, world, theme):
        assert (
            sign_in(Client(), world.coordinator).get(self.url(world, world.police, theme)).status_code == 404
        )

    def test_silence_has_none(self, world):
        assert sign_in(Client(), world.coordinator).get(self.url(world, world.refuge)).status_code == 404


class TestTheFile:
    def rows(self, user, query: str = "") -> list[list[str]]:
        response = sign_in(Client(), user).get(reverse("assurance_export") + query)
        text = b"".join(response.streaming_content).decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text)))

    def test_it_holds_the_grid_and_is_on_the_trail(self, world):
        rows = self.rows(world.coordinator)
        assert rows[0] == list(figures.EXPORT_COLUMNS)
        assert ["Services to children", "Police", "2", "Of concern", "0", "1", "Assured"] in rows
        assert AuditEvent.objects.get(action="assurance.exported").detail == {"rows": 3, "cycle": 2}

    def test_it_has_the_readers_scope(self, world):
        found = {row[1]: row[3] for row in self.rows(world.board)[1:]}
        assert found["Health"] == "Submitted, not accepted yet"


def test_two_sets_side_by_side(world):
    """A partner of another question set, and themes that only one of them asks about."""
    other = QuestionSet.objects.create(code="refuges", version=1, name="Refuges", created_at=NOW)
    section = other.sections.create(position=1, code="demand", title="Demand", theme="demand")
    section.questions.create(position=1, code="places", kind="number", text="Places")
    QuestionSet.objects.filter(pk=other.pk).update(state="locked", locked_at=NOW)
    shelter = make_organisation("Shelter", question_set_code="refuges")
    send(make_return(shelter, world.second, other), world.lead, {"places": said(4)})
    found = assurance.grid(world.second.uid, world.coordinator, at=NOW)
    assert found.themes == ("services", "demand")
    assert found.cells["demand", shelter.uid].mark is Mark.ANSWERED
    assert found.cells["demand", world.police.uid].mark is Mark.NOT_ASKED
    assert found.cells["services", shelter.uid].mark is Mark.NOT_ASKED
