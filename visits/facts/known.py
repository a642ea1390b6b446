"""What was on record at a past moment. Frozen values, never rows; counts are plain: who shows them to a board
suppresses them."""

from dataclasses import dataclass

from safeguarding.kernel.periods import Month
from visits.facts.exceptions import Concern


@dataclass(frozen=True)
class KnownTotal:
    """The whole service's outcomes of a month and plan type. `alternative`: None where alternatives were not
    collected (`collected` says which). `children` 0: nobody was in the cohort, and there is no rate."""

    month: Month
    plan_type: str
    children: int
    face_to_face: int
    alternative: int | None
    collected: bool

    @property
    def not_visited(self) -> int:
        return self.children - self.face_to_face - (self.alternative or 0)


@dataclass(frozen=True)
class KnownCount:
    """How often a concern stood; `label` says what is counted. `children`: of so many children."""

    code: Concern
    label: str
    count: int
    children: int
    # Of so many children who could have it; None: of no group that is counted elsewhere.
    of: int | None = None
