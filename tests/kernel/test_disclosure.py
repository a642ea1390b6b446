"""Small numbers stay hidden, whatever is added up or taken away."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safeguarding.kernel.disclosure import WHOLE, Leaf, group, is_small, leaf, small_numbers

F, A, V, SEEN, TOTAL = 1, 2, 4, 3, 7
PLACES = [F, A, V, SEEN, TOTAL]


def disclose(*rows, known=()):
    leaves = [Leaf(name, above, tuple(parts)) for name, above, parts in rows]
    return small_numbers(leaves, sums_shown=[SEEN], known=frozenset(known))


def table_of(rows, count):
    """{(row, parts): count} of every set of parts of every leaf, group and the whole."""
    cells: dict = {}
    for name, above, parts in rows:
        for row in (leaf(name), group(above), WHOLE):
            for chosen in range(1, 1 << count):
                summed = sum(number for part, number in enumerate(parts) if chosen >> part & 1)
                cells[row, chosen] = cells.get((row, chosen), 0) + summed
    return cells


def other_tables(rows, hidden, shown, count, known, reach):
    """Every table within `reach` of the true one that a reader of what is shown cannot rule out,
    by trying them all: the plain statement of what 'cannot be worked out' means."""
    true = table_of(rows, count)
    readable = [cell for cell in true if cell[1] in shown and not hidden.hides(*cell)]
    covered = [cell for cell in true if cell[1] in shown and hidden.hides(*cell)]
    ranges = [
        [number] if name in known else range(max(0, number - reach), number + reach + 1)
        for name, _, parts in rows
        for number in parts
    ]
    for flat in product(*ranges):
        guess = [
            (name, above, flat[at * count : (at + 1) * count]) for at, (name, above, _) in enumerate(rows)
        ]
        table = table_of(guess, count)
        # The reader knows that a 0 is never hidden.
        if all(table[cell] == true[cell] for cell in readable) and all(table[cell] >= 1 for cell in covered):
            yield table


def test_counts_from_6_up_and_zeros_are_shown():
    hidden = disclose(("a", "north", (6, 0, 9)), ("b", "north", (20, 7, 0)))
    assert hidden.cells == frozenset()


@pytest.mark.parametrize(("count", "small"), [(0, False), (1, True), (5, True), (6, False)])
def test_1_to_5_are_small(count, small):
    assert is_small(count) is small
    assert (
        disclose(("a", "north", (20, count, 20)), ("b", "north", (20, 20, 20))).hides(leaf("a"), A) is small
    )


def test_a_small_count_takes_a_companion_in_its_row_and_both_again_in_another_row():
    hidden = disclose(
        ("a", "north", (12, 3, 9)),
        ("b", "north", (20, 8, 11)),
        ("c", "north", (40, 30, 35)),
        ("d", "south", (60, 60, 60)),
    )
    in_rows = {name: {parts for row, parts in hidden.cells if row == leaf(name)} for name in "abcd"}
    assert A in in_rows["a"]
    # The same figures in the smallest other row of the group; the totals and the rest of the table stay.
    assert in_rows["a"] == in_rows["b"] and in_rows["c"] == in_rows["d"] == set()
    assert not any(parts == TOTAL or row in (WHOLE, group("north")) for row, parts in hidden.cells)


def test_two_hidden_ones_are_not_given_away_by_a_sum_of_two():
    """1 + 1: the sum alone would say so, as a 0 is never hidden."""
    hidden = disclose(("a", "north", (14, 1, 1)), ("b", "north", (14, 1, 1)), ("c", "north", (30, 30, 30)))
    assert hidden.hides(leaf("a"), F) or hidden.hides(leaf("a"), TOTAL)


def test_the_complement_is_as_good_as_the_count():
    """17 of 20 face to face says that 3 were not, though no column says so."""
    rows = [("a", "north", (17, 1, 2)), ("b", "north", (30, 30, 30))]
    hidden = disclose(*rows)
    assert hidden.hides(leaf("a"), F) or hidden.hides(leaf("a"), TOTAL)


def test_an_only_team_of_a_locality_hides_the_locality_too():
    hidden = disclose(("a", "north", (12, 3, 9)), ("b", "south", (20, 8, 11)), ("c", "west", (20, 9, 11)))
    assert hidden.hides(leaf("a"), A) and hidden.hides(group("north"), A)
    assert not any(row == WHOLE for row, _ in hidden.cells)


def test_an_only_team_of_all_hides_the_whole():
    hidden = disclose(("a", "north", (12, 3, 9)))
    assert hidden.hides(leaf("a"), A) and hidden.hides(group("north"), A) and hidden.hides(WHOLE, A)


def test_a_managers_own_team_is_shown_and_does_not_give_away_its_neighbour():
    rows = [("mine", "north", (12, 3, 9)), ("b", "north", (20, 2, 11)), ("c", "south", (20, 9, 11))]
    hidden = disclose(*rows, known=["mine"])
    assert not any(row == leaf("mine") for row, _ in hidden.cells)
    assert hidden.hides(leaf("b"), A) and hidden.hides(group("north"), A)


def test_a_table_without_rows_hides_nothing():
    assert small_numbers([]).cells == frozenset()


counts = st.one_of(st.integers(0, 4), st.integers(0, 12), st.sampled_from([0, 1, 30]))


@st.composite
def tables(draw, most_leaves, count):
    leaves = draw(st.integers(1, most_leaves))
    return [
        (name, draw(st.sampled_from(["north", "south"])), tuple(draw(counts) for _ in range(count)))
        for name in range(leaves)
    ]


@pytest.mark.parametrize(("most_leaves", "count"), [(2, 3), (3, 2)])
def test_no_small_count_can_be_worked_out(most_leaves, count):
    whole = (1 << count) - 1
    shown = sorted({1, 2, 4, 3, 7} if count == 3 else {1, 2, 3})

    @given(rows=tables(most_leaves, count), with_known=st.booleans())
    @settings(max_examples=60, deadline=None)
    def check(rows, with_known):
        known = {rows[0][0]} if with_known and len(rows) > 1 else set()
        leaves = [Leaf(*row) for row in rows]
        hidden = small_numbers(leaves, sums_shown=[3] if count == 3 else [], known=frozenset(known))
        true = table_of(rows, count)
        known_part = table_of([row for row in rows if row[0] in known], count)
        seen = {}
        for table in other_tables(rows, hidden, shown, count, known, reach=1):
            for cell, number in table.items():
                seen.setdefault(cell, set()).add(number)
        for cell, number in true.items():
            if cell[1] in shown and is_small(number) and number > known_part.get(cell, 0):
                assert hidden.hides(*cell), (cell, number)
            # Also those sums of parts that no column shows: whole minus part is one subtraction away.
            if (is_small(number) or hidden.hides(*cell)) and number > known_part.get(cell, 0):
                assert len(seen[cell]) > 1, (cell, number, sorted(hidden.cells, key=str))
            if number == 0:
                assert not hidden.hides(*cell)
        assert whole in shown

    check()


@settings(max_examples=25, deadline=None)
@given(rows=tables(14, 3))
def test_subtraction_over_a_whole_service_finds_nothing(rows):
    """Exact elimination over every row, column and total: no hidden figure is a combination of shown ones."""
    from fractions import Fraction

    hidden = disclose(*rows)
    names = [(name, part) for name, _, _ in rows for part in range(3)]

    def vector(row, parts):
        inside = {name for name, above, _ in rows if row in (leaf(name), group(above), WHOLE)}
        return [Fraction(int(name in inside and parts >> part & 1)) for name, part in names]

    basis: list[tuple[int, list[Fraction]]] = []

    def reduced(line):
        for lead, other in basis:
            if line[lead]:
                line = [a - line[lead] * b for a, b in zip(line, other, strict=True)]
        return line

    cells = table_of(rows, 3)
    for row, parts in cells:
        if parts in PLACES and not hidden.hides(row, parts):
            rest = reduced(vector(row, parts))
            lead = next((at for at, entry in enumerate(rest) if entry), None)
            if lead is not None:
                basis.append((lead, [entry / rest[lead] for entry in rest]))
    for (row, parts), number in cells.items():
        if hidden.hides(row, parts) or is_small(number):
            assert any(reduced(vector(row, parts))), (row, parts, number)
