"""Counts of visiting with the small numbers taken out: the one way from stored counts to a page."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from safeguarding.kernel.disclosure import WHOLE, Hidden, Leaf, group, leaf, small_numbers
from safeguarding.kernel.periods import Month
from safeguarding.kernel.rates import percentage
from visits.facts import CaseloadCounts, TeamCounts

# Parts of a cohort as bits, in the order in which they are counted.
_TWO_PARTS = {"face_to_face": 1, "not_visited": 2, "seen": 1, "children": 3}
_THREE_PARTS = {"face_to_face": 1, "alternative": 2, "not_visited": 4, "seen": 3, "children": 7}


@dataclass(frozen=True)
class Outcomes:
    """What one month says of one group of children. A count of None is hidden as a small number;
    `alternative` is also None where alternatives were not collected (`collected` says which)."""

    month: Month
    plan_type: str
    children: int | None
    face_to_face: int | None
    alternative: int | None
    not_visited: int | None
    seen: int | None
    collected: bool

    @property
    def nobody(self) -> bool:
        """There were no children, and so there is no rate."""
        return self.children == 0

    def rate(self, part: str) -> Decimal | None:
        """The share of 'face_to_face', 'alternative', 'seen' or 'not_visited' with one decimal.
        None where there were no children, or where either number is hidden."""
        count = getattr(self, part)
        return None if count is None or self.children is None else percentage(count, self.children)


class Reads(Protocol):
    """Whose counts come whole (dashboards.readers.Reader)."""

    @property
    def own_teams(self) -> frozenset[int]: ...

    @property
    def sees_all(self) -> bool: ...


class Table:
    """The counts of one month and plan type for every team, locality and all together, as one
    reader may see them."""

    def __init__(
        self,
        month: Month,
        plan_type: str,
        rows: Iterable[TeamCounts],
        localities: Mapping[int, str],
        reader: Reads,
    ) -> None:
        self.month, self.plan_type = month, plan_type
        self.rows = [row for row in rows if row.cohort]
        self.localities = localities
        self.own_teams: frozenset[int] = reader.own_teams
        self.collected = all(row.alternative is not None for row in self.rows)
        self.bits = _THREE_PARTS if self.collected else _TWO_PARTS
        self.hidden = Hidden() if reader.sees_all else self._small_numbers()

    def whole(self) -> Outcomes:
        return self._outcomes(self.rows, WHOLE)

    def locality(self, name: str) -> Outcomes:
        return self._outcomes([row for row in self.rows if self.localities[row.team_id] == name], group(name))

    def team(self, team_id: int) -> Outcomes:
        return self._outcomes([row for row in self.rows if row.team_id == team_id], leaf(team_id))

    def own(self) -> Outcomes:
        """The reader's own teams together, whole: they are known one by one."""
        return self._outcomes([row for row in self.rows if row.team_id in self.own_teams], None)

    def _small_numbers(self) -> Hidden:
        leaves = [Leaf(row.team_id, self.localities[row.team_id], self._parts(row)) for row in self.rows]
        return small_numbers(leaves, sums_shown=[self.bits["seen"]], known=self.own_teams)

    def _parts(self, row: TeamCounts) -> tuple[int, ...]:
        alternative = row.alternative or 0
        not_visited = row.cohort - row.face_to_face - alternative
        if self.collected:
            return (row.face_to_face, alternative, not_visited)
        return (row.face_to_face, not_visited)

    def _outcomes(self, rows: list[TeamCounts], place: Hashable | None) -> Outcomes:
        sums = [sum(parts) for parts in zip(*map(self._parts, rows), strict=True)] or [0] * len(self.bits)

        def shown(name: str) -> int | None:
            bits = self.bits.get(name)
            if bits is None or (place is not None and self.hidden.hides(place, bits)):
                return None
            return sum(count for part, count in enumerate(sums) if bits >> part & 1)

        names = ("children", "face_to_face", "alternative", "not_visited", "seen")
        return Outcomes(
            self.month, self.plan_type, **{name: shown(name) for name in names}, collected=self.collected
        )


def of_caseload(
    month: Month, plan_type: str, counts: Iterable[CaseloadCounts], *, collected: bool
) -> Outcomes:
    """Outcomes of a social worker's own children, whole."""
    found = {
        row.outcome: row.children for row in counts if (row.month, row.plan_type) == (month.index, plan_type)
    }
    not_visited, alternative, face_to_face = (found.get(outcome, 0) for outcome in (0, 1, 2))
    return Outcomes(
        month=month,
        plan_type=plan_type,
        children=not_visited + alternative + face_to_face,
        face_to_face=face_to_face,
        alternative=alternative if collected else None,
        not_visited=not_visited,
        seen=alternative + face_to_face,
        collected=collected,
    )
