"""What partners last said to a question since a moment."""

from datetime import timedelta

import pytest

from partners.facts.questions import GivenAnswer
from partners.selectors.answers import said_since
from tests.partners.return_world import ANSWERS, NOW, World, make_world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LEVEL = {"level"}


@pytest.fixture
def world() -> World:
    return make_world()


def level(value: str) -> dict[str, GivenAnswer]:
    given = {**ANSWERS, "level": GivenAnswer(value)}
    if value == "paused":
        given["why_paused"] = GivenAnswer("Nobody is there")
    return given


def said(world: World, codes=LEVEL, since=None, at=NOW) -> list[tuple]:
    since = since or world.cycles[0].opens_at - DAY
    return [
        (one.organisation, one.code, one.reading, one.cycle_number) for one in said_since(codes, since, at)
    ]


def test_the_last_submitted_answer_of_each_organisation(world):
    world.sent(1, level("paused"))
    world.sent(2, level("maintained"))
    world.sent(1, level("reduced"), organisation=world.other)
    assert said(world) == [
        ("Other trust", "level", "partly", 1),
        ("Own police", "level", "assured", 2),
    ]


def test_only_after_the_moment_and_by_the_other(world):
    first, second = world.sent(1, level("maintained")), world.sent(2, level("paused"))
    assert said(world, at=second.submitted_at - DAY) == [("Own police", "level", "assured", 1)]
    assert said(world, since=second.submitted_at) == []
    assert said(world, since=first.submitted_at) == [("Own police", "level", "concern", 2)]


def test_a_draft_says_nothing(world):
    world.return_in(1)
    assert said(world) == []


def test_a_question_that_was_not_answered_is_left_out(world):
    world.sent(1, level("maintained"))
    assert said(world, codes={"why_paused", "unknown"}) == []
    assert said_since([], world.cycles[0].opens_at, NOW) == []


def test_a_non_answer_is_not_known(world):
    world.sent(1, {**ANSWERS, "level": GivenAnswer(None, "do_not_know", "The system is down")})
    [one] = said_since(LEVEL, world.cycles[0].opens_at, NOW)
    assert one.reading == "not_known"
    assert "The system is down" in one.shown


def test_what_says_nothing_of_assurance_has_no_reading(world):
    world.sent(1)
    [one] = said_since({"waiting"}, world.cycles[0].opens_at, NOW)
    assert (one.reading, one.shown) == ("", "0 children")


def test_in_two_queries(world, django_assert_num_queries):
    for number in (1, 2):
        world.sent(number)
        world.sent(number, organisation=world.other)
    with django_assert_num_queries(2):
        assert len(said_since({"level", "waiting"}, world.cycles[0].opens_at, NOW)) == 4
