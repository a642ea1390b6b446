"""Oversight counted, with the small numbers taken out for whoever may not see them. Pure."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from safeguarding.kernel.disclosure import WHOLE, Hidden, Leaf, group, is_small, leaf, small_numbers
from visits.constants import PlanType
from visits.facts import LAPSED, LIVE, NONE, ChildNow

# A count, or None where it is hidden.
Count = int | None


def reveal(count: int, *, plain: bool) -> Count:
    """A count that stands alone: no total is shown that it is a part of."""
    return None if not plain and is_small(count) else count


@dataclass(frozen=True)
class Share:
    """A part of a whole."""

    part: Count
    whole: Count


def share(part: int, whole: int, *, plain: bool) -> Share:
    hidden = Hidden() if plain else small_numbers([Leaf("all", "all", (part, whole - part))])
    return Share(
        None if hidden.hides(WHOLE, 1) else part,
        None if hidden.hides(WHOLE, 3) else whole,
    )


# --- Flags, decisions, alternatives ---------------------------------------------------------


@dataclass(frozen=True, order=True)
class Cell:
    """One cell of the matrix: flagged or not, how the decision stands, whether the latest contact was
    an alternative."""

    flagged: bool
    decision: str
    alternative: bool


CELLS = tuple(
    Cell(flagged, decision, alternative)
    for flagged in (True, False)
    for decision in (LIVE, LAPSED, NONE)
    for alternative in (True, False)
)


def cell_of(child: ChildNow) -> Cell:
    return Cell(child.flagged, child.decision, child.alternative)


@dataclass(frozen=True)
class Matrix:
    """Plain counts of children by a key (a team's, or managers' names) and cell."""

    counts: Mapping[Hashable, Counter[Cell]]

    @property
    def children(self) -> int:
        return sum(counts.total() for counts in self.counts.values())

    def whole(self) -> Counter[Cell]:
        return sum(self.counts.values(), Counter())


def matrix(children: Iterable[ChildNow], key: Callable[[ChildNow], Hashable]) -> Matrix:
    """Every child in exactly one cell of one key."""
    counts: dict[Hashable, Counter[Cell]] = {}
    for child in children:
        counts.setdefault(key(child), Counter())[cell_of(child)] += 1
    return Matrix(counts)


# What others than those who answer for the team are shown of a row: bits 1, 2 and 4.
PARTS = ("none", "with_decision", "without_decision")


@dataclass(frozen=True)
class ShownRow:
    """One team's children, flagged or not, by how the latest contact stands; None where hidden."""

    none: Count
    with_decision: Count
    without_decision: Count
    children: Count


@dataclass(frozen=True)
class ShownMatrix:
    whole: ShownRow
    # flagged -> of all teams.
    by_flag: Mapping[bool, ShownRow]
    # (team, flagged) -> row; teams without children are left out.
    by_team: Mapping[tuple[Hashable, bool], ShownRow]


def _three_parts(counts: Counter[Cell], flagged: bool) -> tuple[int, int, int]:
    of_flag = [(cell, count) for cell, count in counts.items() if cell.flagged is flagged]
    return (
        sum(count for cell, count in of_flag if not cell.alternative),
        sum(count for cell, count in of_flag if cell.alternative and cell.decision == LIVE),
        sum(count for cell, count in of_flag if cell.alternative and cell.decision != LIVE),
    )


def whole_row(found: Matrix) -> ShownRow:
    """All children together, plainly."""
    whole = found.whole()
    parts = [a + b for a, b in zip(_three_parts(whole, True), _three_parts(whole, False), strict=True)]
    return ShownRow(parts[0], parts[1], parts[2], sum(parts))


def shown_matrix(found: Matrix, *, known: Iterable[Hashable] = ()) -> ShownMatrix:
    """The matrix with small numbers taken out. `known`: keys whose counts the reader sees in full.

    One table decides for all that is shown: teams lie in their flag, so that the sums of each flag and of
    everybody are safe with them. A team's two rows are not added up.
    """
    own = set(known)
    rows = {
        (key, flagged): _three_parts(counts, flagged)
        for key, counts in found.counts.items()
        for flagged in (True, False)
    }
    leaves = [Leaf(name, name[1], parts) for name, parts in rows.items()]
    hidden = small_numbers(leaves, known=frozenset(name for name in rows if name[0] in own))

    def shown(place: Hashable, some: Sequence[tuple[int, ...]]) -> ShownRow:
        sums = [sum(parts) for parts in zip(*some, strict=True)] or [0, 0, 0]
        cells = [None if hidden.hides(place, 1 << part) else count for part, count in enumerate(sums)]
        total = None if hidden.hides(place, 7) else sum(sums)
        return ShownRow(cells[0], cells[1], cells[2], total)

    return ShownMatrix(
        whole=shown(WHOLE, list(rows.values())),
        by_flag={
            flagged: shown(group(flagged), [parts for name, parts in rows.items() if name[1] is flagged])
            for flagged in (True, False)
        },
        by_team={name: shown(leaf(name), [parts]) for name, parts in rows.items()},
    )


# --- Days since last seen -------------------------------------------------------------------

# The last day of each band; after the last one without an end.
_BAND_ENDS = (7, 14, 28, 42, 91)
BANDS = ("0 to 7", "8 to 14", "15 to 28", "29 to 42", "43 to 91", "More than 91", "Not seen yet")
NOT_SEEN = len(BANDS) - 1
# Bands of more than four weeks.
LONG = (3, 4, 5)
MEASURES = ("face_to_face", "any_contact")


def band(last: date | None, on: date) -> int:
    """Which of BANDS a last contact falls in."""
    if last is None:
        return NOT_SEEN
    days = (on - last).days
    return next((place for place, end in enumerate(_BAND_ENDS) if days <= end), len(_BAND_ENDS))


def last_by(child: ChildNow, measure: str) -> date | None:
    return child.last_face_to_face if measure == "face_to_face" else child.last_contact


@dataclass(frozen=True)
class Distribution:
    """Children of one plan type by band: measure -> a count for each of BANDS."""

    plan_type: str
    children: Count
    bands: Mapping[str, tuple[Count, ...]]

    def longer(self, measure: str) -> Count:
        """Last seen more than four weeks ago, or not seen yet; None where a part of it is hidden."""
        counts = [self.bands[measure][place] for place in (*LONG, NOT_SEEN)]
        return None if None in counts else sum(filter(None, counts))


def distributions(children: Sequence[ChildNow], on: date, *, plain: bool) -> list[Distribution]:
    """One for each plan type that somebody has; a child with plans of two types counts in both."""
    tables: dict[str, Counter[tuple[str, int]]] = {
        measure: Counter(
            (plan.plan_type, band(last_by(child, measure), on)) for child in children for plan in child.plans
        )
        for measure in MEASURES
    }
    hidden = {
        measure: Hidden()
        if plain
        else small_numbers(
            Leaf(place, "all", tuple(counts[kind, place] for kind in PlanType.values))
            for place in range(len(BANDS))
        )
        for measure, counts in tables.items()
    }
    result = []
    for part, kind in enumerate(PlanType.values):
        total = sum(tables["face_to_face"][kind, place] for place in range(len(BANDS)))
        if not total:
            continue
        # Both tables add up to the total: where one hides it, the other must not give it away.
        whole_hidden = any(hides.hides(WHOLE, 1 << part) for hides in hidden.values())
        result.append(
            Distribution(
                plan_type=kind,
                children=None if whole_hidden else total,
                bands={
                    measure: tuple(
                        None
                        if whole_hidden or hidden[measure].hides(leaf(place), 1 << part)
                        else tables[measure][kind, place]
                        for place in range(len(BANDS))
                    )
                    for measure in MEASURES
                },
            )
        )
    return result


# --- The rest -------------------------------------------------------------------------------


def most_vulnerable(children: Iterable[ChildNow], *, plain: bool) -> Share:
    """Of the children flagged most vulnerable those not seen face to face within their interval."""
    flagged = [child for child in children if child.most_vulnerable]
    return share(sum(child.overdue_face_to_face for child in flagged), len(flagged), plain=plain)
