"""What answers propose: by choice, by number, by a table's column; never by a non-answer."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from partners.constants import NonAnswer, QuestionKind
from partners.facts.questions import (
    ColumnFact,
    ConcernRuleFact,
    ConditionFact,
    GivenAnswer,
    OptionFact,
    QuestionFact,
    QuestionSetFact,
    RowFact,
    SectionFact,
)
from partners.rules.proposals import proposals

LEVEL = QuestionFact(
    code="level",
    kind=QuestionKind.CHOICE,
    text="How do your services run?",
    options=(OptionFact("usual", "As usual"), OptionFact("paused", "Paused")),
    concern_rules=(ConcernRuleFact("A service is paused", "high", one_of=("paused",)),),
)
AWAY = QuestionFact(
    code="away",
    kind=QuestionKind.PERCENTAGE,
    text="Staff unavailable",
    concern_rules=(ConcernRuleFact("Staff are away", "medium", at_least=Decimal("12.5")),),
)
STOCK = QuestionFact(
    code="stock",
    kind=QuestionKind.NUMBER,
    text="Days of masks left",
    unit="days",
    concern_rules=(ConcernRuleFact("Masks run out", "low", at_most=Decimal(7)),),
)
BACKLOG = QuestionFact(
    code="backlog",
    kind=QuestionKind.MATRIX,
    text="What waits?",
    rows=(RowFact("courts", "Courts"), RowFact("health", "Health assessments"), RowFact("checks", "Checks")),
    columns=(ColumnFact("size", "Waiting", unit="children"), ColumnFact("inflow", "New each week")),
    concern_rules=(ConcernRuleFact("A backlog is large", "high", at_least=Decimal(100), column="size"),),
)


def of(question: QuestionFact, value=None, **answer):
    section = SectionFact(
        "s", "Section", "", "services", (LEVEL, question) if question is not LEVEL else (LEVEL,)
    )
    question_set = QuestionSetFact(uuid4(), "basics", 1, "Basics", "", (section,))
    answers = {question.code: GivenAnswer(value=value, **answer)}
    if question is not LEVEL:
        answers["level"] = GivenAnswer(value="usual")
    return proposals(question_set, answers)


def test_a_choice_names_the_answer():
    [found] = of(LEVEL, "paused")
    assert (found.question, found.theme, found.severity) == ("level", "services", "high")
    assert (found.title, found.what) == (
        "A service is paused",
        "“How do your services run?” was answered: Paused.",
    )
    assert of(LEVEL, "usual") == ()


@pytest.mark.parametrize(("question", "value", "hits"), [
    (AWAY, "12.5", True), (AWAY, "12.49", False), (AWAY, "100", True), (AWAY, "0", False),
    (STOCK, 7, True), (STOCK, 8, False), (STOCK, 0, True),
])  # fmt: skip
def test_a_number_at_its_bound(question, value, hits):
    assert bool(of(question, value)) is hits


def test_a_number_is_shown_with_its_unit():
    assert of(STOCK, 3)[0].what == "“Days of masks left” was answered: 3 days."


def test_any_row_of_a_table():
    table = {
        "courts": {"size": 100, "inflow": 2},
        "health": {"size": 99, "inflow": 500},
        "checks": {"size": None, "inflow": None},
    }
    [found] = of(BACKLOG, table)
    assert found.what == "“What waits?” was answered: Waiting. Courts: 100 children."
    assert of(BACKLOG, {"health": {"size": 99, "inflow": 500}}) == ()
    assert "Courts: 200 children; Health assessments: 300 children" in of(
        BACKLOG, {"courts": {"size": 200}, "health": {"size": 300}}
    )[0].what  # fmt: skip


@pytest.mark.parametrize("non_answer", NonAnswer.values)
@pytest.mark.parametrize("question", [LEVEL, AWAY, STOCK, BACKLOG])
def test_a_non_answer_never_proposes(question, non_answer):
    assert of(question, None, non_answer=non_answer, non_answer_reason="We count from July") == ()


def test_a_non_answer_is_none_even_where_a_value_was_left_beside_it():
    assert of(LEVEL, "paused", non_answer=NonAnswer.DO_NOT_KNOW, non_answer_reason="Nobody has asked") == ()


def test_an_answer_to_what_is_not_asked_proposes_nothing():
    hidden = replace(STOCK, condition=ConditionFact("level", ("paused",)))
    assert of(hidden, 3) == ()
    assert of(replace(STOCK, condition=ConditionFact("level", ("usual",))), 3)


def test_each_rule_of_a_question_speaks_for_itself():
    two = replace(
        STOCK, concern_rules=(*STOCK.concern_rules, ConcernRuleFact("None left", "high", at_most=Decimal(0)))
    )
    assert [found.title for found in of(two, 0)] == ["Masks run out", "None left"]
    assert [found.title for found in of(two, 5)] == ["Masks run out"]


def test_between_two_bounds():
    both = replace(
        STOCK, concern_rules=(ConcernRuleFact("Odd", "low", at_least=Decimal(2), at_most=Decimal(4)),)
    )
    assert [bool(of(both, value)) for value in (1, 2, 4, 5)] == [False, True, True, False]
