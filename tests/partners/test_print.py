"""A return on paper: blank for everybody who may see it, filled for whom its answers are."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from partners.facts.questions import GivenAnswer
from partners.models import Submission
from partners.services.returns import save_answers
from tests.partners.factories import make_cycle, make_organisation, make_question_set, make_return
from tests.people import person, sign_in

pytestmark = pytest.mark.django_db
NOW = datetime(2020, 4, 21, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


class World:
    def __init__(self) -> None:
        self.lead, self.other_lead = person("PR", name="Lead"), person("PR", name="Other")
        self.coordinator, self.board = person("CO", name="Coordinator"), person("BM", name="Board")
        own = make_organisation("North Force", lead=self.lead)
        make_organisation("Other", lead=self.other_lead)
        self.return_ = make_return(own, make_cycle(4), make_question_set())

    def answer(self, **said: GivenAnswer) -> None:
        save_answers(user=self.lead, return_=self.return_, changes=said, expected={}, now=NOW)

    def submit(self) -> None:
        """As it was sent: something else than the draft says by now."""
        Submission.objects.create(
            of_return=self.return_, number=1, submitted_at=NOW, submitted_by=self.lead, counts={},
            worked_seconds=60, answers={"waiting": {"value": 5, "comment": "Two teams\nwaited"}},
        )  # fmt: skip
        type(self.return_).objects.filter(pk=self.return_.pk).update(
            state="sent_back", submitted_at=NOW, submitted_by=self.lead
        )


@pytest.fixture
def world() -> World:
    return World()


def page(user, name: str, return_) -> str:
    response = sign_in(Client(), user).get(reverse(name, args=[return_.uid]))
    if response.status_code != 200:
        return str(response.status_code)
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_its_own_people_print_the_draft(world):
    world.answer(
        level=GivenAnswer("paused"), why_paused=GivenAnswer("The <b>hub</b>\nis closed"),
        staff_away=GivenAnswer(non_answer="not_collected", non_answer_reason="No system"),
    )  # fmt: skip
    shown = page(world.lead, "print_return", world.return_)
    assert "Draft: not sent yet." in shown
    assert "How do your services to children run? Paused" in shown
    assert "The &lt;b&gt;hub&lt;/b&gt; is closed" in shown
    assert "Staff unavailable We do not collect this: No system" in shown
    assert "Children waiting Not given" in shown


def test_what_is_not_asked_is_not_on_it(world):
    world.answer(level=GivenAnswer("maintained"))
    assert "Which service is paused" not in page(world.lead, "print_return", world.return_)
    assert "Which service is paused" in page(world.lead, "print_blank_return", world.return_)


def test_nobody_else_sees_a_draft(world):
    world.answer(waiting=GivenAnswer(7))
    for user in (world.coordinator, world.board, world.other_lead):
        assert page(user, "print_return", world.return_) == "404"
        assert page(user, "print_blank_return", world.return_) == "404"
    assert page(person("MG"), "print_return", world.return_) == "403"


def test_others_print_what_was_sent(world):
    world.answer(waiting=GivenAnswer(7))
    world.submit()
    assert "Children waiting 7 children" in page(world.lead, "print_return", world.return_)
    shown = page(world.coordinator, "print_return", world.return_)
    assert "Children waiting 5 children Comment: Two teams waited" in shown
    assert "Draft" not in shown
    assert page(world.board, "print_return", world.return_) == "404"


def test_a_blank_form_has_room_and_boxes(world):
    world.answer(waiting=GivenAnswer(7))
    shown = page(world.lead, "print_blank_return", world.return_)
    assert "Only if the answer to “How do your services to children run?” is “Paused”" in shown
    assert "As usual Reduced Paused" in shown
    assert "A whole number of children" in shown
    assert "Next review (optional)" in shown
    assert "7" not in shown.partition("Children waiting")[2][:60]
