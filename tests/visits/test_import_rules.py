"""What a cell may hold, and what rows of a plan make of its history of teams."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visits.imports.cells import BadCell, day, iso_day, text
from visits.imports.plan_rules import BadMove, Move, Place, changed_history, new_history

START = date(2020, 1, 6)
TODAY = date(2020, 6, 15)

moves = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 400)), max_size=5, unique_by=lambda move: move[1]
).flatmap(
    lambda dated: st.integers(1, 3).map(
        lambda first: [
            Move(2, first, None),
            *(Move(n, team, START + timedelta(days=after)) for n, (team, after) in enumerate(dated, 3)),
        ]
    )
)


def holder(history: list[Place], on: date) -> int:
    return [place.team_id for place in history if place.from_date <= on][-1]


@given(moves)
def test_a_history_begins_at_the_start_rises_and_says_what_its_rows_say(rows):
    history = new_history(START, rows)
    assert history[0].from_date == START
    assert all(a.from_date < b.from_date for a, b in pairwise(history))
    assert all(a.team_id != b.team_id for a, b in pairwise(history))
    assert all(holder(history, row.from_date or START) == row.team_id for row in rows)


@given(moves, st.dates(START, date(2022, 1, 1)))
def test_the_same_rows_again_change_nothing_on_any_day(rows, today):
    history = new_history(START, rows)
    if len(rows) > 1:
        assert changed_history(history, START, rows, today) == history
    else:
        assert changed_history(history, START, rows, today) == history == [Place(rows[0].team_id, START)]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # From the day of the import where the file gives none.
        ([Move(2, 2, None)], [Place(1, START), Place(2, TODAY)]),
        ([Move(2, 2, date(2020, 3, 1))], [Place(1, START), Place(2, date(2020, 3, 1))]),
        # On the first day: the file corrects the only team.
        ([Move(2, 2, START)], [Place(2, START)]),
    ],
)
def test_a_single_row_moves_or_corrects(rows, expected):
    assert changed_history([Place(1, START)], START, rows, TODAY) == expected


def test_a_move_of_the_same_day_is_corrected_and_one_taken_back_leaves_no_trace():
    history = [Place(1, START), Place(2, TODAY)]
    assert changed_history(history, START, [Move(2, 3, None)], TODAY) == [Place(1, START), Place(3, TODAY)]
    assert changed_history(history, START, [Move(2, 1, None)], TODAY) == [Place(1, START)]


def test_a_plan_that_begins_later_takes_its_team_from_then():
    begins = TODAY + timedelta(days=5)
    assert changed_history([Place(1, begins)], begins, [Move(2, 2, None)], TODAY) == [Place(2, begins)]


def test_a_move_into_the_past_of_another_is_refused():
    history = [Place(1, START), Place(2, TODAY)]
    with pytest.raises(BadMove) as refused:
        changed_history(history, START, [Move(7, 3, date(2020, 2, 1))], TODAY)
    assert (refused.value.line, refused.value.column) == (7, "team_from")


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_both_spellings_of_a_day_are_the_same_day(when):
    assert iso_day(when.isoformat()) == iso_day(f"{when:%d/%m/}{when.year:04d}") == when.isoformat()


@given(st.text(max_size=60))
def test_no_text_breaks_a_reader(cell):
    for read in (text(48), text(48, required=False), day(), day(required=False)):
        try:
            staged = read(cell)
        except BadCell:
            continue
        assert not set(staged) & set("\t\n\r\0")
        assert staged == staged.strip()
        assert len(staged) <= 48
