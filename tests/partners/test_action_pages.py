"""The pages of actions: lists, adding from a source, finishing, verifying, the file for a spreadsheet."""

from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent
from partners.constants import ActionState, Priority
from partners.models import Action
from tests.partners.concerns_world import DAY, NOW, TODAY, World, action_row, concern_row, make_world
from tests.people import sign_in
from tests.visits.test_records_pages import text_of

pytestmark = pytest.mark.django_db
A = ActionState


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


def post(user, name: str, action, **answers):
    url = reverse(name, args=[action.uid])
    return as_(user).post(url, {"version": action.version} | answers, follow=True)


def errors_of(response) -> dict[str, list[str]]:
    assert response.status_code == 200
    return response.context["form"].errors


def on(name: str, day) -> dict[str, str]:
    return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


class TestAdding:
    def url(self, concern) -> str:
        return f"{reverse('add_action')}?source=concern&of={concern.uid}"

    def form(self, world, **other) -> dict[str, str]:
        right = {
            "title": "Count the babies",
            "what": "",
            "organisation": str(world.police.uid),
            "owner": str(world.lead.uid),
            "priority": "high",
            "token": str(uuid4()),
        }
        return right | on("due_on", TODAY + 7 * DAY) | other

    def test_from_a_concern(self, world):
        concern = concern_row(world.police, by=world.lead)
        response = as_(world.coordinator).post(self.url(concern), self.form(world), follow=True)
        shown = text_of(response)
        assert "Action added." in shown
        assert "Concern: Health visitors see fewer babies" in shown
        action = Action.objects.get()
        assert (action.source_uid, action.owner, action.priority) == (concern.uid, world.lead, "high")

    def test_only_from_what_one_may_see(self, world):
        concern = concern_row(world.health, by=world.other_lead)
        assert as_(world.lead).get(self.url(concern)).status_code == 404
        assert as_(world.lead).post(self.url(concern), self.form(world)).status_code == 404
        for query in ("?source=concern&of=x", f"?source=x&of={concern.uid}", f"?of={concern.uid}"):
            assert as_(world.coordinator).get(reverse("add_action") + query).status_code == 404

    def test_a_partner_is_offered_their_own_organisation_and_people(self, world):
        content = as_(world.lead).get(self.url(concern_row(world.police, by=world.lead))).content.decode()
        assert "Dan Deputy, Moorland Police" in content
        assert "Moorland Health" not in content
        assert "Oscar Other" not in content

    @pytest.mark.parametrize(
        ("other", "field"),
        [
            ({"title": ""}, "title"),
            ({"organisation": ""}, "organisation"),
            ({"priority": ""}, "priority"),
            (on("due_on", TODAY - DAY), "due_on"),
            ({"due_on_day": "32"}, "due_on"),
            ({"title": "C-0001 waits"}, "title"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_question(self, world, other, field):
        concern = concern_row(world.police, by=world.lead)
        response = as_(world.coordinator).post(self.url(concern), self.form(world, **other))
        assert list(errors_of(response)) == [field]
        assert not Action.objects.exists()

    def test_an_owner_of_another_organisation(self, world):
        concern = concern_row(world.police, by=world.lead)
        form = self.form(world, owner=str(world.other_lead.uid))
        response = as_(world.coordinator).post(self.url(concern), form)
        assert "somebody of Moorland Police" in errors_of(response)["owner"][0]


class TestMine:
    def test_ones_own_and_the_organisations(self, world):
        action_row(world.police, world.coordinator, owner=world.lead, title="Mine", due_on=TODAY - 3 * DAY)
        action_row(world.police, world.coordinator, owner=world.deputy, title="The deputy’s")
        action_row(world.health, world.coordinator, title="Of the others")
        shown = page(world.lead, "my_actions")
        assert shown.index("Mine") < shown.index("Others of your organisation") < shown.index("The deputy’s")
        assert "3 days overdue" in shown
        assert "Of the others" not in shown
        assert "You have no open action." in page(world.board, "my_actions")

    def test_all_with_filters(self, world):
        action_row(world.police, world.coordinator, title="Late one", due_on=TODAY - DAY)
        action_row(world.health, world.coordinator, title="Later one", source_kind="plan")
        action_row(world.health, world.lead, A.DONE, title="Done one")
        titles = ("Late one", "Later one", "Done one")
        client = as_(world.auditor)
        for query, expected in (
            ("", {"Late one", "Later one"}),
            ("?state=overdue", {"Late one"}),
            ("?state=done", {"Done one"}),
            ("?state=all", set(titles)),
            ("?source=plan", {"Later one"}),
            (f"?organisation={world.health.uid}&state=all", {"Later one", "Done one"}),
            ("?organisation=x", {"Late one", "Later one"}),
        ):
            shown = text_of(client.get(reverse("actions") + query))
            assert {title for title in titles if title in shown} == expected, query

    def test_queries_do_not_grow_with_rows(self, world, django_assert_max_num_queries):
        client = as_(world.coordinator)

        def count(rows: int) -> int:
            for _ in range(rows):
                action_row(world.police, world.coordinator, owner=world.lead)
            with django_assert_max_num_queries(40) as queries:
                client.get(reverse("actions"))
            return len(queries)

        count(1)
        assert count(1) == count(15)


class TestSteps:
    def test_the_date_moves_and_the_first_one_stays(self, world):
        action = action_row(world.police, world.coordinator, owner=world.lead)
        answers = on("due_on", TODAY + 9 * DAY) | {"reason_code": "staffing", "reason": "Two are ill"}
        shown = text_of(post(world.lead, "slip_action", action, **answers))
        assert "First due 22 June 2020 Moved 1 time" in shown
        assert "Moved from 22 June 2020 to 24 June 2020" in shown
        assert "Staff were not available. Two are ill" in shown

    @pytest.mark.parametrize(
        ("other", "field"),
        [
            (on("due_on", TODAY + 7 * DAY), "due_on"),
            ({"reason_code": ""}, "reason_code"),
            ({"reason": ""}, "reason"),
        ],
    )
    def test_a_date_moves_only_later_and_with_a_reason(self, world, other, field):
        action = action_row(world.police, world.coordinator, owner=world.lead)
        answers = on("due_on", TODAY + 9 * DAY) | {"reason_code": "staffing", "reason": "Two are ill"} | other
        assert list(errors_of(post(world.lead, "slip_action", action, **answers))) == [field]

    def finish(self, world, action, **other):
        answers = {
            "evidence_text": "The list of 12 June",
            "changed_for_children": "Babies are seen",
            "evidence_kind": "data",
        }
        return post(world.lead, "finish_action", action, **on("done_on", TODAY), **answers | other)

    def test_finished_verified_by_another(self, world):
        action = action_row(world.police, world.coordinator, owner=world.lead, priority=Priority.HIGH)
        shown = text_of(self.finish(world, action))
        assert "Finished. Another person verifies it." in shown
        assert "You finished or own this action, so somebody else must verify it." in shown
        assert "somebody of another organisation must verify it" in page(world.deputy, "action", action.uid)
        assert "Say how many babies wait" in page(world.board, "actions_to_verify")
        action.refresh_from_db()
        assert "Verified." in text_of(post(world.board, "verify_action", action))

    def test_who_may_not_is_told_why(self, world):
        action = action_row(world.police, world.lead, A.DONE, priority=Priority.HIGH)
        shown = text_of(post(world.deputy, "verify_action", action))
        assert "somebody of another organisation must verify it" in shown
        action.refresh_from_db()
        assert action.state == A.DONE

    @pytest.mark.parametrize("missing", ["evidence_text", "changed_for_children", "evidence_kind"])
    def test_nothing_of_high_priority_is_done_without_evidence(self, world, missing):
        action = action_row(world.police, world.coordinator, owner=world.lead, priority=Priority.HIGH)
        assert list(errors_of(self.finish(world, action, **{missing: ""}))) == [missing]

    def test_not_verified_it_is_open_again_with_the_reason(self, world):
        action = action_row(world.police, world.lead, A.DONE, owner=world.lead)
        post(world.coordinator, "reopen_action", action, reason="The list is of May")
        shown = page(world.lead, "action", action.uid)
        assert "Not verified: open again" in shown
        assert "The list is of May" in shown
        assert "Finish it" in shown

    def test_handed_on_by_who_sees_it_no_longer(self, world):
        action = action_row(world.health, world.coordinator, owner=world.manager)
        response = post(
            world.manager, "reassign_action", action, owner=str(world.other_lead.uid), reason="It is his"
        )
        assert "Handed on." in text_of(response)
        assert as_(world.manager).get(reverse("action", args=[action.uid])).status_code == 404

    def test_withdrawn(self, world):
        action = action_row(world.police, world.coordinator, owner=world.lead)
        shown = text_of(post(world.coordinator, "withdraw_action", action, reason="Done by others"))
        assert "Done by others" in shown
        assert as_(world.lead).get(reverse("finish_action", args=[action.uid])).status_code == 403

    def test_a_stale_form_shows_both(self, world):
        action = action_row(world.police, world.coordinator, owner=world.lead)
        Action.objects.update(version=2)
        response = self.finish(world, action)
        assert response.status_code == 409
        assert "The list of 12 June" in text_of(response)


def test_the_file_for_a_spreadsheet(world):
    action_row(world.police, world.coordinator, owner=world.lead, title="=1+1", due_on=TODAY - DAY)
    action_row(world.health, world.lead, A.DONE)
    response = as_(world.auditor).get(reverse("actions_export") + "?state=overdue")
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith(
        "'=1+1,Concern,Health visitors see fewer babies,No,Moorland Police,Lena Lead,Normal,Open"
    )
    assert lines[1].endswith("2020-06-14,2020-06-14,0,1,,")
    event = AuditEvent.objects.get(action="action.exported")
    assert (event.detail["rows"], event.detail["state"]) == (1, "overdue")
