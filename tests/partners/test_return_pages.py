"""Pages of returns: an unchanged one in three clicks, answers saved and kept, and drafts out of sight."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from partners.constants import CycleState
from partners.facts.questions import GivenAnswer
from partners.models import Answer, Question, QuestionSet, Return, Section, SectionAssignment, WorkSpell
from partners.presenters import returns as presenters
from partners.selectors.returns import given_answers
from partners.services import returns as services
from safeguarding.kernel.govuk import parts_of
from tests.partners.factories import make_cycle, make_return
from tests.partners.return_world import ANSWERS, FIRST, FORTNIGHT, NOW, World, make_world, save, submit
from tests.people import person, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def client_of(user) -> Client:
    return sign_in(Client(), user)


def url(name: str, return_: Return, query: str = "") -> str:
    return reverse(name, args=[return_.uid]) + query


def typed(form, **changes) -> dict:
    """What a browser would send of a page's form, with `changes` ({field name: text}) over it."""
    found = {}
    for field in form:
        value = field.value()
        if field.name.endswith("next_review") and field.name.startswith("a-"):
            parts = parts_of(value)._asdict()
            found |= {f"{field.name}_{part}": text for part, text in parts.items()}
        elif value not in (None, ""):
            found[field.name] = str(value)
    return {name: text for name, text in (found | changes).items() if text is not None}


def services_form(client: Client, return_: Return):
    return client.get(url("return_answers", return_, "?section=services")).context["form"]


class TestUnchanged:
    def test_three_pages_and_three_clicks(self, world):
        world.sent(1)
        world.sent(2)
        client, address = client_of(world.lead), url("return", world.now_due)
        page = client.get(reverse("returns"))
        assert address in page.content.decode()
        text = client.get(url("return", world.now_due)).content.decode()
        assert "Same since cycle 1, 4 weeks" in text
        assert "12.5%" in text
        confirmed = client.post(url("confirm_return", world.now_due), {"all": "yes"})
        assert confirmed["Location"] == url("submit_return", world.now_due)
        check = client.get(confirmed["Location"])
        assert "0 answers changed, 0 new questions, 4 as before" in check.content.decode()
        sent = client.post(confirmed["Location"], typed(check.context["form"]), follow=True)
        assert "Return sent." in sent.content.decode()
        assert Return.objects.get(pk=world.now_due.pk).state == "submitted"

    def test_after_a_change_the_button_says_what_is_left(self, world):
        world.sent(2)
        client = client_of(world.lead)
        before = client.get(url("return", world.now_due)).content.decode()
        assert "Nothing else has changed" not in before
        save(world.now_due, world.lead, {"waiting": GivenAnswer(99)})
        after = client.get(url("return", world.now_due)).content.decode()
        assert "Nothing else has changed" in after

    def test_section_by_section(self, world):
        world.sent(2)
        client = client_of(world.lead)
        nothing = client.post(url("confirm_return", world.now_due), follow=True)
        assert "Tick each section" in nothing.content.decode()
        assert not Answer.objects.filter(of_return=world.now_due).exists()
        client.post(url("confirm_return", world.now_due), {"sections": ["services"]})
        assert set(given_answers(world.now_due)) == set(ANSWERS)

    def test_what_is_asked_first_leads_the_way(self, world):
        world.sent(2, {**ANSWERS, "waiting": GivenAnswer(None, "later", "On Friday")})
        client = client_of(world.lead)
        text = client.get(url("return", world.now_due)).content.decode()
        assert "First, answer this question" in text
        assert "Last time you said that you would answer later." in text
        confirmed = client.post(url("confirm_return", world.now_due), {"all": "yes"})
        assert confirmed["Location"] == url("return_answers", world.now_due)
        page = client.get(confirmed["Location"])
        assert [line.question.code for line in page.context["form"].lines] == ["waiting"]
        done = client.post(confirmed["Location"], typed(page.context["form"], **{"a-waiting": "3"}))
        assert done["Location"] == url("submit_return", world.now_due)


class TestFilling:
    def test_a_first_return_goes_from_section_to_section(self, world):
        made = QuestionSet.objects.create(code="two", version=1, name="Two", created_at=NOW)
        for position, code in enumerate(("one", "two"), 1):
            section = Section.objects.create(
                question_set=made, position=position, code=code, title=code.title(), theme="services"
            )
            Question.objects.create(
                section=section, position=1, code=f"q-{code}", kind="number", text="How many?"
            )
        QuestionSet.objects.filter(pk=made.pk).update(state="locked", locked_at=NOW)
        return_ = make_return(world.own, world.cycles[0], made)
        client = client_of(world.lead)
        assert "Not started" in client.get(url("return", return_)).content.decode()
        first = client.post(url("return_answers", return_, "?section=one"), {"a-q-one": "3"})
        assert first["Location"] == url("return_answers", return_, "?section=two")
        second = client.post(first["Location"], {"a-q-two": "4"})
        assert second["Location"] == url("submit_return", return_)

    def test_faults_keep_what_was_typed_and_save_the_rest(self, world):
        client = client_of(world.lead)
        data = {"a-level": "reduced", "a-waiting": "ten", "a-staff_away": "20"}
        page = client.post(url("return_answers", world.now_due, "?section=services"), data)
        text = page.content.decode()
        assert "There is a problem" in text
        assert 'href="#id_a-waiting"' in text
        assert 'value="ten"' in text
        assert set(given_answers(world.now_due)) == {"level", "staff_away"}
        # The page has seen its own save: the next one is not a conflict.
        again = client.post(
            url("return_answers", world.now_due, "?section=services"),
            typed(page.context["form"], **{"a-waiting": "10", "a-staff_away": "25"}),
        )
        assert again.status_code == 302
        assert given_answers(world.now_due)["staff_away"] == GivenAnswer("25")

    def test_what_is_missing_is_asked_for_by_its_words(self, world):
        page = client_of(world.lead).post(url("return_answers", world.now_due, "?section=services"), {})
        assert "Answer “Children waiting”, or say why you cannot" in page.content.decode()
        assert "Answer “Next review" not in page.content.decode()

    def test_come_back_later_asks_for_nothing_and_confirms_nothing(self, world):
        world.sent(2)
        client = client_of(world.lead)
        form = services_form(client, world.now_due)
        changes = {"a-waiting": "7", "a-staff_away": None, "later": "yes"}
        page = client.post(
            url("return_answers", world.now_due, "?section=services"), typed(form, **changes), follow=True
        )
        assert "You can come back to this return" in page.content.decode()
        assert set(given_answers(world.now_due)) == {"waiting"}

    def test_save_and_continue_confirms_what_was_left(self, world):
        world.sent(2)
        client = client_of(world.lead)
        form = services_form(client, world.now_due)
        client.post(
            url("return_answers", world.now_due, "?section=services"), typed(form, **{"a-waiting": "7"})
        )
        said = given_answers(world.now_due)
        assert {code: one.same_since_cycle for code, one in said.items()} == {
            "level": 2,
            "staff_away": 2,
            "waiting": None,
            "next_review": 2,
        }

    def test_a_condition_that_does_not_hold_asks_nothing(self, world):
        client = client_of(world.lead)
        text = client.get(url("return_answers", world.now_due, "?section=services")).content.decode()
        assert "Only if you answered “Paused” to “How do your services to children run?”" in text
        data = {"a-level": "reduced", "a-why_paused": "Never mind", "a-waiting": "1", "a-staff_away": "1"}
        client.post(url("return_answers", world.now_due, "?section=services"), data)
        assert set(given_answers(world.now_due)) == {"level", "waiting", "staff_away"}

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({"n-waiting": "later"}, "Enter why you cannot answer"),
            ({"n-waiting": "later", "r-waiting": "Friday", "a-waiting": "3"}, "delete one of the two"),
            ({"c-waiting": "It is a guess"}, "Answer “Children waiting”, or say why you cannot"),
            ({"a-waiting": "3", "n-waiting": "never"}, "Select one of the choices offered"),
        ],
    )
    def test_half_a_non_answer_is_not_saved(self, world, data, words):
        page = client_of(world.lead).post(url("return_answers", world.now_due, "?section=services"), data)
        assert words in page.content.decode()
        assert "waiting" not in given_answers(world.now_due)

    def test_a_non_answer_takes_the_place_of_what_came_forward(self, world):
        world.sent(2)
        client = client_of(world.lead)
        form = services_form(client, world.now_due)
        changes = {
            "n-waiting": "not_collected",
            "r-waiting": "No system",
            "n-level": "later",
            "r-level": "Friday",
        }
        client.post(url("return_answers", world.now_due, "?section=services"), typed(form, **changes))
        said = given_answers(world.now_due)
        assert said["waiting"] == GivenAnswer(None, "not_collected", "No system")
        assert said["level"] == GivenAnswer(None, "later", "Friday")

    def test_somebody_elses_change_is_shown_beside_ones_own(self, world):
        client = client_of(world.lead)
        form = services_form(client, world.now_due)
        save(world.now_due, world.deputy, {"waiting": GivenAnswer(55, comment="Counted twice")})
        page = client.post(
            url("return_answers", world.now_due, "?section=services"),
            typed(form, **{"a-waiting": "66", "a-level": "reduced", "a-staff_away": "1"}),
        )
        text = page.content.decode()
        assert page.status_code == 409
        assert "55 children" in text and "Counted twice" in text and "66 children" in text
        assert "Saved by Deputy" in text
        assert given_answers(world.now_due)["waiting"].value == 55
        assert given_answers(world.now_due)["level"].value == "reduced"

    def test_a_closed_cycle_says_so(self, world):
        world.cycles[2].state, world.cycles[2].closed_at = CycleState.CLOSED, NOW
        world.cycles[2].save()
        client = client_of(world.lead)
        assert "This cycle is closed" in client.get(url("return", world.now_due)).content.decode()
        page = client.post(
            url("return_answers", world.now_due, "?section=services"), {"a-waiting": "1"}, follow=True
        )
        assert "cannot be changed now" in page.content.decode()
        assert not Answer.objects.exists()

    def test_who_fills_which_section(self, world):
        client = client_of(world.lead)
        name = str(world.contributor.uid)
        client.post(url("assign_return", world.now_due), {"s-services": name})
        assert SectionAssignment.objects.get().user == world.contributor
        assert "Contributor fills this section" in client.get(url("return", world.now_due)).content.decode()
        outside = client.post(url("assign_return", world.now_due), {"s-services": str(world.stranger.uid)})
        assert "There is a problem" in outside.content.decode()
        by_contributor = client_of(world.contributor).post(
            url("assign_return", world.now_due), {"s-services": ""}
        )
        assert "Only your organisation’s lead or deputy" in by_contributor.content.decode()
        assert SectionAssignment.objects.count() == 1

    def test_a_contributor_is_told_who_sends(self, world):
        save(world.now_due, world.contributor, ANSWERS)
        text = client_of(world.contributor).get(url("submit_return", world.now_due)).content.decode()
        assert "Tell Lead or Deputy that it is ready" in text
        assert "Confirm and send" not in text

    def test_changed_while_checking_is_shown_again(self, world):
        save(world.now_due, world.lead, ANSWERS)
        client = client_of(world.lead)
        form = client.get(url("submit_return", world.now_due)).context["form"]
        save(world.now_due, world.contributor, {"waiting": GivenAnswer(9)})
        page = client.post(url("submit_return", world.now_due), typed(form), follow=True)
        assert "Somebody changed an answer while you checked" in page.content.decode()
        assert "9 children" in page.content.decode()


class TestAutosave:
    def post(self, client: Client, world: World, touched: list[str], headers=None, **data):
        return client.post(
            url("autosave_return", world.now_due), {**data, "touched": touched}, headers=headers
        )

    def test_only_what_was_touched(self, world):
        world.sent(2)
        data = {"a-waiting": "7", "a-staff_away": "90", "v-waiting": "0"}
        answer = self.post(client_of(world.lead), world, ["waiting", "gone"], **data)
        assert answer.status_code == 200
        assert answer.json()["versions"] == {"waiting": 1}
        assert set(given_answers(world.now_due)) == {"waiting"}

    def test_what_is_not_complete_waits(self, world):
        data = {"a-waiting": "ten", "n-level": "later", "a-staff_away": "5"}
        answer = self.post(client_of(world.lead), world, ["waiting", "level", "staff_away"], **data)
        assert answer.status_code == 200
        assert set(answer.json()["not_saved"]) == {"waiting", "level"}
        assert set(given_answers(world.now_due)) == {"staff_away"}

    def test_anothers_answer_is_not_overwritten(self, world):
        save(world.now_due, world.deputy, {"waiting": GivenAnswer(55)})
        data = {"a-waiting": "66", "v-waiting": "0", "a-staff_away": "5", "v-staff_away": "0"}
        answer = self.post(client_of(world.lead), world, ["waiting", "staff_away"], **data)
        assert answer.status_code == 409
        [conflict] = answer.json()["conflicts"]
        assert (conflict["code"], conflict["theirs"], conflict["yours"]) == (
            "waiting",
            "55 children",
            "66 children",
        )
        assert conflict["by"].startswith("Deputy, ")
        assert answer.json()["versions"] == {"staff_away": 1}
        assert given_answers(world.now_due)["waiting"] == GivenAnswer(55)

    def test_what_was_typed_and_deleted_takes_the_answer_back(self, world):
        save(world.now_due, world.lead, {"waiting": GivenAnswer(55)})
        answer = self.post(client_of(world.lead), world, ["waiting"], **{"a-waiting": "", "v-waiting": "1"})
        assert answer.json()["versions"] == {"waiting": 0}
        assert given_answers(world.now_due) == {}

    def test_typing_keeps_the_session_and_a_retry_does_not(self, world):
        client = client_of(world.lead)

        def idle_for(minutes: int) -> float:
            session = client.session
            session["seen_at"] = timezone.now().timestamp() - 60 * minutes
            session.save()
            return session["seen_at"]

        before = idle_for(5)
        self.post(client, world, ["waiting"], headers={"X-Refresh": "autosave"}, **{"a-waiting": "7"})
        assert client.session["seen_at"] == before
        assert not WorkSpell.objects.exists()
        self.post(client, world, ["waiting"], **{"a-waiting": "8", "v-waiting": "1"})
        assert client.session["seen_at"] > before
        assert WorkSpell.objects.exists()

    def test_after_the_session_ended_nothing_is_saved_and_the_page_can_tell(self, world):
        client = client_of(world.lead)
        Session.objects.all().delete()
        client.cookies["sessionid"] = "gone"
        answer = self.post(client, world, ["waiting"], **{"a-waiting": "7"})
        assert answer.status_code == 302
        assert not Answer.objects.exists()

    def test_a_sent_return_is_not_saved_over(self, world):
        save(world.now_due, world.lead, ANSWERS)
        submit(world.now_due, world.lead)
        answer = self.post(
            client_of(world.deputy), world, ["waiting"], **{"a-waiting": "7", "v-waiting": "1"}
        )
        assert (answer.status_code, answer.json()["refused"]) == (400, "This return cannot be changed now.")


NAMES = (
    "return",
    "return_answers",
    "autosave_return",
    "confirm_return",
    "assign_return",
    "submit_return",
    "accept_return",
    "send_back_return",
    "unlock_return",
)


class TestOutOfSight:
    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("role", ["PR", "CO", "AU", "BM", "AD", "MG"])
    def test_a_draft_has_no_address_for_anybody_else(self, world, name, role):
        """Nor may how it is refused tell that there is one."""
        save(world.now_due, world.lead, {"waiting": GivenAnswer(7)})
        client = client_of(world.stranger if role == "PR" else person(role))
        for method in (client.get, client.post):
            answer = method(url(name, world.now_due))
            never = method(reverse(name, args=[UUID(int=1)]))
            assert answer.status_code == never.status_code
            assert answer.status_code in (403, 404, 405)

    def test_no_list_or_count_holds_it(self, world):
        save(world.now_due, world.lead, {"waiting": GivenAnswer(7)})
        for user in (world.stranger, world.coordinator, person("AU"), person("BM")):
            page = client_of(user).get(reverse("returns"))
            assert "Own police" not in page.content.decode()
            assert page.context["page_obj"].paginator.count == 0

    def test_of_a_return_sent_back_only_what_was_sent(self, world):
        save(world.now_due, world.lead, ANSWERS)
        submit(world.now_due, world.lead)
        services.send_back(
            user=world.coordinator,
            return_=world.now_due,
            expected_version=Return.objects.get(pk=world.now_due.pk).version,
            reason="Look again",
            about={"waiting": "It was 40 last week"},
            now=NOW,
        )
        save(world.now_due, world.lead, {"waiting": GivenAnswer(4711)})
        for user in (world.coordinator, person("AU")):
            text = client_of(user).get(url("return", world.now_due)).content.decode()
            assert "0 children" in text and "4711" not in text and "4,711" not in text
        assert client_of(person("BM")).get(url("return", world.now_due)).status_code == 404
        own = client_of(world.lead).get(url("return", world.now_due)).content.decode()
        assert "It was 40 last week" in own


class TestDeciding:
    @pytest.fixture
    def sent(self, world) -> Return:
        world.sent(2)
        said = {**ANSWERS, "level": GivenAnswer("paused"), "why_paused": GivenAnswer("Staff are away")}
        save(world.now_due, world.lead, said)
        submit(world.now_due, world.lead)
        return Return.objects.get(pk=world.now_due.pk)

    def test_what_changed_is_said_in_words(self, world, sent):
        text = client_of(world.coordinator).get(url("return", sent)).content.decode()
        assert "Since the return of cycle 2: 2 answers changed, 0 new questions, 3 as before." in text
        assert "Before: As usual" in text

    def test_from_the_queue_to_accepted_and_unlocked(self, world, sent):
        client = client_of(world.coordinator)
        assert "Own police, cycle 3" in client.get(reverse("returns_to_look_at")).content.decode()
        done = client.post(url("accept_return", sent), {"version": sent.version}, follow=True)
        assert "Return of Own police accepted." in done.content.decode()
        assert client_of(person("BM")).get(url("return", sent)).status_code == 200
        page = client.get(url("unlock_return", sent))
        refused = client.post(url("unlock_return", sent), typed(page.context["form"]))
        assert "Enter why you unlock the return" in refused.content.decode()
        client.post(url("unlock_return", sent), typed(page.context["form"], reason="A figure was wrong"))
        assert Return.objects.get(pk=sent.pk).state == "sent_back"
        assert client_of(person("BM")).get(url("return", sent)).status_code == 404

    def test_sent_back_by_question(self, world, sent):
        client = client_of(world.coordinator)
        form = client.get(url("send_back_return", sent)).context["form"]
        refused = client.post(url("send_back_return", sent), typed(form, **{"about-waiting": "It was 40"}))
        assert "Enter why you send the return back" in refused.content.decode()
        assert "It was 40" in refused.content.decode()
        client.post(
            url("send_back_return", sent), typed(form, reason="Look", **{"about-waiting": "It was 40"})
        )
        move = sent.moves.get(to_state="sent_back")
        assert (move.reason, move.about) == ("Look", {"waiting": "It was 40"})

    def test_a_page_that_is_out_of_date_decides_nothing(self, world, sent):
        answer = client_of(world.coordinator).post(url("accept_return", sent), {"version": 1}, follow=True)
        assert "Somebody changed this return" in answer.content.decode()
        assert Return.objects.get(pk=sent.pk).state == "submitted"

    def test_the_time_that_returns_take(self, world, sent):
        assert "Time to complete a return" in client_of(person("BM")).get(reverse("returns")).content.decode()
        assert (
            "Time to complete a return" not in client_of(world.lead).get(reverse("returns")).content.decode()
        )


class TestQueries:
    def count(self, client: Client, address: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        return len(found)

    @pytest.mark.parametrize("who", ["lead", "coordinator"])
    def test_lists_do_not_ask_more_for_more_rows(self, world, who):
        world.sent(1)
        client = client_of(getattr(world, who))
        client.get(reverse("returns"))
        before = self.count(client, reverse("returns"))
        for number in range(4, 12):
            world.cycles.append(make_cycle(number, FIRST + (number - 1) * FORTNIGHT))
            world.sent(number)
        assert self.count(client, reverse("returns")) <= before

    def test_a_return_does_not_ask_more_for_more_answers(self, world):
        world.sent(1)
        client = client_of(world.lead)
        for name in ("return", "submit_return"):
            client.get(url(name, world.now_due))
        services.confirm_unchanged(user=world.lead, return_=world.now_due, codes=["waiting"], now=NOW)
        addresses = [url("return", world.now_due), url("submit_return", world.now_due)]
        before = [self.count(client, one) for one in addresses]
        services.confirm_unchanged(user=world.lead, return_=world.now_due, now=NOW + timedelta(minutes=1))
        after = [self.count(client, one) for one in addresses]
        assert after <= before


@pytest.mark.parametrize("own", ["", "Do not write children's names, dates of birth or references."])
def test_a_text_answer_is_asked_for_without_names_once(world, own):
    made = QuestionSet.objects.create(code="words", version=1, name="Words", created_at=NOW)
    section = Section.objects.create(question_set=made, position=1, code="w", title="W", theme="services")
    Question.objects.create(section=section, position=1, code="why", kind="text", text="Why?", help=own)
    QuestionSet.objects.filter(pk=made.pk).update(state="locked", locked_at=NOW)
    return_ = make_return(world.own, world.cycles[0], made)
    form = client_of(world.lead).get(url("return_answers", return_, "?section=w")).context["form"]
    assert str(form["a-why"].help_text).count("names, dates of birth or references") == 1


@pytest.mark.parametrize(
    ("weeks", "words"), [(4, "4 weeks"), (104, "104 weeks"), (106, "over 2 years"), (343, "over 6 years")]
)
def test_an_age_is_told_in_what_people_picture(weeks, words):
    starts = {1: NOW.date(), 9: NOW.date() + timedelta(weeks=weeks)}
    assert (
        presenters.age_words(GivenAnswer(1, same_since_cycle=1), 9, starts) == f"Same since cycle 1, {words}"
    )


def test_a_return_with_an_empty_answer_can_be_sent_back_and_the_empty_one_be_meant(world):
    made = QuestionSet.objects.create(code="two", version=1, name="Two", created_at=NOW)
    section = Section.objects.create(question_set=made, position=1, code="s", title="S", theme="services")
    Question.objects.create(section=section, position=1, code="many", kind="number", text="How many?")
    Question.objects.create(
        section=section, position=2, code="else", kind="text", text="What else?", required=False
    )
    QuestionSet.objects.filter(pk=made.pk).update(state="locked", locked_at=NOW)
    return_ = make_return(world.own, world.cycles[2], made)
    save(return_, world.lead, {"many": GivenAnswer(4)})
    submit(return_, world.lead)
    client = client_of(world.coordinator)
    form = client.get(url("send_back_return", return_)).context["form"]
    sent = typed(form, reason="Say more", **{"about-else": "The clinic is missing"})
    client.post(url("send_back_return", return_), sent)
    return_.refresh_from_db()
    assert return_.state == "sent_back"
    assert return_.moves.get(to_state="sent_back").about == {"else": "The clinic is missing"}
    shown = client_of(world.lead).get(url("return", return_)).content.decode()
    assert "The clinic is missing" in shown
