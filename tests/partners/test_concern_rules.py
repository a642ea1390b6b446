"""The rules of concerns: every move of every state, the clock, what must be said, what looks personal."""

from datetime import UTC, date, datetime
from itertools import product

import pytest

from partners.constants import ConcernKind, ConcernState, Severity
from partners.rules import concerns as rules
from partners.rules.free_texts import personal_marks, refuse_personal
from safeguarding.kernel.errors import Refusal
from tests.partners.concerns_world import draft

TODAY = date(2020, 6, 15)
P, R, T = ConcernState.PROPOSED, ConcernState.RAISED, ConcernState.TRIAGED
E, A, C, D = ConcernState.ESCALATED, ConcernState.ANSWERED, ConcernState.CLOSED, ConcernState.DECLINED
OF_CONCERNS = {(P, T), (P, D), (R, T), (R, D), (T, E), (T, A), (E, A), (A, C), (A, E), (A, T), (C, T), (D, R)}
OF_SUCCESSES = {(R, T), (R, D), (T, C), (C, T), (D, R)}


def code_of(act, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


@pytest.mark.parametrize(("state", "to"), list(product(ConcernState, ConcernState)))
@pytest.mark.parametrize(
    ("kind", "allowed"), [(ConcernKind.CONCERN, OF_CONCERNS), (ConcernKind.SUCCESS, OF_SUCCESSES)]
)
def test_every_move_from_every_state(kind, allowed, state, to):
    if (state, to) in allowed:
        rules.check_move(kind, state, to)
    else:
        assert code_of(rules.check_move, kind, state, to) == "move_not_allowed"


@pytest.mark.parametrize(
    ("severity", "since", "until"),
    [
        # Monday 15 June 2020; noon of British Summer Time is 11:00 UTC.
        (Severity.HIGH, datetime(2020, 6, 15, 9, tzinfo=UTC), datetime(2020, 6, 17, 11, tzinfo=UTC)),
        (Severity.MEDIUM, datetime(2020, 6, 15, 9, tzinfo=UTC), datetime(2020, 6, 22, 11, tzinfo=UTC)),
        (Severity.LOW, datetime(2020, 6, 15, 9, tzinfo=UTC), datetime(2020, 6, 29, 11, tzinfo=UTC)),
        # Over a weekend, and over Friday 8 May 2020, a bank holiday.
        (Severity.HIGH, datetime(2020, 5, 7, 9, tzinfo=UTC), datetime(2020, 5, 12, 11, tzinfo=UTC)),
        # In winter noon is 12:00 UTC.
        (Severity.HIGH, datetime(2020, 12, 1, 9, tzinfo=UTC), datetime(2020, 12, 3, 12, tzinfo=UTC)),
        # 23:30 UTC in summer is the next day in London.
        (Severity.HIGH, datetime(2020, 6, 15, 23, 30, tzinfo=UTC), datetime(2020, 6, 18, 11, tzinfo=UTC)),
    ],
)
def test_the_clock_runs_in_working_days(severity, since, until):
    assert rules.answer_due_at(severity, since) == until


def test_a_success_has_no_clock():
    assert rules.answer_due_at("", datetime(2020, 6, 15, 9, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("state", "owed"), [(P, True), (R, True), (T, True), (E, True), (A, False), (C, False), (D, False)]
)
def test_overdue_only_where_an_answer_is_owed(state, owed):
    due = datetime(2020, 6, 15, 11, tzinfo=UTC)
    assert rules.overdue(state, due, datetime(2020, 6, 15, 11, 0, 1, tzinfo=UTC)) is owed
    assert not rules.overdue(state, due, due)
    assert not rules.overdue(state, None, due)


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"kind": "worry"}, "unknown_kind"),
        ({"title": " "}, "text_missing"),
        ({"title": "x" * 201}, "text_too_long"),
        ({"what": ""}, "text_missing"),
        ({"what": "x" * 4001}, "text_too_long"),
        ({"theme": "weather"}, "unknown_theme"),
        ({"breadth": "world"}, "unknown_breadth"),
        ({"severity": ""}, "unknown_severity"),
    ],
)
def test_a_draft_that_is_refused(other, code):
    assert code_of(rules.draft, draft(**other)) == code


def test_a_success_keeps_no_severity():
    assert rules.draft(draft(kind="success", severity="high")).severity == ""


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (TODAY, "answer_by_past"),
        (date(2020, 7, 28), "answer_by_too_late"),
        (date(2020, 7, 27), ""),
        (date(2020, 6, 16), ""),
    ],
)
def test_the_boards_day(day, code):
    if code:
        assert code_of(rules.board_day, day, today=TODAY) == code
    else:
        assert rules.board_day(day, today=TODAY) == day


@pytest.mark.parametrize(
    ("changed", "kind", "code"),
    [
        ("", "data", "text_missing"),
        ("They are seen", "", "evidence_kind_missing"),
        ("They are seen", "hope", "evidence_kind_missing"),
    ],
)
def test_closing_needs_what_changed_and_how_it_is_known(changed, kind, code):
    assert code_of(rules.closing, changed, kind) == code


# NHS numbers kept for tests (999 …), whose check digits hold.
@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("dob 3.4.2011", "a date of birth"),
        ("Date of birth unknown", "a date of birth"),
        ("born on a Tuesday", "a date of birth"),
        ("The girl (3/4/2011) waits", "a date of birth"),
        ("The girl, 3rd April 2011, waits", "a date of birth"),
        ("A baby, 12 May 2020, waits", "a date of birth"),
        ("He was born 12/05/2019", "a date of birth"),
        ("The boy was born in care on 12 May 2019", "a date of birth"),
        ("A young person, 14 February 2006", "a date of birth"),
        ("2011-04-03", "a date of birth"),
        ("03-04-11", "a date of birth"),
        ("Number 999 000 0018", "an NHS number"),
        ("9990000018", "an NHS number"),
        ("See HCT-040001", "a child’s reference"),
        ("C-0001 waits", "a child’s reference"),
    ],
)
def test_what_looks_personal(text, mark):
    assert personal_marks(text, today=TODAY) == (mark,)
    assert code_of(refuse_personal, {"what": text}, today=TODAY, confirmed=False) == "looks_personal"
    assert refuse_personal({"what": text}, today=TODAY, confirmed=True) == (mark,)


@pytest.mark.parametrize(
    "text",
    [
        "Visits stopped on 23 March 2020 and start again on 1 July 2020",
        "120 babies wait, 45 of them since 1 June 2020",
        "Minutes of meeting 3, 15 April 2020",
        "Partners’ meeting, 15/04/2020",
        "2020-04-15: agreed",
        "Child protection conferences held by phone, 15 April 2020",
        "Each child on a plan was seen by 15 April 2020",
        "A child in need plan, 20/04/2020 to 01/05/2020",
        "Every child: week ending 17/4/2020",
        "The child safeguarding practice review of 3 March 2017",
        "Working Together to Safeguard Children, 4 July 2018",
        "The head of service began on 3/4/2011",
        "The building dates from 12/11/1968",
        "Do not write dates of birth",
        "Telephone 01782 123456 or 999 000 0019",
        "The Children Act 1989, section 47; COVID-19",
        "31/02/2011",
    ],
)
@pytest.mark.parametrize("today", [TODAY, date(2026, 11, 22), date(2038, 1, 1)])
def test_what_does_not(text, today):
    assert personal_marks(text, today=today) == ()
