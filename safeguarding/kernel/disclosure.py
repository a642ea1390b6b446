"""Small numbers: which counts of a table may leave the team. Pure.

A table has one row for each leaf (a team), every leaf lies in one group (a locality), and the
groups make up the whole. Every row counts the same parts (face to face, alternative, not
visited), which add up to the row's total. A count of 1 to 5 is hidden, and so is whatever else
would give it away by subtraction: along a row, down a column, through the groups' and the
whole's totals, or through all of them together. A 0 is always shown.

How it is known to be safe: for every hidden count, and for every sum of parts of 1 to 5 that is
not even printed, a second table exists that reads the same in every figure shown, holds whole
numbers of at least 1 wherever this one hides something, and differs in that count. So nobody can
tell which of the two is true. The second table is found by moving one child: in or out, to another
outcome, to another leaf, or two children the other way round in two leaves; of all such moves
the one is taken that costs the fewest and least important figures.

The answer depends on the table alone, not on what a page picks from it: pages that show
different parts of one table cannot be played off against each other. Nor on its neighbours in
time: counts of two months do not add up to anything that is shown.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from math import inf

SMALLEST_SHOWN = 6
HIDDEN = "c"

# A set of parts as bits: 1 the first, 2 the second, 4 the third. The sum of all is the row's total.
Parts = int
WHOLE: Hashable = ("whole",)


@dataclass(frozen=True)
class Leaf:
    """One row: its own name, its group's, and the counts of its parts (two or three)."""

    name: Hashable
    group: Hashable
    parts: tuple[int, ...]


@dataclass(frozen=True)
class Hidden:
    """What of a table must not be shown; nothing, by default."""

    cells: frozenset[tuple[Hashable, Parts]] = field(default_factory=frozenset)

    def hides(self, row: Hashable, parts: Parts) -> bool:
        """Whether the sum of these parts is hidden in a row: `leaf(name)`, `group(name)` or WHOLE."""
        return (row, parts) in self.cells


def leaf(name: Hashable) -> Hashable:
    return ("leaf", name)


def group(name: Hashable) -> Hashable:
    return ("group", name)


def is_small(count: int) -> bool:
    return 0 < count < SMALLEST_SHOWN


def small_numbers(
    leaves: Iterable[Leaf], *, sums_shown: Iterable[Parts] = (), known: frozenset[Hashable] = frozenset()
) -> Hidden:
    """What to hide of a table that shows every part, every row's total, and `sums_shown` (sets of
    parts, as bits) for each leaf, each group and the whole.

    `known`: leaves that the reader sees in full, as a manager the own teams. Theirs is never
    hidden, and nothing else may be worked out by taking theirs away.
    """
    rows = tuple(sorted(leaves, key=lambda row: (str(row.group), str(row.name))))
    return _small_numbers(rows, frozenset(sums_shown), known & {row.name for row in rows})


# Pages ask for the same months again and again; a table's answer never changes.
@lru_cache(maxsize=8192)
def _small_numbers(
    rows: tuple[Leaf, ...], sums_shown: frozenset[Parts], known: frozenset[Hashable]
) -> Hidden:
    if not rows:
        return Hidden()
    return _Search(rows, sums_shown, known).run()


class _Step:
    """One child more in part `plus` and one fewer in part `minus` (either may be absent: None).
    `back` is the step that undoes it."""

    def __init__(self, plus: int | None, minus: int | None, back: "_Step | None" = None) -> None:
        self.plus, self.minus = plus, minus
        self.back: _Step = back or _Step(minus, plus, self)


class _Search:
    def __init__(
        self, rows: tuple[Leaf, ...], sums_shown: frozenset[Parts], known: frozenset[Hashable]
    ) -> None:
        count = len(rows[0].parts)
        self.all = (1 << count) - 1
        self.shown = sorted({1 << part for part in range(count)} | {self.all} | sums_shown)
        self.group_of = {leaf(row.name): group(row.group) for row in rows}
        self.open_leaves = [leaf(row.name) for row in rows if row.name not in known]
        self.sums = _sums(rows, count)
        self.levels = (
            {WHOLE: 400.0} | dict.fromkeys(self.group_of.values(), 20.0) | dict.fromkeys(self.group_of, 1.0)
        )
        pairs = [_Step(plus, minus) for plus, minus in combinations([None, *range(count)], 2)]
        self.steps = [step for pair in pairs for step in (pair, pair.back)]
        # What each step does to each set of parts; only what is not nothing.
        self.effects = {step: [s for s in range(1, self.all + 1) if _effect(step, s)] for step in self.steps}
        self.hidden: set[tuple[Hashable, Parts]] = set()
        # Counts for which a second table is on hand.
        self.covered: set[tuple[Hashable, Parts]] = set()
        self.prices: dict[tuple[Hashable, _Step], float] = {}

    def run(self) -> Hidden:
        # The whole first, then groups: what must go there anyway is then free below.
        for row in sorted(self.levels, key=lambda row: -self.levels[row]):
            for parts in range(1, self.all + 1):
                if is_small(self.sums[row][parts]) and (row, parts) not in self.covered:
                    self._cover(row, parts)
        return Hidden(frozenset(self.hidden))

    def _cover(self, row: Hashable, parts: Parts) -> None:
        """Find the cheapest second table that differs in this count, and hide what it changes."""
        for place, step in self._cheapest_move(row, parts):
            for changed in self.effects[step]:
                self.covered.add((place, changed))
                if changed in self.shown and (place, changed) not in self.hidden:
                    self.hidden.add((place, changed))
                    for other in self.steps:
                        self.prices.pop((place, other), None)

    def _cheapest_move(self, row: Hashable, parts: Parts) -> list[tuple[Hashable, _Step]]:
        """The steps of the move that changes the count and costs least, those in the totals above
        included. Empty if only what the reader knows in full goes into the count: then there is
        nothing to keep."""
        price_of, group_of = self._price, self.group_of
        steps = [step for step in self.steps if parts in self.effects[step]]
        least, best = inf, []
        for at in self.open_leaves:
            above = group_of[at]
            if row not in (at, above, WHOLE):
                continue
            for step in steps:
                here = price_of(at, step)
                if here >= least:
                    continue
                upwards = here + price_of(above, step)
                alone = upwards + price_of(WHOLE, step)
                if alone < least:
                    least, best = alone, [(at, step), (above, step), (WHOLE, step)]
                if row == WHOLE:
                    continue
                for other in self.open_leaves:
                    beside = group_of[other]
                    if other == at or beside == row:
                        continue
                    if beside == above:
                        price = here + price_of(other, step.back)
                        if price < least:
                            least, best = price, [(at, step), (other, step.back)]
                    elif upwards < least:
                        price = upwards + price_of(other, step.back) + price_of(beside, step.back)
                        if price < least:
                            least = price
                            best = [(at, step), (above, step), (other, step.back), (beside, step.back)]
                    if least == 0:
                        return best
        return best

    def _price(self, row: Hashable, step: _Step) -> float:
        """What the step costs in this row: the weight of figures newly hidden, or infinity where it
        would change a 0 or leave a hidden count below 1."""
        key = (row, step)
        if key not in self.prices:
            self.prices[key] = self._work_out_price(row, step)
        return self.prices[key]

    def _work_out_price(self, row: Hashable, step: _Step) -> float:
        price = 0.0
        for parts in self.effects[step]:
            count = self.sums[row][parts]
            if count == 0 or count + _effect(step, parts) < 1:
                return inf
            if parts in self.shown and (row, parts) not in self.hidden and not is_small(count):
                # Totals weigh more than parts, a higher level more than a lower, and then the larger count.
                weight = 4 if parts == self.all else 1
                price += self.levels[row] * weight * (1 + count / (count + 1000))
        return price


def _sums(rows: tuple[Leaf, ...], count: int) -> dict[Hashable, list[int]]:
    """For every leaf, every group and the whole: the sum of each set of parts, by its bits."""
    sums: dict[Hashable, list[int]] = {}
    for row in rows:
        own = [
            sum(row.parts[part] for part in range(count) if parts >> part & 1) for parts in range(1 << count)
        ]
        for place in (leaf(row.name), group(row.group), WHOLE):
            sums[place] = [a + b for a, b in zip(sums[place], own, strict=True)] if place in sums else own
    return sums


def _effect(step: _Step, parts: Parts) -> int:
    """By how much the sum of a set of parts changes."""
    plus = step.plus is not None and parts >> step.plus & 1
    minus = step.minus is not None and parts >> step.minus & 1
    return bool(plus) - bool(minus)
