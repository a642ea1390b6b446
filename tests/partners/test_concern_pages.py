"""The pages of concerns: what they show to whom, where errors stand, and what is kept of what was typed."""

from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from partners.constants import ConcernState
from partners.models import Concern
from tests.partners.concerns_world import DAY, NOW, TODAY, World, action_row, concern_row, make_world
from tests.people import sign_in
from tests.visits.test_records_pages import text_of

pytestmark = pytest.mark.django_db
C = ConcernState


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> World:
    return make_world()


def as_(user) -> Client:
    return sign_in(Client(), user)


def page(user, name: str, *args) -> str:
    return text_of(as_(user).get(reverse(name, args=args)))


def post(user, name: str, concern=None, **answers):
    url = reverse(name, args=[concern.uid] if concern else [])
    version = {"version": concern.version} if concern else {}
    return as_(user).post(url, version | answers, follow=True)


def errors_of(response) -> dict[str, list[str]]:
    assert response.status_code == 200
    return response.context["form"].errors


def raise_form(world, **other) -> dict[str, str]:
    right = {
        "kind": "concern",
        "severity": "high",
        "organisation": str(world.police.uid),
        "title": "Health visitors see fewer babies",
        "what": "Home visits stopped in two localities",
        "theme": "services",
        "breadth": "local",
        "token": str(uuid4()),
    }
    return right | other


class TestRaising:
    def test_raised_and_shown_with_its_history(self, world):
        response = post(world.lead, "raise_concern", **raise_form(world))
        shown = text_of(response)
        assert "Concern raised. The coordinator looks at it." in shown
        assert "Answer owed by 17 June 2020 at 12:00pm" in shown
        assert "Raised 15 June 2020 at 10:00am, Lena Lead" in shown

    def test_sent_twice_it_leads_to_the_first(self, world):
        form = raise_form(world)
        post(world.lead, "raise_concern", **form)
        assert "This was already saved" in text_of(post(world.lead, "raise_concern", **form))
        assert Concern.objects.count() == 1

    @pytest.mark.parametrize(
        ("other", "field"),
        [
            ({"kind": ""}, "kind"),
            ({"severity": ""}, "severity"),
            ({"organisation": str(uuid4())}, "organisation"),
            ({"organisation": ""}, "organisation"),
            ({"title": ""}, "title"),
            ({"title": "x" * 201}, "title"),
            ({"what": ""}, "what"),
            ({"theme": ""}, "theme"),
            ({"breadth": ""}, "breadth"),
            ({"token": ""}, "token"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_question(self, world, other, field):
        assert list(errors_of(post(world.lead, "raise_concern", **raise_form(world, **other)))) == [field]
        assert not Concern.objects.exists()

    def test_what_looks_personal_is_asked_about_and_nothing_typed_is_lost(self, world):
        form = raise_form(world, what="The girl born on 3 April 2011 waits")
        response = post(world.lead, "raise_concern", **form)
        assert "looks as if it holds a date of birth" in errors_of(response)["what"][0]
        assert "The girl born on 3 April 2011 waits" in response.content.decode()
        assert 'name="names_no_child"' in response.content.decode()
        assert not Concern.objects.exists()
        response = post(world.lead, "raise_concern", **form, names_no_child="on")
        assert "The writer confirmed that the text names no child" in text_of(response)

    def test_the_box_is_not_offered_before(self, world):
        first = as_(world.lead).get(reverse("raise_concern")).content.decode()
        assert "names_no_child" not in first
        assert world.health.name not in first

    def test_a_manager_is_asked_for_no_organisation(self, world):
        assert "organisation" not in as_(world.manager).get(reverse("raise_concern")).context["form"].fields
        form = raise_form(world)
        del form["organisation"]
        assert "No organisation in particular" in text_of(post(world.manager, "raise_concern", **form))


class TestTriage:
    def test_the_queue_by_clock_with_what_is_overdue(self, world):
        concern_row(world.police, by=world.lead, title="Slow one", severity="low")
        concern_row(world.health, C.PROPOSED, title="Late one", severity="high", now=NOW - 7 * DAY)
        shown = page(world.coordinator, "concerns_triage")
        assert shown.index("Late one") < shown.index("Slow one")
        assert "Overdue: an answer was owed by 10 June 2020 at 12:00pm" in shown

    def test_taken_up(self, world):
        concern = concern_row(world.police, by=world.lead)
        answers = {"breadth": "partner", "severity": "high", "owner": str(world.lead.uid)}
        shown = text_of(post(world.coordinator, "triage_concern", concern, **answers))
        assert "Taken up. The clock runs from when it was raised." in shown
        assert "Who looks into it Lena Lead" in shown
        assert "Health visitors see fewer babies" in page(world.lead, "my_concerns")

    @pytest.mark.parametrize("missing", ["breadth", "severity", "owner"])
    def test_each_question_is_asked(self, world, missing):
        concern = concern_row(world.police, by=world.lead)
        answers = {"breadth": "partner", "severity": "high", "owner": str(world.lead.uid)} | {missing: ""}
        assert list(errors_of(post(world.coordinator, "triage_concern", concern, **answers))) == [missing]

    def test_declined_the_partner_reads_why(self, world):
        concern = concern_row(world.police, C.PROPOSED)
        assert as_(world.lead).get(reverse("concern", args=[concern.uid])).status_code == 404
        post(world.coordinator, "decline_concern", concern, reason="It is in the plan already")
        assert "It is in the plan already" in page(world.lead, "concern", concern.uid)
        assert "Health visitors see fewer babies" not in page(world.other_lead, "concerns")

    def test_a_success_is_shared(self, world):
        concern = concern_row(world.police, by=world.lead, kind="success")
        shown = text_of(post(world.coordinator, "triage_concern", concern, breadth="partnership"))
        assert "Shared." in shown


class TestBoard:
    def test_escalated_answered_closed(self, world):
        concern = concern_row(world.police, C.TRIAGED, by=world.lead)
        day = TODAY + 10 * DAY
        answers = {"answer_by_day": day.day, "answer_by_month": day.month, "answer_by_year": day.year}
        post(world.coordinator, "escalate_concern", concern, reason="Only you can move staff", **answers)
        assert "Health visitors see fewer babies" in page(world.board, "concerns_before_board")
        assert "Answer for the board" in page(world.board, "concern", concern.uid)
        assert "Only you can move staff" in page(world.board, "concern", concern.uid)
        concern.refresh_from_db()
        post(world.board, "answer_for_board", concern, answer="Two health visitors move")
        concern.refresh_from_db()
        shown = text_of(post(
            world.coordinator, "close_concern", concern,
            changed_for_children="Every baby is seen at home", evidence_kind="data",
        ))  # fmt: skip
        assert "What is different for children Every baby is seen at home How we know Figures" in shown

    def test_overdue_is_shown_to_each(self, world):
        concern = concern_row(
            world.police, C.ESCALATED, by=world.lead, now=NOW - 30 * DAY, answer_due_at=NOW - 3 * DAY
        )
        words = "Overdue: an answer was owed by 12 June 2020 at 10:00am"
        for user, name in (
            (world.board, "concerns_before_board"),
            (world.lead, "concerns"),
            (world.auditor, "concerns"),
        ):
            assert words in page(user, name)
            assert words in page(user, "concern", concern.uid)

    @pytest.mark.parametrize("missing", ["changed_for_children", "evidence_kind"])
    def test_nothing_closes_without_what_changed(self, world, missing):
        concern = concern_row(world.police, C.ANSWERED, by=world.lead)
        answers = {"changed_for_children": "Babies are seen", "evidence_kind": "data"} | {missing: ""}
        assert list(errors_of(post(world.coordinator, "close_concern", concern, **answers))) == [missing]
        concern.refresh_from_db()
        assert concern.state == C.ANSWERED


class TestPages:
    def test_a_form_opens_only_where_the_step_is_there(self, world):
        concern = concern_row(world.police, by=world.lead)
        for name in ("escalate_concern", "close_concern", "reopen_concern", "answer_concern"):
            assert as_(world.coordinator).get(reverse(name, args=[concern.uid])).status_code == 403

    def test_a_step_sent_too_late_is_told_by_name(self, world):
        concern = concern_row(world.police, by=world.lead)
        response = post(
            world.coordinator, "close_concern", concern, changed_for_children="x", evidence_kind="data"
        )
        assert "waits for triage" in str(errors_of(response)["__all__"])

    def test_a_stale_form_shows_both(self, world):
        concern = concern_row(world.police, by=world.lead)
        Concern.objects.update(version=2)
        response = post(world.coordinator, "decline_concern", concern, reason="It is known to us")
        assert response.status_code == 409
        assert "It is known to us" in text_of(response)

    def test_markup_in_a_text_is_text(self, world):
        concern = concern_row(world.police, by=world.lead, title="<script>x</script>", what="<b>y</b>")
        content = as_(world.coordinator).get(reverse("concern", args=[concern.uid])).content.decode()
        assert escape("<b>y</b>") in content
        assert "<script>x" not in content

    def test_the_filter(self, world):
        concern_row(world.police, by=world.lead, title="Open one")
        concern_row(world.police, C.CLOSED, by=world.lead, title="Closed one")
        concern_row(world.police, by=world.lead, kind="success", title="Good one", theme="training")
        client = as_(world.coordinator)
        titles = ("Open one", "Closed one", "Good one")
        for query, expected in (
            ("", {"Open one", "Good one"}),
            ("?state=all", set(titles)),
            ("?state=closed", {"Closed one"}),
            ("?state=overdue", set()),
            ("?kind=success", {"Good one"}),
            ("?theme=training&state=all", {"Good one"}),
            ("?state=nonsense", {"Open one", "Good one"}),
        ):
            shown = text_of(client.get(reverse("concerns") + query))
            assert {title for title in titles if title in shown} == expected, query

    def test_actions_stand_on_the_page_of_their_concern(self, world):
        concern = concern_row(world.police, by=world.lead)
        action_row(world.police, world.coordinator, source_uid=concern.uid, title="Count the babies")
        action_row(world.health, world.coordinator, source_uid=concern.uid, title="Hidden from the police")
        shown = page(world.lead, "concern", concern.uid)
        assert "Count the babies" in shown
        assert "Hidden from the police" not in shown
        assert f"source=concern&amp;of={concern.uid}" in as_(world.lead).get(
            reverse("concern", args=[concern.uid])
        ).content.decode()  # fmt: skip

    def test_queries_do_not_grow_with_rows(self, world, django_assert_max_num_queries):
        client = as_(world.coordinator)

        def count(rows: int) -> int:
            for _ in range(rows):
                concern_row(world.police, by=world.lead)
            with django_assert_max_num_queries(40) as queries:
                client.get(reverse("concerns"))
            return len(queries)

        count(1)
        assert count(1) == count(15)
