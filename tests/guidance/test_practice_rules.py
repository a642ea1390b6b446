"""Which answers show practice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from guidance.rules import practice as rules
from partners.facts.answers import SaidAnswer
from safeguarding.kernel.errors import Refusal

ISSUED = datetime(2020, 4, 3, 9, tzinfo=UTC)
SAID = SaidAnswer("Police", uuid4(), "level", "assured", "As usual", 1, uuid4(), ISSUED + timedelta(days=1))
QUESTIONS = ("level", "staff", "free_text")


def shown(*said: SaidAnswer):
    return rules.shown(rules.rows(["Police", "NHS"], QUESTIONS, said, ISSUED))


@pytest.mark.parametrize(
    ("others", "good"),
    [
        ((), True),
        (("assured",), True),
        # Says nothing of assurance, so nothing against it.
        (("",), True),
        (("partly",), False),
        (("concern",), False),
        (("not_known",), False),
    ],
)
def test_no_other_answer_of_a_partner_may_read_worse(others, good):
    more = [replace(SAID, code=code, reading=one) for code, one in zip(("staff",), others, strict=False)]
    assert shown(SAID, *more) == ((("Police",), ("NHS",)) if good else ((), ("Police", "NHS")))


def test_nothing_is_shown_by_silence_another_question_or_what_was_said_before():
    assert shown() == ((), ("Police", "NHS"))
    assert shown(replace(SAID, code="another")) == ((), ("Police", "NHS"))
    assert shown(replace(SAID, submitted_at=ISSUED)) == ((), ("Police", "NHS"))
    assert shown(replace(SAID, reading="")) == ((), ("Police", "NHS"))


def test_what_is_kept_is_what_showed_it():
    free = replace(SAID, code="free_text", reading="", shown="All is well")
    found = rules.rows(["Police"], QUESTIONS, [SAID, free], ISSUED)
    assert rules.check_shown(QUESTIONS, found) == [
        {"organisation": "Police", "question": "level", "cycle": 1, "said": "As usual"}
    ]


@pytest.mark.parametrize(
    ("partners", "questions", "words"),
    [
        (["Police", "NHS", "Trust"], QUESTIONS, "for Police, NHS and Trust"),
        (["Police"], (), "link a question"),
        ([], QUESTIONS, "no partner that sends returns"),
    ],
)
def test_what_is_missing_is_said(partners, questions, words):
    with pytest.raises(Refusal) as refusal:
        rules.check_shown(questions, rules.rows(partners, questions, [], ISSUED))
    assert refusal.value.code == "not_shown"
    assert words in refusal.value.message
