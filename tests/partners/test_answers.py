"""Answers: what is typed becomes a value and back, a non-answer never does, and conditions open questions."""

import string
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.constants import NonAnswer, QuestionKind, Reading
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
from partners.rules import answers
from safeguarding.kernel.errors import Refusal

LEVELS = (
    OptionFact("maintained", "As usual", "assured"),
    OptionFact("reduced", "Reduced", "partly"),
    OptionFact("paused", "Paused", "concern"),
    OptionFact("other", "Something else"),
)
CHOICE = QuestionFact("level", QuestionKind.CHOICE, "How?", options=LEVELS)
NUMBER = QuestionFact("waiting", QuestionKind.NUMBER, "Children waiting", unit="children")
SHARE = QuestionFact("away", QuestionKind.PERCENTAGE, "Staff unavailable")
TEXT = QuestionFact("why", QuestionKind.TEXT, "Why?")
DAY = QuestionFact("review", QuestionKind.DATE, "Next review")
TABLE = QuestionFact(
    "backlog",
    QuestionKind.MATRIX,
    "Backlogs",
    rows=(RowFact("health", "Health checks"), RowFact("dental", "Dental checks")),
    columns=(
        ColumnFact("size", "Size", unit="children"),
        ColumnFact("share", "Share", QuestionKind.PERCENTAGE),
        ColumnFact("level", "Level", QuestionKind.CHOICE, options=LEVELS),
        ColumnFact("until", "Cleared", QuestionKind.DATE),
    ),
)
ALL = (CHOICE, NUMBER, SHARE, TEXT, DAY, TABLE)


def a_set(*questions: QuestionFact) -> QuestionSetFact:
    section = SectionFact("services", "Services", "", "services", questions)
    return QuestionSetFact(uuid4(), "basics", 1, "Basics", "", (section,))


def refused(question: QuestionFact, raw) -> Refusal:
    with pytest.raises(Refusal) as caught:
        answers.parse(question, raw)
    return caught.value


class TestParse:
    @pytest.mark.parametrize(
        ("question", "raw", "value"),
        [
            (CHOICE, "paused", "paused"),
            (CHOICE, " as USUAL ", "maintained"),
            (NUMBER, "0", 0),
            (NUMBER, " 1,200 ", 1200),
            (NUMBER, "12.0", 12),
            (SHARE, "12.50 %", "12.5"),
            (SHARE, "0", "0"),
            (SHARE, "100.0", "100"),
            (TEXT, "  two\r\nlines ", "two\nlines"),
            (DAY, "2020-04-03", "2020-04-03"),
            (DAY, "3 4 2020", "2020-04-03"),
            (DAY, "03/04/2020", "2020-04-03"),
            (DAY, "3 April 2020", "2020-04-03"),
            (DAY, "3 sept 2020", "2020-09-03"),
            (DAY, "2020-04-03 00:00:00", "2020-04-03"),
        ],
    )
    def test_what_people_type(self, question, raw, value):
        assert answers.parse(question, raw) == value

    @pytest.mark.parametrize(
        ("question", "raw", "code"),
        [
            (CHOICE, "closed", "not_offered"),
            (NUMBER, "ten", "not_a_number"),
            (NUMBER, "1.5", "not_a_number"),
            (NUMBER, "1,2,3", "not_a_number"),
            (NUMBER, "٣", "not_a_number"),
            (NUMBER, "1e3", "not_a_number"),
            (NUMBER, "-1", "too_low"),
            (NUMBER, "9" * 13, "number_too_long"),
            (SHARE, "100.01", "too_high"),
            (SHARE, "12.345", "not_a_number"),
            (SHARE, "-0.1", "too_low"),
            (TEXT, "x" * 4001, "text_too_long"),
            (TEXT, "a\x07b", "odd_characters"),
            (DAY, "31 2 2020", "not_a_date"),
            (DAY, "2020", "not_a_date"),
            (DAY, "3 4 20", "not_a_date"),
            (DAY, "3 13 2020", "not_a_date"),
            (DAY, "1 1 1899", "not_a_date"),
        ],
    )
    def test_what_no_question_takes(self, question, raw, code):
        fault = refused(question, raw)
        assert (fault.code, fault.field) == (code, question.code)

    def test_limits_of_the_question_itself(self):
        question = replace(NUMBER, lowest=Decimal("-5.00"), highest=Decimal("1500.00"))
        assert answers.parse(question, "-5") == -5
        assert refused(question, "-6").message == "Enter -5 or more"
        assert refused(question, "1501").message == "Enter 1,500 or less"
        assert answers.parse(replace(SHARE, highest=Decimal(300)), "250") == "250"

    @pytest.mark.parametrize("question", ALL, ids=lambda question: question.kind)
    def test_nothing_typed_is_no_answer(self, question):
        assert answers.parse(question, "  ") is None

    def test_a_table_names_the_cell(self):
        fault = refused(TABLE, {"health": {"size": "many"}})
        assert (fault.code, fault.field) == ("not_a_number", "backlog.health.size")
        assert refused(TABLE, {"teeth": {"size": "1"}}).code == "unknown_cell"
        assert refused(TABLE, {"health": {"weight": "1"}}).field == "backlog.health.weight"
        assert refused(TABLE, "12").code == "not_a_table"
        assert refused(NUMBER, {"health": {"size": "1"}}).code == "not_one_answer"

    def test_an_empty_cell_is_not_nought(self):
        value = answers.parse(TABLE, {"health": {"size": "0", "share": ""}})
        assert value["health"] == {"size": 0, "share": None, "level": None, "until": None}
        assert set(value["dental"].values()) == {None}
        assert answers.parse(TABLE, {"health": {"size": " "}}) is None


_printed = string.ascii_letters + string.digits + " .,éß’\n"
_days = st.dates(date(1900, 1, 1), date(2200, 12, 31))
_numbers = st.integers(0, 10**11)
_shares = st.decimals(0, 100, places=2).map(lambda share: f"{share.normalize():f}")
VALUES = {
    QuestionKind.CHOICE: st.sampled_from([option.value for option in LEVELS]),
    QuestionKind.NUMBER: _numbers,
    QuestionKind.PERCENTAGE: _shares,
    QuestionKind.TEXT: st.text(_printed, min_size=1, max_size=80).map(str.strip).filter(bool),
    QuestionKind.DATE: _days.map(date.isoformat),
}
_cells = {column.value: st.none() | (VALUES[QuestionKind(column.kind)]) for column in TABLE.columns}
VALUES[QuestionKind.MATRIX] = st.fixed_dictionaries(
    {row.value: st.fixed_dictionaries(_cells) for row in TABLE.rows}
).filter(lambda table: any(cell is not None for cells in table.values() for cell in cells.values()))


class TestRoundTrip:
    @given(st.data())
    def test_every_value_comes_back_from_what_would_be_typed(self, data):
        question = data.draw(st.sampled_from(ALL))
        value = data.draw(VALUES[QuestionKind(question.kind)])
        assert answers.parse(question, answers.typed_of(question, value)) == value
        assert answers.checked(question, GivenAnswer(value)).value == value

    @given(st.data())
    def test_what_is_shown_of_a_cell_is_understood_again(self, data):
        """A workbook is filled with the words of the page."""
        question = data.draw(st.sampled_from([CHOICE, replace(NUMBER, unit=""), SHARE, TEXT, DAY]))
        value = data.draw(VALUES[QuestionKind(question.kind)])
        assert answers.parse(question, answers.shown(question, GivenAnswer(value))) == value

    @given(st.data(), st.sampled_from(NonAnswer.values), st.text(_printed, min_size=1).filter(str.isalnum))
    def test_a_non_answer_is_never_a_value(self, data, code, reason):
        question = data.draw(st.sampled_from(ALL))
        said = answers.checked(question, GivenAnswer(non_answer=code, non_answer_reason=reason))
        assert said.value is None
        assert answers.shown(question, said).startswith(NonAnswer(code).label)
        assert answers.reading(question, said) in (None, Reading.NOT_KNOWN)
        with pytest.raises(Refusal):
            answers.checked(question, replace(said, value=data.draw(VALUES[QuestionKind(question.kind)])))
        # Nor does any condition hold by it, not even one that names its code.
        condition = ConditionFact(question.code, (code, "None", "", "0", "no"))
        following = replace(TEXT, code="following", condition=condition)
        assert following not in answers.asked(a_set(question, following), {question.code: said})


class TestChecked:
    @pytest.mark.parametrize(
        ("said", "code"),
        [
            (GivenAnswer(), "nothing_given"),
            (GivenAnswer(non_answer="do_not_know"), "non_answer_reason_missing"),
            (GivenAnswer(non_answer="do_not_know", non_answer_reason=" . "), "non_answer_reason_missing"),
            (GivenAnswer(non_answer="no", non_answer_reason="Why"), "unknown_non_answer"),
            (GivenAnswer(3, "later", "On Friday"), "answered_and_not"),
            (GivenAnswer(3, comment="x" * 2001), "text_too_long"),
            (GivenAnswer(non_answer="later", non_answer_reason="x" * 401), "text_too_long"),
            (GivenAnswer({"health": {"size": 1}}), "not_one_answer"),
        ],
    )
    def test_refusals(self, said, code):
        with pytest.raises(Refusal) as caught:
            answers.checked(NUMBER, said)
        assert caught.value.code == code

    def test_a_value_needs_no_reason(self):
        assert answers.checked(NUMBER, GivenAnswer(3, non_answer_reason="left over")).non_answer_reason == ""


class TestAsked:
    def follow(self, code: str, on: str, *values: str) -> QuestionFact:
        return replace(CHOICE, code=code, condition=ConditionFact(on, values))

    def test_a_chain_opens_link_by_link(self):
        made = a_set(
            CHOICE, self.follow("second", "level", "paused"), self.follow("third", "second", "other")
        )
        said = {"second": GivenAnswer("other")}

        def codes(**more):
            return [one.code for one in answers.asked(made, said | more)]

        assert codes() == ["level"]
        assert codes(level=GivenAnswer("reduced")) == ["level"]
        # The third looks at an answer that is there, but only counts where its question is asked.
        assert codes(level=GivenAnswer("paused")) == ["level", "second", "third"]

    def test_a_number_may_open_a_question(self):
        made = a_set(NUMBER, replace(TEXT, condition=ConditionFact("waiting", ("0",))))
        assert len(answers.asked(made, {"waiting": GivenAnswer(0)})) == 2
        unknown = GivenAnswer(non_answer="not_collected", non_answer_reason="No system")
        assert len(answers.asked(made, {"waiting": unknown})) == 1


class TestSubmitFaults:
    def faults(self, *questions, **said):
        return [(fault.code, fault.field) for fault in answers.submit_faults(a_set(*questions), said)]

    def test_every_kind_of_fault_is_named_by_its_question(self):
        half = {"health": {"size": 3}, "dental": {}}
        assert self.faults(CHOICE, NUMBER, TABLE, level=GivenAnswer("gone"), backlog=GivenAnswer(half)) == [
            ("not_offered", "level"),
            ("missing", "waiting"),
            ("row_half_filled", "backlog"),
        ]

    def test_optional_and_not_asked_may_be_empty(self):
        later = replace(TEXT, condition=ConditionFact("level", ("paused",)))
        optional = replace(DAY, required=False)
        assert self.faults(CHOICE, later, optional, level=GivenAnswer("reduced")) == []
        assert self.faults(CHOICE, later, level=GivenAnswer("paused")) == [("missing", "why")]

    def test_a_table_may_leave_whole_rows(self):
        full = {"size": 3, "share": "5", "level": "paused", "until": "2020-05-01"}
        assert self.faults(TABLE, backlog=GivenAnswer({"health": full, "dental": {}})) == []

    def test_each_non_answer_will_do_with_its_reason(self):
        for code in NonAnswer.values:
            assert self.faults(NUMBER, waiting=GivenAnswer(None, code, "Because")) == []
            fault = [("non_answer_reason_missing", "waiting")]
            assert self.faults(NUMBER, waiting=GivenAnswer(None, code)) == fault


class TestReading:
    @pytest.mark.parametrize(
        ("value", "reading"),
        [
            ("maintained", Reading.ASSURED),
            ("reduced", Reading.PARTLY),
            ("paused", Reading.CONCERN),
            ("other", None),
        ],
    )
    def test_of_a_choice(self, value, reading):
        assert answers.reading(CHOICE, GivenAnswer(value)) == reading

    def test_of_a_table_the_worst(self):
        table = {"health": {"level": "maintained"}, "dental": {"level": "reduced"}}
        assert answers.reading(TABLE, GivenAnswer(table)) == Reading.PARTLY

    def test_silence_reads_as_nothing(self):
        assert answers.reading(CHOICE, None) is None

    def test_non_answers_are_not_known_where_something_hangs_on_them(self):
        for code in NonAnswer.values:
            said = GivenAnswer(None, code, "Because")
            expected = None if code == NonAnswer.DOES_NOT_APPLY else Reading.NOT_KNOWN
            assert answers.reading(CHOICE, said) == expected
            assert answers.reading(TEXT, said) is None
        watched = replace(NUMBER, concern_rules=(ConcernRuleFact("Many wait", "high", at_least=Decimal(9)),))
        assert answers.reading(watched, GivenAnswer(None, "later", "Friday")) == Reading.NOT_KNOWN


class TestShown:
    @pytest.mark.parametrize(
        ("question", "said", "words"),
        [
            (CHOICE, GivenAnswer("maintained"), "As usual"),
            (NUMBER, GivenAnswer(0), "0 children"),
            (NUMBER, GivenAnswer(1200), "1,200 children"),
            (SHARE, GivenAnswer("12.5"), "12.5%"),
            (DAY, GivenAnswer("2020-04-03"), "3 April 2020"),
            (NUMBER, None, "Not given"),
            (NUMBER, GivenAnswer(None, "later", "On Friday"), "We will answer later: On Friday"),
            (
                TABLE,
                GivenAnswer({"health": {"size": 3, "share": "5", "level": "paused", "until": "2020-05-01"}}),
                "Health checks: Size 3 children; Share 5%; Level Paused; Cleared 1 May 2020\n"
                "Dental checks: not given",
            ),
        ],
    )
    def test_words(self, question, said, words):
        assert answers.shown(question, said) == words


def test_same_and_age():
    old = GivenAnswer(3, comment="As before", same_since_cycle=2)
    assert answers.same(old, replace(old, same_since_cycle=None))
    assert not answers.same(old, replace(old, comment=""))
    assert not answers.same(GivenAnswer(0), GivenAnswer(None, "do_not_know", "x"))
    assert (answers.age(old, 5), answers.age(GivenAnswer(3), 5)) == (3, 0)
